"""A flood of WebSocket connections as a part of the page: how many were held, and what became
of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from . import formats
from .document import Run
from .drawing import Chart, Line, Stretch, Table
from .scenario_details import Details

__all__ = ["details_of_flood"]

_LOOKS = {"held": "ok", "reconnect": "warn"}
_NAMES = {"reconnect": "opened again"}
_MEANINGS = {
    1000: "all is done",
    1001: "going away",
    1002: "the other side broke the rules",
    1003: "a kind of message that it does not take",
    1005: "no code was given",
    1006: "no goodbye at all",
    1007: "a text that is none",
    1008: "against the server's policy, as without a right",
    1009: "a message that is too long",
    1011: "something went wrong",
    1012: "the server starts anew",
    1013: "try again later",
}
"""Of closing codes: RFC 6455, section 7.4.1, and the register of IANA."""


def details_of_flood(run: Run) -> Details:
    """How many connections were held, how they ended, and what came of messages."""
    details = run.details
    return Details(
        title="The WebSocket connections",
        sentences=tuple(_sentences(details)),
        facts=tuple(_facts(details)),
        charts=(_chart(run, details),),
        tables=tuple(_tables(details)),
    )


def _sentences(details: dict[str, Any]) -> Iterator[str]:
    connections = details["connections"]
    asked, opened = connections["asked"], connections["opened"]
    held = connections["sustained"]
    yield f"{opened:,} of {formats.plural(asked, 'connection')} could be opened" + (
        "." if held is None else f", and {held:,} were held all the time."
    )
    if connections["dropped"]:
        yield f"Dropped before their time: {connections['dropped']:,}."
    if details["messages"] is not None:
        yield _of_messages(details["messages"])
    if details["reconnect"] is not None:
        yield _of_storm(details["reconnect"])


def _of_messages(messages: dict[str, Any]) -> str:
    sent = formats.plural(messages["sent"], "message")
    unsent = (
        f" {messages['never_sent']:,} more could not be sent." if messages["never_sent"] else ""
    )
    if messages["answered"] is None:
        return f"{sent} were sent; answers were not waited for.{unsent}"
    wrong = ", ".join(
        f"{messages[name]:,} {words}"
        for name, words in (
            ("lost", "got no answer"),
            ("duplicated", "answers came twice"),
            ("reordered", "came out of order"),
        )
        if messages[name]
    )
    told = f"Of {sent} {wrong}." if wrong else f"All {sent} were answered, once and in order."
    return f"{told}{unsent}"


def _of_storm(storm: dict[str, Any]) -> str:
    dropped = storm["dropped"]
    if not dropped:
        return "No connection was left that could have been dropped and opened again."
    start = f"When all {dropped:,} were dropped at once and asked for again,"
    if storm["back_after_ms"] is None:
        return f"{start} {storm['opened']:,} came back, and {storm['refused']:,} were refused."
    return f"{start} they were back after {formats.milliseconds(storm['back_after_ms'])}."


def _facts(details: dict[str, Any]) -> Iterator[tuple[str, str]]:
    connections, memory = details["connections"], details["memory"]
    for name, words in (
        ("asked", "Asked for"),
        ("opened", "Opened"),
        ("refused", "Refused"),
        ("peak", "At once, at most"),
        ("sustained", "Held all the time"),
        ("dropped", "Dropped"),
    ):
        if connections[name] is not None:
            yield words, formats.count(connections[name])
    each = memory["generator_bytes_per_connection"]
    if each is not None:
        yield "Memory of the load generator, each", formats.size(each)


def _chart(run: Run, details: dict[str, Any]) -> Chart:
    timeline, stretches = details["timeline"], details["stretches"]
    step_s, values = timeline["step_s"], timeline["open"]
    every = max(1, round(1 / step_s))
    rows = tuple(
        (formats.clock((place + 1) * step_s), formats.count(value))
        for place, value in enumerate(values)
        if (place + 1) % every == 0
    )
    return Chart(
        title="Connections held",
        caption="How many were open, over the whole run.",
        unit="",
        length_s=stretches[-1]["end_s"],
        lines=(Line("open", "l1", tuple(values)),),
        band=False,
        limit=None,
        table=Table(f"Connections of {run.name}", ("Time", "Open"), rows),
        stretches=tuple(
            Stretch(
                each["start_s"],
                each["end_s"],
                _NAMES.get(each["name"], each["name"]),
                _LOOKS.get(each["name"], "calm"),
            )
            for each in stretches
        ),
        step_s=step_s,
    )


def _tables(details: dict[str, Any]) -> Iterator[Table]:
    if details["ends"]:
        yield Table(
            "How connections ended",
            ("Code", "Meaning", "What happened", "Ended by", "Connections"),
            tuple(
                (
                    str(row["code"]),
                    _MEANINGS.get(row["code"], formats.NOTHING),
                    row["what"],
                    row["by"],
                    formats.count(row["count"]),
                )
                for row in details["ends"]
            ),
        )
    refusals = [
        *(("", row) for row in details["refusals"]),
        *(("opened again", row) for row in (details["reconnect"] or {}).get("refusals", ())),
    ]
    if refusals:
        yield Table(
            "Connections that could not be opened",
            ("Why", "When", "Connections"),
            tuple(
                (row["what"], when or "the first time", formats.count(row["count"]))
                for when, row in refusals
            ),
        )
