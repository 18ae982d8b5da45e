"""`sign`: an approval under a report, tied to what it says."""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.files import write_whole
from ApiLoadLibrary.report.document import Approval
from ApiLoadLibrary.report.html import render
from ApiLoadLibrary.report.signing import signed
from ApiLoadLibrary.report.source import read_report

__all__ = ["add_to"]

SIGNED = "-signed"
DECISION = "approved"


def add_to(commands: Any) -> None:
    """Add the command."""
    parser = commands.add_parser("sign", help="approve a report: who, in which role, and when")
    parser.add_argument("json", type=Path, help="acceptance-report.json, or one that is signed")
    parser.add_argument("--name", required=True, help="who approves")
    parser.add_argument("--role", required=True, help="for whom: Product owner, Operations")
    parser.add_argument("--comment", default="", help="what is to be said about it")
    parser.add_argument(
        "-o", "--output", type=Path, help=f"the new JSON; else the same name with {SIGNED}"
    )
    parser.set_defaults(command=_sign)


def _sign(asked: argparse.Namespace) -> int:
    for name in ("name", "role"):
        if not getattr(asked, name).strip():
            raise BadInput(f"--{name} is empty: an approval says who gives it, and for whom.")
    path: Path = asked.json
    read_report(path)  # what is no report cannot be signed
    today = datetime.now(UTC).astimezone().date().isoformat()
    approval = Approval(asked.role, asked.name, DECISION, today, asked.comment)
    new = asked.output or path.with_name(f"{path.stem.removesuffix(SIGNED)}{SIGNED}.json")
    page = new.with_suffix(".html")
    if page == new:
        raise BadInput(f"-o {new} is a page: name the JSON, the page is written beside it.")
    new.parent.mkdir(parents=True, exist_ok=True)
    write_whole(new, signed(path.read_text("utf-8"), approval))
    report = read_report(new)
    write_whole(page, render(report.document, report.seen_from(page.parent)))
    print(new, page, sep="\n")
    return 0
