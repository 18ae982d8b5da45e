"""What a run of probes leaves for criteria and for the report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import ceil
from typing import Any

from ApiLoadLibrary.figures import figure
from ApiLoadLibrary.measurement.readings import Reading
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.values import NS_PER_S

from .answers import Answer, Kind
from .figures import FIRST_SECONDS, Figure, Figures, ms
from .findings import Findings, Probing, findings_of
from .timeline import Fault, State

__all__ = ["FIGURES", "concluded"]

FIGURES = {
    "recovery": "recovery_ms",
    "detection": "detection_ms",
    "failures before opening": "failures_before_opening",
    "fast failure time": "fast_failure_p95_ms",
    "open time": "open_ms",
    "residual errors": "residual_errors_percent",
    "errors under overload": "errors_meanwhile_percent",
    "overshoot": "overshoot_times",
}
"""Metrics of the language of criteria, and what they are called in the details."""

MOST_POINTS = 400
SHORTEST_STEP_S = 0.05

LONGEST_STALL_NS = NS_PER_S
MOST_STALLED = 0.1
"""The generator may stand still so long at a time, and for such a part of all the time."""


def concluded(result: RunResult, probing: Probing, fault: Fault) -> RunResult:
    """A run of probes with what it shows.

    Args:
        result: The run, with its trace.
        probing: How the server was probed.
        fault: When the trouble was, as far as it is known.
    """
    found = findings_of(result.trace, probing, fault)
    counted = False
    if isinstance(found, str):
        figures = {name: Figure(None, 0, found) for name in FIGURES}
        details = {**_setting(probing, fault), "unknown": found}
    else:
        figures = Figures(found, result.stopped).all()
        details = {**_setting(probing, fault), **_details(found, figures)}
        counted = _stands(found, result)
    rate = f"{figure(NS_PER_S / probing.interval_ns)}/s"
    readings = tuple(_reading(name, each, rate, counted) for name, each in figures.items())
    return replace(result, details=details, readings=(*result.readings, *readings))


def _stands(found: Findings, result: RunResult) -> bool:
    """Whether what was found stands although some probes may have been sent late.

    Their lateness has been taken off, and a short one moves no boundary far.
    """
    generator, stalls = result.generator, found.stalls
    if result.stopped is not None or generator.overloaded or generator.lost_shards:
        return False
    return stalls.longest_ns <= LONGEST_STALL_NS and (
        stalls.total_ns <= MOST_STALLED * found.until_ns
    )


def _reading(name: str, found: Figure, rate: str, counted: bool) -> Reading:
    return Reading(
        name,
        found.value,
        found.samples,
        reason=found.reason,
        never=found.never,
        counted=counted,
        basis=f"{found.samples:,} probes at {rate}" if found.samples else "",
    )


def _setting(probing: Probing, fault: Fault) -> dict[str, Any]:
    """What was probed, how, and when the trouble was."""
    steadiness = probing.steadiness
    return {
        "endpoint": probing.endpoint,
        "probe_rate_per_s": NS_PER_S / probing.interval_ns,
        "cause": "overload" if fault.overload else "fault",
        "trouble_start_s": _seconds(fault.began_ns),
        "trouble_end_s": _seconds(fault.ended_ns),
        "stable_s": steadiness.length_ns / NS_PER_S,
        "stable_success_percent": 100 * steadiness.success_share,
        "stable_slow_down_times": steadiness.slow_down,
    }


def _details(found: Findings, figures: dict[str, Figure]) -> dict[str, Any]:
    level = found.level
    return {
        "healthy": {
            "p50_ms": ms(level.p50_ns),
            "p95_ms": ms(level.p95_ns),
            "slow_above_ms": ms(level.slow_above_ns),
            "success_percent": 100 * level.good_share,
            "probes": level.answers,
        },
        "generator_stalled_s": found.stalls.total_ns / NS_PER_S,
        "generator_longest_stall_ms": ms(found.stalls.longest_ns),
        "observed_s": found.until_ns / NS_PER_S,
        "states": list(_states(found)),
        "defence": found.shutting.defence.value,
        "defence_reason": found.shutting.reason,
        "turned_away": len(found.fast_failures),
        "half_open_moments": len(found.shutting.half_open),
        "half_open_tries": found.shutting.tries,
        "availability_meanwhile_percent": _availability(figures["errors under overload"]),
        "overshoot_within_s": FIRST_SECONDS,
        **{key: figures[name].value for name, key in FIGURES.items()},
        "figures": {key: _explained(figures[name]) for name, key in FIGURES.items()},
        **_points(found),
    }


def _explained(figure: Figure) -> dict[str, Any]:
    """What a figure rests on, and why it is so, or is not known."""
    return {"probes": figure.samples, "reason": figure.reason, "never": figure.never}


def _states(found: Findings) -> Iterator[dict[str, Any]]:
    for each in found.states:
        answers = found.between(each.start_ns, each.end_ns)
        kinds = Counter(answer.kind for answer in answers)
        yield {
            "state": each.state.value,
            "start_s": each.start_ns / NS_PER_S,
            "end_s": each.end_ns / NS_PER_S,
            "probes": len(answers),
            "failed": kinds[Kind.FAILED] + kinds[Kind.FAST],
            "turned_away": kinds[Kind.FAST],
            "slow": kinds[Kind.SLOW],
            "breaker_open": found.breaker and each.state in {State.FAST_FAILING, State.HALF_OPEN},
        }


def _availability(errors: Figure) -> float | None:
    return None if errors.value is None else 100 - errors.value


def _points(found: Findings) -> dict[str, Any]:
    """The answers over time, for a picture: the longest of each step."""
    observed_s = found.until_ns / NS_PER_S
    usual_s = found.probing.interval_ns / NS_PER_S
    step_s = max(SHORTEST_STEP_S, usual_s, observed_s / MOST_POINTS)
    steps: list[list[Answer]] = [[] for _ in range(ceil(observed_s / step_s))]
    for each in found.answers:
        steps[min(len(steps) - 1, int(each.at_ns / NS_PER_S / step_s))].append(each)
    return {
        "step_s": step_s,
        "served_ms": [_longest_ms(each, good=True) for each in steps],
        "failed_ms": [_longest_ms(each, good=False) for each in steps],
    }


def _longest_ms(answers: Sequence[Answer], *, good: bool) -> float | None:
    times = [each.latency_ns for each in answers if each.good is good]
    return ms(max(times)) if times else None


def _seconds(moment_ns: int | None) -> float | None:
    return None if moment_ns is None else moment_ns / NS_PER_S
