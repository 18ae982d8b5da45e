"""Watching a load run for what is to end it, second by second on what all shards have told.

A condition is never met too early: only when what has ended already is enough, whatever
becomes of the rest.  The rest of a second is counted as if it succeeded at once.

* Open model: it is what is due in that second, less what has ended.  A percentile breaks its
  limit when more are above it than all that are due leave room for; an average, when the sum
  of what has ended is too much for all that are due.
* Closed model: nobody knows how many are due, but no worker carries more than one request.  So
  the rest is one for each worker until the time-out has ended them all.  What has ended but is
  not told yet would come on top of it; such a second is looked at once all is told, two
  seconds after it is over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from ApiLoadLibrary.measurement.histogram import Histogram, nearest_rank
from ApiLoadLibrary.measurement.progress import Progress
from ApiLoadLibrary.measurement.tally import Second

from .grammar import EACH_ENDPOINT, EVERYTHING, THE_RUN, Criterion
from .metrics import NS_PER_MS, Latency, Share
from .stopping import StopCondition

__all__ = ["Loaded", "StopWatch"]

TOLD_WITHIN_S = 2.0
"""A busy shard of the closed model tells of each endpoint once a second ..."""

TELLING_TAKES_S = 0.05
"""... or, of very many, of one in each such time."""

EXTREMES = {"min": 0.0, "max": 1.0}
"""As percentiles."""

T = TypeVar("T")
Due = Callable[[int, int], int | None]
"""How many arrivals an endpoint has in a second of the load; None where nobody knows."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """An endpoint of a load run, before its end.

    Attributes:
        name, group: Its own, and the one that it is in, if any.
        planned: How many arrivals it has in all; None where nobody knows.
    """

    name: str
    group: str | None
    planned: int | None


class StopWatch:
    """Watches one load run for several conditions.

    Args:
        conditions: What ends the load.
        endpoints: Of the run, in their order.
        due: How many arrivals each of them has in each second.
        memory_s: For how long after a second requests of it may end.
        workers: How many requests can be under way at once.
    """

    def __init__(
        self,
        conditions: Sequence[StopCondition],
        endpoints: Sequence[Loaded],
        due: Due,
        memory_s: float,
        workers: int,
    ) -> None:
        watched = [
            _Watched(each, name, places)
            for each in conditions
            for name, places in _subjects(each.criterion, endpoints)
        ]
        self._running = [each for each in watched if each.condition.seconds]
        self._required = [each for each in watched if not each.condition.seconds]
        self._due = due
        self._planned = [each.planned for each in endpoints]
        closed = None in self._planned
        self._told_within_s = TOLD_WITHIN_S + TELLING_TAKES_S * len(endpoints) if closed else 0.0
        self._ended_within_s = memory_s
        self._memory_s = memory_s + max((each.seconds or 0 for each in conditions), default=0)
        self._workers = workers
        self._seconds: list[dict[int, Second]] = [{} for _ in endpoints]
        self._looked_at = 0  # so many seconds were over and told then
        self._all_ended = 0  # in so many, whatever they carried

    def __call__(self, progress: Progress, elapsed_s: float) -> str | None:
        """See what has come, and say which condition is met, if one is.

        It looks when another second is over, and only at seconds of which more has come.

        Args:
            progress: What was done since the last call.
            elapsed_s: Since the load's start, a warm-up left out.
        """
        if not (self._running or self._required):
            return None
        self._take(progress)
        told_s = max(0.0, elapsed_s - self._told_within_s)
        over = int(told_s)
        if over == self._looked_at:
            return None
        self._looked_at = over
        self._note_ended(int(max(0.0, told_s - self._ended_within_s)))
        first = max(0, int(told_s - self._memory_s))
        self._forget_before(first)
        for watched in self._running:
            if watched.goes_on(range(first, over), self._breaks):
                return f"its stop condition was met: {watched}"
        for watched in self._required:
            if self._is_missed(watched):
                return f"its stop condition was met: {watched}"
        return None

    def _take(self, progress: Progress) -> None:
        for endpoint, seconds in progress.seconds.items():
            for number, second in seconds.items():
                self._seconds[endpoint].setdefault(number, Second()).merge(second)
            for each in self._running:
                if endpoint in each.places:
                    for number in seconds:
                        each.broken.pop(number, None)
            for each in self._required:
                if endpoint in each.places:
                    each.missed += sum(map(each.breaking, seconds.values()))

    def _note_ended(self, all_ended: int) -> None:
        """By now all requests of so many seconds have ended: those are looked at once more."""
        for watched in self._running:
            for number in range(self._all_ended, all_ended):
                watched.broken.pop(number, None)
        self._all_ended = all_ended

    def _forget_before(self, first: int) -> None:
        self._seconds = [_since(first, each) for each in self._seconds]
        for watched in self._running:
            watched.broken = _since(first, watched.broken)

    def _breaks(self, watched: _Watched, number: int) -> bool:
        """Whether a second is as the condition says, whatever becomes of what is under way."""
        seconds = {place: self._seconds[place].get(number, Second()) for place in watched.places}
        return watched.is_broken_by(list(seconds.values()), self._to_come(seconds, number))

    def _to_come(self, seconds: Mapping[int, Second], number: int) -> int:
        """The most requests of a second that may not have been told of."""
        to_come = 0
        for place, second in seconds.items():
            due = self._due(place, number)
            if due is None:
                return self._workers if number >= self._all_ended else 0
            to_come += max(0, due - second.requests)
        return to_come

    def _is_missed(self, watched: _Watched) -> bool:
        """Whether more have broken the limit than may, of all that are planned."""
        planned = [self._planned[place] for place in watched.places]
        total = sum(each or 0 for each in planned)
        if None in planned or not total:
            return False  # without an end in sight there is always time to make up for it
        metric = watched.condition.criterion.metric
        if isinstance(metric, Latency):
            return watched.missed > _room(metric, total)
        return not watched.condition.limit.met(100 * watched.missed / total)


@dataclass(slots=True)
class _Watched:
    """What one condition looks at: endpoints that are seen together.

    Attributes:
        name: Of the endpoint, where others are seen apart from it.
        places: Of the endpoints in the run.
        broken: Which seconds are as the condition says, as far as that has been looked at.
        missed: How many requests have broken the limit, of a requirement.
    """

    condition: StopCondition
    name: str | None
    places: tuple[int, ...]
    broken: dict[int, bool] = field(default_factory=dict)
    missed: int = 0

    def goes_on(self, numbers: range, breaks: Callable[[_Watched, int], bool]) -> bool:
        """Whether so many of these seconds in a row are as the condition says."""
        streak = 0
        for number in numbers:
            if number not in self.broken:
                self.broken[number] = breaks(self, number)
            streak = streak + 1 if self.broken[number] else 0
            if streak == self.condition.seconds:
                return True
        return False

    def is_broken_by(self, seconds: Sequence[Second], to_come: int) -> bool:
        """Whether these are as the condition says, however good what is still to come is."""
        metric, limit = self.condition.criterion.metric, self.condition.limit
        hits = sum(map(self.breaking, seconds))
        if not isinstance(metric, Latency):
            total = to_come + sum(each.requests for each in seconds)
            return total > 0 and limit.met(100 * hits / total)
        total = to_come + sum(int(metric.cells(each).counts.sum()) for each in seconds)
        if metric.statistic == "average":
            sum_ns = sum(map(metric.sum_ns, seconds))
            return total > 0 and limit.met(sum_ns / total / NS_PER_MS)
        return total > 0 and hits > _room(metric, total)

    def breaking(self, second: Second) -> int:
        """How many requests of a second are counted against the limit."""
        metric = self.condition.criterion.metric
        if isinstance(metric, Latency):
            # Those of the limit's own cell may lie on either side of it.
            over = Histogram.from_cells([metric.cells(second)])
            return over.count_above(round(self.condition.limit.value * NS_PER_MS))
        assert isinstance(metric, Share)
        return metric.hits(second)

    def __str__(self) -> str:
        return self.condition.text + (f" ({self.name})" if self.name else "")


def _room(metric: Latency, total: int) -> int:
    """How many of so many may be above the limit of a percentile or an extreme that meets it."""
    share = EXTREMES[metric.statistic] if metric.share is None else metric.share
    return total - nearest_rank(share, total)


def _since(first: int, seconds: Mapping[int, T]) -> dict[int, T]:
    return {number: each for number, each in seconds.items() if number >= first}


def _subjects(
    criterion: Criterion, endpoints: Sequence[Loaded]
) -> Iterator[tuple[str | None, tuple[int, ...]]]:
    """Whose requests are seen together: a name, where others are seen apart, and places."""
    scope, by_endpoint = criterion.scope, criterion.metric.by_endpoint
    names = [each.name for each in endpoints]
    places = tuple(range(len(names)))
    if scope in (THE_RUN, EVERYTHING) or (scope is None and not by_endpoint):
        yield None, places
    elif scope in (None, EACH_ENDPOINT):
        yield from ((names[place], (place,)) for place in places)
    elif scope in names:
        yield None, (names.index(scope),)
    elif here := tuple(place for place in places if endpoints[place].group == scope):
        yield from ((names[place], (place,)) for place in here) if by_endpoint else [(None, here)]
