"""Load runs as the judging wing sees them, built from lists of requests."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ApiLoadLibrary.criteria.evaluation import evaluate
from ApiLoadLibrary.criteria.grammar import parse
from ApiLoadLibrary.criteria.judgement import Judgement
from ApiLoadLibrary.criteria.subject import names_in
from ApiLoadLibrary.criteria.when import CONFIDENCE
from ApiLoadLibrary.measurement.outcomes import is_dropped
from ApiLoadLibrary.measurement.resources import ResourceSample
from ApiLoadLibrary.measurement.result import (
    EndpointResult,
    GeneratorHealth,
    MonitoredHost,
    RunResult,
)
from ApiLoadLibrary.measurement.tally import Tally
from ApiLoadLibrary.values import Rate

LATE_NS = 10_000_000
EVERY_METRIC = [
    "p95 < 1 s",
    "p95 service time < 1 s",
    "p95 of all answers < 1 s",
    "average < 1 s",
    "median < 1 s",
    "max < 1 s",
    "min > 1 us",
    "error rate < 50 %",
    "error rate <= 0 %",
    "achieved rate >= 1 % of target",
    "achieved rate > 1/min",
    "cpu < 90 %",
    "memory < 90 %",
    "disk < 90 %",
    "generator cpu < 90 %",
    "p95 schedule delay < 1 s",
    "p95 first byte time < 1 s",
    "share of 200 >= 50 %",
    "network < 1 GB/s",
    "throughput > 1/min",
    "share of 5xx < 50 %",
    "share of timeouts <= 0 %",
    "p95 of the run < 1 s",
    "p95 < 1 s as point estimate",
    "p95 < 1 s in every 2 s",
    "error rate < 50 % in every 2 s",
    "achieved rate >= 1 % in every 2 s",
    "p95 < 1 s after the first 1 s",
    "p50 < 1 s for 2 s",
    "p95 < 1 s during load",
]
"""Criteria that any decent run meets."""


@dataclass(frozen=True)
class Request:
    """One arrival: what it ended in, how long the server took, how late it was sent, and why.

    Of a dropped one, `delay_ms` is how long it waited in vain.
    """

    service_ms: float = 10.0
    outcome: int = 200
    delay_ms: float = 0.0
    busy: bool = False


def around(
    center_ms: float, count: int, *, spread: float = 0.2, seed: int = 1, **traits: float
) -> list[Request]:
    """So many independent requests, log-normal around a median; 95 % lie below 1.39 of it."""
    values = center_ms * np.random.default_rng(seed).lognormal(0, spread, count)
    return [Request(service_ms=value, **traits) for value in values.tolist()]  # type: ignore[arg-type]


def every(number: int, odd: Request, usual: Request | None = None) -> list[Request]:
    """A thousand requests of 10 ms, or such as this, of which every so many-th is an odd one."""
    return [odd if i % number == 0 else usual or Request() for i in range(1_000)]


def an_endpoint(
    requests: Sequence[Request],
    name: str = "Products",
    *,
    rate: str = "1,000/min",
    planned: int | None = None,
    threshold_ms: float | None = None,
) -> EndpointResult:
    """An endpoint whose arrivals came evenly, in this order."""
    offered = Rate.parse(rate)
    arrivals = len(requests) if planned is None else planned
    interval_ns = float(1_000_000_000 / offered.per_second)
    tally = Tally(frozenset({200}), LATE_NS)
    if requests:
        rows = [_row(each, i, i * interval_ns) for i, each in enumerate(requests)]
        tally.add(np.array(rows).T)
    return EndpointResult(
        name=name,
        method="GET",
        path=f"/{name}",
        rate=offered,
        offered=str(offered),
        planned=arrivals,
        length_ns=round(max(arrivals, 1) * interval_ns),
        threshold_ns=None if threshold_ms is None else round(threshold_ms * 1e6),
        tally=tally,
    )


def _row(request: Request, number: int, due_ns: float) -> list[int]:
    due = round(due_ns)
    start = due + round(request.delay_ms * 1e6)
    if is_dropped(request.outcome):
        return [request.outcome, due, -1, -1, start, int(request.busy), number, 0, 0]
    done = start + round(request.service_ms * 1e6)
    return [request.outcome, due, start, done, done, int(request.busy), number, 100, 200]


def a_run(
    *endpoints: EndpointResult,
    stopped: str | None = None,
    generator_at_fault: str | None = None,
    overloaded: bool = False,
    workers: int = 50,
    cpu_percent: Sequence[float] | None = None,
    scenario: str = "sustained",
) -> RunResult:
    """A run over these endpoints; `cpu_percent` is that of localhost, a value per second."""
    length_ns = max(each.length_ns for each in endpoints)
    health = GeneratorHealth(
        shards=1,
        workers=workers,
        peak_busy_workers=1,
        cpu_percent=10.0,
        run_queue_wait_percent=None,
        reasons=(generator_at_fault,) if generator_at_fault else (),
        overloaded=overloaded,
    )
    return RunResult(
        id="run-1",
        name="A run",
        test="A test",
        scenario=scenario,
        started_at="2026-01-01T12:00:00+00:00",
        length_ns=length_ns,
        duration_s=length_ns / 1e9,
        endpoints=endpoints,
        generator=health,
        stopped=stopped,
        host=None if cpu_percent is None else _localhost(cpu_percent),
    )


def _localhost(cpu_percent: Sequence[float]) -> MonitoredHost:
    """Memory is used half as much as the processor is."""
    samples = [
        ResourceSample(float(second), percent, percent / 2, 0, percent / 3, 1e6, 2e6)
        for second, percent in enumerate(cpu_percent, 1)
    ]
    return MonitoredHost("localhost", tuple(samples))


def judge(
    text: str, run: RunResult, confidence: float = CONFIDENCE, *, any_name: bool = False
) -> Judgement:
    """Read a criterion on the run's endpoints, or on any, and judge it."""
    sure = "" if confidence == CONFIDENCE else f" with {100 * confidence:g} % confidence"
    return evaluate(parse(text + sure, None if any_name else names_in(run)), run)
