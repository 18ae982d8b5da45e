"""The very end of a robot run: the reports are written, and the console says where."""

from __future__ import annotations

from collections.abc import Collection
from importlib.metadata import version
from pathlib import Path
from typing import Any

from robot.api import logger
from robot.libraries.BuiltIn import BuiltIn

from ApiLoadLibrary.session.acceptance import AcceptanceSession

from .left_out import TestPlace, left_out

__all__ = ["pabot_part", "tell_outcome", "write_reports"]


def pabot_part() -> str | None:
    """Which part of a run this is that pabot has split; None where it has not."""
    part = BuiltIn().get_variable_value("${PABOTQUEUEINDEX}")
    return None if part is None else str(part)


def tell_outcome(session: AcceptanceSession, suite: Any) -> None:
    """A suite has ended: its metadata say what it came to.

    Pabot makes one suite of those of all parts: there the metadata of one would speak for all.
    """
    outcome = session.notes.outcome_of(suite.full_name)
    if outcome and pabot_part() is None:
        said = outcome.headline if suite.parent else outcome.linked_headline
        suite.metadata["Acceptance"] = said


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
        session.notes.add_not_judged("Tests left out of this run", reason)
        return
    session.notes.add_left_out(names)
