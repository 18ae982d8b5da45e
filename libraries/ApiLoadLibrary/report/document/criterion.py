"""One requirement, judged."""

from __future__ import annotations

from dataclasses import dataclass

from ApiLoadLibrary.criteria.judgement import Verdict

__all__ = ["Criterion"]


@dataclass(frozen=True, slots=True)
class Criterion:
    """One requirement, judged.

    Attributes:
        id: A number such as C1, or the requirement's own id.
        test: The long name of the test that asked.
        requirement: The requirement in the suite's own words.
        owner: Who asked for it.
        clause: Where it is written: a contract's clause, a ticket.
        criterion: The criterion as the language writes it.
        run: The id of the load run that was judged; null when there was none.
        scope: What it is about, as the language writes it; null where nothing was written.
        endpoint: The endpoint that decided; null for a metric of the whole run.
        metric: The metric: p95, error rate, cpu …
        operator: One of <, <=, > and >=.
        target: The limit, in `unit`.
        unit: The unit of target, measured and interval: ms, %, /s, MB/s.
        measured: The measured value in `unit`; null when nothing could be measured.
        interval: Lowest and highest likely true value in `unit`; a null end is open.
        confidence: How surely it lies there: 0.95 for 95 %; null for a point estimate.
        margin: How far the measured value is on the good side of the target, as a
            share of the target; negative on the bad side.
        samples: How many requests, or seconds of a resource, it rests on.
        when: Of what part of the run it speaks, as the language writes it; empty for all of it.
        window: Length in seconds of the windows judged one by one; null for the whole run.
        verdict: Whether it was met; inconclusive never counts as met.
        reason: Why, as the tail of a sentence.
        sentence: The whole finding as one plain sentence.
    """

    id: str
    test: str
    requirement: str | None
    owner: str | None
    clause: str | None
    criterion: str
    run: str | None
    scope: str | None
    endpoint: str | None
    metric: str
    operator: str
    target: float
    unit: str
    measured: float | None
    interval: tuple[float | None, float | None] | None
    confidence: float | None
    margin: float | None
    samples: int
    when: str
    window: float | None
    verdict: Verdict
    reason: str
    sentence: str
