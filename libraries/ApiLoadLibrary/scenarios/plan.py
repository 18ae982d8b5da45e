"""A load plan: what will be sent, where to, when and with what; all of it before the first byte."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from ApiLoadLibrary.engine.plan import PlannedEndpoint, ShardPlan
from ApiLoadLibrary.engine.schedule import Constant
from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.values import NS_PER_S, Duration, Rate
from ApiLoadLibrary.workload.endpoint import Endpoint
from ApiLoadLibrary.workload.origin import Origin, require_allowed
from ApiLoadLibrary.workload.request import RequestTemplate

__all__ = ["LoadPlan", "PlanItem", "Transport", "sustained"]

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
    """One endpoint in a plan."""

    endpoint: Endpoint
    rate: Rate
    schedule: Constant
    request: RequestTemplate

    @property
    def late_after_ns(self) -> int:
        """A schedule delay above this is late: 10 ms, or one interval where that is longer."""
        return max(LATE_NS, int(NS_PER_S / self.rate.per_second))


@dataclass(frozen=True, slots=True)
class LoadPlan:
    """One load run, planned.

    Attributes:
        run_id: Unique for ever; each request carries it as `X-Load-Run`.
        name: How people call the run.
        scenario: `sustained` …, as the report names it.
        length: The schedule's length.
        grace: How long after its end waiting arrivals may still be sent.
    """

    run_id: str
    name: str
    scenario: str
    items: tuple[PlanItem, ...]
    length: Duration
    transport: Transport
    grace: Duration = GRACE

    @property
    def planned(self) -> int:
        """How many requests there will be."""
        return sum(item.schedule.count for item in self.items)

    @property
    def rate_per_s(self) -> Fraction:
        """All endpoints' rates together."""
        return sum((item.rate.per_second for item in self.items), Fraction(0))

    def split(self, slots: int) -> list[ShardPlan]:
        """The parts of its shards; `slots` is how many can run at once."""
        shards = self.transport.shards or min(
            slots, max(1, -(-int(self.rate_per_s) // SHARD_CEILING_PER_S))
        )
        cap = self.transport.max_rate
        # Each shard needs a worker, and a slot of the cap.
        shards = min(shards, self.transport.workers, max(1, int(cap.count)) if cap else shards)
        endpoints = tuple(map(_planned_endpoint, self.items))
        return [
            ShardPlan(
                shard=shard,
                shards=shards,
                endpoints=endpoints,
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
) -> LoadPlan:
    """A constant rate on each endpoint, all of them taking even turns.

    Raises:
        BadInput: More than the cap allows, or a schedule without arrivals.
        OriginNotAllowed: A request would leave the allowed origins.
    """
    count = len(requests)
    items = tuple(
        PlanItem(endpoint, rate, Constant(rate, length, Fraction(place, count)), request)
        for place, (endpoint, request) in enumerate(requests)
    )
    for item in items:
        require_allowed(item.request.origin, transport.allowed)
    plan = LoadPlan(run_id, name, "sustained", items, length, transport)
    cap = transport.max_rate
    if cap is not None and plan.rate_per_s > cap.per_second:
        raise BadInput(
            f"{rate} on {count} endpoint{'s' * (count > 1)} is more than max_rate={cap} allows: "
            "lower the rate, or raise max_rate in `Configure Load`."
        )
    return plan
