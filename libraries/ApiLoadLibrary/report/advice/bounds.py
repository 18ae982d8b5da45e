"""What can give out as the rate rises, and at which rate it did."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np

from ApiLoadLibrary.criteria.distributions import beta_quantile
from ApiLoadLibrary.report import formats
from ApiLoadLibrary.report.document import Criterion
from ApiLoadLibrary.report.requirement import has_own_limits, requirement

from .evidence import RunEvidence, is_ceiling_of_time
from .level import Level
from .line import line
from .machines import Machine

__all__ = ["Bound", "Reach", "bend", "bounds_of", "reach"]

MOST_ERRORS = 0.01
LEAST_SENT = 0.98
FULL_PERCENT = 90.0
BEND = 3.0
FURTHEST = 3.0
"""Times the highest rate tried: nobody can tell more from what was seen."""

SPAN = 2.0
"""Rates that lie closer together do not show how a figure grows with them."""


@dataclass(frozen=True, slots=True)
class Bound:
    """Something that may give out.

    Attributes:
        what: What it is, in plain words.
        value: Its figure at a level; nan where there is none.
        limit: What the figure must not exceed.
        grows: Whether it grows evenly with the rate, as a processor's work does.
        host: Whose resource it is; None of a requirement.
        is_bend: Whether nobody asked for it: it only shows where answers begin to take longer.
    """

    what: str
    value: Callable[[Level], float]
    limit: float
    grows: bool = False
    host: str | None = None
    is_bend: bool = False

    def is_broken(self, level: Level) -> bool | None:
        """Whether it is exceeded at a level; None where that is not known."""
        value = self.value(level)
        return None if math.isnan(value) else value > self.limit


@dataclass(frozen=True, slots=True)
class Reach:
    """How far a bound was seen to hold, in requests per second.

    Attributes:
        bound: Which.
        tried: The lowest and the highest rate that was tried.
        held: The highest rate below which it never broke; None if it broke at the lowest.
        broken: The lowest rate from which on it always was; None if it held at the highest.
        expected: Between which rates it will break, if it grows as before; the second is None
            when nothing bounds it.
    """

    bound: Bound
    tried: tuple[float, float]
    held: float | None
    broken: float | None
    expected: tuple[float, float | None] | None = None


def bounds_of(runs: Sequence[RunEvidence]) -> list[Bound]:
    """All that can be seen giving out in these runs."""
    found = [
        *_times(runs),
        _errors(runs),
        Bound("The load is sent in time", _unsent, 1 - LEAST_SENT),
    ]
    machines = {each.name: each for run in runs for each in run.machines if not each.is_shared}
    return [*found, *(_processor(machines[name]) for name in sorted(machines))]


def _processor(machine: Machine) -> Bound:
    most, name = formats.percent(FULL_PERCENT), machine.name
    words = f"The processor of {name} stays below {most}"
    if machine.is_process:
        words = f"{name} uses less than {most} of the processor time that it may"
    return Bound(words, partial(_cpu, name), FULL_PERCENT, grows=True, host=name)


def _cpu(host: str, level: Level) -> float:
    return level.cpu_percent.get(host, math.nan)


def _unsent(level: Level) -> float:
    return _at_least(level.unsent, level.requests)


def _failed(level: Level) -> float:
    return _at_least(level.errors, level.requests)


def _at_least(hits: int, trials: int) -> float:
    """The share that so many of so many prove, with 95 % confidence: one late request of thirty
    does not break a limit of two in a hundred (Clopper and Pearson 1934)."""
    return beta_quantile(0.05, hits, trials - hits + 1) if hits else 0.0


def _errors(runs: Sequence[RunEvidence]) -> Bound:
    limits = [
        each.target / 100
        for run in runs
        for each in run.criteria
        if each.metric == "error rate" and each.operator.startswith("<") and each.endpoint is None
    ]
    limit = min(limits, default=MOST_ERRORS)
    words = (
        "No request fails"
        if limit <= 0
        else f"At most {formats.percent(100 * limit)} of the requests fail"
    )
    return Bound(words, _failed, limit)


def _times(runs: Sequence[RunEvidence]) -> Iterator[Bound]:
    """Limits to the 95th percentile; without one, the thresholds of endpoints."""
    asked: dict[str, Bound] = {}
    for run in runs:
        for criterion in filter(_can_be_followed, run.criteria):
            asked.setdefault(requirement(criterion), _time(run, criterion))
    limits = {each.name: each.threshold_ms for run in runs for each in run.run.endpoints}
    if not asked and (known := {name: each for name, each in limits.items() if each}):
        yield Bound(
            "95 of 100 requests are answered within their limit", partial(_worst, known), 1.0
        )
    yield from asked.values()


def _can_be_followed(criterion: Criterion) -> bool:
    """Whether the document keeps its figure second by second."""
    if not is_ceiling_of_time(criterion) or criterion.when or criterion.target <= 0:
        return False
    if criterion.metric.removesuffix(" response time") != "p95":
        return False
    return (criterion.scope or "").casefold() != "everything"


def _time(run: RunEvidence, criterion: Criterion) -> Bound:
    if (criterion.scope or "").casefold() == "the run":
        return Bound(requirement(criterion), lambda level: level.p95_ms, criterion.target)
    names = [each.name for each in run.run.endpoints]
    if criterion.scope in names:
        names = [criterion.scope]
    own = {each.name: each.threshold_ms for each in run.run.endpoints}
    limits = {
        name: (own[name] or criterion.target) if has_own_limits(criterion) else criterion.target
        for name in names
    }
    return Bound(requirement(criterion), partial(_worst, limits), 1.0)


def _worst(limits: dict[str, float], level: Level) -> float:
    """The 95th percentile of the slowest endpoint, as a multiple of its limit."""
    parts = [level.p95_of.get(name, math.nan) / limit for name, limit in limits.items()]
    known = [each for each in parts if not math.isnan(each)]
    return max(known, default=math.nan)


def bend(levels: Sequence[Level]) -> Bound | None:
    """Answers that take three times as long as at low rates; None of too few levels."""
    low = [each.p95_ms for each in levels[: max(1, len(levels) // 3)]]
    known = [each for each in low if not math.isnan(each) and each > 0]
    if len(levels) < 3 or not known:
        return None
    usual = float(np.median(known))
    words = f"95 of 100 requests take less than {BEND:.0f} times as long as at low rates"
    return Bound(words, lambda level: level.p95_ms, BEND * usual, is_bend=True)


def reach(bound: Bound, levels: Sequence[Level]) -> Reach | None:
    """How far a bound holds; None where its figure is not known at any level.

    Args:
        levels: By their rate, the lowest first.
    """
    seen = [(each.rate, broken) for each in levels if (broken := bound.is_broken(each)) is not None]
    if not seen:
        return None
    first_broken = next((place for place, (_, broken) in enumerate(seen) if broken), len(seen))
    last_held = max((place for place, (_, broken) in enumerate(seen) if not broken), default=-1)
    held = seen[first_broken - 1][0] if first_broken else None
    broken_from = seen[last_held + 1][0] if last_held + 1 < len(seen) else None
    tried = (seen[0][0], seen[-1][0])
    expected = _expected(bound, levels) if bound.grows and first_broken == len(seen) else None
    return Reach(bound, tried, held, broken_from, expected)


def _expected(bound: Bound, levels: Sequence[Level]) -> tuple[float, float | None] | None:
    """Between which rates a figure that grows evenly will reach its limit; None if not known."""
    rates = np.array([each.rate for each in levels])
    grown = line(rates, np.array([bound.value(each) for each in levels]))
    highest = float(rates.max())
    if grown is None or not grown.is_clear or grown.slope <= 0 or highest < SPAN * rates.min():
        return None
    further = np.linspace(highest, FURTHEST * highest, 400).tolist()
    soonest = next((x for x in further if grown.at(x) + grown.doubt_at(x) >= bound.limit), None)
    latest = next((x for x in further if grown.at(x) - grown.doubt_at(x) >= bound.limit), None)
    return None if soonest is None else (soonest, latest)
