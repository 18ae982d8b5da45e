"""What a probe is: it looks at one thing, and says what it sees."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from ApiLoadLibrary.measurement.watched import WatchedKind

__all__ = ["Figures", "Probe", "Rates", "Unseen"]

Figures = dict[str, float]
"""What one look saw: figures by their name with its unit."""


class Unseen(Exception):
    """Nothing could be seen; says why, as the tail of a sentence.

    Attributes:
        figures: What is known all the same.
    """

    def __init__(self, reason: str, figures: Figures | None = None) -> None:
        super().__init__(reason)
        self.figures = figures or {}


class Probe(Protocol):
    """Looks at one thing, once a second.

    Attributes:
        name: How people call the thing.
        kind: What it is.
        of_system: Whether it is part of the system under test.
        is_far: Whether a look may have to wait for another machine.
        expects: Figures that somebody has asked for, whether they are ever seen or not.
    """

    name: str
    kind: WatchedKind
    of_system: bool
    is_far: bool
    expects: tuple[str, ...]

    def look(self, now_s: float) -> Figures:
        """What is to be seen now; rates are those since the look before, and none at the first.

        Args:
            now_s: This moment, on the monotonic clock.

        Raises:
            Unseen: Nothing is to be seen.
        """
        ...


class Rates:
    """Makes rates of counters that only grow."""

    def __init__(self) -> None:
        self._at_s: float | None = None
        self._before: dict[str, float] = {}

    def since(self, now_s: float, counters: Mapping[str, float]) -> Figures:
        """How fast each has grown since the call before, per second.

        What was not there before has no rate yet.  What has shrunk has begun anew, as when its
        process has: it has grown from nothing.
        """
        before, seconds = self._before, now_s - (self._at_s if self._at_s is not None else now_s)
        self._at_s, self._before = now_s, dict(counters)
        if seconds <= 0:
            return {}
        return {
            name: (value - before[name] if value >= before[name] else value) / seconds
            for name, value in counters.items()
            if name in before
        }
