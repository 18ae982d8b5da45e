"""The sealed result of a load run: what the judging wing reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ApiLoadLibrary.values import Rate
from ApiLoadLibrary.workload.tracing import RequestIds

from .alert import Alert
from .checked import Checked
from .exchange import Exchange
from .generators import GeneratorHost
from .histogram import Histogram
from .journeys import JOURNEY, JourneyFindings
from .outcomes import Failure, FailureInfo, describe
from .phases import Phase
from .readings import Reading
from .resources import ResourceSample
from .sockets import SocketFindings
from .tally import Second, Tally
from .watched import Watched

__all__ = [
    "CLOSED",
    "SUITE",
    "EndpointResult",
    "GeneratorHealth",
    "MonitoredHost",
    "PhaseResult",
    "RunResult",
    "Totals",
]

SUITE = "suite"
"""The scenario of what a suite has sent by itself, one request at a time."""

CLOSED = ("closed", "overload", SUITE)
"""Scenarios in which workers send as soon as they are answered."""


@dataclass(frozen=True, slots=True)
class EndpointResult:
    """One endpoint's part in a load run.

    Attributes:
        rate: What was offered to this endpoint, where it was always the same.
        offered: The same as a person says it, and of other loads too: `as fast as possible`.
        planned: How many arrivals the schedule holds for it; in the closed model, how many
            there were.
        length_ns: The length of the phase that is counted.
        threshold_ns: The response time registered for it, if any.
        tally: What its requests came to.  Read it, never change it.
        ids: What its requests carried as ids; None where they carried none.
        group: The group that it belongs to, if any.
        checks: What its answers were held to, by the outcome of a request that failed it.
    """

    name: str
    method: str
    path: str
    rate: Rate | None
    offered: str
    planned: int
    length_ns: int
    threshold_ns: int | None
    tally: Tally
    ids: RequestIds | None = None
    group: str | None = None
    checks: Mapping[int, Checked] = field(default_factory=dict)

    def describe(self, outcome: int) -> FailureInfo:
        """Kind, blame and words of an outcome that was not expected."""
        check = self.checks.get(outcome)
        return describe(outcome) if check is None else check.failure

    @property
    def noun(self) -> str:
        """What there are so many of."""
        return "journey" if self.method == JOURNEY else "request"

    @property
    def offered_rate_per_s(self) -> float:
        """Arrivals planned per second."""
        return self.planned * 1e9 / self.length_ns

    @property
    def in_time(self) -> int:
        """Requests that were sent, and not late."""
        return self.tally.in_time

    @property
    def achieved_rate_per_s(self) -> float:
        """Requests sent in their time, divided by the schedule's length."""
        return self.in_time * 1e9 / self.length_ns

    @property
    def error_rate(self) -> float | None:
        """Failed requests as a share of all, 0 to 1; None without requests."""
        return self.tally.errors / self.tally.requests if self.tally.requests else None


class Totals:
    """What the requests of several endpoints came to together."""

    __slots__ = ()
    endpoints: tuple[EndpointResult, ...]

    @property
    def requests(self) -> int:
        """Arrivals that ended, dropped ones included."""
        return sum(each.tally.requests for each in self.endpoints)

    @property
    def planned(self) -> int:
        """Arrivals that the schedule holds."""
        return sum(each.planned for each in self.endpoints)

    @property
    def errors(self) -> int:
        """Requests that failed."""
        return sum(each.tally.errors for each in self.endpoints)

    @property
    def in_time(self) -> int:
        """Requests that were sent, and not late."""
        return sum(each.in_time for each in self.endpoints)


@dataclass(frozen=True, slots=True)
class PhaseResult(Totals):
    """One phase of a run that has several.

    Attributes:
        host: The system under test's host in this phase, when it was watched.
        journeys: See `RunResult`.
    """

    phase: Phase
    endpoints: tuple[EndpointResult, ...]
    host: MonitoredHost | None = None
    journeys: tuple[EndpointResult, ...] = ()


@dataclass(frozen=True, slots=True)
class GeneratorHealth:
    """How the load generator itself did.

    Attributes:
        reasons: Why its measurement cannot be trusted, a sentence each; none when healthy.
        overloaded: Whether it was so short of processor time that its own slowness may look
            like the server's.
        shards: How many processes sent the load.
        workers: Concurrency slots over all of them.
        peak_busy_workers: The most that were busy at once (summed over shards).
        cpu_percent: CPU time of the busiest shard, in percent of one core.
        run_queue_wait_percent: Share of the time in which the most starved shard was
            ready to run but had no core; None where the platform does not tell.
        lost_shards: Numbers of the shards that died, and with them their counts.
        transport: What carried the requests: `http1`, `requests`, `python` for actions, or two.
        hosts: The machines that load came from, where those are others than this one.
        expired: Whether it sent tokens that had run out, and the server is not to blame for that:
            that these were refused is no failure of the server.
        ceiling_per_s: Requests a second that it can send on this machine, as it was measured
            before the run; None where it was not.
    """

    shards: int
    workers: int
    peak_busy_workers: int
    cpu_percent: float
    run_queue_wait_percent: float | None
    reasons: tuple[str, ...] = ()
    overloaded: bool = False
    lost_shards: tuple[int, ...] = ()
    transport: str = "http1"
    ceiling_per_s: float | None = None
    expired: bool = False
    hosts: tuple[GeneratorHost, ...] = ()

    @property
    def healthy(self) -> bool:
        """Whether nothing was found against it."""
        return not self.reasons


@dataclass(frozen=True, slots=True)
class MonitoredHost:
    """A host that was watched while load ran."""

    name: str
    samples: tuple[ResourceSample, ...]


@dataclass(frozen=True, slots=True)
class RunResult(Totals):
    """One load run.

    Attributes:
        id: Unique for ever; requests carried it in their headers.
        name: How people call it; criteria may name it with `run=`.
        test: The long name of the test that made it, or of the suite for its setup.
        scenario: `sustained`, `ramp`, `burst`, `closed` and others.
        started_at: ISO 8601 with offset.
        length_ns: The length of the phase that is judged.
        duration_s: From the first start to the last answer.
        endpoints: In the order in which the suite named them; what the judged phase came to.
        phases: All phases, when there are several.
        stopped: Why the run was cut short, in words; None when it ran to its end.
        host: The system under test's host, when it was watched.
        details: What only this scenario knows: what JSON can hold.
        readings: The figures among that which criteria can judge.
        trace: Each of its requests, of a run that is traced; none once a scenario has read it.
        sockets: What became of WebSocket connections; none either once a scenario has read it.
        journeys: Of a run of journeys these as a whole; their steps are its endpoints.
        journey_findings: What else became of them; none once a scenario has read it.
        load_runs: How many load runs it stands for: several that are judged as one.
        watched: All that was watched, over the whole run; see `seen`.
        alerts: What went out of bounds.
    """

    id: str
    name: str
    test: str
    scenario: str
    started_at: str
    length_ns: int
    duration_s: float
    endpoints: tuple[EndpointResult, ...]
    generator: GeneratorHealth
    stopped: str | None = None
    host: MonitoredHost | None = None
    phases: tuple[PhaseResult, ...] = ()
    details: dict[str, Any] = field(default_factory=dict)
    readings: tuple[Reading, ...] = ()
    trace: tuple[Exchange, ...] = ()
    sockets: SocketFindings | None = None
    journeys: tuple[EndpointResult, ...] = ()
    journey_findings: JourneyFindings | None = None
    load_runs: int = 1
    watched: tuple[Watched, ...] = ()
    alerts: tuple[Alert, ...] = ()

    @property
    def seen(self) -> tuple[Watched, ...]:
        """What was watched, as far as it was in the judged phase."""
        return tuple(each.within(0.0, self.length_ns / 1e9) for each in self.watched)

    @property
    def closed(self) -> bool:
        """Whether workers sent as soon as they were answered, so that no rate was offered."""
        return self.scenario in CLOSED

    @property
    def late(self) -> int:
        """Requests sent late."""
        return sum(each.tally.late for each in self.endpoints)

    @property
    def dropped(self) -> int:
        """Arrivals never sent."""
        return sum(each.tally.dropped for each in self.endpoints)

    @property
    def error_rate(self) -> float | None:
        """Failed requests as a share of all, 0 to 1; None without requests."""
        return self.errors / self.requests if self.requests else None

    @property
    def offered_rate_per_s(self) -> float:
        """Arrivals planned per second, over all endpoints."""
        return self.planned * 1e9 / self.length_ns

    @property
    def achieved_rate_per_s(self) -> float:
        """Requests sent in their time, divided by the schedule's length."""
        return sum(each.achieved_rate_per_s for each in self.endpoints)

    @property
    def outcomes(self) -> Counter[int]:
        """How many requests ended in each status or failure."""
        total: Counter[int] = Counter()
        for each in self.endpoints:
            total.update(each.tally.outcomes)
        return total

    def generator_failures(self) -> int:
        """Failures and late starts that are the generator's own, whatever the service times."""
        outcomes = self.outcomes
        own = (Failure.NO_DESCRIPTORS, Failure.NO_PORTS, Failure.DROPPED_GENERATOR)
        late = sum(each.tally.late - each.tally.late_workers_busy for each in self.endpoints)
        return late + sum(outcomes[each] for each in own)

    def schedule_delay(self) -> Histogram:
        """How late requests started, over all endpoints."""
        return merged(each.tally.schedule_delay for each in self.endpoints)

    def response(self) -> Histogram:
        """Response times that latency criteria use, over all endpoints."""
        return merged(each.tally.response.judged() for each in self.endpoints)

    def seconds(self) -> dict[int, Second]:
        """The timeline over all endpoints, by second of the judged phase."""
        return seconds_of(self.endpoints)


def seconds_of(endpoints: Iterable[EndpointResult]) -> dict[int, Second]:
    """The timeline over several endpoints, by second of their phase."""
    timeline: dict[int, Second] = {}
    for endpoint in endpoints:
        for number, second in endpoint.tally.seconds.items():
            timeline.setdefault(number, Second()).merge(second)
    return dict(sorted(timeline.items()))


def merged(histograms: Iterable[Histogram]) -> Histogram:
    """One histogram of all."""
    total = Histogram()
    for each in histograms:
        total.merge(each)
    return total
