"""One endpoint's part in a load run."""

from __future__ import annotations

from dataclasses import dataclass

from ApiLoadLibrary.measurement.outcomes import Blame, FailureKind

__all__ = ["Distribution", "Endpoint", "FailureCount"]


@dataclass(frozen=True, slots=True)
class Distribution:
    """Durations in milliseconds; percentiles by nearest rank.

    Attributes:
        count: How many were measured.
        mean: Their average.
        median: Half took no longer.
        p90: 90 of 100 took no longer.
        p95: 95 of 100 took no longer.
        p99: 99 of 100 took no longer.
        p99_9: 999 of 1,000 took no longer.
        min: The shortest.
        max: The longest.
    """

    count: int
    mean: float
    median: float
    p90: float
    p95: float
    p99: float
    p99_9: float
    min: float
    max: float


@dataclass(frozen=True, slots=True)
class FailureCount:
    """How often requests failed in one way.

    Attributes:
        kind: The kind of failure.
        blame: On whose side it happened, as far as the sender can tell.
        what: The same in plain words.
        count: How many requests.
    """

    kind: FailureKind
    blame: Blame
    what: str
    count: int


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint's part in a load run.

    Attributes:
        name: Its name in the suite.
        method: The HTTP method.
        path: The path, as it was defined.
        rate: What was offered to it, as the suite wrote it.
        threshold_ms: The response time registered for it in milliseconds; null without one.
        offered_rate_per_s: Arrivals planned per second.
        achieved_rate_per_s: Requests sent in their time, per second of the schedule.
        requests: Arrivals that ended, dropped ones included.
        errors: How many of them failed.
        error_rate: Failed requests as a share of all, 0 to 1; null without requests.
        late: Sent, but late.
        dropped: Never sent.
        reconnects: Connections opened again after the server had closed an idle one.
        status_codes: How many answers had each status; actions without one are done.
        failures: Failures by kind and blame.
        response_time_ms: From the scheduled start to the last byte: successes, plus
            timeouts and drops with the time they waited in vain.
        service_time_ms: The same from the actual send.
        failed_response_time_ms: Response times of all other failures, kept apart.
        first_byte_ms: From the send to the answer's first byte.
        connect_ms: Opening a connection.
        tls_ms: The TLS handshake; null without TLS.
        p95_ms_by_second: The response time's 95th percentile in each second of the timeline.
        histogram: Response times in HdrHistogram's V2 format, zlib, base64.
    """

    name: str
    method: str
    path: str
    rate: str
    threshold_ms: float | None
    offered_rate_per_s: float
    achieved_rate_per_s: float
    requests: int
    errors: int
    error_rate: float | None
    late: int
    dropped: int
    reconnects: int
    status_codes: dict[str, int]
    failures: tuple[FailureCount, ...]
    response_time_ms: Distribution | None
    service_time_ms: Distribution | None
    failed_response_time_ms: Distribution | None
    first_byte_ms: Distribution | None
    connect_ms: Distribution | None
    tls_ms: Distribution | None
    p95_ms_by_second: tuple[float | None, ...]
    histogram: str | None
