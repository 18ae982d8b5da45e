"""A recovery's part of the page: how the server failed, how soon it was well again, a picture."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from . import formats
from .document import Run
from .drawing import Chart, Line, Stretch, Table
from .scenario_details import Details

__all__ = ["details_of_recovery"]

NOTICED = 1.5
"""Times as long as before: less is no herd that anybody would see."""

_NAMES = {
    "healthy": "healthy",
    "degraded": "degraded",
    "fast-failing": "turned away at once",
    "half-open": "trying again",
    "recovering": "recovering",
    "recovered": "recovered",
}
_LOOKS = {
    "degraded": "warn",
    "fast-failing": "bad",
    "half-open": "warn",
    "recovering": "warn",
    "recovered": "ok",
}
_OPEN = "breaker open"


def details_of_recovery(run: Run) -> Details:
    """How the server came through its trouble."""
    details = run.details
    title = f"How {details['endpoint']} came through the {details['cause']}"
    if "unknown" in details:
        return Details(title, (formats.sentence(f"Nothing can be told: {details['unknown']}"),))
    return Details(
        title=title,
        sentences=tuple(_sentences(details)),
        facts=tuple(_facts(details)),
        charts=(_chart(details),),
    )


def _sentences(details: dict[str, Any]) -> Iterator[str]:
    yield _meanwhile(details)
    yield from _defence(details)
    yield _recovery(details)
    yield from _afterwards(details)


def _trouble(details: dict[str, Any]) -> str:
    return f"the {details['cause']}"


def _meanwhile(details: dict[str, Any]) -> str:
    """What customers had of it while the trouble lasted."""
    failed = details["errors_meanwhile_percent"]
    if failed is None:
        reason = details["figures"]["errors_meanwhile_percent"]["reason"]
        return formats.sentence(f"how many requests failed in it cannot be told: {reason}")
    lasted = formats.duration(details["trouble_end_s"] - details["trouble_start_s"])
    while_ = f"While {_trouble(details)} lasted ({lasted})"
    if not failed:
        return f"{while_}, every request was served{_how_slowly(details)}."
    if failed == 100:
        return f"{while_}, no request was served."
    return f"{while_}, {formats.percent(failed)} of the requests failed."


def _how_slowly(details: dict[str, Any]) -> str:
    slow = sum(each["slow"] for each in details["states"] if each["state"] != "healthy")
    return ", if slowly" if slow else " as quickly as ever"


def _defence(details: dict[str, Any]) -> Iterator[str]:
    defence, fast_ms = details["defence"], details["fast_failure_p95_ms"]
    if defence == "circuit breaker":
        count = details["failures_before_opening"]
        yield (
            f"After {formats.milliseconds(details['detection_ms'])} and "
            f"{formats.plural(round(count), 'failure')} a circuit breaker opened: from then on "
            f"requests were turned away within {formats.milliseconds(fast_ms)} instead of being "
            "left to wait."
        )
        yield (
            f"It was open for {formats.duration(details['open_ms'] / 1000)}, let "
            f"{_tries(details['half_open_tries'])} through meanwhile, and closed again."
        )
    elif defence == "load shedding":
        yield (
            f"{formats.plural(details['turned_away'], 'request')} were turned away within "
            f"{formats.milliseconds(fast_ms)}, while others were served: that is load shedding, "
            "and no circuit breaker."
        )
    elif defence == "fast failures":
        yield (
            f"{formats.plural(details['turned_away'], 'request')} were turned away within "
            f"{formats.milliseconds(fast_ms)}. What did that cannot be told for sure: "
            f"{details['defence_reason']}."
        )
    elif details["figures"]["detection_ms"]["never"]:
        yield formats.sentence(details["figures"]["detection_ms"]["reason"])


def _tries(count: int) -> str:
    return "one request" if count == 1 else f"{count:,} requests"


def _recovery(details: dict[str, Any]) -> str:
    value, figure = details["recovery_ms"], details["figures"]["recovery_ms"]
    if value == 0:
        return f"When {_trouble(details)} was over, all was well at once."
    if value is not None:
        tail = f": {figure['reason']}" if figure["reason"] else ""
        after = formats.milliseconds(value)
        return f"{after} after {_trouble(details)} was over, all was well for good{tail}."
    if figure["never"]:
        return formats.sentence(f"it did not recover while it was watched: {figure['reason']}")
    return formats.sentence(f"how soon it recovered cannot be told: {figure['reason']}")


def _afterwards(details: dict[str, Any]) -> Iterator[str]:
    residual, overshoot = details["residual_errors_percent"], details["overshoot_times"]
    if residual == 0:
        yield "From then on no request failed."
    elif residual is not None:
        yield f"From then on {formats.percent(residual)} of the requests still failed."
    if overshoot is not None and overshoot > NOTICED:
        yield (
            f"In its first {formats.duration(details['overshoot_within_s'])} back, requests took "
            f"{formats.number(overshoot, 1)} times as long as when all was well."
        )


def _facts(details: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "Probed", f"{details['endpoint']}, {formats.rate(details['probe_rate_per_s'])}"
    yield "95 of 100, when healthy", formats.milliseconds(details["healthy"]["p95_ms"])
    yield "Served meanwhile", formats.percent(details["availability_meanwhile_percent"])
    if details["defence"] == "circuit breaker":
        yield "Breaker opened after", formats.milliseconds(details["detection_ms"])
        yield "Failures until then", formats.number(details["failures_before_opening"])
        yield "Open for", formats.milliseconds(details["open_ms"])
        yield "Tries let through", formats.count(details["half_open_tries"])
    if details["fast_failure_p95_ms"] is not None:
        yield "95 of 100 turned away within", formats.milliseconds(details["fast_failure_p95_ms"])
    yield "Recovered after", _recovered(details)
    yield "Failed since then", formats.percent(details["residual_errors_percent"])
    yield "First seconds back", _times(details["overshoot_times"])


def _recovered(details: dict[str, Any]) -> str:
    if details["figures"]["recovery_ms"]["never"]:
        return "never"
    return formats.milliseconds(details["recovery_ms"])


def _times(value: float | None) -> str:
    if value is None:
        return formats.NOTHING
    return f"{formats.number(value, 1)} times as long" if value > NOTICED else "as quick as before"


def _chart(details: dict[str, Any]) -> Chart:
    return Chart(
        title="Response times of the probes, and what the server did",
        caption=" ".join(_caption(details)),
        unit="ms",
        length_s=details["observed_s"],
        lines=(
            Line("failed", "l3", tuple(details["failed_ms"])),
            Line("served", "l1", tuple(details["served_ms"])),
        ),
        band=False,
        limit=None,
        table=_table(details["states"]),
        stretches=tuple(
            Stretch(each["start_s"], each["end_s"], _name(each), _LOOKS.get(each["state"], "calm"))
            for each in details["states"]
        ),
        step_s=details["step_s"],
    )


def _caption(details: dict[str, Any]) -> Iterator[str]:
    yield f"The slowest probe of each {formats.number(details['step_s'], 2)} s."
    start_s, end_s = details["trouble_start_s"], details["trouble_end_s"]
    if start_s is not None and end_s is not None:
        start, end = formats.duration(start_s), formats.duration(end_s)
        yield f"The {details['cause']} lasted from {start} to {end}."


def _name(state: dict[str, Any]) -> str:
    if state["breaker_open"] and state["state"] == "fast-failing":
        return _OPEN
    return _NAMES[state["state"]]


def _table(states: list[dict[str, Any]]) -> Table:
    rows = tuple(
        (
            f"{formats.number(each['start_s'], 2)} s",
            f"{formats.number(each['end_s'], 2)} s",
            _name(each),
            formats.count(each["probes"]),
            formats.count(each["failed"]),
            formats.count(each["turned_away"]),
        )
        for each in states
    )
    head = ("From", "To", "State", "Probes", "Failed", "Turned away at once")
    return Table("What the server did", head, rows)
