"""Stretches of seconds in which something was out of the ordinary, and whether they come regularly.

Pure arithmetic on one value per second.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .arrays import Doubles

__all__ = ["Flags", "Spell", "is_beyond_chance", "main_spell", "period_s", "spells"]

Flags = NDArray[np.bool_]

BRIDGED = 1
"""Ordinary seconds inside of a spell that do not end it."""

CHANCE = 0.01

FEWEST_REGULAR = 5
SHORTEST_PERIOD_S = 4


@dataclass(frozen=True, slots=True)
class Spell:
    """From one second to another.

    Attributes:
        start: Its first second.
        end: The second after its last.
    """

    start: int
    end: int

    @property
    def length(self) -> int:
        """In seconds."""
        return self.end - self.start


def spells(odd: Flags) -> list[Spell]:
    """The stretches of odd seconds; a single ordinary one inside does not part them."""
    found: list[Spell] = []
    for second in np.flatnonzero(odd).tolist():
        if found and second - found[-1].end <= BRIDGED:
            found[-1] = Spell(found[-1].start, second + 1)
        else:
            found.append(Spell(second, second + 1))
    return found


def is_beyond_chance(longest: Spell, found: Sequence[Spell], seconds: int) -> bool:
    """Whether odd seconds that have nothing to do with each other would hardly make such a spell.

    Each second of the run may begin one; that the others follow has, if they are independent,
    the probability of an odd second to the power of their number.  That probability is taken
    from the rest of the run, where a second more is counted as odd than was seen.

    Args:
        longest: The spell.
        found: All of them.
        seconds: How long the run is.
    """
    elsewhere = sum(each.length for each in found) - longest.length
    probability = (elsewhere + 1) / max(seconds - longest.length, 1)
    return seconds * min(probability, 1.0) ** longest.length < CHANCE


def main_spell(counts: Doubles, share: float) -> Spell | None:
    """The shortest stretch that holds so large a share of all that was counted; None of nothing.

    Args:
        counts: Of each second.
        share: 0 to 1.
    """
    total = float(counts.sum())
    if not total > 0:
        return None
    below = np.concatenate(([0.0], np.cumsum(counts)))
    # For each beginning the first end by which enough has been counted.
    ends = np.searchsorted(below, below[:-1] + share * total - 1e-9)
    lengths = [
        (int(end) - start, start) for start, end in enumerate(ends.tolist()) if end < len(below)
    ]
    length, start = min(lengths)
    return Spell(start, start + length)


def period_s(found: Sequence[Spell]) -> float | None:
    """How far apart spells begin, where that is the same each time; else None."""
    if len(found) < FEWEST_REGULAR:
        return None
    gaps = [after.start - before.start for before, after in pairwise(found)]
    usual = statistics.median(gaps)
    allowed = max(1.0, 0.15 * usual)
    regular = all(abs(gap - usual) <= allowed for gap in gaps)
    return statistics.fmean(gaps) if regular and usual >= SHORTEST_PERIOD_S else None
