"""Traces of requests to limiters whose truth is known, made without a server."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ApiLoadLibrary.measurement.exchange import Exchange
from ApiLoadLibrary.measurement.result import GeneratorHealth, RunResult
from ApiLoadLibrary.values import NS_PER_S
from rig.limiters import Limiter

SERVICE_NS = 1_000_000
STARTED_AT = "2026-01-01T00:00:00.000+00:00"
Headers = Callable[[float, bool], dict[str, str]]
"""From the time in seconds, and whether a request was accepted, to the headers of its answer."""


def no_headers(_now: float, _accepted: bool) -> dict[str, str]:
    return {}


def trace_of(
    offsets: Iterable[int],
    limiter: Limiter,
    *,
    place: int = 0,
    refused: int = 429,
    headers: Headers = no_headers,
) -> list[Exchange]:
    """What such a limiter makes of requests at these moments; an answer takes a millisecond."""
    found = []
    for number, offset in enumerate(offsets):
        now = (offset + SERVICE_NS // 2) / NS_PER_S
        delay = limiter(now)
        done = offset + SERVICE_NS + round((delay or 0) * NS_PER_S)
        told = tuple(headers(now, delay is not None).items())
        outcome = refused if delay is None else 200
        found.append(Exchange(place, number, offset, offset, done, done, outcome, told))
    return found


def run_of(trace: Sequence[Exchange]) -> RunResult:
    """A run that has nothing but this trace."""
    return RunResult(
        id="run",
        name="a probe",
        test="a test",
        scenario="rate_limit",
        started_at=STARTED_AT,
        length_ns=NS_PER_S,
        duration_s=1.0,
        endpoints=(),
        generator=GeneratorHealth(1, 1, 1, 1.0, 0.0),
        trace=tuple(sorted(trace, key=lambda each: each.scheduled_ns)),
    )
