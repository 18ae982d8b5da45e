"""The part of the page about how much a system carries: what held, what gave out, and how near."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from . import formats
from .document import Run
from .drawing import Chart, Line, Stretch, Table
from .scenario_details import Details

__all__ = ["details_of_capacity"]

BEYOND = 1.05
"""The axis ends a little beyond the highest rate."""

_KINDS = {
    "rise": "how much?",
    "narrow": "between the two",
    "again": "once more",
    "hold": "for longer",
}
_STANDINGS = {"held": "held", "broke": "did not hold", "undecided": "could not be told"}
_ENDS = {
    "capped": "No more was tried, because of {cap}.",
    "generator": "Then the load generator gave out, not the server: at least so much is carried.",
    "unsteady": "It did not hold for longer: no rate is confirmed.",
    "out of time": "The time for the search was up.",
}


def details_of_capacity(run: Run) -> Details:
    """How much was carried, and what gave out above it."""
    details = run.details
    steps = details["steps"]
    return Details(
        title="How much it carries",
        sentences=tuple(_sentences(details)),
        facts=tuple(_facts(details)),
        charts=(_chart(details),),
        tables=(Table("Every rate that was tried", _HEAD, tuple(map(_row, steps))),),
    )


def _sentences(details: dict[str, Any]) -> Iterator[str]:
    yield _carried(details)
    if details["unproven_per_s"] is not None:
        yield _gave_out(details)
    if words := _ENDS.get(details["end"] or ""):
        yield words.format(cap=details["cap"])
    if details["end"] is None:
        yield "The search was broken off before its end."


def _carried(details: dict[str, Any]) -> str:
    asked = " and ".join(details["criteria"])
    held = details["held_per_s"]
    if held is None:
        return f"At no rate that was tried did all of this hold: {asked}."
    for_long = "" if details["confirmed"] else ", though for some seconds only"
    if details["confirmed"]:
        for_long = f", for {formats.duration(details['hold_s'])} without a break"
    return f"It carried {_requests(held, details)} with {asked}{for_long}."


def _requests(per_s: float, details: dict[str, Any]) -> str:
    """`1,150 requests a second to each of 3 endpoints, 3,450 in all`."""
    count = details["endpoints"]
    words = f"{_number(per_s)} requests a second"
    if count == 1:
        return words
    return f"{words} to each of {count} endpoints, {_number(count * per_s)} in all,"


def _number(per_s: float) -> str:
    return formats.rate(per_s).removesuffix("/s")


def _gave_out(details: dict[str, Any]) -> str:
    verb = "it no longer did" if details["held_per_s"] else "this was seen"
    if details["broke_per_s"] != details["unproven_per_s"]:
        verb = "that could not be shown"
    return f"At {_number(details['unproven_per_s'])} {verb}: {_begun_small(details['reason'])}"


def _begun_small(sentence: str) -> str:
    """Within another one; a metric like P95 stays as it is."""
    first, _, rest = sentence.partition(" ")
    text = f"{first.lower() if first in ('The', 'It') else first} {rest}"
    return text if text.endswith(".") else f"{text}."


def _facts(details: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield "Highest rate that held", formats.rate(details["held_per_s"])
    yield "Lowest rate that did not", formats.rate(details["unproven_per_s"])
    if details["gave_out"]:
        yield "Gave out first", ", ".join(details["gave_out"])
    if details["knee_per_s"] is not None:
        yield "Answers begin to wait above", formats.rate(details["knee_per_s"])
    yield "Requests sent to find out", formats.count(details["requests"])


def _chart(details: dict[str, Any]) -> Chart:
    """Response times over the rate: the latest word on each."""
    by_rate: dict[float, dict[str, Any]] = defaultdict(dict)
    for each in details["steps"]:
        by_rate[each["rate_per_s"]] = each
    rates = tuple(sorted(by_rate))
    steps = [by_rate[rate] for rate in rates]
    end = BEYOND * rates[-1]
    lines = tuple(
        Line(label, role, tuple(each[name] for each in steps))
        for label, role, name in (("95 of 100", "l2", "p95_ms"), ("half", "l1", "p50_ms"))
    )
    rows = tuple(
        (
            formats.rate(rate),
            formats.milliseconds(each["p50_ms"]),
            formats.milliseconds(each["p95_ms"]),
        )
        for rate, each in by_rate.items()
    )
    return Chart(
        title="Response times as the rate grows",
        caption="Where the line turns upwards requests begin to wait for each other.",
        unit="ms",
        length_s=end,
        lines=lines,
        band=True,
        limit=None,
        table=Table("Response times at each rate", ("Rate", "Half", "95 of 100"), rows),
        stretches=tuple(_stretches(details, end)),
        at_rates=rates,
    )


def _stretches(details: dict[str, Any], end: float) -> Iterator[Stretch]:
    held, unproven = details["held_per_s"] or 0.0, details["unproven_per_s"]
    if held:
        yield Stretch(0.0, held, "held", "ok")
    if unproven is not None:
        yield Stretch(unproven, end, "did not hold", "bad")


_HEAD = (
    *("Rate", "What for", "Lasted", "Result", "Requests", "Failed"),
    *("Half", "95 of 100", "Carried", "Why"),
)


def _row(step: dict[str, Any]) -> tuple[str, ...]:
    carried = step["carried_per_s"]
    return (
        formats.rate(step["rate_per_s"]),
        _KINDS[step["kind"]],
        formats.duration(step["length_s"]),
        _STANDINGS.get(step["standing"], step["standing"]),
        formats.count(step["requests"]),
        formats.count(step["errors"]),
        formats.milliseconds(step["p50_ms"]),
        formats.milliseconds(step["p95_ms"]),
        formats.NOTHING if carried is None else formats.rate(carried),
        step["reason"],
    )
