"""What a shard is told to do, and what it has to say afterwards: plain data, both ways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ApiLoadLibrary.measurement.exchange import Exchange
from ApiLoadLibrary.measurement.generators import HostShare
from ApiLoadLibrary.measurement.journeys import JourneyFindings
from ApiLoadLibrary.measurement.phases import Phase
from ApiLoadLibrary.measurement.sockets import SocketFindings
from ApiLoadLibrary.measurement.tally import Tally
from ApiLoadLibrary.values import Rate
from ApiLoadLibrary.workload.action import Call
from ApiLoadLibrary.workload.check import Check
from ApiLoadLibrary.workload.journey import Think
from ApiLoadLibrary.workload.message import MessageTemplate
from ApiLoadLibrary.workload.origin import Origin
from ApiLoadLibrary.workload.request import RequestTemplate
from ApiLoadLibrary.workload.taken import Take

from .schedule import Schedule

__all__ = [
    "CheckWork",
    "Detours",
    "PlannedEndpoint",
    "PlannedJourney",
    "PlannedStep",
    "Request",
    "ShardEnd",
    "ShardPlan",
    "ShardResult",
    "SocketPlan",
    "Tallies",
]

Detours = tuple[tuple[Origin, int], ...]
"""Origins that are reached through a port of this machine, as by a fault proxy."""

Tallies = list[list[Tally]]
"""By phase, then by endpoint."""


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A step of a journey.

    Attributes:
        place: Of its endpoint in the plan.
        think: How long the user thinks before it.
        takes: What the user takes from its answer.
        name: What a Python function calls it.
    """

    place: int
    think: Think
    takes: tuple[Take, ...] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class PlannedJourney:
    """What stands for a journey's request: its steps, whose endpoints come before all journeys.

    Attributes:
        steps: In their order.
        seed: Of the time that users think.
        call: What takes the steps, where it is a Python function.
    """

    steps: tuple[PlannedStep, ...]
    seed: int
    call: Call | None = None


Request = RequestTemplate | Call | MessageTemplate | PlannedJourney
"""What is sent; or what is called instead."""

MOST_KEPT = 10_000
"""Connections that are kept while their users think, over all shards; more are opened again."""


@dataclass(frozen=True, slots=True)
class PlannedEndpoint:
    """One endpoint's requests, and when they start.

    Attributes:
        schedule: None in the closed model, where a worker sends when it is free.
        request: See `Request`.
        expected: The statuses that count as success.
        late_after_ns: A schedule delay above this is late.
        refused: Those among the expected statuses that turn a request away.
        keeps_answers: Whether its answers are kept until they have been looked at; with checks
            those are that the checks look at.
        checks: What its answers must be.
    """

    schedule: Schedule | None
    request: Request
    expected: frozenset[int]
    late_after_ns: int
    refused: frozenset[int] = frozenset()
    keeps_answers: bool = False
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True, slots=True)
class SocketPlan:
    """What is done with WebSocket connections.

    Attributes:
        connections: How many the run opens.  An opening with a higher number opens one again,
            after all of them have been dropped.
        times: How often each is opened.
        ping_ns: How often each is asked for a sign of life; None for never.
        subprotocol: The one that is asked for, if any.
    """

    connections: int
    times: int = 1
    ping_ns: int | None = None
    subprotocol: str | None = None


@dataclass(frozen=True, slots=True)
class ShardPlan:
    """One shard's part of a load run.

    Attributes:
        shard, shards: Which of how many this is.
        endpoints: All endpoints of the run; the shard takes its share of each.
        phases: Of the run, in order and without gaps.
        allowed: The only origins that connections may be opened to.
        workers: Concurrency slots of this shard.
        timeout_ns: For a whole request, connecting included.
        grace_ns: How long after the schedule's end waiting arrivals may still be sent.
        max_rate: This shard's part of the cap, if there is one.
        verify: Whether TLS certificates are verified; or the file of a private CA.
        cert: The files of the client's certificate, if it has one.
        connect_timeout_ns: For connecting alone, TLS included.
        blocking: Whether requests go through `requests`, on a thread for each worker; with
            calls among them they do.
        follow: Whether redirects are followed, within the allowed origins.
        cookies: Whether each worker keeps the cookies that it gets.
        most: In the closed model, how many requests it sends at most; of journeys that Python
            code takes, how many steps; None for no end but time.
        traced: Names of headers, in small letters, that its trace holds of each answer; None
            where it keeps no trace.
        sockets: Of a run with WebSocket connections; its endpoints are their openings and
            their messages.
        detours: See `Detours`.
        proxies: Those that `requests` takes; None for those of the environment.
        digest: User and password, where workers are to answer challenges with them.
        tokens: Of those who are signed in, in their order, when the run begins.
    """

    shard: int
    shards: int
    endpoints: tuple[PlannedEndpoint, ...]
    phases: tuple[Phase, ...]
    allowed: frozenset[Origin]
    workers: int
    timeout_ns: int
    grace_ns: int
    max_rate: Rate | None
    verify: bool | str
    cert: tuple[str, ...]
    connect_timeout_ns: int
    blocking: bool = False
    follow: bool = False
    cookies: bool = False
    most: int | None = None
    traced: frozenset[str] | None = None
    sockets: SocketPlan | None = None
    detours: Detours = ()
    proxies: Mapping[str, str] | None = field(default_factory=dict, repr=False)
    digest: tuple[str, str] | None = field(default=None, repr=False)
    tokens: tuple[str, ...] = field(default=(), repr=False)

    @property
    def length_ns(self) -> int:
        """From the first phase's start to the last one's end."""
        return self.phases[-1].end_ns

    @property
    def closed(self) -> bool:
        """Whether workers send as soon as they are free (closed model), not by a schedule."""
        return all(each.schedule is None for each in self.endpoints)

    @property
    def journeys(self) -> list[PlannedJourney]:
        """Those of the run; their endpoints are the last ones, and alone have schedules."""
        sent = (each.request for each in self.endpoints)
        return [each for each in sent if isinstance(each, PlannedJourney)]

    @property
    def looks_at_answers(self) -> bool:
        """Whether more of answers is asked for than their status."""
        return self.looks_at_headers or any(each.keeps_answers for each in self.endpoints)

    @property
    def looks_at_headers(self) -> bool:
        """Whether headers are looked at, of every answer."""
        return self.follow or self.cookies or bool(self.traced)

    @property
    def requests(self) -> list[RequestTemplate]:
        """What is sent to each endpoint, but for those where something is called."""
        sent = (each.request for each in self.endpoints)
        return [each for each in sent if isinstance(each, RequestTemplate)]

    @property
    def connections(self) -> int:
        """The most that are open at once: a blocking worker keeps one to each server."""
        if not self.blocking:
            return self.workers + (MOST_KEPT // self.shards if self.journeys else 0)
        requests = self.requests
        servers = {each.origin for each in requests}
        return self.workers * (len(servers) + len(self.endpoints) - len(requests))

    def empty_tallies(self) -> list[Tally]:
        """One per endpoint, with nothing counted yet."""
        return [
            Tally(each.expected, each.late_after_ns, refused=each.refused)
            for each in self.endpoints
        ]


@dataclass(slots=True)
class CheckWork:
    """What it took a shard to look at answers, and what it found.

    Attributes:
        spent_ns: In all.
        held_up_ns2: Half the sum of the squares of all times in which it did nothing else.  An
            answer that comes at any moment of a run of length T comes with probability c/T while
            others are looked at for a time c, and waits c/2 then: this, divided by T, is how long
            answers waited on average to be read.
        examples: What was wrong with the first answer, by endpoint and outcome.
    """

    spent_ns: int = 0
    held_up_ns2: int = 0
    examples: dict[tuple[int, int], str] = field(default_factory=dict)

    def add(self, stretch_ns: int) -> None:
        """Answers have been looked at for so long, without a pause."""
        self.spent_ns += stretch_ns
        self.held_up_ns2 += stretch_ns * stretch_ns // 2


@dataclass(frozen=True, slots=True)
class ShardEnd:
    """What a shard says of itself when it has ended.

    Attributes:
        ended_ns: When its last request ended, from the run's start.
        peak_busy: The most workers that were busy at once.
        wall_s: How long the run took it.
        cpu_s: CPU time that its process used meanwhile.
        run_queue_wait_s: Time in which it was ready to run but had no core; None
            where the platform does not tell.
        stood_still_s: The longest time in which it did nothing at all, as when its process
            was stopped.
        stopped: Whether it was told to stop before its end.
        errors: What the code of actions did wrong first, in words, by the endpoint's place.
        trace: Each request that was sent, of a run that is traced.
        sockets: What became of WebSocket connections, where there were some.
        checked: What checks of its answers took it, and found.
        journeys: What became of journeys, where there were some.
    """

    ended_ns: int
    peak_busy: int
    wall_s: float
    cpu_s: float
    run_queue_wait_s: float | None
    stood_still_s: float
    stopped: bool
    errors: dict[int, str] = field(default_factory=dict)
    trace: tuple[Exchange, ...] = ()
    sockets: SocketFindings | None = None
    checked: CheckWork = field(default_factory=CheckWork)
    journeys: JourneyFindings | None = None


@dataclass(frozen=True, slots=True)
class ShardResult:
    """What a shard measured.

    Attributes:
        tallies: All that it told while it ran.
        end: What it said at its end; None when it died before.
        last_words: Of one that died: a line of its error stream.
        share: What its host had to carry, where that is another one.
    """

    tallies: Tallies
    end: ShardEnd | None
    last_words: str = ""
    share: HostShare | None = None
