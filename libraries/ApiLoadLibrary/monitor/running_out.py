"""When something will be used up, if it goes on as it does: pure arithmetic on samples."""

from __future__ import annotations

from collections import deque
from itertools import pairwise

__all__ = ["RunningOut"]

WINDOW_S = 20.0
"""What is shorter may be a jump, as when connections are opened at the start."""

FEWEST = 9
SOON_S = 900.0
"""What lasts longer than a quarter of an hour needs nobody at once."""


class RunningOut:
    """Watches what is left of something.

    It is running out when it went down in each third of the window: by the slowest of these three
    paces, it will be gone soon.  So a jump at the start, or steps far apart, are no alarm.
    """

    def __init__(self) -> None:
        self._seen: deque[tuple[float, float]] = deque()

    def left_s(self, at_s: float, left: float) -> float | None:
        """Seconds until nothing is left; None where it is not running out.

        Args:
            at_s: Now.
            left: What is left now.
        """
        seen = self._seen
        seen.append((at_s, left))
        while seen and seen[0][0] < at_s - WINDOW_S - 0.5:
            seen.popleft()
        if len(seen) < FEWEST or at_s - seen[0][0] < WINDOW_S - 1.5:
            return None
        pace = min(self._paces())
        if pace <= 0:
            return None
        seconds = left / pace
        return seconds if seconds <= SOON_S else None

    def _paces(self) -> list[float]:
        """How fast it went down, per second, in each third of the window."""
        seen = list(self._seen)
        third = (len(seen) - 1) // 3
        edges = [seen[0], seen[third], seen[2 * third], seen[-1]]
        return [
            (before[1] - after[1]) / (after[0] - before[0]) for before, after in pairwise(edges)
        ]
