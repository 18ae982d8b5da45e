"""What a session knows at its end: all that a report is made of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ApiLoadLibrary.criteria.judgement import Judgement
from ApiLoadLibrary.measurement.result import RunResult

from .document import FailedTest, NotJudged, SystemUnderTest, Waiver

__all__ = [
    "LEFT_OUT",
    "FailedTest",
    "JudgedCriterion",
    "NotJudged",
    "SessionRecord",
    "SystemUnderTest",
    "Waiver",
]

LEFT_OUT = "left out of this run"
"""Why a test was not judged that an option excluded."""


@dataclass(frozen=True, slots=True)
class JudgedCriterion:
    """A judgement, and whose requirement it was.

    Attributes:
        id: A number such as `C1`, or the requirement's own id.
        judgement: What judging it came to.
        test: The long name of the test that asked.
        requirement: The requirement in the suite's own words, if it gave any.
        owner: Who asked for it.
        clause: Where it is written: a contract's clause, a ticket.
    """

    id: str
    judgement: Judgement
    test: str
    requirement: str | None = None
    owner: str | None = None
    clause: str | None = None


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """One acceptance session.

    Attributes:
        title: What the report is about, in a few words.
        started_at: ISO 8601 with offset.
        finished_at: ISO 8601 with offset.
        environment: Where it ran: `python`, `robot`, `library`, `platform`,
            `cpu_count`, `generator_host` …; shown in this order.
        runs: Every load run that was made.
        criteria: Every criterion that was judged, in the order of judging.
        not_judged: Runs that nobody judged, tests that were skipped or failed before.
        failed_tests: Tests that use the library and failed for another reason
            than a criterion.
        interrupted: Why the session ended early, in words; None when it did not.
        suite: The suite that was run, by its name; empty where that is not known.
        tests: Long names of the tests that were run.
        left_out: How many of its tests were left out; None where that is not known.
        waivers: Whose criterion is the id of a criterion, or of a requirement that has several.
    """

    title: str
    started_at: str
    finished_at: str
    system_under_test: SystemUnderTest
    environment: Mapping[str, str | int | float | None]
    runs: tuple[RunResult, ...] = ()
    criteria: tuple[JudgedCriterion, ...] = ()
    not_judged: tuple[NotJudged, ...] = ()
    failed_tests: tuple[FailedTest, ...] = ()
    interrupted: str | None = None
    suite: str = ""
    tests: tuple[str, ...] = ()
    left_out: int | None = None
    waivers: tuple[Waiver, ...] = ()
