"""What a test, or a suite, came to: for those who look at Robot's own report."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ApiLoadLibrary.criteria.judgement import Verdict, worst
from ApiLoadLibrary.report.document import HTML_NAME
from ApiLoadLibrary.report.record import JudgedCriterion
from ApiLoadLibrary.report.tally import tally, verdict_words

__all__ = ["Outcome", "outcome"]

TAG = "verdict:"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was judged in one place.

    Attributes:
        verdict: Fail beats inconclusive beats pass; a pass of a test that failed for another
            reason is inconclusive.
        verdicts: Of each criterion.
        disturbed: Whether a test there failed for another reason.
    """

    verdict: Verdict
    verdicts: tuple[Verdict, ...]
    disturbed: bool

    @property
    def tags(self) -> list[str]:
        """The tag of a test; none where the failure of the test itself says it all."""
        spoilt = self.disturbed and self.verdict is not Verdict.FAIL
        return [] if spoilt else [f"{TAG}{self.verdict.value}"]

    @property
    def sentence(self) -> str:
        """`All 4 requirements met.`"""
        words = tally(self.verdicts)
        return f"{words[0].upper()}{words[1:]}."

    @property
    def headline(self) -> str:
        """`Not ready: 2 of 3 requirements met, 1 not met.`"""
        return f"{verdict_words(self.verdict, self.verdicts)}."

    @property
    def linked_headline(self) -> str:
        """The same with a link to the report, as Robot writes links."""
        return f"{self.headline} [{HTML_NAME}|Acceptance report]"


def outcome(
    place: str, criteria: Sequence[JudgedCriterion], failed_tests: Sequence[str]
) -> Outcome | None:
    """What the criteria of a test, or of a suite and all below it, came to; None without any.

    Args:
        place: Its long name.
        criteria: All that were judged.
        failed_tests: Long names of tests that failed for another reason.
    """
    judged = tuple(each.judgement.verdict for each in criteria if _is_in(each.test, place))
    if not judged:
        return None
    disturbed = any(_is_in(each, place) for each in failed_tests)
    verdict = worst(judged)
    if disturbed and verdict is Verdict.PASS:
        verdict = Verdict.INCONCLUSIVE
    return Outcome(verdict, judged, disturbed)


def _is_in(name: str, place: str) -> bool:
    return name == place or name.startswith(f"{place}.")
