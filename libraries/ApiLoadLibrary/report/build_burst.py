"""What the report says of a burst: phase by phase, endpoint by endpoint, second by second."""

from __future__ import annotations

from typing import Any

from ApiLoadLibrary.criteria.burst import degradation, return_to_normal
from ApiLoadLibrary.criteria.subject import Subject
from ApiLoadLibrary.measurement.result import PhaseResult, RunResult, merged, seconds_of
from ApiLoadLibrary.measurement.tally import Second
from ApiLoadLibrary.values import NS_PER_S

from .build_endpoint import quantile_ms

__all__ = ["burst_details"]


def burst_details(run: RunResult) -> dict[str, Any]:
    """The details of a burst; none of a run that was stopped before all of its phases began."""
    if any(not each.requests for each in run.phases):
        return {}
    endpoints = [Subject(run, (each,), each.name) for each in run.endpoints]
    return {
        "phases": [_phase(each) for each in run.phases],
        "endpoints": [_endpoint(each) for each in endpoints],
        "seconds": [
            second
            for phase in run.phases
            for second in _seconds(phase, phase.phase.start_ns // NS_PER_S)
        ],
    }


def _phase(phase: PhaseResult) -> dict[str, Any]:
    p95 = merged(each.tally.response.judged() for each in phase.endpoints).quantile(0.95)
    return {
        "name": phase.phase.name,
        "start_s": phase.phase.start_ns / NS_PER_S,
        "end_s": phase.phase.end_ns / NS_PER_S,
        "offered_rate_per_s": phase.planned * 1e9 / phase.phase.length_ns,
        "p95_ms": None if p95 is None else p95 / 1e6,
    }


def _endpoint(subject: Subject) -> dict[str, Any]:
    slower, back = degradation(subject), return_to_normal(subject)
    return {
        "name": subject.name,
        "degradation_times": slower.value,
        "return_to_normal_ms": back.value,
        "returned": back.value is not None,
        "explanation": "; ".join(filter(None, [slower.basis or slower.reason, back.reason])),
    }


def _seconds(phase: PhaseResult, first: int) -> list[dict[str, Any]]:
    return [
        {
            "second": first + number,
            "offered": second.requests,
            "errors": second.errors,
            "p50_ms": quantile_ms(second, 0.5),
            "p95_ms": quantile_ms(second, 0.95),
        }
        for number, second in _all_seconds(phase)
    ]


def _all_seconds(phase: PhaseResult) -> list[tuple[int, Second]]:
    seconds = seconds_of(phase.endpoints)
    return [(each, seconds.get(each, Second())) for each in range(max(seconds, default=-1) + 1)]
