"""What a shard is told to do, and what it has to say afterwards: plain data, both ways."""

from __future__ import annotations

from dataclasses import dataclass

from ApiLoadLibrary.measurement.recorder import Tally
from ApiLoadLibrary.values import Rate
from ApiLoadLibrary.workload.origin import Origin
from ApiLoadLibrary.workload.request import RequestTemplate

from .schedule import Constant

__all__ = ["PlannedEndpoint", "ShardDied", "ShardPlan", "ShardResult"]


@dataclass(frozen=True, slots=True)
class PlannedEndpoint:
    """One endpoint's requests, and when they start.

    Attributes:
        expected: The statuses that count as success.
        late_after_ns: A schedule delay above this is late.
    """

    schedule: Constant
    request: RequestTemplate
    expected: frozenset[int]
    late_after_ns: int


@dataclass(frozen=True, slots=True)
class ShardPlan:
    """One shard's part of a load run.

    Attributes:
        shard, shards: Which of how many this is.
        endpoints: All endpoints of the run; the shard takes its share of each.
        allowed: The only origins that connections may be opened to.
        workers: Concurrency slots of this shard.
        timeout_ns: For a whole request, connecting included.
        grace_ns: How long after the schedule's end waiting arrivals may still be sent.
        max_rate: This shard's part of the cap, if there is one.
        verify: Whether TLS certificates are verified; or the file of a private CA.
    """

    shard: int
    shards: int
    endpoints: tuple[PlannedEndpoint, ...]
    allowed: frozenset[Origin]
    workers: int
    timeout_ns: int
    grace_ns: int
    max_rate: Rate | None
    verify: bool | str

    @property
    def length_ns(self) -> int:
        """The longest schedule's length."""
        return max(each.schedule.length_ns for each in self.endpoints)


@dataclass(frozen=True, slots=True)
class ShardDied:
    """A shard that ended without a result.

    Attributes:
        last_words: What it said on its error stream, a line at most.
    """

    last_words: str


@dataclass(frozen=True, slots=True)
class ShardResult:
    """What a shard measured.

    Attributes:
        tallies: One per endpoint, in the plan's order.
        ended_ns: When its last request ended, from the run's start.
        peak_busy: The most workers that were busy at once.
        wall_s: How long the run took it.
        cpu_s: CPU time that its process used meanwhile.
        run_queue_wait_s: Time in which it was ready to run but had no core; None
            where the platform does not tell.
        stopped: Whether it was told to stop before its end.
    """

    tallies: list[Tally]
    ended_ns: int
    peak_busy: int
    wall_s: float
    cpu_s: float
    run_queue_wait_s: float | None
    stopped: bool
