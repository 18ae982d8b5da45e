"""How much more the system can carry, as the page shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .charts import Scale
from .document import Document, Headroom, Hold
from .formats import rate

__all__ = ["HeadroomView", "HoldView", "view_headroom"]

BEYOND = 1.15
"""A scale ends a little beyond the highest rate that is spoken of."""


@dataclass(frozen=True, slots=True)
class HoldView:
    """A line of the table; places lie between 0 and 100 on the scale of rates.

    Attributes:
        what: A requirement or a resource.
        words: How far it holds.
        held: Up to where it held.
        doubt: From where to where it gives out.
        tried: Up to where anything was tried.
    """

    what: str
    words: str
    held: float
    doubt: tuple[float, float] | None
    tried: float


@dataclass(frozen=True, slots=True)
class HeadroomView:
    """Load runs that belong together.

    Attributes:
        title: Their names; empty where they are all there are.
        sentence: What it comes to.
        scale: What the right end of the scale stands for.
        rows: Empty where only one rate was tried: there is nothing to draw.
    """

    title: str
    sentence: str
    scale: str
    rows: tuple[HoldView, ...]


def view_headroom(document: Document) -> Iterator[HeadroomView]:
    """The headroom of a document, by load runs that belong together."""
    names = {run.id: run.name for run in document.runs}
    for each in document.headroom:
        several = len(document.headroom) > 1
        title = ", ".join(f"“{names.get(run, run)}”" for run in each.runs) if several else ""
        end = BEYOND * max(each.highest_rate_per_s, *map(_furthest, each.holds))
        is_told = any(hold.held_up_to_per_s != each.highest_rate_per_s for hold in each.holds)
        is_told |= each.highest_rate_per_s > BEYOND * each.lowest_rate_per_s
        rows = tuple(_row(hold, each, end) for hold in each.holds) if is_told else ()
        yield HeadroomView(title, each.sentence, rate(float(f"{end:.3g}")), rows)


def _furthest(hold: Hold) -> float:
    known = (hold.held_up_to_per_s, hold.expected_from_per_s, hold.expected_until_per_s)
    return max(each or 0.0 for each in known)


def _row(hold: Hold, headroom: Headroom, end: float) -> HoldView:
    place = Scale(0, end, 0, 100)
    held = place(hold.held_up_to_per_s or 0.0)
    doubt = None
    if hold.broken_from_per_s is not None:
        doubt = (held, place(hold.broken_from_per_s))
    elif hold.expected_from_per_s is not None:
        until = hold.expected_until_per_s
        doubt = (place(hold.expected_from_per_s), 100.0 if until is None else place(until))
    return HoldView(hold.what, hold.sentence, held, doubt, place(headroom.highest_rate_per_s))
