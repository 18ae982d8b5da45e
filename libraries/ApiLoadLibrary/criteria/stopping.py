"""Conditions that end a load before its time: `error rate > 50 % for 10 s`.

    condition  ::= criterion "for" DURATION

The criterion is one of the language (see `grammar`), on the error rate or on response times,
and says what must not go on: it looks upwards.  It is seen second by second on what all shards
have told, so a second is known about half a second after it is over.

Requests that are still under way count as if they would succeed at once.  So a condition is
never met too early: only when what has ended already is enough.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ApiLoadLibrary.errors import BadCriterion
from ApiLoadLibrary.measurement.histogram import Histogram
from ApiLoadLibrary.measurement.progress import Progress
from ApiLoadLibrary.measurement.tally import Second
from ApiLoadLibrary.values import NS_PER_S, Duration

from .grammar import EACH_ENDPOINT, Criterion, parse
from .limits import Limit
from .metrics import Dimension, Latency

__all__ = ["StopCondition", "StopWatch", "parse_stop"]

_FOR = re.compile(r"\s+for\s+(?!.*\sfor\s)", re.IGNORECASE)

Due = Callable[[int, int], int | None]
"""How many arrivals an endpoint has in a second of the load; None where nobody knows."""


@dataclass(frozen=True, slots=True)
class StopCondition:
    """What must not go on, and for how many seconds.

    Attributes:
        criterion: What each of the seconds is held against.
        seconds: How many in a row.
        text: As it was written.
    """

    criterion: Criterion
    limit: Limit
    seconds: int
    text: str


def parse_stop(text: str, endpoints: Collection[str]) -> StopCondition:
    """Read a condition such as `error rate > 50 % for 10 s`.

    Args:
        text: The condition.
        endpoints: The names that its scope may have.

    Raises:
        BadCriterion: It cannot be read, names what does not exist, or cannot end a load.
    """
    before, *behind = _FOR.split(text)
    if not behind:
        raise BadCriterion(text, len(text), "say how long it may go on: … for 10 s.")
    seconds = _whole_seconds(text, behind[0])
    criterion = parse(before, endpoints)
    _require_by_second(text, criterion)
    if criterion.target is None:
        raise BadCriterion(text, 0, "a load is ended by a time like 2 s, not by a threshold.")
    limit = Limit.of(criterion.operator, criterion.target)
    return StopCondition(criterion, limit, seconds, " ".join(text.split()))


def _whole_seconds(text: str, written: str) -> int:
    place = len(text) - len(written)
    try:
        length = Duration.parse(written)
    except ValueError as problem:
        raise BadCriterion(text, place, str(problem)) from None
    if length.ns == 0 or length.ns % NS_PER_S:
        raise BadCriterion(text, place, "write whole seconds, 1 s or more.")
    return length.ns // NS_PER_S


def _require_by_second(text: str, criterion: Criterion) -> None:
    metric = criterion.metric
    if isinstance(metric, Latency):
        known = not (metric.service or metric.all_answers)
    else:
        known = metric.dimension is Dimension.SHARE
    if not known:
        raise BadCriterion(
            text,
            0,
            f"{metric.name} cannot end a load: write error rate, or a response time like p95.",
        )
    if criterion.operator in ("<", "<="):
        raise BadCriterion(text, 0, "a load is ended by what is too high: write > or >=.")


class StopWatch:
    """Watches one load run for several conditions.

    Args:
        conditions: What must not go on.
        names: Of the run's endpoints, in their order.
        due: How many arrivals each of them has in each second.
        memory_s: For how long after a second requests of it may end.
    """

    def __init__(
        self,
        conditions: Sequence[StopCondition],
        names: Sequence[str],
        due: Due,
        memory_s: float,
    ) -> None:
        self._watched = [
            _Watched(each, name, places)
            for each in conditions
            for name, places in _subjects(each.criterion, names)
        ]
        self._due = due
        self._memory_s = memory_s + max((each.seconds for each in conditions), default=0)
        self._seconds: list[dict[int, Second]] = [{} for _ in names]
        self._looked_at = 0  # so many seconds were over then

    def __call__(self, progress: Progress, elapsed_s: float) -> str | None:
        """See what has come, and say which condition is met, if one is.

        It looks when another second is over, and only at seconds of which more has come.

        Args:
            progress: What was done since the last call.
            elapsed_s: Since the load's start, a warm-up left out.
        """
        if not self._watched:
            return None
        self._take(progress)
        over = int(max(0.0, elapsed_s))
        if over == self._looked_at:
            return None
        self._looked_at = over
        first = max(0, int(elapsed_s - self._memory_s))
        self._forget_before(first)
        met = (self._met(each, range(first, over)) for each in self._watched)
        found = next(filter(None, met), None)
        return found and f"its stop condition was met: {found}"

    def _take(self, progress: Progress) -> None:
        for endpoint, seconds in progress.seconds.items():
            for number, second in seconds.items():
                self._seconds[endpoint].setdefault(number, Second()).merge(second)
            for each in self._watched:
                if endpoint in each.places:
                    for number in seconds:
                        each.broken.pop(number, None)

    def _forget_before(self, first: int) -> None:
        for kept in self._seconds:
            for number in [each for each in kept if each < first]:
                del kept[number]
        for watched in self._watched:
            for number in [each for each in watched.broken if each < first]:
                del watched.broken[number]

    def _met(self, watched: _Watched, numbers: range) -> str | None:
        condition, streak = watched.condition, 0
        for number in numbers:
            if number not in watched.broken:
                watched.broken[number] = self._breaks(watched, number)
            streak = streak + 1 if watched.broken[number] else 0
            if streak == condition.seconds:
                return condition.text + (f" ({watched.name})" if watched.name else "")
        return None

    def _breaks(self, watched: _Watched, number: int) -> bool:
        """Whether a second is as the condition says, whatever becomes of what is under way."""
        seconds = {place: self._seconds[place].get(number, Second()) for place in watched.places}
        metric = watched.condition.criterion.metric
        if isinstance(metric, Latency):
            value = metric.value_ms(
                Histogram.from_cells([each.judged for each in seconds.values()])
            )
        else:
            value = self._error_percent(seconds, number)
        return value is not None and watched.condition.limit.met(value)

    def _error_percent(self, seconds: Mapping[int, Second], number: int) -> float | None:
        errors = sum(each.errors for each in seconds.values())
        due = sum(
            max(each.requests, self._due(place, number) or 0) for place, each in seconds.items()
        )
        return 100 * errors / due if due else None


@dataclass(frozen=True, slots=True)
class _Watched:
    """What one condition looks at: endpoints that are seen together.

    Attributes:
        name: Of the endpoint, where others are seen apart from it.
        places: Of the endpoints in the run.
        broken: Which seconds are as the condition says, as far as that has been looked at.
    """

    condition: StopCondition
    name: str | None
    places: tuple[int, ...]
    broken: dict[int, bool] = field(default_factory=dict)


def _subjects(
    criterion: Criterion, names: Sequence[str]
) -> Iterator[tuple[str | None, tuple[int, ...]]]:
    scope = criterion.scope
    if scope == EACH_ENDPOINT or (scope is None and criterion.metric.by_endpoint):
        yield from ((name, (place,)) for place, name in enumerate(names))
    elif scope is None:
        yield None, tuple(range(len(names)))
    elif scope in names:
        yield None, (names.index(scope),)
