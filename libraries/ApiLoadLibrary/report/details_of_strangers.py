"""Who came without a right, and who was let in: a part of the page."""

from __future__ import annotations

from typing import Any

from . import formats
from .document import Run
from .drawing import Table
from .scenario_details import Details

__all__ = ["details_of_strangers"]


def details_of_strangers(run: Run) -> Details:
    """Each kind of stranger at each door."""
    rows, beside = run.details["strangers"], run.details["beside"]
    meanwhile = f" Meanwhile went on: {', '.join(beside)}." if beside else ""
    return Details(
        title="Strangers at the door",
        sentences=(f"{_summary(rows)}{meanwhile}",),
        tables=(_table(rows),),
    )


def _summary(rows: list[dict[str, Any]]) -> str:
    came, admitted = (sum(row[name] for row in rows) for name in ("requests", "admitted"))
    strangers = formats.plural(came, "request")
    if not admitted:
        refused = sum(row["refused"] for row in rows)
        return f"{strangers} came without a right; {refused:,} were turned away, none got in."
    where = sorted({row["endpoint"] for row in rows if row["admitted"]})
    return f"Of {strangers} without a right {admitted:,} got in: {', '.join(where)}."


def _table(rows: list[dict[str, Any]]) -> Table:
    head = ("Endpoint", "Came with", "Requests", "Turned away", "Let in", "Anything else")
    return Table(
        "Every stranger",
        head,
        tuple(
            (
                row["endpoint"],
                row["kind"],
                formats.count(row["requests"]),
                formats.count(row["refused"]),
                formats.count(row["admitted"]),
                formats.count(row["requests"] - row["refused"] - row["admitted"]),
            )
            for row in rows
        ),
    )
