"""The moments at which requests tell one kind of limiter from another.

Each part of the plan separates some kinds: a burst after a rest shows how many may come at
once; going on above the limit shows how it is refilled, and whether refused requests count;
rests of random length show where windows begin; two clumps with a rest between them show
whether it is the window or the single request that is forgotten.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from ApiLoadLibrary.values import NS_PER_S

__all__ = ["ABOVE", "identifying_offsets"]

REST = 1.05
"""In windows, before the first burst: what was sent earlier is forgotten."""

ABOVE = 3
"""Times the limit, while it goes on."""

BURST_TAKES = 0.05
"""Of a window, at most; within a burst requests are this far apart at most, in seconds."""
LONGEST_GAP_S = 0.005
RESTS, ROUNDS, SMALL = 5, 3, 8
BEYOND = 1.3


@dataclass
class _Moments:
    """Moments in seconds, put down one after the other."""

    limit: float
    window_s: float
    dice: np.random.Generator
    now_s: float = 0.0
    found: list[float] = field(default_factory=list)

    def rest(self, windows: float) -> None:
        self.now_s += windows * self.window_s

    def burst(self, limits: float) -> None:
        """So many times the limit, as fast as can be told apart."""
        count = max(2, round(limits * self.limit))
        most = max(2, 1.6 * self.limit)
        gap = min(LONGEST_GAP_S, BURST_TAKES * self.window_s / most)
        self.found += [self.now_s + place * gap for place in range(count)]
        self.now_s += count * gap

    def go_on(self, windows: float) -> None:
        """Above the limit, at uneven distances: even ones could beat with the limiter's own."""
        count = max(2, round(ABOVE * self.limit * windows))
        gaps = self.dice.uniform(0.4, 1.6, count) * self.window_s / (ABOVE * self.limit)
        self.found += (self.now_s + np.cumsum(gaps)).tolist()
        self.now_s = self.found[-1]

    def between(self, low: float, high: float) -> float:
        return float(self.dice.uniform(low, high))


def identifying_offsets(limit: float, window_s: float, seed: int = 0) -> tuple[int, ...]:
    """When to send, in ns: some 28 times the limit over about 18 windows.

    Args:
        limit: Requests that a window may hold, as far as is known.
        window_s: How long it is, as far as is known.
        seed: Of the rests' lengths.
    """
    moments = _Moments(limit, window_s, np.random.default_rng(seed))
    moments.rest(REST)
    moments.burst(1.6)
    moments.go_on(1.5)
    for low in np.linspace(0.15, 1.05, RESTS):
        moments.rest(moments.between(low, low + 0.2))
        moments.burst(moments.between(0.35, 1.3))
    for _ in range(ROUNDS):
        moments.rest(moments.between(1.05, 1.25))
        moments.burst(moments.between(0.3, 0.6))
        pause = moments.between(0.3, 0.6)
        moments.rest(pause)
        moments.burst(1.2)
        moments.go_on(
            BEYOND - pause
        )  # a window that the first clump opened ends, and not the other
    moments.rest(REST)
    for _ in range(SMALL):
        moments.burst(moments.between(0.2, 0.5))
        moments.rest(moments.between(0.1, 0.45))
    return tuple(round(each * NS_PER_S) for each in moments.found)
