"""A load run, second by second and endpoint by endpoint."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .endpoint import Distribution, Endpoint

__all__ = ["Generator", "GeneratorHost", "Phase", "RequestSample", "Run", "Second"]


@dataclass(frozen=True, slots=True)
class Second:
    """One second of a run; a request belongs to the second it was scheduled in.

    Attributes:
        second: Counted from the run's start.
        offered: Requests that were due in it.
        achieved: How many of them were sent in their time.
        errors: How many failed.
        late: How many were sent late.
        dropped: How many were never sent.
        p50_ms: The median response time in milliseconds; null without samples.
        p95_ms: Its 95th percentile.
        p99_ms: Its 99th percentile.
    """

    second: int
    offered: int
    achieved: int
    errors: int
    late: int
    dropped: int
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None


@dataclass(frozen=True, slots=True)
class GeneratorHost:
    """A machine that load came from.

    Attributes:
        name: Its name or address.
        shards: How many processes on it sent the load.
        lost: How many of them were lost.
        cpu_percent: How busy its processors together were on average, while there was load.
        descriptors: The most that its processes had open, summed; null where that is not known.
        begun_late_ms: How much too late it heard when to begin.
        clock_doubt_ms: All hosts begin at one moment, as far as their clocks are known: so far
            off may this one's be.
    """

    name: str
    shards: int
    lost: int
    cpu_percent: float
    descriptors: int | None
    begun_late_ms: float
    clock_doubt_ms: float


@dataclass(frozen=True, slots=True)
class Generator:
    """How the load generator itself did.

    Attributes:
        healthy: Whether nothing was found against it.
        reasons: Why its measurement cannot be trusted, a sentence each.
        shards: How many processes sent the load.
        workers: Concurrency slots over all of them.
        peak_busy_workers: The most that were busy at once.
        cpu_percent: CPU time of the busiest shard, in percent of one core.
        run_queue_wait_percent: Share of the time in which the most starved shard was
            ready to run but had no core; null where the platform does not tell.
        lost_shards: Numbers of the shards that died, and with them their counts.
        transport: What carried the requests: http1, requests, python for actions, or two of them.
        ceiling_per_s: Requests a second that it can send on this machine, as it was measured
            before the run; null where it was not.
        hosts: The machines that load came from, where it came from a cluster.
    """

    healthy: bool
    reasons: tuple[str, ...]
    shards: int
    workers: int
    peak_busy_workers: int
    cpu_percent: float
    run_queue_wait_percent: float | None
    lost_shards: tuple[int, ...]
    transport: str
    ceiling_per_s: float | None
    hosts: tuple[GeneratorHost, ...]


@dataclass(frozen=True, slots=True)
class Phase:
    """A part of a run, such as its warm-up.

    Attributes:
        name: What it is called.
        start_s: When it began, in seconds from the start of the run's first phase.
        end_s: When it ended.
        judged: Whether it is the one that the run's figures and criteria are about.
        requests: Arrivals of it that ended, dropped ones included.
        errors: Requests that failed, dropped ones included.
        response_time_ms: Over all endpoints; see there.
    """

    name: str
    start_s: float
    end_s: float
    judged: bool
    requests: int
    errors: int
    response_time_ms: Distribution | None


@dataclass(frozen=True, slots=True)
class RequestSample:
    """One request worth showing; it holds no body and no secret.

    Attributes:
        why: failed (among the first of its kind) or slow (among the slowest).
        endpoint: The endpoint's name.
        request_id: What it carried as X-Request-Id and as the trace id of traceparent; null
            where it carried none of ours.
        status: Its HTTP status; null when it got no complete answer.
        what: What went wrong, in plain words; null when nothing did.
        scheduled_s: When it was due, in seconds from the run's start.
        response_time_ms: How long a customer would have waited.
        service_time_ms: How long the server took; null when it was never sent.
    """

    why: str
    endpoint: str
    request_id: str | None
    status: int | None
    what: str | None
    scheduled_s: float
    response_time_ms: float
    service_time_ms: float | None


@dataclass(frozen=True, slots=True)
class Run:
    """One load run.

    Attributes:
        id: Unique for ever; its requests carried it in their headers.
        name: How people call it.
        test: The long name of the test that made it.
        scenario: sustained, ramp, steps, closed …
        started_at: ISO 8601 with offset.
        length_s: The schedule's length in seconds.
        duration_s: From the first start to the last answer.
        stopped: Why it was cut short; null when it ran to its end.
        offered_rate_per_s: Arrivals planned per second, over all endpoints.
        achieved_rate_per_s: Requests sent in their time, per second of the schedule.
        planned: Arrivals that the schedule holds.
        requests: Arrivals that ended, dropped ones included.
        answered: Requests that got a complete answer, whatever its status.
        errors: Requests that failed, dropped ones included.
        error_rate: The same as a share of all, 0 to 1; null without requests.
        refused: Turned away where that was expected; no failure.
        late: Sent, but late.
        dropped: Never sent.
        schedule_delay_ms: How late requests started, in milliseconds.
        response_time_ms: Over all endpoints; see there.
        service_time_ms: Over all endpoints; see there.
        bytes_sent: Over all endpoints.
        bytes_received: Over all endpoints.
        generator: How the load generator itself did.
        endpoints: In the order in which the suite named them.
        timeline: Every second of the schedule.
        phases: Its parts, where there are several.
        settled: Whether response times came to a steady state; null where that cannot be told.
        settled_after_s: When they did, in seconds from the start; null where they did not.
        samples: The first failures of each kind and the slowest requests.
        details: What only this scenario knows.
    """

    id: str
    name: str
    test: str
    scenario: str
    started_at: str
    length_s: float
    duration_s: float
    stopped: str | None
    offered_rate_per_s: float
    achieved_rate_per_s: float
    planned: int
    requests: int
    answered: int
    errors: int
    error_rate: float | None
    refused: int
    late: int
    dropped: int
    schedule_delay_ms: Distribution | None
    response_time_ms: Distribution | None
    service_time_ms: Distribution | None
    bytes_sent: int
    bytes_received: int
    generator: Generator
    endpoints: tuple[Endpoint, ...]
    timeline: tuple[Second, ...]
    phases: tuple[Phase, ...]
    settled: bool | None
    settled_after_s: int | None
    samples: tuple[RequestSample, ...]
    details: dict[str, Any]
