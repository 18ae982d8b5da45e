"""A load run's result as its part of the document."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import Any

from ApiLoadLibrary.criteria.steady import SteadyState, steady_state
from ApiLoadLibrary.measurement.result import GeneratorHealth, PhaseResult, RunResult, merged
from ApiLoadLibrary.measurement.tally import Second

from . import document as doc
from .build_burst import burst_details
from .build_endpoint import (
    DECIMALS,
    NS_PER_S,
    build_endpoint,
    build_samples,
    distribution,
    quantile_ms,
)

__all__ = ["build_run"]

EVEN_LOAD = ("sustained", "closed")
"""Scenarios under which response times can be expected to settle."""


def build_run(result: RunResult) -> doc.Run:
    """The document's form of a load run."""
    timeline, steady = _timeline(result), _steady_state(result)
    tallies = [each.tally for each in result.endpoints]
    return doc.Run(
        id=result.id,
        name=result.name,
        test=result.test,
        scenario=result.scenario,
        started_at=result.started_at,
        length_s=result.length_ns / NS_PER_S,
        duration_s=float(result.duration_s),
        stopped=result.stopped,
        offered_rate_per_s=round(result.offered_rate_per_s, DECIMALS),
        achieved_rate_per_s=round(result.achieved_rate_per_s, DECIMALS),
        planned=result.planned,
        requests=result.requests,
        answered=sum(each.answered for each in tallies),
        errors=result.errors,
        error_rate=result.error_rate,
        refused=sum(each.turned_away for each in tallies),
        late=result.late,
        dropped=result.dropped,
        schedule_delay_ms=distribution(result.schedule_delay()),
        response_time_ms=distribution(result.response()),
        service_time_ms=distribution(merged(each.service.judged() for each in tallies)),
        bytes_sent=sum(each.bytes_sent for each in tallies),
        bytes_received=sum(each.bytes_received for each in tallies),
        generator=_generator(result.generator),
        endpoints=tuple(build_endpoint(each, len(timeline)) for each in result.endpoints),
        timeline=timeline,
        phases=tuple(map(_phase, result.phases)),
        settled=steady.settled if steady else None,
        settled_after_s=steady.warm_up_s if steady and steady.settled else None,
        samples=tuple(sample for each in result.endpoints for sample in build_samples(each)),
        details=_plain(_details(result)),
    )


def _details(result: RunResult) -> dict[str, Any]:
    """What its scenario has found; a burst is seen in the phases of its run."""
    return burst_details(result) if result.scenario == "burst" else result.details


def _steady_state(result: RunResult) -> SteadyState | None:
    """Of all endpoints together, where the load was the same all the time."""
    return steady_state(result.seconds()) if result.scenario in EVEN_LOAD else None


def _generator(health: GeneratorHealth) -> doc.Generator:
    return doc.Generator(
        healthy=health.healthy,
        reasons=health.reasons,
        shards=health.shards,
        workers=health.workers,
        peak_busy_workers=health.peak_busy_workers,
        cpu_percent=float(health.cpu_percent),
        run_queue_wait_percent=health.run_queue_wait_percent,
        lost_shards=health.lost_shards,
        transport=health.transport,
        ceiling_per_s=health.ceiling_per_s,
        hosts=tuple(doc.GeneratorHost(**asdict(each)) for each in health.hosts),
    )


def _phase(result: PhaseResult) -> doc.Phase:
    return doc.Phase(
        name=result.phase.name,
        start_s=result.phase.start_ns / NS_PER_S,
        end_s=result.phase.end_ns / NS_PER_S,
        judged=result.phase.judged,
        requests=result.requests,
        errors=result.errors,
        response_time_ms=distribution(
            merged(each.tally.response.judged() for each in result.endpoints)
        ),
    )


def _timeline(result: RunResult) -> tuple[doc.Second, ...]:
    """Every second of the schedule; of a run that was stopped, every one until then."""
    seconds = result.seconds()
    ended = max(seconds, default=-1) + 1
    length = ended if result.stopped else max(ended, math.ceil(result.length_ns / NS_PER_S))
    return tuple(_second(number, seconds.get(number, Second())) for number in range(length))


def _second(number: int, second: Second) -> doc.Second:
    return doc.Second(
        second=number,
        offered=second.requests,
        achieved=second.in_time,
        errors=second.errors,
        late=second.late,
        dropped=second.dropped,
        p50_ms=quantile_ms(second, 0.5),
        p95_ms=quantile_ms(second, 0.95),
        p99_ms=quantile_ms(second, 0.99),
    )


def _plain(value: object) -> Any:
    """What JSON can hold, and gives back equal."""
    if isinstance(value, dict):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if isinstance(value, str | int | None) else str(value)
