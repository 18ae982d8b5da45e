"""What a limiter let through, counted: in all, in any interval, and from window to window."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from ApiLoadLibrary.values import NS_PER_S

from .contract import Contract
from .decisions import Decisions, Floats, Ints

__all__ = ["Admission", "Curve", "admission", "arrival_curve", "most_in"]

STEPS = 60
STARVED = 0.2
"""Who accepts less than this share of what it accepted at first punishes those who go on."""
BLUR = 0.01
"""Of a window: moments are known to no more than this, nor than half of what answers take."""


@dataclass(frozen=True, slots=True)
class Curve:
    """The most that was accepted in any interval, by its length.

    Attributes:
        step_s: From one length to the next; the first is 0.
        accepted: The most in any interval of that length.
        allowed: What the contract allows in it.
    """

    step_s: float
    accepted: tuple[int, ...]
    allowed: tuple[float, ...]

    def details(self) -> dict[str, Any]:
        """The same as JSON holds it."""
        return {
            "step_s": self.step_s,
            "most_accepted": list(self.accepted),
            "allowed": list(self.allowed),
        }


@dataclass(frozen=True, slots=True)
class Admission:
    """What was let through while more was sent than is allowed.

    Attributes:
        at_first: How many were accepted before the first refusal, or of all without one.
        most_in_window: The most in any time as long as a window.
        average: How many a window lets through on average, once it refuses; None where it refuses
            none, or not for a whole window.
        at_once: How many came before the first refusal, beyond that average; None likewise.
        starved: Whether it lets next to nothing through for as long as too much is sent.
    """

    at_first: int
    most_in_window: int
    average: float | None
    at_once: float | None
    starved: bool
    curve: Curve


def most_in(at_s: Floats, length_s: float) -> int:
    """The most of these moments in any half-open interval of this length."""
    ends = np.searchsorted(at_s, at_s + length_s, side="left")
    return int(np.max(ends - np.arange(len(at_s)), initial=0))


def admission(seen: Decisions, contract: Contract) -> Admission:
    """What was let through, of requests above the limit that a rest preceded."""
    window_s = contract.window_ns / NS_PER_S
    accepted = seen.at_s[seen.accepted]
    blur_s = _blur(seen, window_s)
    refusals = np.flatnonzero(~seen.accepted)
    at_first = int(refusals[0]) if len(refusals) else len(seen)
    steady = _steady(seen, accepted, refusals, window_s)
    starved = steady is not None and steady < STARVED * min(at_first, contract.limit)
    return Admission(
        at_first=at_first,
        most_in_window=most_in(accepted, window_s - blur_s),
        average=steady,
        at_once=_at_once(seen, refusals, at_first, steady, window_s),
        starved=starved,
        curve=arrival_curve(seen, contract),
    )


def _blur(seen: Decisions, window_s: float) -> float:
    usual = float(np.median(seen.took_s)) if len(seen) else 0.0
    return min(max(BLUR * window_s, usual), window_s / 4)


def _steady(seen: Decisions, accepted: Floats, refusals: Ints, window_s: float) -> float | None:
    """Accepted in a window, over as many whole ones as there are from the first refusal on."""
    if not len(refusals):
        return None
    first_s, last_s = float(seen.at_s[refusals[0]]), float(seen.at_s[-1])
    windows = math.floor((last_s - first_s) / window_s + BLUR)
    if not windows:
        return None
    within = (accepted > first_s) & (accepted <= first_s + windows * window_s)
    return float(np.count_nonzero(within)) / windows


def _at_once(
    seen: Decisions, refusals: Ints, at_first: int, steady: float | None, window_s: float
) -> float | None:
    """What was accepted before the first refusal, without what its rate let through meanwhile."""
    if steady is None:
        return None
    meanwhile_s = float(seen.at_s[refusals[0]] - seen.at_s[0])
    return max(1.0, at_first - steady * meanwhile_s / window_s)


def arrival_curve(seen: Decisions, contract: Contract) -> Curve:
    """The most in any interval of up to two windows, or of twice what fills the bucket."""
    accepted = seen.at_s[seen.accepted]
    blur_s = _blur(seen, contract.window_ns / NS_PER_S)
    step_s = 2 * contract.span_ns / NS_PER_S / STEPS
    lengths = [place * step_s for place in range(STEPS + 1)]
    return Curve(
        step_s,
        tuple(most_in(accepted, max(each - blur_s, 1e-9)) for each in lengths),
        tuple(_allowed(contract, each) for each in lengths),
    )


def _allowed(contract: Contract, length_s: float) -> float:
    """In an interval: of a window's limit, so many for each one that it may touch."""
    windows = length_s * NS_PER_S / contract.window_ns
    if contract.burst is not None:
        return contract.burst + contract.limit * windows
    return contract.limit * max(1, math.ceil(windows - 1e-9))
