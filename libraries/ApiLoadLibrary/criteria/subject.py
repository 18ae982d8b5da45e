"""What a criterion is judged on: one endpoint of a run, or the whole run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from ApiLoadLibrary.errors import UnknownName
from ApiLoadLibrary.figures import figure
from ApiLoadLibrary.measurement.outcomes import FailureInfo
from ApiLoadLibrary.measurement.result import EndpointResult, RunResult, Totals
from ApiLoadLibrary.measurement.tally import Tally
from ApiLoadLibrary.measurement.watched import Watched
from ApiLoadLibrary.values import Rate

from .grammar import EACH_ENDPOINT, EVERYTHING, THE_RUN
from .metrics import Metric, Share

__all__ = ["Subject", "names_in", "subjects"]


@dataclass(frozen=True, slots=True)
class Subject(Totals):
    """One endpoint of a run, a group of them, or all of them together.

    Attributes:
        run: The load run.
        endpoints: Those that it is about.
        name: The endpoint's or the group's name; None for the whole run.
        watched: The host or process that it is about, if it is one of these.
        within: What it is a window of.  Whether the promised load was carried is asked of that:
            a single request that was sent late spoils no window.
    """

    run: RunResult
    endpoints: tuple[EndpointResult, ...]
    name: str | None = None
    within: Subject | None = None
    watched: Watched | None = None

    def tally(self) -> Tally:
        """What the requests of all its endpoints came to."""
        first, *others = (each.tally for each in self.endpoints)
        if not others:
            return first
        # What is expected differs from endpoint to endpoint: whoever needs it asks them.
        total = Tally(frozenset(), first.late_after_ns)
        for each in (first, *others):
            total.merge(each)
        return total

    def failures(self) -> Counter[int]:
        """How many requests ended in each outcome that their endpoint does not expect."""
        total: Counter[int] = Counter()
        for each in self.endpoints:
            unexpected = each.tally.outcomes.keys() - each.tally.expected
            total.update({outcome: each.tally.outcomes[outcome] for outcome in unexpected})
        return total

    def describe(self, outcome: int) -> FailureInfo:
        """Kind, blame and words of a failure of one of its endpoints."""
        checked = (each for each in self.endpoints if outcome in each.checks)
        return next(checked, self.endpoints[0]).describe(outcome)

    @property
    def rate(self) -> str:
        """What was offered, as a person writes it: `10,000/min`."""
        rates = [each.rate for each in self.endpoints if each.rate is not None]
        times = {each.per for each in rates}
        if len(times) == 1:
            return str(Rate(sum((each.count for each in rates), Fraction(0)), *times).rounded)
        mean = sum(each.offered_rate_per_s for each in self.endpoints)
        return f"{figure(mean, 4)}/s{'' if rates else ' on average'}"

    def basis(self, samples: int) -> str:
        """`12,000 requests at 1,000/min`, or `9,000 of 12,000 …` when not all of them count."""
        noun = self.endpoints[0].noun if self.endpoints else "request"
        things = noun if self.requests == 1 else f"{noun}s"
        part = "" if samples == self.requests else f"{samples:,} of "
        runs = self.run.load_runs
        where = f"at {self.rate}" if runs == 1 else f"in {runs:,} load runs"
        return f"{part}{self.requests:,} {things} {where}"


def subjects(metric: Metric, scope: str | None, run: RunResult) -> list[Subject]:
    """What a metric is judged on in a run.

    Raises:
        UnknownName: The run has no such endpoint or group.
    """
    if isinstance(metric, Share) and metric.of_journeys:
        return _of_journeys(scope, run)
    if scope in (THE_RUN, EVERYTHING) or (scope is None and not metric.by_endpoint):
        return [Subject(run, run.endpoints)]
    found = run.endpoints if scope in (None, EACH_ENDPOINT) else _named(scope or "", run)
    if metric.by_endpoint or scope == EACH_ENDPOINT or len(found) == 1:
        return [Subject(run, (each,), each.name) for each in found]
    return [Subject(run, found, found[0].group)]


def _of_journeys(scope: str | None, run: RunResult) -> list[Subject]:
    """The run's journeys together, or each, or the one that is named."""
    if scope in (None, THE_RUN, EVERYTHING):
        name = run.journeys[0].name if len(run.journeys) == 1 else None
        return [Subject(run, run.journeys, name)]
    found = [
        each
        for each in run.journeys
        if scope == EACH_ENDPOINT or each.name.casefold() == (scope or "").casefold()
    ]
    if not found and scope != EACH_ENDPOINT:
        raise UnknownName("journey", scope or "", [each.name for each in run.journeys])
    return [Subject(run, (each,), each.name) for each in found] or [Subject(run, ())]


def _named(name: str, run: RunResult) -> tuple[EndpointResult, ...]:
    """The endpoint of this name, or those of the group."""
    every = (*run.endpoints, *run.journeys)
    by_name = tuple(each for each in every if each.name.casefold() == name.casefold())
    of_group = tuple(
        each for each in run.endpoints if each.group and each.group.casefold() == name.casefold()
    )
    if not by_name and not of_group:
        raise UnknownName("endpoint", name, names_in(run))
    return by_name or of_group


def names_in(run: RunResult) -> list[str]:
    """What a scope may name: the run's endpoints, and then its groups."""
    return list(dict.fromkeys(_names(run)))


def _names(run: RunResult) -> Iterator[str]:
    yield from (each.name for each in run.endpoints)
    yield from (each.name for each in run.journeys)
    yield from (each.group for each in run.endpoints if each.group)
