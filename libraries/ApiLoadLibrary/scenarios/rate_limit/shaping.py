"""Whether a limiter lets requests wait in line, to leave it at a constant rate."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .decisions import Decisions, Floats

__all__ = ["Line", "find_line", "line_of_rate"]

NOTICED_S = 0.02
"""Shorter waits are any server's."""
NEAR = 0.25
"""Of a wait, that it may be off and still be the one that was expected."""

MOST, FEWEST = 0.8, 5
"""So large a share of the waits are as expected where there is a line; and so many are seen."""


@dataclass(frozen=True, slots=True)
class Line:
    """Accepted requests leave one after the other.

    Attributes:
        rate_per_s: How many a second.
        longest_s: The longest that one waited.
        as_expected: The share of waits that were as long as such a line makes them, 0 to 1.
    """

    rate_per_s: float
    longest_s: float
    as_expected: float


def line_of_rate(seen: Decisions, rate_per_s: float) -> Line | None:
    """Whether what was accepted waited in a line of this rate; None where it did not."""
    at, waited = _accepted(seen)
    expected = np.empty(len(at))
    free = -np.inf
    for place, now in enumerate(at.tolist()):
        free = max(free, now)
        expected[place] = free - now
        free += 1 / rate_per_s
    noticed = expected > NOTICED_S
    if np.count_nonzero(noticed) < FEWEST:
        return None
    off = np.abs(waited - expected)[noticed]
    share = float(np.mean(off <= np.maximum(NEAR * expected[noticed], NOTICED_S)))
    return Line(rate_per_s, float(waited.max()), share) if share >= MOST else None


def find_line(seen: Decisions) -> Line | None:
    """The line that accepted requests waited in, whatever its rate; None where there is none."""
    at, waited = _accepted(seen)
    in_line = waited > NOTICED_S
    if np.count_nonzero(in_line) < FEWEST:
        return None
    left = np.sort((at + waited)[in_line])
    gap = float(np.median(np.diff(left)))
    return line_of_rate(seen, 1 / gap) if gap > 0 else None


def _accepted(seen: Decisions) -> tuple[Floats, Floats]:
    """When each was decided on, and how long it waited beyond what an answer takes at least."""
    least = float(np.min(seen.took_s, initial=np.inf))
    waited = seen.took_s[seen.accepted] - least
    return seen.at_s[seen.accepted], np.maximum(waited, 0.0)
