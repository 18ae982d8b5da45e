"""What one endpoint is compared with: the same endpoint, under the same load, in earlier runs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from ApiLoadLibrary.figures import figure
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.values import Rate

from .baseline import EarlierEndpoint, EarlierRun
from .confidence import FEWEST_SAMPLES
from .limits import Limit
from .sentences import join, span
from .shift import RUNS_THAT_SHOW_NOISE, Part
from .subject import Subject

__all__ = ["Comparison", "comparable", "missing", "more_errors", "too_few", "why_nothing"]

MORE_ERRORS = 5.0
"""Percentage points: whoever tolerates slower answers has not asked for fewer of them."""

SAME_RATE = 0.01
"""Rates that differ by no more are the same."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What one endpoint is judged by.

    Attributes:
        subject: The endpoint in the run that is judged.
        limit: The tolerance.
        confidence: How sure a verdict must be.
        compared: How many comparisons share its error.
        now: What the run measured.
        earlier: What earlier runs measured of the same endpoint under the same load.
    """

    subject: Subject
    limit: Limit
    confidence: float
    compared: int
    now: EarlierEndpoint
    earlier: tuple[EarlierEndpoint, ...]

    @property
    def basis(self) -> tuple[str, ...]:
        """`100,020 requests at 1,667/s against 3 earlier runs`."""
        number = len(self.earlier)
        runs = "1 earlier run" if number == 1 else f"{number} earlier runs"
        against = f"{self.subject.basis(self.now.samples)} against {runs}"
        if number >= RUNS_THAT_SHOW_NOISE:
            return (against,)
        return against, f"it takes {RUNS_THAT_SHOW_NOISE} to know how much runs differ"


def comparable(
    now: EarlierEndpoint, run: RunResult, earlier: Sequence[EarlierRun]
) -> tuple[EarlierEndpoint, ...]:
    """Earlier measurements of the same endpoint under the same load."""
    return tuple(
        endpoint
        for then, endpoint in _measured(now.name, earlier)
        if _same_load(now, endpoint) and _same_workers(run, then)
    )


def missing(run: RunResult, earlier: Sequence[EarlierRun]) -> list[str]:
    """Endpoints of the latest earlier run that has any of this run's, which this run has not."""
    names = {each.name for each in run.endpoints}
    for then in reversed(earlier):
        known = [each.name for each in then.endpoints]
        if names.intersection(known):
            return [each for each in known if each not in names]
    return []


def _measured(name: str, earlier: Sequence[EarlierRun]) -> list[tuple[EarlierRun, EarlierEndpoint]]:
    """Where an endpoint has response times."""
    return [
        (run, each)
        for run in earlier
        for each in run.endpoints
        if each.name == name and each.samples
    ]


def _same_workers(run: RunResult, then: EarlierRun) -> bool:
    """In the closed model workers are the load; in the open model it is the same with any."""
    return not run.closed or run.generator.workers == then.workers


def _same_load(now: EarlierEndpoint, then: EarlierEndpoint) -> bool:
    """In the same words, or at rates that hardly differ: `60/min` is `1/s`."""
    if now.offered == then.offered:
        return True
    rates = (now.offered_rate_per_s, then.offered_rate_per_s)
    return (
        _is_rate(now.offered) and _is_rate(then.offered) and math.isclose(*rates, rel_tol=SAME_RATE)
    )


def _is_rate(offered: str) -> bool:
    """Whether this is one rate from beginning to end: a ramp's average is no rate."""
    try:
        Rate.parse(offered)
    except ValueError:
        return False
    return True


def why_nothing(comparison: Comparison, runs: Sequence[EarlierRun]) -> str | None:
    """Why there is nothing to compare, or nothing to compare with."""
    now = comparison.now
    if not now.requests:
        return "no requests were made"
    if not now.samples:
        return f"none of {now.requests:,} requests succeeded"
    return None if comparison.earlier else _why_none_earlier(comparison, runs)


def _why_none_earlier(comparison: Comparison, runs: Sequence[EarlierRun]) -> str:
    if not runs:
        return "the baseline holds no earlier run"
    now, workers = comparison.now, comparison.subject.run.generator.workers
    known = sorted({each.name for run in runs for each in run.endpoints})
    if now.name not in known:
        return f"the baseline has no endpoint of this name; it has {join(known)}"
    measured = _measured(now.name, runs)
    if not measured:
        return "none of its requests succeeded in the baseline"
    run, then = measured[-1]
    offered, before = now.offered, then.offered
    if _same_load(now, then):
        offered, before = f"{offered} by {_workers(workers)}", f"by {_workers(run.workers)}"
    return f"it was offered {offered}, but {before} in the baseline; only like is compared"


def _workers(number: int) -> str:
    return "1 worker" if number == 1 else f"{number:,} workers"


def more_errors(comparison: Comparison) -> str | None:
    """Whether more requests failed than before, by more points than are tolerated: 5 at most.

    What fails has no response time that is compared: a server that refuses nine in ten at once
    is not as fast as ever.
    """
    earlier = comparison.earlier
    now = _failed_percent([comparison.now])
    then = _failed_percent(earlier)
    if now - then <= min(comparison.limit.value, MORE_ERRORS):
        return None
    runs = "run" if len(earlier) == 1 else "runs"
    return (
        f"{figure(now)} % of its requests failed, and {figure(then)} % in the earlier {runs}; "
        "only times of those that succeed are compared"
    )


def _failed_percent(endpoints: Sequence[EarlierEndpoint]) -> float:
    requests = sum(each.requests for each in endpoints)
    return 100 * sum(each.errors for each in endpoints) / requests if requests else 0.0


def too_few(comparison: Comparison, part: Part) -> str | None:
    """Why this part is not known: a handful of requests bounds nothing."""
    needed = math.ceil(FEWEST_SAMPLES / (1 - part.low))
    now, fewest = comparison.now, min(comparison.earlier, key=lambda each: each.samples)
    for each, where in ((now, ""), (fewest, " in the baseline")):
        if each.samples < needed:
            seconds = each.requests / now.offered_rate_per_s * (needed / each.samples - 1)
            what = f" to know {part.words}" if part.words else ""
            more = f"run about {span(seconds)} longer at this rate"
            return f"too few requests{where}: it takes {needed:,}{what}; {more}"
    return None
