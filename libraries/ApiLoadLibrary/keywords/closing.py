"""The very end of a robot run: the reports are written, and the console says where."""

from __future__ import annotations

from collections.abc import Collection
from importlib.metadata import version
from pathlib import Path
from typing import Any

from robot.api import logger

from ApiLoadLibrary.session.acceptance import AcceptanceSession

from .left_out import TestPlace, left_out

__all__ = ["write_reports"]


def write_reports(
    session: AcceptanceSession, folder: Path, suite: Any, ran: Collection[TestPlace]
) -> None:
    """Close the session, unless another listener has.

    Args:
        session: What was measured and judged.
        folder: Where the reports are written.
        suite: Any suite of this robot run.
        ran: The places of the tests that the reports are about.
    """
    if session.closed:
        return
    _note_left_out(session, suite, ran)
    lines = session.close(folder, {"robot_framework": version("robotframework")})
    logger.console("\n" + "\n".join(f"Acceptance: {line}" for line in lines.splitlines()))


def _note_left_out(session: AcceptanceSession, suite: Any, ran: Collection[TestPlace]) -> None:
    try:
        names = left_out(suite, ran)
    except Exception as error:  # noqa: BLE001 - the report is written whatever happens here
        reason = f"unknown, because the suites could not be read again: {error}"
        session.note_not_judged("Tests left out of this run", reason)
        return
    session.note_left_out(names)
