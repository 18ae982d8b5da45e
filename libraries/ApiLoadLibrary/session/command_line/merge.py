"""`merge`: the reports of several robot processes as one."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.report.document import INTERIM_NAME, JSON_NAME
from ApiLoadLibrary.report.merge import merged
from ApiLoadLibrary.report.source import read_report
from ApiLoadLibrary.session.handing_over import hand_over

__all__ = ["add_to"]


def add_to(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "merge", help="make one report of several, as of pabot's processes, shards and reruns"
    )
    parser.add_argument(
        "reports",
        nargs="+",
        type=Path,
        help="the JSON of two reports or more, or a folder that holds them, as pabot_results",
    )
    parser.add_argument("-o", "--output", type=Path, required=True, help="a folder")
    parser.set_defaults(command=_merge)


def _merge(asked: argparse.Namespace) -> int:
    paths = [path for each in asked.reports for path in _files(each)]
    if len(paths) < 2 and paths == asked.reports:
        raise BadInput(f"{paths[0]} is one report: name two or more, or a folder that holds them.")
    reports = [(path.as_posix(), read_report(path).document) for path in paths]
    print("\n".join(hand_over(merged(reports), asked.output)))
    return 0


def _files(path: Path) -> Iterator[Path]:
    """The report, or those in the folders below; of a process that was killed the interim one.

    Raises:
        BadInput: There is none in the folder.
    """
    if not path.is_dir():
        yield path
        return
    folders = sorted({each.parent for each in path.rglob("acceptance-*.json")}, key=_in_order)
    found = [each / name for each in folders for name in (JSON_NAME, INTERIM_NAME)]
    kept = {each.parent: each for each in reversed(found) if each.is_file()}
    if not kept:
        raise BadInput(f"{path} holds no {JSON_NAME}: name the folder that pabot made.")
    yield from reversed(kept.values())


def _in_order(folder: Path) -> list[tuple[int, str]]:
    """Folders with numbers for names as one counts them."""
    parts = re.split(r"(\d+)", folder.as_posix())
    return [(int(each), "") if each.isdigit() else (0, each) for each in parts]
