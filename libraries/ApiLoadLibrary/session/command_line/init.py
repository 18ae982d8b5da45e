"""`init`: a first suite for an API of one's own, from its address or from what describes it."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.session.starter.files import ARGUMENTS, RESOURCE, SUITE, Starter
from ApiLoadLibrary.session.starter.robot_text import one_line
from ApiLoadLibrary.session.starter.sources import look_at
from ApiLoadLibrary.workload.imports.imported import LeftOut

__all__ = ["add_to"]

LONGEST_LINE = 400
MOST_NAMED = 3
"""Of the requests that are left out for one reason."""


def add_to(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser(
        "init",
        help="write a first suite for an API of your own",
        description="Writes a suite, a resource and an argument file; overwrites nothing.",
        epilog="For example: %(prog)s shop --from https://shop.example/openapi.json",
    )
    parser.add_argument("folder", nargs="?", type=Path, default=Path(), help="else this one")
    parser.add_argument(
        "--from",
        dest="source",
        required=True,
        help="the API's address; or a file or URL that describes it: OpenAPI, HAR, Postman",
    )
    parser.add_argument("--server", help="where the API is, if what describes it does not say so")
    parser.set_defaults(command=_init)


def _init(asked: argparse.Namespace) -> int:
    _require_room(asked.folder)
    found = look_at(asked.source, asked.server)
    starter = Starter(found.imported, found.base_url)
    if not starter.endpoints:
        reasons = "\n".join(_left_out(starter.left_out))
        raise BadInput(f"--from='{asked.source}' holds no request that can be written.\n{reasons}")
    _write(asked.folder, starter.texts())
    print("\n".join(_told(asked.folder, starter, found.how)))
    return 0


def _require_room(folder: Path) -> None:
    """See that nothing would be overwritten, before anything is asked for."""
    if folder.exists() and not folder.is_dir():
        raise BadInput(f"'{folder}' is a file: name a folder.")
    for name in (SUITE, RESOURCE, ARGUMENTS):
        if (folder / name).exists():
            raise BadInput(
                f"{folder / name} is there already, and is not overwritten: name another folder."
            )


def _write(folder: Path, texts: dict[str, str]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in texts.items():
        with (folder / name).open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)


def _told(folder: Path, starter: Starter, how: str) -> Iterable[str]:
    """What has been written, what has not, and what to do next."""
    loaded = ", ".join(each.name for each in starter.loaded)
    yield how
    yield ""
    yield f"  {folder / SUITE}"
    yield f"      {starter.rate} requests a minute to each of: {loaded}"
    yield f"  {folder / RESOURCE}"
    yield f"      the server {starter.base_url} and {_counted(len(starter.endpoints), 'endpoint')}"
    yield f"  {folder / ARGUMENTS}"
    yield "      options of robot"
    yield ""
    if starter.left_out:
        yield f"Left out, to be added to {RESOURCE} where they are wanted:"
        yield from _left_out(starter.left_out)
        yield ""
    yield "Next:"
    yield ""
    yield from (f"  {each}" for each in _next(folder, starter))


def _left_out(left_out: Iterable[LeftOut]) -> list[str]:
    """Requests that are left out, by the reason why."""
    by_reason: dict[str, list[str]] = {}
    for each in left_out:
        by_reason.setdefault(each.reason, []).append(each.operation)
    lines = []
    for reason, operations in by_reason.items():
        more = len(operations) - MOST_NAMED
        named = [*operations[:MOST_NAMED], *([f"{more} more"] if more > 0 else [])]
        lines.append(one_line(f"{', '.join(named)}: {reason}", LONGEST_LINE))
    return [f"  {line}" for line in lines]


def _next(folder: Path, starter: Starter) -> Iterable[str]:
    """The commands to type."""
    robot = "robot" if shutil.which("robot") else f"{sys.executable} -m robot"
    if folder != Path():
        yield f"cd {folder}"
    setting = "set" if os.name == "nt" else "export"
    for name in starter.environment:
        yield f"{setting} {name}=…"
    yield f"{robot} -A {ARGUMENTS} --dryrun {SUITE}  # checks the suite, sends nothing"
    yield f"{robot} -A {ARGUMENTS} {SUITE}  # sends load"
    yield "# and look at results/acceptance-report.html"


def _counted(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"
