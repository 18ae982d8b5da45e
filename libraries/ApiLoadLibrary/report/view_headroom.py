"""How much more the system can carry, as the page shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from .advice.headroom import ONE_RATE
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
    """The headroom of a document: first what several rates tell, then where there was only one."""
    names = {run.id: run.name for run in document.runs}
    told = [each for each in document.headroom if not _is_of_one_rate(each)]
    for each in told:
        end = BEYOND * max(each.highest_rate_per_s, *map(_furthest, each.holds))
        rows = tuple(_row(hold, each, end) for hold in each.holds)
        title = _names(each, names) if len(document.headroom) > 1 else ""
        yield HeadroomView(title, each.sentence, _about(end), rows)
    untold = [each for each in document.headroom if _is_of_one_rate(each)]
    if untold:
        yield HeadroomView("", _untold(untold, names), "", ())


def _is_of_one_rate(headroom: Headroom) -> bool:
    return headroom.highest_rate_per_s < ONE_RATE * headroom.lowest_rate_per_s


def _untold(headrooms: list[Headroom], names: dict[str, str]) -> str:
    if len(headrooms) == 1 and len(names) == 1:
        return headrooms[0].sentence
    tried = (f"{_names(each, names)} ({_about(each.highest_rate_per_s)})" for each in headrooms)
    return (
        f"Tried at one rate only: {', '.join(tried)}. When that gives out cannot be told from one "
        "constant rate; load that rises, with `Ramp From … To …`, shows it."
    )


def _names(headroom: Headroom, names: dict[str, str]) -> str:
    return ", ".join(f"“{names.get(run, run)}”" for run in headroom.runs)


def _about(per_s: float) -> str:
    return rate(float(f"{per_s:.3g}"))


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
