"""What became of journeys: how many were finished, where the others ended, how long it took.

A journey **ended** at the step that failed; its user takes no other.  Its **response time** is
what the user waited, over all steps; with the thinking it is the time **from start to end**.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from ApiLoadLibrary.measurement.histogram import Histogram
from ApiLoadLibrary.measurement.journeys import JourneyFindings
from ApiLoadLibrary.measurement.outcomes import DONE, Failure, is_dropped, is_status
from ApiLoadLibrary.measurement.result import EndpointResult, RunResult
from ApiLoadLibrary.workload.journey import Journey

from .journeys import JourneyLoad

__all__ = ["concluding"]

MS = 1_000_000
_QUANTILES = {"median": 0.5, "p95": 0.95}


def concluding(asked: JourneyLoad) -> Callable[[RunResult], RunResult]:
    """Finds in a result how far the users of this load came, as details."""

    def conclude(run: RunResult) -> RunResult:
        found = run.journey_findings
        if found is None:
            return run
        rows, first = [], 0
        for place, each in enumerate(asked.asked):
            steps = run.endpoints[first : first + len(each.steps)]
            first += len(each.steps)
            rows.append(_row(each.journey, run.journeys[place], steps, _elapsed(found, place)))
        details = {"journeys": rows, "most_users": found.most_users}
        return replace(run, details=details)

    return conclude


def _elapsed(found: JourneyFindings, place: int) -> Histogram:
    """Empty where no shard lived to tell it."""
    return found.elapsed[place] if place < len(found.elapsed) else Histogram()


def _row(
    journey: Journey, whole: EndpointResult, steps: Sequence[EndpointResult], elapsed: Histogram
) -> dict[str, Any]:
    outcomes = whole.tally.outcomes
    never = whole.tally.dropped
    return {
        "name": journey.name,
        "planned": whole.planned,
        "begun": whole.tally.requests - never,
        "never_begun": never,
        "finished": outcomes[DONE],
        "cut_off": outcomes[Failure.STOPPED],
        "thinking": str(journey.thinking),
        "response_time_ms": _times(whole.tally.response.success),
        "start_to_end_ms": _times(elapsed),
        "steps": [
            _step(str(step.think), result)
            for step, result in zip(journey.steps, steps, strict=True)
        ],
    }


def _step(think: str, result: EndpointResult) -> dict[str, Any]:
    tally = result.tally
    ended = {
        outcome: count
        for outcome, count in tally.outcomes.items()
        if count and outcome not in tally.expected and not _is_no_end(outcome)
    }
    return {
        "name": result.name,
        "think_before": think,
        "started": tally.requests - tally.dropped,
        "finished": tally.requests - tally.errors,
        "ended_here": sum(ended.values()),
        "p95_ms": _times(tally.response.judged())["p95"],
        "failures": [
            {"what": _words(result, outcome), "count": count}
            for outcome, count in sorted(ended.items(), key=lambda each: (-each[1], each[0]))
        ],
    }


def _is_no_end(outcome: int) -> bool:
    """Whether the user never began, or was cut off by ourselves."""
    return is_dropped(outcome) or outcome == Failure.STOPPED


def _words(step: EndpointResult, outcome: int) -> str:
    return f"status {outcome}" if is_status(outcome) else step.describe(outcome).words


def _times(histogram: Histogram) -> dict[str, float | None]:
    """Median, p95 and maximum in milliseconds; None of nothing."""
    found = {name: histogram.quantile(share) for name, share in _QUANTILES.items()}
    found["max"] = histogram.max_ns
    return {name: None if each is None else each / MS for name, each in found.items()}
