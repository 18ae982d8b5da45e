"""The files that feed requests, by name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from ApiLoadLibrary.scenarios.plan import LoadPlan
from ApiLoadLibrary.workload.feeder import Feeder, Order
from ApiLoadLibrary.workload.table import Table

__all__ = ["Feeders", "note_used", "over_and_over"]

Feeders = dict[str, Feeder]
"""By their names in small letters."""


def feed_from(feeders: Feeders, file: str, order: Order, name: str | None) -> Feeder:
    """Let requests take values from a file; a name that is taken is given anew.

    Where it is the same file as before, the rows that were given once stay given.

    Raises:
        BadInput: The file cannot be read, or the name cannot be written in a placeholder.
    """
    path = Path(file)
    feeder = Feeder(name or path.stem, Table(path), order)
    before = feeders.get(feeder.name.casefold())
    if before is not None and before.table.is_same(feeder.table):
        feeder.used = before.used
    feeders[feeder.name.casefold()] = feeder
    return feeder


def note_used(plan: LoadPlan) -> None:
    """A load run takes its rows: where each is given once, no other run gets them."""
    for draw, arrivals in plan.drawn:
        draw.use(arrivals or 0)


def over_and_over(feeders: Mapping[str, Feeder]) -> Feeders:
    """The same files, whose rows may be taken as often as one likes: nothing is used up."""
    return {name: replace(each, order=Order.SEQUENTIAL) for name, each in feeders.items()}
