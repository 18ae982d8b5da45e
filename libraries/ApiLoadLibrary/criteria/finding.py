"""What was found on one subject, before it is put into words."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .confidence import Interval
from .doubt import doubt
from .judgement import Verdict
from .limits import Limit
from .sentences import between, span
from .subject import Subject

__all__ = ["Finding", "doubted", "enough", "unmeasured", "unsure", "weighed"]

LONGEST_FACTOR = 100
"""A run so many times as long is no advice any more."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One metric of one subject, compared with its limit.

    Attributes:
        measured: In the limit's unit; None when nothing could be measured.
        samples: How many requests, or seconds of a resource, it rests on.
        interval: In the limit's unit; None for a point estimate.
        reason: Why, as the tail of a sentence.
        aside: What follows the measured value: ` on average, 84 % at its peak`.
        basis: What the value rests on, for the sentence's parentheses.
        place: Whose value it is, when it is not the subject's: a host's.
        never: There is no value because it never came to it.
    """

    subject: Subject
    limit: Limit
    measured: float | None
    samples: int
    verdict: Verdict
    reason: str = ""
    interval: Interval | None = None
    aside: str = ""
    basis: tuple[str, ...] = ()
    place: str | None = None
    never: bool = False


def unmeasured(subject: Subject, limit: Limit, reason: str) -> Finding:
    """Nothing to judge: inconclusive, never a pass."""
    return Finding(subject, limit, None, 0, Verdict.INCONCLUSIVE, reason)


def doubted(finding: Finding) -> Finding:
    """The same, unless the load is in doubt: then all but a failure is inconclusive for that."""
    if finding.verdict is Verdict.FAIL:
        return finding
    reason = doubt(finding.subject)
    return replace(finding, verdict=Verdict.INCONCLUSIVE, reason=reason) if reason else finding


def enough(finding: Finding, fewest: int, what: str, samples: int) -> Finding:
    """The same, but what rests on a handful of samples decides nothing.

    Args:
        fewest: So many are enough.
        what: What they are: `requests`.
        samples: So many there are.
    """
    if finding.measured is None or samples >= fewest:
        return finding
    reason = f"too few {what}: {samples:,}, and {fewest:,} are the least"
    return replace(finding, verdict=Verdict.INCONCLUSIVE, reason=reason)


def weighed(finding: Finding, interval: Interval) -> Finding:
    """The same with an interval, and its verdict."""
    return replace(finding, verdict=finding.limit.verdict(interval), interval=interval)


def unsure(finding: Finding, interval: Interval, confidence: float) -> Finding:
    """The same with the reason for an interval on both sides of the limit.

    It says how much longer to run: an interval narrows with the square root of the time.
    """
    assert finding.measured is not None
    truth = f"the true value lies {between(interval, finding.limit, confidence)}"
    gap = finding.limit.value - finding.measured
    reach = interval.high - finding.measured if gap > 0 else finding.measured - interval.low
    if LONGEST_FACTOR * gap**2 <= reach**2:
        return replace(finding, reason=f"{truth}, too near the limit for a longer run to tell")
    seconds = finding.subject.run.length_ns / 1e9 * ((reach / gap) ** 2 - 1)
    more = f"about {span(seconds)} more at this rate would tell"
    return replace(finding, reason=f"{truth}; {more}")
