"""Load runs as they might have gone, made from requests: ten endpoints, 1,000 a minute on each."""

from functools import cache

import numpy as np

from ApiLoadLibrary.measurement.outcomes import Failure
from ApiLoadLibrary.measurement.resources import ResourceSample
from ApiLoadLibrary.measurement.result import (
    EndpointResult,
    GeneratorHealth,
    MonitoredHost,
    RunResult,
)
from ApiLoadLibrary.measurement.tally import Tally
from ApiLoadLibrary.values import Rate

NS_PER_S = 1_000_000_000
ENDPOINTS = (
    ("Health Check", "GET", "/api/health", 1.8, 200),
    ("Products", "GET", "/api/products", 4.0, 200),
    ("Orders", "GET", "/api/orders", 5.2, 200),
    ("Create Order", "POST", "/api/orders", 7.9, 201),
    ("Payment Methods", "GET", "/api/payment/methods", 3.2, 200),
    ("Stripe Intent", "POST", "/api/payment/stripe/create-intent", 8.1, 201),
    ("Open Banking QR", "POST", "/api/payment/open-banking/generate-qr", 8.8, 201),
    ("Employees", "GET", "/api/employees", 3.0, 200),
    ("Clock In", "POST", "/api/timeclock/clockin", 6.4, 201),
    ("WebSocket Health", "GET", "/api/websocket/health", 3.3, 200),
)
STARTED = "2026-11-23T14:02:00+01:00"


def rows(
    seed: int, seconds: int, median_ms: float, good: int, bad: dict[int, int] | None = None
) -> np.ndarray:
    """Requests of an endpoint: due evenly, answered log-normally, slower around the middle.

    Args:
        bad: How many of them end in which other outcome.
    """
    random = np.random.default_rng(seed)
    count = seconds * 1_000 // 60
    scheduled = (np.arange(count) * 60 * NS_PER_S // 1_000) + seed * 6_000_000
    delay = random.exponential(120_000, count).astype(np.int64)
    swell = 1 + 0.8 * np.exp(-(((scheduled / NS_PER_S - seconds / 2) / (seconds / 12)) ** 2))
    service = random.lognormal(np.log(median_ms * 1e6), 0.45, count) * swell
    outcome = np.full(count, good)
    unlucky = iter(random.permutation(count))
    for number, times in (bad or {}).items():
        outcome[[next(unlucky) for _ in range(times)]] = number
    sent = np.where(outcome == Failure.DROPPED_WORKERS_BUSY, -1, scheduled + delay)
    first = np.where(outcome < 1_000, sent + (service * 0.8).astype(np.int64), -1)
    done = scheduled + delay + service.astype(np.int64)
    nothing = np.zeros(count, np.int64)
    sizes = nothing + 120, nothing + 900
    columns = (outcome, scheduled, sent, first, done, nothing, np.arange(count), *sizes)
    return np.column_stack(columns).astype(np.int64)


def endpoint(number: int, seconds: int = 30, slower: float = 1.0, bad=None) -> EndpointResult:
    name, method, path, median_ms, good = ENDPOINTS[number]
    tally = Tally(expected=frozenset({good}), late_after_ns=60_000_000)
    tally.add(rows(number, seconds, median_ms * slower, good, bad).T)
    opened = [(0, 200_000 + 9_000 * each, -1, False) for each in range(8)]
    tally.add_connections(np.array(opened, np.int64).T)
    return EndpointResult(
        name=name,
        method=method,
        path=path,
        rate=Rate.parse("1,000/min"),
        offered="1,000/min",
        planned=tally.requests,
        length_ns=seconds * NS_PER_S,
        threshold_ns=50_000_000,
        tally=tally,
    )


def host(seconds: int = 30, cpu: float = 41.0) -> MonitoredHost:
    random = np.random.default_rng(1)
    samples = tuple(
        ResourceSample(
            at_s=float(second),
            cpu_percent=round(min(100.0, cpu + 6 * float(random.standard_normal())), 1),
            memory_percent=48 + second / 100,
            memory_used_bytes=7_800_000_000 + second * 2_000_000,
            disk_percent=31.4,
            sent_bytes_per_s=150_000.0 + 9_000 * float(random.random()),
            received_bytes_per_s=30_000.0 + 4_000 * float(random.random()),
        )
        for second in range(seconds)
    )
    return MonitoredHost("pos-1", samples)


HEALTHY = GeneratorHealth(1, 50, 9, 12.4, 0.3)
FEW_FAILURES = {3: {503: 2}, 8: {int(Failure.ANSWER_TIMEOUT): 1}, 2: {500: 1}}


def run(seconds: int = 30, slower=None, bad=None, run_id: str = "run-1") -> RunResult:
    """A sustained run.

    Args:
        slower: Endpoints by number, and how many times slower than usual they are.
        bad: Endpoints by number, and their outcomes that are not expected.
    """
    if (slower, bad, run_id) == (None, None, "run-1"):
        return usual_run(seconds)
    return made_run(seconds, slower or {}, FEW_FAILURES if bad is None else bad, run_id)


@cache
def usual_run(seconds: int) -> RunResult:
    """The same requests again and again: most tests change something else."""
    return made_run(seconds, {}, FEW_FAILURES, "run-1")


def made_run(seconds: int, slower: dict, bad: dict, run_id: str) -> RunResult:
    return RunResult(
        id=run_id,
        name="Everyday load",
        test="Suites.Normal Load.Everyday Load Is Carried With Room To Spare",
        scenario="sustained",
        started_at=STARTED,
        length_ns=seconds * NS_PER_S,
        duration_s=seconds + 0.02,
        endpoints=tuple(
            endpoint(number, seconds, slower.get(number, 1.0), bad.get(number))
            for number in range(len(ENDPOINTS))
        ),
        generator=HEALTHY,
        host=host(seconds),
    )
