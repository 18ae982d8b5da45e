"""A burst's part of the page: how much slower, how soon over, and a picture of all phases."""

from __future__ import annotations

from typing import Any

from . import formats
from .document import Run
from .drawing import Chart, Line, Stretch, Table
from .scenario_details import Details

__all__ = ["details_of_burst"]

NOTICED = 1.1
"""Times as long as before: less is no difference that anybody would see."""
_LOOKS = {"burst": "warn"}
_NAMES = {"before": "normal", "after": "normal again"}


def details_of_burst(run: Run) -> Details:
    """The burst against the normal load before and after it."""
    details = run.details
    phases = {each["name"]: each for each in details["phases"]}
    return Details(
        title="What the burst did",
        sentences=(_degraded(details["endpoints"]), _returned(details["endpoints"])),
        facts=(
            ("Normal load", formats.rate(phases["before"]["offered_rate_per_s"])),
            ("In the burst", formats.rate(phases["burst"]["offered_rate_per_s"])),
            *(
                (f"95 of 100, {_NAMES.get(name, name)}", formats.milliseconds(each["p95_ms"]))
                for name, each in phases.items()
            ),
        ),
        charts=(_chart(details),),
        tables=(_table(details["endpoints"]),),
    )


def _degraded(endpoints: list[dict[str, Any]]) -> str:
    known = [each for each in endpoints if each["degradation_times"] is not None]
    if not known:
        return f"How much slower requests were cannot be told: {_first(endpoints, 'degradation')}."
    worst = max(known, key=lambda each: each["degradation_times"])
    times = formats.number(worst["degradation_times"], 1)
    if worst["degradation_times"] < NOTICED:
        return "In the burst 95 of 100 requests took no longer than before it."
    where = f", on the endpoint that suffered most: {worst['name']}" if len(endpoints) > 1 else ""
    return f"In the burst 95 of 100 requests took {times} times as long as before it{where}."


def _returned(endpoints: list[dict[str, Any]]) -> str:
    lost = [each["name"] for each in endpoints if each["returned"] is False]
    if not lost and any(each["returned"] is None for each in endpoints):
        return f"Whether it was soon over cannot be told: {_first(endpoints, 'return')}."
    if lost:
        return f"Not back to normal while it was watched: {', '.join(lost)}."
    slowest_ms = max(each["return_to_normal_ms"] for each in endpoints)
    if not slowest_ms:
        return "Right after it everything was as quick as before."
    return f"{formats.duration(slowest_ms / 1000)} after it everything was as quick as before."


def _first(endpoints: list[dict[str, Any]], what: str) -> str:
    """Why it is not known of the first endpoint of which it is not."""
    reasons = (each.get(f"{what}_reason") for each in endpoints)
    return next(filter(None, reasons), "none was answered as expected")


def _chart(details: dict[str, Any]) -> Chart:
    seconds = details["seconds"]
    lines = (
        Line("95 of 100", "l2", tuple(each["p95_ms"] for each in seconds)),
        Line("half", "l1", tuple(each["p50_ms"] for each in seconds)),
    )
    rows = tuple(
        (
            formats.clock(each["second"]),
            formats.count(each["offered"]),
            formats.milliseconds(each["p50_ms"]),
            formats.milliseconds(each["p95_ms"]),
            formats.count(each["errors"]),
        )
        for each in seconds
    )
    return Chart(
        title="Response times before, in and after the burst",
        caption="All endpoints together, second by second.",
        unit="ms",
        length_s=len(seconds),
        lines=lines,
        band=True,
        limit=None,
        table=Table("Response times", ("Time", "Requests", "Half", "95 of 100", "Failed"), rows),
        stretches=tuple(
            Stretch(
                each["start_s"],
                each["end_s"],
                _NAMES.get(each["name"], each["name"]),
                _LOOKS.get(each["name"], "calm"),
            )
            for each in details["phases"]
        ),
    )


def _table(endpoints: list[dict[str, Any]]) -> Table:
    rows = tuple(
        (
            each["name"],
            _times(each["degradation_times"]),
            _after(each["return_to_normal_ms"]),
            each["explanation"],
        )
        for each in endpoints
    )
    return Table("Each endpoint in the burst", ("Endpoint", "Slower", "Back after", "Why"), rows)


def _times(value: float | None) -> str:
    return formats.NOTHING if value is None else f"{formats.number(value, 1)} times"


def _after(value_ms: float | None) -> str:
    return formats.NOTHING if value_ms is None else formats.duration(value_ms / 1000)
