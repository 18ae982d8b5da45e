"""Where to look for the highest rate that holds: from what was tried to what to try next.

The search has no memory of its own and no clock: everything follows from the list of what was
tried, so that it can be tested against simulated servers, and ended at any moment.

    rise     from the first rate, doubling, until a rate does not hold; halving where not even
             the first one did
    narrow   between the highest rate that held and the lowest above it that did not, until they
             are no further apart than the precision asks.  A step that fell behind tells how much
             was carried: the next two lie close around that; else the middle is tried
    again    noise is no answer.  A step that decided nothing is repeated once, twice as long; one
             in which the load generator was at fault once.  The lowest rate that broke is tried
             once more before it is believed
    hold     the highest rate that held has to hold for longer; if it does not, the search goes on
             below it

The latest word on a rate counts; only what broke is not taken back by a step that decides nothing.
What stays undecided is taken for not held, because a promise
has to be kept, but it is never said to have broken.  Where the load generator is at fault twice
at a rate, and nothing broke above it, its own ceiling is reached: the search ends there, or, where
nothing has held yet, looks for what the load generator can send at half of it, and at a quarter.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

__all__ = [
    "End",
    "Found",
    "Kind",
    "Standing",
    "Step",
    "Terms",
    "Tried",
    "confirmation",
    "found",
    "next_step",
]

MOST_HALVINGS = 6
MOST_HALVINGS_UNSENT = 2
"""Where it is the load generator that gives out at each of these rates."""

MOST_HOLDS = 3
"""A system that broke so often in a longer hold is not steady enough for another."""

CLOSE = 0.45
"""Two rates so many precisions below and above one lie within a precision of each other."""

NEARBY = 2.0
"""Within so many precisions of what was carried there is no need to look far."""


class Standing(Enum):
    """What a step showed."""

    HELD = "held"
    BROKE = "broke"
    UNDECIDED = "undecided"
    GENERATOR = "the load generator was at fault"


class Kind(Enum):
    """What a step is for."""

    RISE = "rise"
    NARROW = "narrow"
    AGAIN = "again"
    HOLD = "hold"


class End(Enum):
    """Why the search is over."""

    FOUND = "found"
    CAPPED = "capped"
    GENERATOR = "generator"
    NOTHING_HELD = "nothing held"
    UNSTEADY = "unsteady"
    OUT_OF_TIME = "out of time"


@dataclass(frozen=True, slots=True)
class Step:
    """A rate to be tried.

    Attributes:
        rate: How much, in the search's own unit.
        kind: What for.
        is_hold: Whether it lasts as long as a hold.
        longer: How many times as long as usual it lasts.
    """

    rate: float
    kind: Kind
    is_hold: bool = False
    longer: int = 1


@dataclass(frozen=True, slots=True)
class Tried:
    """A step, and what it showed.

    Attributes:
        carried: How much was carried, of a step that fell behind; None of any other.
    """

    step: Step
    standing: Standing
    carried: float | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What is asked of the search.

    Attributes:
        start: The rate to begin with.
        precision: How far apart the two ends may be, as a share of the lower one.
        most: No rate above this one is tried; None for no such cap.
    """

    start: float
    precision: float
    most: float | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of the highest rate.

    Attributes:
        held: The highest rate that held, below all that did not; None where there is none.
        unproven: The lowest rate above it that was not seen to hold; None where all held.
        broke: The lowest rate above it that broke; None where none did.
        confirmed: Whether the first one held for longer too.
    """

    held: float | None
    unproven: float | None
    broke: float | None
    confirmed: bool


def found(tried: Sequence[Tried]) -> Found:
    """What all that was tried comes to."""
    standings = _standings(tried)
    unproven = _lowest(standings, set(Standing) - {Standing.HELD})
    held = max(
        (
            rate
            for rate, standing in standings.items()
            if standing is Standing.HELD and (unproven is None or rate < unproven)
        ),
        default=None,
    )
    confirmed = any(
        each.step.rate == held and each.step.is_hold and each.standing is Standing.HELD
        for each in tried
    )
    return Found(held, unproven, _lowest(standings, {Standing.BROKE}), confirmed)


def _standings(tried: Sequence[Tried]) -> dict[float, Standing]:
    """The latest word on each rate; what decides nothing takes nothing back from what broke."""
    latest: dict[float, Standing] = {}
    for each in tried:
        decides = each.standing in (Standing.HELD, Standing.BROKE)
        if decides or latest.get(each.step.rate) is not Standing.BROKE:
            latest[each.step.rate] = each.standing
    return latest


def _lowest(standings: dict[float, Standing], wanted: set[Standing]) -> float | None:
    return min((rate for rate, each in standings.items() if each in wanted), default=None)


def next_step(terms: Terms, tried: Sequence[Tried]) -> Step | End:
    """What to try next, or why there is nothing left to try."""
    if not tried:
        return Step(_capped(terms, terms.start), Kind.RISE)
    return _again(tried) or _further(terms, tried)


def _again(tried: Sequence[Tried]) -> Step | None:
    """The same once more, where the last step decided nothing and was the first of its kind."""
    last = tried[-1]
    if last.standing not in (Standing.UNDECIDED, Standing.GENERATOR):
        return None
    if _count(tried, last.step.rate, is_hold=last.step.is_hold) > 1:
        return None
    longer = 2 if last.standing is Standing.UNDECIDED else 1
    return Step(last.step.rate, Kind.AGAIN, last.step.is_hold, longer)


def _count(tried: Sequence[Tried], rate: float, *, is_hold: bool) -> int:
    return sum(each.step.rate == rate and each.step.is_hold is is_hold for each in tried)


def _further(terms: Terms, tried: Sequence[Tried]) -> Step | End:
    so_far = found(tried)
    low, high = so_far.held, so_far.unproven
    if low is None:
        assert high is not None
        return _lower(tried, high)
    if high is None:
        if terms.most is None or low < terms.most:
            return Step(_capped(terms, 2 * low), Kind.RISE)
        return confirmation(tried) or _ended(so_far, End.CAPPED)
    if _is_ceiling(so_far, tried):
        return confirmation(tried) or _ended(so_far, End.GENERATOR)
    return _narrower(terms, tried, low, high)


def _narrower(terms: Terms, tried: Sequence[Tried], low: float, high: float) -> Step | End:
    if high - low > terms.precision * low:
        return Step(_between(terms, tried, low, high), Kind.NARROW)
    if sum(each.step.rate == high for each in tried) == 1:
        return Step(high, Kind.AGAIN)
    return confirmation(tried) or _ended(found(tried), End.FOUND)


def _capped(terms: Terms, rate: float) -> float:
    return rate if terms.most is None else min(rate, terms.most)


def _lower(tried: Sequence[Tried], high: float) -> Step | End:
    """Nothing has held: half of the lowest rate, as often as that makes sense."""
    never_sent = all(each.standing is Standing.GENERATOR for each in tried)
    halvings = MOST_HALVINGS_UNSENT if never_sent else MOST_HALVINGS
    if high <= tried[0].step.rate / 2**halvings:
        return End.GENERATOR if never_sent else End.NOTHING_HELD
    return Step(_rounded(high / 2), Kind.NARROW)


def _is_ceiling(so_far: Found, tried: Sequence[Tried]) -> bool:
    """Whether the load generator gave out first: nothing broke, not even above that rate."""
    assert so_far.unproven is not None
    standing = _standings(tried)[so_far.unproven]
    return standing is Standing.GENERATOR and so_far.broke is None


def confirmation(tried: Sequence[Tried]) -> Step | None:
    """The hold that is yet to come; None where there was one, or too many."""
    so_far = found(tried)
    holds = sum(each.step.is_hold and each.standing is not Standing.GENERATOR for each in tried)
    if so_far.held is None or so_far.confirmed or holds >= MOST_HOLDS:
        return None
    return Step(so_far.held, Kind.HOLD, is_hold=True)


def _ended(so_far: Found, end: End) -> End:
    return end if so_far.confirmed else End.UNSTEADY


def _between(terms: Terms, tried: Sequence[Tried], low: float, high: float) -> float:
    """A rate between these two: close to what was carried where that is known, or the middle."""
    behind = [each for each in tried if each.carried is not None]
    if behind:
        carried = min(behind, key=lambda each: each.step.rate).carried
        assert carried is not None
        apart = 1 + terms.precision / 4
        for part in (1 - CLOSE * terms.precision, 1 + CLOSE * terms.precision):
            near = _rounded(carried * part)
            if low * apart < near < high / apart:
                return near
        beyond = _rounded(low * (1 + 2 * CLOSE * terms.precision))
        if carried < beyond < high / apart and low < carried * (1 + NEARBY * terms.precision):
            return beyond  # what was carried is about what held: the end must be near
    middle = (low + high) / 2
    rounded = _rounded(middle)
    return rounded if low < rounded < high else middle


def _rounded(rate: float) -> float:
    """Three digits are as many as anybody can remember, and more than a search can tell."""
    return float(f"{rate:.3g}")
