"""Compared with earlier runs and side by side: nothing is cut off, and axe finds nothing."""

from __future__ import annotations

import html
import json
import re
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from ApiLoadLibrary.report.build import build_document
from ApiLoadLibrary.report.compare import compare
from ApiLoadLibrary.report.document import Verdict
from ApiLoadLibrary.report.earlier import with_earlier
from ApiLoadLibrary.report.html import render, render_comparison
from ApiLoadLibrary.report.source import Source
from integration.test_report_accessible import look_at
from integration.test_report_page import PROBE, WIDTHS, browser, dump, long_names
from unit.report import samples
from unit.report.test_earlier import session

__all__ = ["browser"]


def after_earlier_runs() -> str:
    """Ten earlier runs, and an attempt."""
    outcomes = [(Verdict.PASS, 17.3), (Verdict.FAIL, 61.2), (Verdict.INCONCLUSIVE, 49.0)]
    metrics = [{"metric": each} for each in ("p50", "p95", "p99")]
    runs = [
        session(day, [(*outcomes[(day + number) % 3], metrics[number]) for number in range(3)])
        for day in range(1, 13)
    ]
    now = session(28, [(*outcomes[0], each) for each in metrics], left_out=2)
    return render(with_earlier(now, [(f"{n}.json", each) for n, each in enumerate(runs)]))


def side_by_side() -> str:
    records = (samples.session(), samples.failing(), long_names())
    source = Source("acceptance-report.json", "acceptance-report.json", "0" * 64)
    return render_comparison(compare([(build_document(each), source) for each in records]))


PAGES = {"earlier": after_earlier_runs, "compared": side_by_side}


@pytest.mark.parametrize("page", PAGES)
def test_axe_finds_nothing(browser: str, tmp_path: Path, page: str) -> None:
    seen = look_at(browser, tmp_path, PAGES[page]())
    assert (seen["light"]["found"], seen["dark"]["found"]) == ([], [])
    assert len(seen["light"]["passed"]) > 10


class Quiet(SimpleHTTPRequestHandler):
    """Serves a folder."""

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Say nothing."""


def test_nothing_is_cut_off_or_runs_into_another(browser: str, tmp_path: Path) -> None:
    for name, page in PAGES.items():
        (tmp_path / f"{name}.html").write_text(page(), "utf-8")
    names = json.dumps([f"{name}.html" for name in PAGES])
    probe = PROBE.replace("PAGES", names).replace("WIDTHS", json.dumps(WIDTHS))
    (tmp_path / "probe.html").write_text(probe, "utf-8")
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(tmp_path)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        address = f"http://127.0.0.1:{server.server_port}/probe.html"
        dom = dump(browser, tmp_path / "profile", address)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    found = re.search(r'<pre id="found">(.*?)</pre>', dom, re.DOTALL)
    assert found, "the probe did not come to its end"
    rows = json.loads(html.unescape(found[1]))
    assert len(rows) == len(PAGES) * len(WIDTHS)
    for row in rows:
        wrong = {key: row[key] for key in ("wide", "clipped", "overlapping", "tiny") if row[key]}
        assert (wrong, row["scrolls"] <= 0) == ({}, True), (row["page"], row["width"])
