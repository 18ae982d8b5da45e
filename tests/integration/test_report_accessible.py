"""The page for everybody: axe, the usual checker, finds nothing against WCAG 2.1 AA."""

from __future__ import annotations

import html
import json
import re
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from ApiLoadLibrary.report.build import build_document
from ApiLoadLibrary.report.html import render
from integration.test_report_page import SESSIONS, browser, dump

__all__ = ["browser"]

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice")
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
DARK = "(prefers-color-scheme: dark)"
LOOK = """<pre id="found"></pre><script>
document.querySelectorAll("details").forEach(each => { each.open = true; });
axe.run(document, {runOnly: RULES, resultTypes: ["violations"]}).then(result => {
  const found = result.violations.map(each => ({rule: each.id, help: each.help,
    nodes: each.nodes.slice(0, 3).map(node => node.html.slice(0, 160))}));
  document.getElementById("found").textContent = JSON.stringify(
    {found, passed: result.passes.length});
});
</script>"""


def look_at(browser: str, folder: Path, page: str) -> Any:
    """What axe says of a page; the page forbids scripts, so it gets a copy that does not."""
    axe = files("axe_core_python").joinpath("axe.min.js").read_text("utf-8")
    look = LOOK.replace("RULES", json.dumps(RULES))
    copy = POLICY.sub("", page).replace("</body>", f"<script>{axe}</script>{look}</body>")
    assert copy != page
    path = folder / "page.html"
    path.write_text(copy, "utf-8")
    dom = dump(browser, folder / "profile", path.as_uri())
    found = re.search(r'<pre id="found">(.+?)</pre>', dom, re.DOTALL)
    assert found, "axe did not come to its end"
    return json.loads(html.unescape(found[1]))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("session", ["pass", "fail", "inconclusive", "empty"])
def test_axe_finds_nothing(browser: str, tmp_path: Path, session: str, scheme: str) -> None:
    page = render(build_document(SESSIONS[session]()))
    if scheme == "dark":
        assert DARK in page
        page = page.replace(DARK, "(min-width: 1px)")
    seen = look_at(browser, tmp_path, page)
    assert seen["found"] == []
    assert seen["passed"] > 10


def test_axe_sees_what_is_wrong(browser: str, tmp_path: Path) -> None:
    """The check itself is checked: a picture without words, and grey on grey."""
    page = render(build_document(SESSIONS["pass"]()))
    broken = '<img src="data:,"><p style="color:#999;background:#aaa">pale</p></main>'
    seen = look_at(browser, tmp_path, page.replace("</main>", broken))
    assert {each["rule"] for each in seen["found"]} >= {"image-alt", "color-contrast"}
