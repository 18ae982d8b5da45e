"""A load plan: what will be sent, where to, when and with what; all of it before the first byte."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from ApiLoadLibrary.engine.plan import (
    Detours,
    PlannedEndpoint,
    PlannedJourney,
    Request,
    ShardPlan,
    SocketPlan,
)
from ApiLoadLibrary.engine.schedule import Schedule
from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.measurement.phases import Phase
from ApiLoadLibrary.values import NS_PER_S, Duration, Rate
from ApiLoadLibrary.workload.action import Action, Call
from ApiLoadLibrary.workload.check import Check
from ApiLoadLibrary.workload.endpoint import Endpoint
from ApiLoadLibrary.workload.feeder import Draw
from ApiLoadLibrary.workload.journey import Journey
from ApiLoadLibrary.workload.origin import Origin, require_allowed
from ApiLoadLibrary.workload.request import RequestTemplate
from ApiLoadLibrary.workload.template import seed_of

from .caps import most_requests, require_within_caps
from .load import Load
from .rows import draws_of, share_rows

__all__ = ["LoadPlan", "PlanItem", "Transport", "plan_load"]

LATE_NS = 10_000_000
GRACE = Duration(5 * NS_PER_S)
SHARD_CEILING_PER_S = 20_000
"""Above this a second shard is worth its start; one sends several times as much."""

BLOCKING_CEILING_PER_S = 500
"""The same where worker threads send: `requests` takes most of a core for three times as many."""


@dataclass(frozen=True, slots=True)
class Transport:
    """How requests travel.

    Attributes:
        workers: Concurrency slots for the whole run.
        timeout: For one request, connecting included.
        allowed: The only origins that anything is sent to.
        max_rate: A cap on the rate of all requests together, if there is one.
        max_requests: A cap on their number, if there is one.
        shards: Processes to send from; None leaves it to the plan.
        verify: Whether TLS certificates are verified; or the file of a private CA.
        cert: The files of the client's certificate, if it has one.
        connect_timeout: For connecting alone, TLS included; None leaves it the whole time-out.
        through_requests: Whether requests go through `requests`, on a thread for each worker.
        follow: Whether redirects are followed, within the allowed origins.
        cookies: Whether each worker keeps the cookies that it gets.
        detours: See `Detours`.
        proxies: Those that `requests` takes; None for those of the environment.
        digest: User and password for digest authentication.
    """

    workers: int
    timeout: Duration
    allowed: frozenset[Origin]
    max_rate: Rate | None = None
    max_requests: int | None = None
    shards: int | None = None
    verify: bool | str = True
    cert: tuple[str, ...] = ()
    connect_timeout: Duration | None = None
    through_requests: bool = False
    follow: bool = False
    cookies: bool = False
    detours: Detours = ()
    proxies: Mapping[str, str] | None = field(default_factory=dict, repr=False)
    digest: tuple[str, str] | None = field(default=None, repr=False)

    @property
    def connect_limit(self) -> Duration:
        """How long connecting may take."""
        limit = self.connect_timeout
        return self.timeout if limit is None else min(limit, self.timeout)


@dataclass(frozen=True, slots=True)
class PlanItem:
    """One endpoint in a plan.

    Attributes:
        schedule: When its requests start; None in the closed model, and of a journey's steps.
        request: See `Request`.
        begun_by: Of the first step of a journey: the journey's schedule.
        rate: Of a journey: how many there are.
        keeps_answers: Whether its answers are kept until they have been looked at.
    """

    endpoint: Endpoint | Action | Journey
    schedule: Schedule | None
    request: Request
    begun_by: Schedule | None = None
    rate: Rate | None = None
    keeps_answers: bool = False

    @property
    def checks(self) -> tuple[Check, ...]:
        """What its answers are held to; an action holds itself to what it likes."""
        return self.endpoint.checks if isinstance(self.endpoint, Endpoint) else ()

    def planned_in(self, phase: Phase) -> int | None:
        """How many arrivals are due in a phase; None in the closed model, and where it depends on
        answers: of the later steps of a journey."""
        schedule = self.schedule or self.begun_by
        if schedule is None:
            return None
        before, after = map(schedule.count_before, (phase.start_ns, phase.end_ns))
        return after - before

    @property
    def places(self) -> tuple[int, ...]:
        """Of a journey: those of its steps in the plan."""
        request = self.request
        steps = request.steps if isinstance(request, PlannedJourney) else ()
        return tuple(each.place for each in steps)

    @property
    def is_journey(self) -> bool:
        """Whether it stands for several requests together, which are counted where they are."""
        return isinstance(self.request, PlannedJourney)


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """One load run, planned.

    Attributes:
        run_id: Unique for ever; each request carries it as `X-Load-Run`.
        name: How people call the run.
        load: What is asked of each endpoint.
        grace: How long after its end waiting arrivals may still be sent.
        traced: Names of headers, in small letters, that its trace holds of each answer; None
            where no trace is kept.
        sockets: Of a run with WebSocket connections; see `ShardPlan`.
        tokens: Of those who are signed in, when it begins; see `ShardPlan`.
    """

    run_id: str
    name: str
    load: Load
    items: tuple[PlanItem, ...]
    transport: Transport
    grace: Duration = GRACE
    traced: frozenset[str] | None = None
    sockets: SocketPlan | None = None
    tokens: tuple[str, ...] = field(default=(), repr=False)

    @property
    def is_signed(self) -> bool:
        """Whether some of its requests show the token of somebody who is signed in."""
        sent = (item.request for item in self.items)
        return any(isinstance(each, RequestTemplate) and each.is_signed for each in sent)

    @property
    def origins(self) -> set[Origin]:
        """Where requests go; what is called instead goes where it likes."""
        sent = (item.request for item in self.items)
        return {each.origin for each in sent if isinstance(each, RequestTemplate)}

    @property
    def drawn(self) -> list[tuple[Draw, int | None]]:
        """What requests draw from feeders, each with the number of its arrivals; None where no
        schedule says how many there are."""
        journeys = {place: each.schedule for each in self.journeys for place in each.places}
        return [
            (draw, schedule.count if schedule else None)
            for place, item in enumerate(self.items)
            for schedule in [journeys.get(place, item.schedule)]
            for draw in draws_of(item.request)
        ]

    @property
    def detoured(self) -> bool:
        """Whether some of them do not take the straight way."""
        return not self.origins.isdisjoint(dict(self.transport.detours))

    @property
    def blocking(self) -> bool:
        """Whether worker threads carry it: by `transport=requests`, or for an action's sake."""
        called = any(map(_is_called, self.items))
        return called or self.transport.through_requests

    @property
    def carried_by(self) -> str:
        """What carries the requests: `http1`, `requests`, `python` for actions, or two of them;
        `websocket` for WebSocket connections; and whether that goes through a fault proxy."""
        return f"{self._carrier} through a fault proxy" if self.detoured else self._carrier

    @property
    def _carrier(self) -> str:
        if self.sockets is not None:
            return "websocket"
        http = "requests" if self.blocking else "http1"
        ways = {"python" if _is_called(item) else http for item in self.requested}
        return " and ".join(sorted(ways))

    @property
    def requested(self) -> tuple[PlanItem, ...]:
        """All that is sent or called; journeys, which come after their steps, are left out."""
        return tuple(each for each in self.items if not each.is_journey)

    @property
    def journeys(self) -> tuple[PlanItem, ...]:
        """The journeys, where it is a run of journeys."""
        return tuple(each for each in self.items if each.is_journey)

    @property
    def longest_tail(self) -> Duration:
        """How long it can take from the last arrival's start to the last answer."""
        timeout = self.transport.timeout
        walks = [
            Duration(len(each.steps) * timeout.ns + each.thinking.high.ns)
            for each in (item.endpoint for item in self.journeys)
            if isinstance(each, Journey)
        ]
        return max(walks, default=timeout)

    @property
    def planned(self) -> int | None:
        """How many requests there will be; None in the closed model, unless it has a number.  Of
        journeys, how many of these."""
        if self.load.closed:
            return self.load.total
        return sum(item.schedule.count for item in self.items if item.schedule is not None)

    def planned_of(self, shard: int, shards: int) -> int | None:
        """How many of them one shard sends; None in the closed model, unless it has a number."""
        if self.load.closed:
            return _part_of(self.load.total, shard, shards)
        schedules = [item.schedule for item in self.items if item.schedule is not None]
        return sum(
            len(range((shard - place) % shards, schedule.count, shards))
            for place, schedule in enumerate(schedules)
        )

    @property
    def ends_at(self) -> int | None:
        """The number of requests that ends it, where nobody knows beforehand how many there will
        be, and `max_requests` is the most."""
        return self.transport.max_requests if most_requests(self) is None else None

    def due_in(self, place: int, second: int) -> int | None:
        """How many arrivals one endpoint has in a second of the judged phase; None in the
        closed model."""
        start_ns = self.load.judged.start_ns + second * NS_PER_S
        within = Phase("second", start_ns, start_ns + NS_PER_S)
        return self.items[place].planned_in(within)

    @property
    def peak_per_s(self) -> Fraction | None:
        """The highest rate over all endpoints together; None in the closed model."""
        if self.journeys:
            return sum((_requests_per_s(each) for each in self.journeys), Fraction(0))
        return self.load.peak_per_s(len(self.items))

    @property
    def late_after_ns(self) -> int:
        """A schedule delay above this is late: 10 ms, or one interval where that is longer.

        Where the rate changes it is the interval at its highest.
        """
        peak, least_ns = self.load.peak, max(LATE_NS, self.load.late_after_ns)
        return least_ns if peak is None else max(least_ns, int(NS_PER_S / peak.per_second))

    def split(self, slots: int, machines: int = 1) -> list[ShardPlan]:
        """The parts of its shards.

        Args:
            slots: How many can run at once.
            machines: On how many machines; each of them takes part.
        """
        shards = self.transport.shards or min(slots, self._shards_wanted(slots, machines))
        cap = self.transport.max_rate
        # Each shard needs a worker, and a slot of the cap.
        shards = min(shards, self.transport.workers, max(1, int(cap.count)) if cap else shards)
        endpoints = tuple(map(self._planned_endpoint, self.items))
        most = self.load.total if self.ends_at is None else self.ends_at
        return [
            ShardPlan(
                shard=shard,
                shards=shards,
                endpoints=endpoints,
                phases=self.load.phases,
                allowed=self.transport.allowed,
                workers=_part(self.transport.workers, shard, shards),
                timeout_ns=self.transport.timeout.ns,
                grace_ns=self.grace.ns,
                max_rate=_part_of_rate(cap, shard, shards) if cap else None,
                verify=self.transport.verify,
                cert=self.transport.cert,
                connect_timeout_ns=self.transport.connect_limit.ns,
                blocking=self.blocking,
                follow=self.transport.follow,
                cookies=self.transport.cookies,
                proxies=self.transport.proxies,
                digest=self.transport.digest,
                most=_part_of(most, shard, shards),
                traced=self.traced,
                sockets=self.sockets,
                detours=self.transport.detours,
                tokens=self.tokens,
            )
            for shard in range(shards)
        ]

    def _shards_wanted(self, slots: int, machines: int) -> int:
        peak = self.peak_per_s
        if peak is None and self.load.closed:
            return slots  # nobody knows beforehand how fast it will be
        # What has schedules of its own, and no rate, is no faster than one shard can be.
        by_rate = -(-int(peak or 0) // self._ceiling_per_s)
        return max(1 if self.load.one_source else machines, by_rate)

    @property
    def _ceiling_per_s(self) -> int:
        return BLOCKING_CEILING_PER_S if self.blocking else SHARD_CEILING_PER_S

    def _planned_endpoint(self, item: PlanItem) -> PlannedEndpoint:
        endpoint = item.endpoint
        refused = endpoint.refused if isinstance(endpoint, Endpoint) else frozenset[int]()
        return PlannedEndpoint(
            *(item.schedule, item.request, endpoint.expected | refused, self.late_after_ns),
            refused=refused,
            keeps_answers=item.keeps_answers or bool(item.checks),
            checks=item.checks,
        )


def _is_called(item: PlanItem) -> bool:
    """Whether Python code is called for it."""
    return isinstance(item.request, Call)


def _requests_per_s(journey: PlanItem) -> Fraction:
    """Of all its steps, where every user comes to all of them."""
    assert isinstance(journey.request, PlannedJourney)
    rate = journey.rate
    return Fraction(0) if rate is None else rate.per_second * len(journey.request.steps)


def _part(whole: int, shard: int, shards: int) -> int:
    """A shard's part of a number that is shared out; the first get what does not divide."""
    return (whole + shards - 1 - shard) // shards


def _part_of(whole: int | None, shard: int, shards: int) -> int | None:
    """The same of a number that there may be."""
    return None if whole is None else _part(whole, shard, shards)


def _part_of_rate(cap: Rate, shard: int, shards: int) -> Rate:
    """A shard's part of the cap, in whole slots, so that no window holds more than the cap."""
    if shards == 1:
        return cap
    return Rate(Fraction(_part(int(cap.count), shard, shards)), cap.per)


def plan_load(
    run_id: str,
    name: str,
    load: Load,
    requests: Sequence[tuple[Endpoint | Action, Request]],
    transport: Transport,
    *,
    traced: frozenset[str] | None = None,
    sockets: SocketPlan | None = None,
) -> LoadPlan:
    """A load on each of these endpoints.

    Args:
        traced: See `LoadPlan`.
        sockets: See `LoadPlan`.

    Raises:
        BadInput: More than the cap allows, or a schedule without arrivals.
        OriginNotAllowed: A request would leave the allowed origins.
    """
    items = tuple(
        PlanItem(endpoint, load.schedule(place, len(requests), seed_of(run_id, place)), request)
        for place, (endpoint, request) in enumerate(requests)
    )
    plan = LoadPlan(run_id, name, load, items, transport, traced=traced, sockets=sockets)
    _require_headers(plan)
    _require_no_detour(plan)
    for origin in plan.origins:
        require_allowed(origin, transport.allowed)
    require_within_caps(plan)
    share_rows(plan.drawn)
    return plan


def _require_headers(plan: LoadPlan) -> None:
    if plan.blocking and (plan.transport.follow or plan.transport.cookies):
        raise BadInput(
            "redirects=follow and cookies=True do not go with actions in one load run: "
            "send the endpoints in a run of their own."
        )


def _require_no_detour(plan: LoadPlan) -> None:
    if plan.blocking and plan.detoured:
        raise BadInput(
            "The fault proxy stands only between a server and load with transport=http1, without "
            "actions: set that in `Configure Load`, or end it with `Stop Fault Proxy`."
        )
