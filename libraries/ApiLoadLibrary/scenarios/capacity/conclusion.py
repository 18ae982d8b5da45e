"""What a search for the highest rate has found, as one load run with details and a reading.

Its figures are those of the most telling step: the hold that confirmed the highest rate, else the
last step at it, else the last of all.  What the others came to is in the details, step by step.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from ApiLoadLibrary.figures import figure
from ApiLoadLibrary.measurement.readings import Reading
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.values import Rate

from .pace import NOTICED_NS
from .search import End, Found, Standing, Tried, found

__all__ = ["CAPACITY", "HIGHEST_RATE", "Asked", "Taken", "concluded"]

CAPACITY = "capacity"
"""The scenario's name."""

HIGHEST_RATE = "highest rate"
KNEE = 2.0
"""Answers that take so many times as long as at the lowest rate, and noticeably longer: they have
begun to wait."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What was searched for.

    Attributes:
        name: Of the run.
        criteria: What had to hold.
        per_second: How many requests a second one of the search's own unit is.
        endpoints: How many endpoints are sent that rate each; 1 where they share it.
        hold_s: How long the highest rate had to hold.
        most_because: What sets the cap, where there is one.
    """

    name: str
    criteria: tuple[str, ...]
    per_second: float
    endpoints: int
    hold_s: float
    most_because: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """A step that was sent.

    Attributes:
        run: What it came to.
        reason: Why it did not hold, in a sentence; empty where it held.
        criteria: Those that broke.
    """

    tried: Tried
    run: RunResult
    reason: str = ""
    criteria: tuple[str, ...] = ()

    def words(self, rate: Rate) -> str:
        """What it showed of this rate, in a sentence: `180/s held: p95 3.4 ms.`"""
        p95 = _ms(self.run.response().quantile(0.95))
        if self.tried.standing is Standing.HELD:
            return f"{rate} held" + ("." if p95 is None else f": p95 {p95:,.1f} ms.")
        verb = "did not hold" if self.tried.standing is Standing.BROKE else "shows nothing"
        return f"{rate} {verb}: {self.reason}"


def concluded(
    asked: Asked, taken: Sequence[Taken], end: End | None, stopped: str | None
) -> RunResult:
    """The search as one load run.

    Args:
        taken: All steps, in their order; one at least.
        end: Why it is over; None where it was broken off.
        stopped: Why it was broken off.
    """
    tried = [each.tried for each in taken]
    so_far = found(tried)
    return replace(
        _telling(taken, so_far).run,
        name=asked.name,
        scenario=CAPACITY,
        stopped=stopped,
        alerts=tuple(alert for each in taken for alert in each.run.alerts),
        details=_details(asked, taken, so_far, end),
        readings=(_reading(asked, taken, so_far, end),),
    )


def _telling(taken: Sequence[Taken], so_far: Found) -> Taken:
    at_it = [each for each in taken if each.tried.step.rate == so_far.held]
    return at_it[-1] if at_it else taken[-1]


def _details(
    asked: Asked, taken: Sequence[Taken], so_far: Found, end: End | None
) -> dict[str, Any]:
    breaking = _latest(taken, so_far.unproven)
    return {
        "criteria": list(asked.criteria),
        "endpoints": asked.endpoints,
        "held_per_s": _per_s(asked, so_far.held),
        "broke_per_s": _per_s(asked, so_far.broke),
        "unproven_per_s": _per_s(asked, so_far.unproven),
        "confirmed": so_far.confirmed,
        "hold_s": asked.hold_s,
        "end": None if end is None else end.value,
        "cap": asked.most_because,
        "gave_out": list(breaking.criteria) if breaking else [],
        "reason": breaking.reason if breaking else "",
        "knee_per_s": _per_s(asked, _knee(taken)),
        "requests": sum(each.run.requests for each in taken),
        "steps": [_step(asked, each) for each in taken],
    }


def _latest(taken: Sequence[Taken], rate: float | None) -> Taken | None:
    """The last word on a rate: that it broke, if it did."""
    at_it = [each for each in taken if each.tried.step.rate == rate]
    broke = [each for each in at_it if each.tried.standing is Standing.BROKE]
    return next(iter([*broke[-1:], *at_it[-1:]]), None)


def _per_s(asked: Asked, rate: float | None) -> float | None:
    return None if rate is None else rate * asked.per_second


def _step(asked: Asked, taken: Taken) -> dict[str, Any]:
    run, step = taken.run, taken.tried.step
    response = run.response()
    return {
        "run": run.id,
        "rate_per_s": step.rate * asked.per_second,
        "kind": step.kind.value,
        "length_s": round(min(run.length_ns / 1e9, run.duration_s), 1),
        "standing": taken.tried.standing.value,
        "reason": taken.reason,
        "planned": run.planned,
        "requests": run.requests,
        "errors": run.errors,
        "in_time": run.in_time,
        "carried_per_s": _per_s(asked, taken.tried.carried),
        **{
            name: _ms(response.quantile(share))
            for name, share in (("p50_ms", 0.5), ("p95_ms", 0.95), ("p99_ms", 0.99))
        },
        "p95_ms_of": {
            each.name: _ms(each.tally.response.judged().quantile(0.95)) for each in run.endpoints
        },
        "cpu_percent": _cpu(run),
    }


def _ms(value_ns: int | None) -> float | None:
    return None if value_ns is None else value_ns / 1e6


def _cpu(run: RunResult) -> float | None:
    """How busy the system under test's host was on average."""
    samples = run.host.samples if run.host else ()
    return sum(each.cpu_percent for each in samples) / len(samples) if samples else None


def _knee(taken: Sequence[Taken]) -> float | None:
    """The highest rate up to which 95 of 100 took less than twice as long as at the lowest."""
    by_rate = {
        each.tried.step.rate: p95
        for each in taken
        if (p95 := each.run.response().quantile(0.95)) is not None
    }
    if len(by_rate) < 3:
        return None
    rates = sorted(by_rate)
    most_ns = KNEE * by_rate[rates[0]] + NOTICED_NS
    slow = next((rate for rate in rates if by_rate[rate] > most_ns), None)
    return None if slow is None else rates[rates.index(slow) - 1]


def _reading(asked: Asked, taken: Sequence[Taken], so_far: Found, end: End | None) -> Reading:
    """It is right whatever became of other steps: each was judged by itself."""
    low = _per_s(asked, so_far.held) if so_far.confirmed else None
    high = _per_s(asked, so_far.broke)
    return Reading(
        HIGHEST_RATE,
        _per_s(asked, so_far.held) or 0.0,
        _telling(taken, so_far).run.requests,
        reason=_why_no_more(asked, taken, so_far, end),
        basis=f"held for {asked.hold_s:g} s" if so_far.confirmed else "",
        counted=True,
        interval=(low or 0.0, math.inf if high is None else high),
    )


def _why_no_more(asked: Asked, taken: Sequence[Taken], so_far: Found, end: End | None) -> str:
    """Why a higher rate is not promised, as the tail of a sentence."""
    if end is End.CAPPED:
        return f"no more was tried, because of {asked.most_because}"
    if end is None:
        return "the search was broken off"
    if not so_far.confirmed and so_far.held is not None:
        return "no rate held for longer"
    if end is End.GENERATOR:
        seen = _seen(asked, taken, so_far.unproven)
        return f"the load generator gave out, and not the server: {seen}"
    rates = dict.fromkeys((so_far.unproven, so_far.broke))
    return "; ".join(_seen(asked, taken, rate) for rate in rates if rate is not None)


def _seen(asked: Asked, taken: Sequence[Taken], rate: float | None) -> str:
    """`at 198/s the server fell behind`."""
    above = _latest(taken, rate)
    assert above is not None
    assert rate is not None
    reason = f"{above.reason[:1].lower()}{above.reason[1:]}".rstrip(".")
    return f"at {figure(rate * asked.per_second, 4)}/s {reason}"
