"""The journeys that a suite has defined, what their users take from answers, and their load."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from ApiLoadLibrary.errors import BadInput, UnknownName
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.scenarios.journey_conclusion import concluding
from ApiLoadLibrary.scenarios.journeys import JourneyLoad, JourneyRate
from ApiLoadLibrary.scenarios.plan import LoadPlan
from ApiLoadLibrary.values import Duration, Rate
from ApiLoadLibrary.workload.action import Action, Call
from ApiLoadLibrary.workload.endpoint import Endpoint
from ApiLoadLibrary.workload.journey import Journey, Think
from ApiLoadLibrary.workload.taken import Take
from ApiLoadLibrary.workload.template import BUILT_IN

from .config import split_list
from .endpoints import Endpoints, weighed

if TYPE_CHECKING:
    from .acceptance import AcceptanceSession

__all__ = ["Journey", "JourneyVisit", "Journeys", "Think"]


class Journeys:
    """Finds journeys whatever the case.

    Args:
        endpoints: What their steps are.

    Attributes:
        takes: What is taken from answers, by the endpoint's name in small letters.
    """

    def __init__(self, endpoints: Endpoints) -> None:
        self._endpoints = endpoints
        self._by_name: dict[str, Journey] = {}
        self.takes: dict[str, tuple[Take, ...]] = {}

    @property
    def names(self) -> list[str]:
        """All names, as they were defined."""
        return [each.name for each in self._by_name.values()]

    def define(self, journey: Journey) -> None:
        """Register a journey; a name that is taken is defined anew.

        Raises:
            UnknownName: A step is no endpoint.
            BadInput: A step is an action, the name is that of an endpoint, or the Python
                function cannot be called.
        """
        if journey.name.casefold() in {each.casefold() for each in self._endpoints.scopes}:
            raise BadInput(
                f"'{journey.name}' is the name of an endpoint or a group: call the journey "
                "otherwise, so that criteria can tell them apart."
            )
        if journey.call is not None:
            _require_guide(journey, journey.call)
        self._by_name[journey.name.casefold()] = self._spelled(journey)
        self._endpoints.note_journey(journey.name)
        self.steps_of(journey)

    def _spelled(self, journey: Journey) -> Journey:
        """With its steps called as their endpoints are."""
        endpoints = self.steps_of(journey)
        steps = zip(journey.steps, endpoints, strict=True)
        return replace(journey, steps=tuple(replace(step, name=each.name) for step, each in steps))

    def steps_of(self, journey: Journey) -> tuple[Endpoint | Action, ...]:
        """What its steps send, or call.

        Raises:
            UnknownName: A step is no endpoint.
            BadInput: A step is an action or a group.
        """
        if journey.call is not None:
            return tuple(Action(each.name, journey.call) for each in journey.steps)
        return tuple(self._step(journey, each.name) for each in journey.steps)

    def _step(self, journey: Journey, name: str) -> Endpoint:
        found = self._endpoints.named(name) if name else []
        if len(found) != 1 or found[0].name.casefold() != name.casefold():
            raise BadInput(
                f"Step '{name}' of journey '{journey.name}' is no single endpoint: name one."
            )
        endpoint = found[0]
        if not isinstance(endpoint, Endpoint):
            raise BadInput(
                f"Step '{name}' of journey '{journey.name}' is an action, which users of a "
                "journey cannot take: name an endpoint, or write all of the journey as a Python "
                "function (call=)."
            )
        return endpoint

    def take(self, endpoint: str, places: dict[str, str]) -> None:
        """Have users take these values from the endpoint's answers, besides what they take yet.

        Raises:
            UnknownName: There is no such endpoint.
            BadInput: It is none whose answers can be read, or a place or name that cannot be.
        """
        (found,) = self._endpoints.named(endpoint)
        if not isinstance(found, Endpoint):
            raise BadInput(f"{found.name} is an action, whose answers nobody sees here.")
        if not places:
            raise BadInput("Nothing is taken: write for example product=$.products[2].id.")
        takes = {each.name: each for each in self.takes.get(found.name.casefold(), ())}
        for name, place in places.items():
            take = Take.parse(name, place)
            if take.name in BUILT_IN:
                raise BadInput(
                    f"'{name}' cannot name a value: {{{{{name}}}}} means something else already."
                )
            takes[take.name] = take
        self.takes[found.name.casefold()] = tuple(takes.values())

    def named(self, names: str) -> list[Journey]:
        """The journeys of a list with commas.

        Raises:
            UnknownName: One of them is not defined.
            BadInput: None is named, or one twice.
        """
        found = [self._named(each) for each in split_list(names)]
        if not found:
            raise BadInput(f"journeys='{names}' names no journey: define one first.")
        if len({each.name for each in found}) < len(found):
            raise BadInput(f"journeys='{names}' names a journey twice.")
        return found

    def mixed(self, mix: str) -> list[tuple[Journey, Fraction]]:
        """The journeys of a mix, and the part of each: `7 Browse, 3 Buy A Coffee`.

        Raises:
            UnknownName: One of them is not defined.
            BadInput: It is no mix, or names a journey twice.
        """
        found = [(self._named(name), part) for name, part in weighed(mix)]
        if len({each.name for each, _ in found}) < len(found):
            raise BadInput(f"mix='{mix}' names a journey twice.")
        return found

    def _named(self, name: str) -> Journey:
        found = self._by_name.get(name.casefold())
        if found is None:
            raise UnknownName("journey", name, self.names)
        return found


def _require_guide(journey: Journey, call: Call) -> None:
    if not call.takes_argument:
        raise BadInput(
            f"call='{call}' takes no argument: the function of a journey is handed a walk, and "
            "times its steps with it, like with walk.step('Sign In')."
        )
    if journey.thinking.high.ns:
        raise BadInput(
            f"Journey '{journey.name}' is a Python function, which thinks by itself: leave out "
            "Think and think=, and write walk.think(2) there."
        )


class JourneyVisit:
    """Users who come and go their ways.

    Args:
        session: Who they are, and what they know.
        words: What is asked for, as a person says it.
        asked: How many begin each journey, in what time.
        length: For how long they come.
        at_random: Whether they come independently of each other.
    """

    def __init__(
        self,
        session: AcceptanceSession,
        words: str,
        asked: list[tuple[Journey, Rate]],
        length: Duration,
        *,
        at_random: bool = False,
    ) -> None:
        self._session = session
        journeys = session.journeys
        rates = (JourneyRate(each, rate, journeys.steps_of(each)) for each, rate in asked)
        words = f"{words} at random" if at_random else words
        self._load = JourneyLoad(words, tuple(rates), length, at_random)

    def plan(self, name: str, workers: int | None) -> LoadPlan:
        """All that will be sent, with the token of this moment."""
        session = self._session
        load = replace(self._load, asked=tuple(map(self._with_threshold, self._load.asked)))
        tester = session.tester_with(workers)
        return tester.plan_journeys(load, session.journeys.takes, name)

    def _with_threshold(self, asked: JourneyRate) -> JourneyRate:
        """Its steps with the session's threshold, where they have none of their own."""
        threshold = self._session.config.threshold
        steps = (
            each if each.threshold else replace(each, threshold=threshold) for each in asked.steps
        )
        return replace(asked, steps=tuple(steps))

    @property
    def conclude(self) -> Callable[[RunResult], RunResult]:
        """Finds in a result how far users came."""
        return concluding(self._load)
