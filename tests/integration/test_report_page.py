"""The page in a real browser: complete without scripts, and nothing cut off on any screen."""

from __future__ import annotations

import fcntl
import html
import json
import re
import shutil
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from ApiLoadLibrary.report.build import build_document
from ApiLoadLibrary.report.requirement import requirement
from ApiLoadLibrary.report.words import headline
from ApiLoadLibrary.report.write import write_reports
from unit.report import samples
from unit.report.advice.documents import endpoint_of, host_of, run_of, steady

WIDTHS = (390, 768, 1280)
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
    # Whatever the page asks for elsewhere is not found, and asking shows in the log.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)
LONG = "Fetch-everything-that-anybody-could-ever-have-ordered in-any-of-our-branches-anywhere"

# A frame without scripts for each page and width; this page's own script measures them.
PROBE = """<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,"><body><script>
const pages = PAGES, widths = WIDTHS, found = [];
const visible = element => element.getClientRects().length > 0;
function measure(page, width, frame) {
  const view = frame.contentDocument, root = view.documentElement;
  view.querySelectorAll("details").forEach(each => { each.open = true; });
  const wide = [...view.body.querySelectorAll("*")].filter(each =>
    visible(each) && !each.closest(".scroll, .vh, svg") &&
    each.getBoundingClientRect().right > root.clientWidth + 0.5);
  const charts = [...view.querySelectorAll("figure svg")].filter(visible);
  const clipped = [], overlapping = [], tiny = [];
  for (const chart of charts) {
    const box = chart.getBoundingClientRect(), zoom = box.width / chart.viewBox.baseVal.width;
    const labels = [...chart.querySelectorAll("text")];
    for (const label of labels) {
      const at = label.getBoundingClientRect();
      if (at.left < box.left - 1 || at.right > box.right + 1 || at.bottom > box.bottom + 1)
        clipped.push(label.textContent);
      if (parseFloat(getComputedStyle(label).fontSize) * zoom < 9) tiny.push(label.textContent);
    }
    for (const [number, one] of labels.entries()) for (const other of labels.slice(number + 1)) {
      const a = one.getBoundingClientRect(), b = other.getBoundingClientRect();
      const beside = a.right <= b.left || b.right <= a.left;
      const above = a.bottom <= b.top + 2 || b.bottom <= a.top + 2;
      if (!beside && !above) overlapping.push(one.textContent + " / " + other.textContent);
    }
  }
  found.push({page, width, text: view.body.innerText, charts: charts.length,
    scrolls: root.scrollWidth - root.clientWidth,
    wide: wide.slice(0, 5).map(each => each.outerHTML.slice(0, 120)),
    clipped, overlapping, tiny});
}
Promise.all(pages.flatMap(page => widths.map(width => new Promise(done => {
  const frame = document.createElement("iframe");
  frame.sandbox = "allow-same-origin"; frame.src = page;
  frame.style = `border:0;width:${width}px;height:1200px`;
  frame.onload = () => { measure(page, width, frame); done(); };
  document.body.append(frame);
})))).then(() => {
  document.body.replaceChildren(Object.assign(document.createElement("pre"),
    {id: "found", textContent: JSON.stringify(found)}));
});
</script>"""


@pytest.fixture(scope="module")
def browser() -> str:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        pytest.fail(f"The report's page is tested in a browser: install one of {BROWSERS}.")
    return found


def dump(browser: str, profile: Path, url: str) -> str:
    """The page's document, once its own script has ended."""
    flags = (f"--user-data-dir={profile}", "--virtual-time-budget=20000", "--dump-dom")
    command = [browser, *QUIET, *flags, url]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def long_names() -> Any:
    run = samples.run(45)
    names = {0: LONG, 1: LONG.replace(" ", "-"), 2: "/api/" + "x" * 200}
    endpoints = tuple(
        replace(each, name=names.get(number, each.name), path=names.get(number, each.path))
        for number, each in enumerate(run.endpoints)
    )
    judged = samples.judged(1, endpoint=names[1], criterion="p95 < 50 ms", requirement=names[1])
    return samples.session(
        title=names[1],
        system_under_test=replace(samples.session().system_under_test, name=names[1]),
        runs=(replace(run, name=names[1], endpoints=endpoints),),
        criteria=(judged, *samples.usual_criteria()),
        not_judged=(samples.NotJudged(names[1], names[1]),),
    )


def at_rate(per_s: int) -> Any:
    """A run at this rate, the slower the faster it is sent: together they show what gives out."""
    run = run_of(endpoint_of(steady(per_s), seconds=12, per_s=per_s), host=host_of([per_s] * 12))
    return replace(run, id=f"run-{per_s}", name=f"{LONG} {per_s}")


SESSIONS = {
    "pass": samples.session,
    "fail": samples.failing,
    "inconclusive": samples.inconclusive,
    "empty": lambda: samples.session(runs=(), criteria=()),
    "long": lambda: samples.session(runs=(samples.run(700),)),
    "slow": lambda: samples.session(
        runs=(samples.run(12, slower=dict.fromkeys(range(10), 900.0)),)
    ),
    "far": lambda: samples.session(criteria=(samples.judged(1, target=1_234_567.0),)),
    "names": long_names,
    "rates": lambda: samples.session(runs=tuple(map(at_rate, (10, 40, 90)))),
}


@contextmanager
def site(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """The address of a server that holds the pages in a folder, and what was asked for."""
    for name, session in SESSIONS.items():
        write_reports(build_document(session()), folder / name)
    asked: list[str] = []

    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            asked.append(self.path)

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    server.server_close()
    thread.join()


def look(browser: str, folder: Path) -> dict[str, Any]:
    """What the probe saw, and what was asked for meanwhile."""
    pages = json.dumps([f"{name}/acceptance-report.html" for name in SESSIONS])
    probe = PROBE.replace("PAGES", pages).replace("WIDTHS", json.dumps(WIDTHS))
    (folder / "probe.html").write_text(probe, "utf-8")
    with site(folder) as (address, asked):
        dom = dump(browser, folder / "profile", f"{address}/probe.html")
    found = re.search(r'<pre id="found">(.*?)</pre>', dom, re.DOTALL)
    assert found, "the probe did not come to its end"
    return {"rows": json.loads(html.unescape(found[1])), "asked": asked}


@pytest.fixture(scope="module")
def looked(
    browser: str, shared_folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """The same for all processes that run tests: the first to come here looks, others wait."""
    with (shared_folder / "page.json").open("a+") as kept:
        fcntl.flock(kept, fcntl.LOCK_EX)
        kept.seek(0)
        if not (text := kept.read()):
            text = json.dumps(look(browser, tmp_path_factory.mktemp("page")))
            kept.write(text)
    return dict(json.loads(text))


@pytest.fixture(scope="module")
def measured(looked: dict[str, Any]) -> dict[tuple[str, int], dict[str, Any]]:
    """What the probe saw, by page and width."""
    return {(row["page"].split("/")[0], row["width"]): row for row in looked["rows"]}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("page", SESSIONS)
def test_nothing_is_cut_off_or_runs_into_another(measured, page, width):
    """Sideways one scrolls inside a table's own region, never the page; labels stay readable."""
    seen = measured[page, width]
    assert seen["scrolls"] <= 0
    assert seen["wide"] == []
    assert (seen["clipped"], seen["overlapping"], seen["tiny"]) == ([], [], [])
    assert (seen["charts"] > 0) == (page != "empty")


def test_the_page_asks_for_nothing_but_itself(looked):
    assert looked["rows"]
    pages = {f"/{name}/acceptance-report.html" for name in SESSIONS}
    assert set(looked["asked"]) == {"/probe.html", *pages}


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("page", SESSIONS)
def test_the_page_is_complete_without_scripts(measured, page, width):
    text = measured[page, width]["text"].replace("\u00a0", " ")
    document = build_document(SESSIONS[page]())
    assert headline(document) in text
    for criterion in document.criteria:
        assert requirement(criterion) in text
    for run in document.runs:
        assert run.id in text
        assert all(each.path in text for each in run.endpoints)
