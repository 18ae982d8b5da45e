"""A load of journeys: so many users begin each minute, and each takes its steps.

The plan lists the steps of all journeys, and after them the journeys.  A step is called as its
endpoint is, unless the run has that endpoint in several places: then it also says where it stands,
and all of them together go by the endpoint's name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from ApiLoadLibrary.engine.plan import PlannedJourney, PlannedStep
from ApiLoadLibrary.engine.schedule import Schedule
from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.measurement.phases import Phase
from ApiLoadLibrary.values import NS_PER_S, Duration, Rate
from ApiLoadLibrary.workload.action import Action
from ApiLoadLibrary.workload.endpoint import Endpoint
from ApiLoadLibrary.workload.journey import Journey
from ApiLoadLibrary.workload.origin import require_allowed
from ApiLoadLibrary.workload.request import RequestTemplate
from ApiLoadLibrary.workload.taken import Take
from ApiLoadLibrary.workload.template import seed_of

from .caps import require_within_caps
from .load import Load, sustained
from .plan import LoadPlan, PlanItem, Transport
from .rows import share_rows

__all__ = ["JourneyLoad", "JourneyRate", "plan_journeys"]

Prepare = Callable[[Endpoint, int, int, frozenset[str]], RequestTemplate]
"""Makes the request of an endpoint at a place in the run, in the journey whose first step is at
another, whose user has taken these values."""


@dataclass(frozen=True, slots=True)
class JourneyRate:
    """How many users begin a journey, in what time.

    Attributes:
        steps: The endpoints or actions of its steps, in their order.
    """

    journey: Journey
    rate: Rate
    steps: tuple[Endpoint | Action, ...]


@dataclass(frozen=True, slots=True)
class JourneyLoad:
    """What is asked for.

    Attributes:
        words: As a person says it: `1,000 journeys/min`.
        asked: The journeys.
        length: For how long users begin.
        at_random: Whether they come independently of each other (Poisson), not evenly spaced.
    """

    words: str
    asked: tuple[JourneyRate, ...]
    length: Duration
    at_random: bool = False

    def schedules(self, run_id: str) -> list[Schedule]:
        """When users begin each journey."""
        found = []
        for place, each in enumerate(self.asked):
            load = sustained(each.rate, self.length)
            load = load.randomly() if self.at_random else load
            found.append(load.schedule(place, len(self.asked), seed_of(run_id, place)))
        return [each for each in found if each is not None]

    def load(self, items: Sequence[PlanItem]) -> Load:
        """The same as the load of a plan with these items."""
        fastest = max(each.rate.per_second for each in self.asked)
        return Load(
            "journey",
            self.words,
            (Phase.whole(self.length.ns),),
            schedules=tuple(each.schedule for each in items if each.schedule is not None),
            own_words=tuple(map(_words_of, items)),
            late_after_ns=int(NS_PER_S / fastest),
        )


def plan_journeys(
    run_id: str,
    name: str,
    asked: JourneyLoad,
    takes: Mapping[str, Sequence[Take]],
    prepare: Prepare,
    *,
    transport: Transport,
) -> LoadPlan:
    """The plan of a load of journeys.

    Args:
        takes: What is taken from answers, by the endpoint's name in small letters.
        prepare: See `Prepare`.

    Raises:
        BadInput: More than the cap allows, a value that no step takes, or what no transport of
            journeys can carry.
        OriginNotAllowed: A request would leave the allowed origins.
    """
    guided = [each.journey for each in asked.asked if each.journey.call is not None]
    _require_one_kind(asked, guided, transport)
    names = iter(_names_of_steps(asked.asked))
    items: list[PlanItem] = []
    journeys: list[PlanItem] = []
    for each, schedule in zip(asked.asked, asked.schedules(run_id), strict=True):
        steps, walk = _steps(each, len(items), schedule, takes, prepare)
        seed = seed_of(run_id, len(items))
        items += [replace(step, endpoint=_renamed(step.endpoint, *next(names))) for step in steps]
        request = PlannedJourney(walk, seed, each.journey.call)
        journeys.append(PlanItem(each.journey, schedule, request, rate=each.rate))
    all_items = (*items, *journeys)
    # Each user is a customer of its own, with cookies of its own.
    transport = replace(transport, cookies=not guided)
    plan = LoadPlan(run_id, name, asked.load(all_items), all_items, transport)
    for origin in plan.origins:
        require_allowed(origin, transport.allowed)
    require_within_caps(plan)
    share_rows(plan.drawn)
    return plan


def _require_one_kind(asked: JourneyLoad, guided: Sequence[Journey], transport: Transport) -> None:
    if guided and len(guided) < len(asked.asked):
        raise BadInput(
            f"{guided[0].name} is a Python function, and others are requests: send them in load "
            "runs of their own, one of them in the background with `Start Load`."
        )
    if transport.through_requests and not guided:
        raise BadInput(
            "transport=requests carries no journeys: write `Configure Load    transport=http1` "
            "before, or write the journey as a Python function (call=)."
        )


def _words_of(item: PlanItem) -> str:
    """How often it is asked for."""
    if item.rate is not None:
        return str(item.rate)
    return "as users come to it" if item.begun_by is None else "as users begin"


def _steps(
    asked: JourneyRate,
    first: int,
    schedule: Schedule,
    takes: Mapping[str, Sequence[Take]],
    prepare: Prepare,
) -> tuple[list[PlanItem], tuple[PlannedStep, ...]]:
    """The items of a journey's steps, the first of them at this place, and the way over them."""
    items, walk = [], []
    taken: frozenset[str] = frozenset()
    for number, (step, endpoint) in enumerate(zip(asked.journey.steps, asked.steps, strict=True)):
        place = first + number
        own = tuple(takes.get(endpoint.name.casefold(), ()))
        begun_by = None if number else schedule
        request = (
            endpoint.call
            if isinstance(endpoint, Action)
            else prepare(endpoint, place, first, taken)
        )
        items.append(PlanItem(endpoint, None, request, begun_by, keeps_answers=bool(own)))
        walk.append(PlannedStep(place, step.think, own, step.name))
        taken |= {each.name for each in own}
    return items, tuple(walk)


def _names_of_steps(asked: Sequence[JourneyRate]) -> list[tuple[str, str | None]]:
    """Of each step its name in the run, and the name that it shares with others, if it does."""
    steps = [
        (each.journey.name, step.name, number)
        for each in asked
        for number, step in enumerate(each.journey.steps, 1)
    ]
    by_name = Counter(name for _, name, _ in steps)
    by_journey = Counter((journey, name) for journey, name, _ in steps)
    found: list[tuple[str, str | None]] = []
    for journey, name, number in steps:
        if by_name[name] == 1:
            found.append((name, None))
        elif by_journey[journey, name] == 1:
            found.append((f"{journey}: {name}", name))
        else:
            found.append((f"{journey}: {name} (step {number})", name))
    return found


def _renamed(
    endpoint: Endpoint | Action | Journey, name: str, shared: str | None
) -> Endpoint | Action | Journey:
    if isinstance(endpoint, Journey) or shared is None:
        return endpoint
    return replace(endpoint, name=name, group=shared)
