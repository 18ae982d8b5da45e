"""`report`: the HTML again, from the JSON of reports."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.files import write_whole
from ApiLoadLibrary.report.html import render
from ApiLoadLibrary.report.source import read_report

__all__ = ["add_to"]

SOME_REFUSED = 3


def add_to(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser("report", help="make the HTML again from the JSON of reports")
    parser.add_argument("json", nargs="+", type=Path, help="acceptance-report.json, or several")
    parser.add_argument(
        "-o", "--output", type=Path, help="the page, or a folder; else beside each JSON"
    )
    parser.set_defaults(command=_report)


def _report(asked: argparse.Namespace) -> int:
    code = 0
    for path, page in zip(asked.json, _pages(asked.json, asked.output), strict=True):
        try:
            text = _made_of(path, page.parent)
        except BadInput as error:  # `*.json` finds other files than reports too
            print(error, file=sys.stderr)
            code = SOME_REFUSED
            continue
        page.parent.mkdir(parents=True, exist_ok=True)
        write_whole(page, text)
        print(page)
    return code


def _made_of(path: Path, folder: Path) -> str:
    """The page of a report, for this folder.

    Raises:
        BadInput: It is none, or damaged.
    """
    report = read_report(path)
    try:
        return render(report.document, report.seen_from(folder))
    except BadInput as error:
        raise BadInput(f"{path}: {error}") from None


def _pages(reports: Sequence[Path], output: Path | None) -> list[Path]:
    """Where the page of each report goes."""
    if output is None:
        return [path.with_suffix(".html") for path in reports]
    if output.suffix.casefold() in (".html", ".htm"):
        if len(reports) > 1:
            raise BadInput(f"-o {output} is one page, for {len(reports)} reports: name a folder.")
        return [output]
    pages = [output / f"{path.stem}.html" for path in reports]
    if len(set(pages)) < len(pages):  # the same name in several folders
        pages = [output / f"{path.resolve().parent.name}-{path.stem}.html" for path in reports]
    if len(set(pages)) < len(pages):
        raise BadInput("Several of these reports would become one page: make them one by one.")
    return pages
