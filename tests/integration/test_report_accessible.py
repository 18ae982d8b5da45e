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
OF_COLOURS = ("color-contrast", "link-in-text-block")
"""All that a page in other colours can break."""
POLICY = re.compile(r'<meta http-equiv="Content-Security-Policy"[^>]*>')
DARK = "(prefers-color-scheme: dark)"
LOOK = """<pre id="found"></pre><script>
document.querySelectorAll("details").forEach(each => { each.open = true; });
async function look(rules) {
  const seen = await axe.run(document, {runOnly: rules, resultTypes: ["violations"]});
  const found = seen.violations.map(each => ({rule: each.id, help: each.help,
    nodes: each.nodes.slice(0, 3).map(node => node.html.slice(0, 160))}));
  return {found, passed: seen.passes.map(each => each.id)};
}
async function lookTwice() {
  const light = await look(RULES);
  document.querySelectorAll("style").forEach(each => {
    each.textContent = each.textContent.replaceAll("DARK", "(min-width: 1px)");
  });
  return {light, dark: await look(OF_COLOURS)};
}
lookTwice().then(seen => {
  document.getElementById("found").textContent = JSON.stringify(seen);
});
</script>"""


def look_at(browser: str, folder: Path, page: str) -> Any:
    """What axe says of a page, light and dark; scripts are forbidden there, but not in a copy."""
    assert DARK in page
    axe = files("axe_core_python").joinpath("axe.min.js").read_text("utf-8")
    look = LOOK.replace("OF_COLOURS", json.dumps(OF_COLOURS)).replace("RULES", json.dumps(RULES))
    look = look.replace("DARK", DARK)
    copy = POLICY.sub("", page).replace("</body>", f"<script>{axe}</script>{look}</body>")
    assert copy != page
    path = folder / "page.html"
    path.write_text(copy, "utf-8")
    dom = dump(browser, folder / "profile", path.as_uri())
    found = re.search(r'<pre id="found">(.+?)</pre>', dom, re.DOTALL)
    assert found, "axe did not come to its end"
    return json.loads(html.unescape(found[1]))


@pytest.mark.parametrize("session", ["pass", "fail", "inconclusive", "empty"])
def test_axe_finds_nothing(browser: str, tmp_path: Path, session: str) -> None:
    seen = look_at(browser, tmp_path, render(build_document(SESSIONS[session]())))
    assert (seen["light"]["found"], seen["dark"]["found"]) == ([], [])
    assert len(seen["light"]["passed"]) > 10
    assert "color-contrast" in seen["dark"]["passed"]


def test_axe_sees_what_is_wrong(browser: str, tmp_path: Path) -> None:
    """The check itself is checked: a picture without words, grey on grey, and black in the dark."""
    page = render(build_document(SESSIONS["empty"]()))
    pale = '<img src="data:,"><p style="color:#999;background:#aaa">pale</p>'
    seen = look_at(browser, tmp_path, page.replace("</main>", f"{pale}</main>"))
    assert {each["rule"] for each in seen["light"]["found"]} >= {"image-alt", "color-contrast"}
    black = '<p style="color:#000">black</p>'
    seen = look_at(browser, tmp_path, page.replace("</main>", f"{black}</main>"))
    assert seen["light"]["found"] == []
    assert [each["rule"] for each in seen["dark"]["found"]] == ["color-contrast"]
