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
        "seconds": [second for phase in run.phases for second in _seconds(phase)],
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
        "degradation_reason": slower.reason,
        "return_reason": back.reason,
        "returned": None if back.value is None and not back.never else back.value is not None,
        "explanation": "; ".join(filter(None, [slower.basis or slower.reason, back.reason])),
    }


def _seconds(phase: PhaseResult) -> list[dict[str, Any]]:
    """Each second of a phase, those without requests too: what comes after has its place."""
    known = seconds_of(phase.endpoints)
    first, end = (each // NS_PER_S for each in (phase.phase.start_ns, phase.phase.end_ns))
    seconds = [known.get(each, Second()) for each in range(end - first)]
    return [
        {
            "second": number,
            "offered": second.requests,
            "errors": second.errors,
            "p50_ms": quantile_ms(second, 0.5),
            "p95_ms": quantile_ms(second, 0.95),
        }
        for number, second in enumerate(seconds, first)
    ]
