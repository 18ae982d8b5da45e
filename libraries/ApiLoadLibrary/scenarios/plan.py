"""A load plan: what will be sent, where to, when and with what; all of it before the first byte."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from ApiLoadLibrary.engine.plan import PlannedEndpoint, ShardPlan
from ApiLoadLibrary.engine.schedule import Constant, Schedule
from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.measurement.phases import Phase
from ApiLoadLibrary.values import NS_PER_S, Duration, Rate
from ApiLoadLibrary.workload.endpoint import Endpoint
from ApiLoadLibrary.workload.origin import Origin, require_allowed
from ApiLoadLibrary.workload.request import RequestTemplate

__all__ = ["LoadPlan", "PlanItem", "Transport", "closed", "sustained"]

LATE_NS = 10_000_000
GRACE = Duration(5 * NS_PER_S)
SHARD_CEILING_PER_S = 20_000
"""Above this a second shard is worth its start; one sends several times as much."""


@dataclass(frozen=True, slots=True)
class Transport:
    """How requests travel.

    Attributes:
        workers: Concurrency slots for the whole run.
        timeout: For one request, connecting included.
        allowed: The only origins that anything is sent to.
        max_rate: A cap on all requests together, if there is one.
        shards: Processes to send from; None leaves it to the plan.
        verify: Whether TLS certificates are verified; or the file of a private CA.
    """

    workers: int
    timeout: Duration
    allowed: frozenset[Origin]
    max_rate: Rate | None = None
    shards: int | None = None
    verify: bool | str = True


@dataclass(frozen=True, slots=True)
class PlanItem:
    """One endpoint in a plan.

    Attributes:
        rate: What is offered to it; None in the closed model, as is its schedule.
    """

    endpoint: Endpoint
    rate: Rate | None
    schedule: Schedule | None
    request: RequestTemplate

    @property
    def late_after_ns(self) -> int:
        """A schedule delay above this is late: 10 ms, or one interval where that is longer."""
        return LATE_NS if self.rate is None else max(LATE_NS, int(NS_PER_S / self.rate.per_second))

    def planned_in(self, phase: Phase) -> int | None:
        """How many arrivals are due in a phase; None in the closed model."""
        if self.schedule is None:
            return None
        before, after = map(self.schedule.count_before, (phase.start_ns, phase.end_ns))
        return after - before


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """One load run, planned.

    Attributes:
        run_id: Unique for ever; each request carries it as `X-Load-Run`.
        name: How people call the run.
        scenario: `sustained`, `closed` …, as the report names it.
        phases: Stretches of its timeline that are counted apart, in order and without gaps.
        grace: How long after its end waiting arrivals may still be sent.
    """

    run_id: str
    name: str
    scenario: str
    items: tuple[PlanItem, ...]
    phases: tuple[Phase, ...]
    transport: Transport
    grace: Duration = GRACE

    @property
    def length(self) -> Duration:
        """From the first phase's start to the last one's end."""
        return Duration(self.phases[-1].end_ns)

    @property
    def closed(self) -> bool:
        """Whether workers send as soon as they are free, so that no rate is planned."""
        return self.items[0].schedule is None

    @property
    def planned(self) -> int | None:
        """How many requests there will be; None in the closed model."""
        if self.closed:
            return None
        return sum(item.schedule.count for item in self.items if item.schedule is not None)

    def planned_of(self, shard: int, shards: int) -> int | None:
        """How many of them one shard sends; None in the closed model."""
        if self.closed:
            return None
        return sum(
            len(range((shard - place) % shards, item.schedule.count, shards))
            for place, item in enumerate(self.items)
            if item.schedule is not None
        )

    @property
    def rate_per_s(self) -> Fraction | None:
        """All endpoints' rates together; None in the closed model."""
        if self.closed:
            return None
        return sum((item.rate.per_second for item in self.items if item.rate), Fraction(0))

    def split(self, slots: int) -> list[ShardPlan]:
        """The parts of its shards; `slots` is how many can run at once."""
        rate = self.rate_per_s
        # Nobody knows beforehand how fast the closed model will be: it gets every core.
        wanted = slots if rate is None else -(-int(rate) // SHARD_CEILING_PER_S)
        shards = self.transport.shards or min(slots, max(1, wanted))
        cap = self.transport.max_rate
        # Each shard needs a worker, and a slot of the cap.
        shards = min(shards, self.transport.workers, max(1, int(cap.count)) if cap else shards)
        endpoints = tuple(map(_planned_endpoint, self.items))
        return [
            ShardPlan(
                shard=shard,
                shards=shards,
                endpoints=endpoints,
                phases=self.phases,
                allowed=self.transport.allowed,
                workers=_part(self.transport.workers, shard, shards),
                timeout_ns=self.transport.timeout.ns,
                grace_ns=self.grace.ns,
                max_rate=_part_of_rate(cap, shard, shards) if cap else None,
                verify=self.transport.verify,
            )
            for shard in range(shards)
        ]


def _part(whole: int, shard: int, shards: int) -> int:
    """A shard's part of a number that is shared out; the first get what does not divide."""
    return (whole + shards - 1 - shard) // shards


def _part_of_rate(cap: Rate, shard: int, shards: int) -> Rate:
    """A shard's part of the cap, in whole slots, so that no window holds more than the cap."""
    if shards == 1:
        return cap
    return Rate(Fraction(_part(int(cap.count), shard, shards)), cap.per)


def _planned_endpoint(item: PlanItem) -> PlannedEndpoint:
    return PlannedEndpoint(item.schedule, item.request, item.endpoint.expected, item.late_after_ns)


def sustained(
    run_id: str,
    name: str,
    requests: Sequence[tuple[Endpoint, RequestTemplate]],
    *,
    rate: Rate,
    length: Duration,
    transport: Transport,
    warm_up: Duration | None = None,
) -> LoadPlan:
    """A constant rate on each endpoint, all of them taking even turns.

    Args:
        length: Of the load that is judged.
        warm_up: How long the same load is sent before, and not judged.

    Raises:
        BadInput: More than the cap allows, or a schedule without arrivals.
        OriginNotAllowed: A request would leave the allowed origins.
    """
    count = len(requests)
    phases = phases_of(length, warm_up)
    whole = Duration(phases[-1].end_ns)
    items = tuple(
        PlanItem(endpoint, rate, Constant(rate, whole, Fraction(place, count)), request)
        for place, (endpoint, request) in enumerate(requests)
    )
    plan = LoadPlan(run_id, name, "sustained", items, phases, transport)
    _require_allowed(plan)
    cap = transport.max_rate
    if cap is not None and rate.per_second * count > cap.per_second:
        raise BadInput(
            f"{rate} on {count} endpoint{'s' * (count > 1)} is more than max_rate={cap} allows: "
            "lower the rate, or raise max_rate in `Configure Load`."
        )
    return plan


def closed(
    run_id: str,
    name: str,
    requests: Sequence[tuple[Endpoint, RequestTemplate]],
    *,
    length: Duration,
    transport: Transport,
    warm_up: Duration | None = None,
) -> LoadPlan:
    """Each worker sends its next request when its last was answered, the endpoints in turns.

    Raises:
        OriginNotAllowed: A request would leave the allowed origins.
    """
    items = tuple(PlanItem(endpoint, None, None, request) for endpoint, request in requests)
    plan = LoadPlan(run_id, name, "closed", items, phases_of(length, warm_up), transport)
    _require_allowed(plan)
    return plan


def phases_of(length: Duration, warm_up: Duration | None) -> tuple[Phase, ...]:
    """The load, after a warm-up that is not judged where one is wanted."""
    if warm_up is None:
        return (Phase.whole(length.ns),)
    return (
        Phase("warm-up", 0, warm_up.ns, judged=False),
        Phase("load", warm_up.ns, warm_up.ns + length.ns),
    )


def _require_allowed(plan: LoadPlan) -> None:
    for item in plan.items:
        require_allowed(item.request.origin, plan.transport.allowed)
