"""What ends load runs before their time: conditions, and where in the suites each holds."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from ApiLoadLibrary.criteria.stop_watch import Loaded, StopWatch
from ApiLoadLibrary.criteria.stopping import StopCondition, parse_stop
from ApiLoadLibrary.scenarios.plan import LoadPlan

from .place import Place

__all__ = ["Stops"]


class Stops:
    """Conditions that end load runs to come, in a test or suite and in what is within it."""

    def __init__(self) -> None:
        self._stops: list[tuple[str, StopCondition]] = []

    def add(self, text: str, scopes: Collection[str], place: Place) -> None:
        """Have it end load runs from here on, here and in what is within here.

        Args:
            text: The condition.
            scopes: The names of endpoints and groups that it may be about.
            place: Where the suite stands.

        Raises:
            BadCriterion: It cannot be read, or cannot end a load.
        """
        self._stops.append((place.name, parse_stop(text, scopes)))

    def watch(self, plan: LoadPlan, place: Place, also: Sequence[StopCondition] = ()) -> StopWatch:
        """Says when this load run, made here, is to end.

        Args:
            also: What ends this one besides.
        """
        here = {place.name, *place.outwards()}
        return StopWatch(
            [*(condition for owner, condition in self._stops if owner in here), *also],
            [
                Loaded(each.endpoint.name, each.endpoint.group, each.planned_in(plan.load.judged))
                for each in plan.requested
            ],
            plan.due_in,
            plan.transport.timeout.seconds,
            plan.transport.workers,
        )
