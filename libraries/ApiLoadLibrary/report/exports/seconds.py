"""Per-second CSV: load runs, and the hosts that were watched."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import fields
from datetime import datetime, timedelta

from ApiLoadLibrary.report.document import Document, ResourceSecond, Run, Second

__all__ = ["host_seconds", "run_seconds"]

_COUNTS = tuple(each.name for each in fields(Second) if each.name != "second")
_FIGURES = tuple(each.name for each in fields(ResourceSecond) if each.name != "at_s")

Cell = str | int | float | None


def run_seconds(document: Document) -> str:
    """Every second of every run, and of every endpoint in it.

    Of an endpoint, the document keeps the 95th percentile; the rest of its cells is empty, as
    the cell of the endpoint's name is in the lines of the whole run.
    """
    head = ("time", "run_id", "run", "endpoint", "second", *_COUNTS)
    rows = (row for run in document.runs for row in _run(run))
    return _written(head, rows)


def _run(run: Run) -> Iterator[tuple[Cell, ...]]:
    began = datetime.fromisoformat(run.started_at)
    for each in run.timeline:
        at = _moment(began, each.second)
        figures = (getattr(each, name) for name in _COUNTS)
        yield (at, run.id, run.name, "", each.second, *figures)
        for endpoint in run.endpoints:
            if each.second < len(endpoint.p95_ms_by_second):
                p95 = endpoint.p95_ms_by_second[each.second]
                own = (p95 if name == "p95_ms" else None for name in _COUNTS)
                yield (at, run.id, run.name, endpoint.name, each.second, *own)


def host_seconds(document: Document) -> str:
    """Every second of every watched host, by load run."""
    began = {run.id: datetime.fromisoformat(run.started_at) for run in document.runs}
    head = ("time", "run_id", "host", "at_s", *_FIGURES)
    rows = (
        (
            _moment(began[use.run], each.at_s) if use.run in began else "",
            use.run,
            use.host,
            each.at_s,
            *(getattr(each, name) for name in _FIGURES),
        )
        for use in document.resources
        for each in use.samples
    )
    return _written(head, rows)


def _moment(began: datetime, seconds: float) -> str:
    return (began + timedelta(seconds=seconds)).isoformat()


def _written(head: Iterable[str], rows: Iterable[Iterable[Cell]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(head)
    writer.writerows([_harmless(cell) for cell in row] for row in rows)
    return text.getvalue()


def _harmless(cell: Cell) -> Cell:
    """A name that a spreadsheet would take for a formula gets a quote before it."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in "=+-@\t\r" and cell else cell
