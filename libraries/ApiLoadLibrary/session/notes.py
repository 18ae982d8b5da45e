"""What a report tells of a session beside its load runs and criteria: its tests, and waivers."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Sequence
from datetime import date

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.report.record import LEFT_OUT, FailedTest, NotJudged, Waiver

from .outcome import Outcome, outcome
from .verdicts import Verdicts

__all__ = ["Notes"]

INTERRUPTED = "Execution terminated by signal"


class Notes:
    """Notes on a session's tests, and on who lives with what.

    Args:
        mask: Takes the session's secrets out of a text.
        verdicts: What was judged in it.

    Attributes:
        suite: What is being run, by its name.
        tests: All that have begun.
        left_out: How many of the suite's tests were no part of the session; None where that is
            unknown.
        failed_tests: Those that failed for another reason than a criterion.
        not_judged: What was left out, and why.
        waivers: Which requirements somebody lives with unmet.
        interrupted: Why the session was broken off, if it was.
    """

    def __init__(self, mask: Callable[[str], str], verdicts: Verdicts) -> None:
        self._mask = mask
        self._verdicts = verdicts
        self.suite = ""
        self.tests: list[str] = []
        self.left_out: int | None = None
        self.failed_tests: list[FailedTest] = []
        self.not_judged: list[NotJudged] = []
        self.waivers: list[Waiver] = []
        self.interrupted: str | None = None

    def add_test(self, test: str) -> None:
        """A test begins."""
        if test not in self.tests:
            self.tests.append(test)

    def add_failure(self, test: str, message: str) -> None:
        """A test failed: was there another reason than its criteria?"""
        sentences = [
            self._mask(each.judgement.sentence)
            for each in self._verdicts.criteria
            if each.test == test
        ]
        other = _without(message, sentences)
        failed = FailedTest(test, self._mask(other))
        if other and failed not in self.failed_tests:
            self.failed_tests.append(failed)
        if INTERRUPTED in message:
            self.interrupted = "the run was interrupted"

    def add_waiver(self, requirement: str, owner: str, reason: str, until: date) -> None:
        """Somebody has decided to live with a requirement unmet; no verdict changes for it.

        Raises:
            BadInput: Nobody is named, or nothing said.
        """
        for name, value in (("requirement", requirement), ("owner", owner), ("reason", reason)):
            if not value.strip():
                raise BadInput(f"{name}= is empty: a waiver says what, who and why.")
        self.waivers.append(Waiver(requirement, owner, self._mask(reason), until.isoformat()))

    def add_not_judged(self, what: str, reason: str) -> None:
        """Something was left out, and why."""
        self.not_judged.append(NotJudged(what, self._mask(reason)))

    def add_left_out(self, tests: Collection[str]) -> None:
        """These tests of the suite were no part of this session; empty where all were."""
        self.left_out = len(tests)
        for name in tests:
            self.add_not_judged(name, LEFT_OUT)

    def outcome_of(self, place: str) -> Outcome | None:
        """What a test, or a suite and all below it, came to; None where nothing was judged."""
        failed = [each.name for each in self.failed_tests]
        return outcome(place, self._verdicts.criteria, failed)


def _without(message: str, sentences: Sequence[str]) -> str:
    """What is left of a test's message without these sentences and Robot's frame around them."""
    for sentence in sorted(sentences, key=len, reverse=True):
        message = message.replace(sentence, "")
    lines = message.replace("Several failures occurred:", "").splitlines()
    kept = [line.strip() for line in lines if not re.fullmatch(r"\s*(\d+\))?\s*", line)]
    return " ".join(kept)
