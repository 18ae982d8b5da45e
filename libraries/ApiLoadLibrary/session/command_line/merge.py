"""`merge`: the reports of several robot processes as one."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.report.merge import merged
from ApiLoadLibrary.report.source import read_report
from ApiLoadLibrary.session.handing_over import hand_over

__all__ = ["add_to"]


def add_to(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "merge", help="make one report of several, as of pabot's processes, shards and reruns"
    )
    parser.add_argument("json", nargs="+", type=Path, help="the JSON of two reports or more")
    parser.add_argument("-o", "--output", type=Path, required=True, help="a folder")
    parser.set_defaults(command=_merge)


def _merge(asked: argparse.Namespace) -> int:
    if len(asked.json) < 2:
        raise BadInput(f"{asked.json[0]} is one report: name two or more.")
    reports = [(path.as_posix(), read_report(path).document) for path in asked.json]
    print("\n".join(hand_over(merged(reports), asked.output)))
    return 0
