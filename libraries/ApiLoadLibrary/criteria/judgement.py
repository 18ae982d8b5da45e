"""What judging a criterion comes to."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

__all__ = ["Judgement", "Verdict", "worst"]


class Verdict(Enum):
    """Whether a requirement was met.  Inconclusive never counts as a pass."""

    PASS = "pass"
    INCONCLUSIVE = "inconclusive"
    FAIL = "fail"

    @property
    def severity(self) -> int:
        """Fail beats inconclusive beats pass."""
        return [Verdict.PASS, Verdict.INCONCLUSIVE, Verdict.FAIL].index(self)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Fail beats inconclusive beats pass; of nothing at all, inconclusive."""
    return max(verdicts, key=lambda each: each.severity, default=Verdict.INCONCLUSIVE)


@dataclass(frozen=True, slots=True)
class Judgement:
    """One criterion, judged on one load run.

    Attributes:
        criterion: The criterion as the language writes it: `p95 of Products < 50 ms`.
        metric: Its metric: `p95`, `error rate`, `cpu` …
        endpoint: The endpoint that decided; None for a metric of the whole run.
        run_id: The load run that was judged; None when there was none.
        operator: `<`, `<=`, `>` or `>=`.
        target: The limit, in `unit`.
        unit: `ms`, `%`, `/s`, `MB/s`.
        measured: The measured value in `unit`; None when nothing could be measured.
        interval: Where the true value lies with `confidence`, in `unit`.
        confidence: 0.95 for 95 %; None where the value is a point estimate.
        margin: How far the measured value is on the good side of the target, as a
            share of the target; negative when it is on the bad side.
        samples: How many requests, or seconds of a resource, it rests on.
        verdict: The verdict.
        reason: Why, as the tail of a sentence; never empty for an inconclusive one.
        sentence: The whole finding as one plain sentence.
        scope: What it is about, as the language writes it: an endpoint's or a group's name, `Each
            Endpoint`, `The Run`, `Everything`; None where nothing was written.
        when: Of what part of the run it speaks, as the language writes it: `in every 10 s
            during burst`; empty for all of the judged phase.
        window_s: Length in seconds of the windows judged one by one; None where there are none.
    """

    criterion: str
    metric: str
    endpoint: str | None
    run_id: str | None
    operator: str
    target: float
    unit: str
    measured: float | None
    interval: tuple[float, float] | None
    confidence: float | None
    margin: float | None
    samples: int
    verdict: Verdict
    reason: str
    sentence: str
    scope: str | None = None
    when: str = ""
    window_s: int | None = None

    @property
    def passed(self) -> bool:
        """Whether the requirement was met."""
        return self.verdict is Verdict.PASS
