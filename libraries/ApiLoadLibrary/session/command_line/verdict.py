"""`verdict`: for scripts that have to tell a fail from what could not be judged; and `schema`."""

from __future__ import annotations

import argparse
from importlib.resources import files
from pathlib import Path
from typing import Any

from ApiLoadLibrary.criteria.judgement import Verdict
from ApiLoadLibrary.report.source import read_report
from ApiLoadLibrary.report.words import headline

__all__ = ["add_to"]

CODES = {Verdict.PASS: 0, Verdict.FAIL: 1, Verdict.INCONCLUSIVE: 2}


def add_to(commands: Any) -> None:
    """Add the commands."""
    parser = commands.add_parser(
        "verdict", help="end with 0 for pass, 1 for fail, 2 for inconclusive"
    )
    parser.add_argument("json", type=Path, help="acceptance-report.json")
    parser.set_defaults(command=_verdict)
    commands.add_parser("schema", help="print the JSON Schema of reports").set_defaults(
        command=_schema
    )


def _verdict(asked: argparse.Namespace) -> int:
    document = read_report(asked.json).document
    print(headline(document))
    return CODES[document.verdict]


def _schema(asked: argparse.Namespace) -> int:
    schema = files("ApiLoadLibrary.report").joinpath("acceptance-report.schema.json")
    print(schema.read_text("utf-8"), end="")
    return 0
