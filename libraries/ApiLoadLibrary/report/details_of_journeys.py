"""Journeys as a part of the page: how many came to their end, and at which step others ended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from . import formats
from .document import Run
from .drawing import Table
from .scenario_details import Details

__all__ = ["details_of_journeys", "journeys_words"]

NO_TIME = "0 s"


def details_of_journeys(run: Run) -> Details:
    """How far users came, journey by journey and step by step."""
    rows: list[dict[str, Any]] = run.details["journeys"]
    return Details(
        title="The journeys",
        sentences=tuple(sentence for row in rows for sentence in _sentences(row)),
        facts=tuple(_facts(rows, run.details["most_users"])),
        tables=tuple(table for row in rows for table in _tables(row)),
    )


def journeys_words(rows: Sequence[dict[str, Any]]) -> str:
    """`3,000 journeys: 2,100 of Look Around, 900 of Buy A Coffee`."""
    total = formats.plural(sum(row["planned"] for row in rows), "journey")
    if len(rows) == 1:
        return f"{total} of {rows[0]['name']}"
    parts = ", ".join(f"{row['planned']:,} of {row['name']}" for row in rows)
    return f"{total} ({parts})"


def _sentences(row: dict[str, Any]) -> Iterator[str]:
    begun, finished = row["begun"], row["finished"]
    if finished == begun and begun:
        yield f"{row['name']}: all {formats.plural(begun, 'user')} who began came to the end."
    else:
        yield f"{row['name']}: {finished:,} of {formats.plural(begun, 'user')} came to the end."
    lost = [step for step in row["steps"] if step["ended_here"]]
    if lost:
        worst = max(lost, key=lambda step: step["ended_here"])
        reason = worst["failures"][0]["what"]
        yield f"Most of the others ended at {worst['name']} ({worst['ended_here']:,}: {reason})."
    if row["never_begun"]:
        yield f"{formats.plural(row['never_begun'], 'journey')} could not even begin."
    if row["cut_off"]:
        verb = "was" if row["cut_off"] == 1 else "were"
        yield f"{formats.plural(row['cut_off'], 'journey')} {verb} cut off as the run was stopped."


def _facts(rows: Sequence[dict[str, Any]], most_users: int) -> Iterator[tuple[str, str]]:
    for row in rows:
        before = f"{row['name']}: " if len(rows) > 1 else ""
        begin = str if before else str.capitalize
        waited, elapsed = row["response_time_ms"], row["start_to_end_ms"]
        if row["begun"]:
            share = 100 * row["finished"] / row["begun"]
            yield begin(f"{before}came to the end"), f"{formats.number(share, 1)} %"
        if waited["p95"] is not None:
            yield f"{before}95 of 100 waited at most", formats.milliseconds(waited["p95"])
        if elapsed["p95"] is not None and row["thinking"] != NO_TIME:
            yield begin(f"{before}with their thinking"), formats.milliseconds(elapsed["p95"])
    yield "Users on their way at once, at most", formats.count(most_users)


def _tables(row: dict[str, Any]) -> Iterator[Table]:
    yield Table(
        f"{row['name']}, step by step",
        ("Step", "Began it", "Finished it", "Ended here", "95 of 100 waited", "Thinking before"),
        tuple(
            (
                step["name"],
                formats.count(step["started"]),
                formats.count(step["finished"]),
                formats.count(step["ended_here"]),
                formats.milliseconds(step["p95_ms"]),
                formats.NOTHING if step["think_before"] == NO_TIME else step["think_before"],
            )
            for step in row["steps"]
        ),
    )
    failures = [(step["name"], each) for step in row["steps"] for each in step["failures"]]
    if failures:
        yield Table(
            f"Why journeys of {row['name']} ended early",
            ("Step", "Why", "Journeys"),
            tuple((name, each["what"], formats.count(each["count"])) for name, each in failures),
        )
