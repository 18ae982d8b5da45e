"""`compare`: reports side by side, as a page and as a table on the console."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.files import write_whole
from ApiLoadLibrary.report.compare import MOST, compare
from ApiLoadLibrary.report.compare_text import comparison_text
from ApiLoadLibrary.report.html import render_comparison
from ApiLoadLibrary.report.source import read_report

__all__ = ["add_to"]

PAGE = Path("acceptance-comparison.html")


def add_to(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser("compare", help="put two reports or more side by side")
    parser.add_argument("json", nargs="+", type=Path, help="the JSON of each; the first is before")
    parser.add_argument("-o", "--output", type=Path, default=PAGE, help=f"the page; else {PAGE}")
    parser.set_defaults(command=_compare)


def _compare(asked: argparse.Namespace) -> int:
    if not 2 <= len(asked.json) <= MOST:
        raise BadInput(f"{len(asked.json)} reports cannot be compared: name 2 to {MOST}.")
    page: Path = asked.output
    reports = [read_report(path) for path in asked.json]
    comparison = compare([(each.document, each.seen_from(page.parent)) for each in reports])
    page.parent.mkdir(parents=True, exist_ok=True)
    write_whole(page, render_comparison(comparison))
    print(comparison_text(comparison))
    print(page)
    return 0
