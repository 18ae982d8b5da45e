"""`export`: a report in the formats of other tools."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ApiLoadLibrary.files import write_whole
from ApiLoadLibrary.report.exports.files import FORMATS, exported
from ApiLoadLibrary.report.source import read_report

__all__ = ["add_to"]


def add_to(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser("export", help="write a report in the formats of other tools")
    parser.add_argument("json", type=Path, help="acceptance-report.json")
    parser.add_argument(
        "-f", "--format", action="append", choices=[*FORMATS], help="one of them; all if not given"
    )
    parser.add_argument("-o", "--output", type=Path, help="a folder; else `export` beside the JSON")
    parser.set_defaults(command=_export)


def _export(asked: argparse.Namespace) -> int:
    document = read_report(asked.json).document
    folder = asked.output or asked.json.parent / "export"
    for name, text in exported(document, asked.format or FORMATS):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, text)
        print(path)
    return 0
