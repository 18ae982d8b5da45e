"""How many WebSocket connections were open at each moment."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ApiLoadLibrary.measurement.sockets import Stay

__all__ = ["Crowd"]


class Crowd:
    """How many connections were open at each moment.

    Args:
        stays: Of the connections that are looked at.
    """

    def __init__(self, stays: Iterable[Stay]) -> None:
        held = list(stays)
        self._opened = np.sort(np.array([each.opened_ns for each in held], np.int64))
        self._ended = np.sort(np.array([each.ended_ns for each in held], np.int64))

    def at(self, moment_ns: int) -> int:
        """How many were open; at the moment of its end one is not."""
        opened = self._opened.searchsorted(moment_ns, side="right")
        return int(opened - self._ended.searchsorted(moment_ns, side="right"))

    @property
    def peak(self) -> int:
        """The most that were open at once."""
        ended = self._ended.searchsorted(self._opened, side="right")
        return int((np.arange(1, len(self._opened) + 1) - ended).max(initial=0))

    def least(self, start_ns: int, end_ns: int) -> int:
        """The fewest that were open at any moment from the start to before the end."""
        within = self._ended[(self._ended >= start_ns) & (self._ended < end_ns)]
        return min(map(self.at, (start_ns, *within.tolist())))

    def back_ns(self, count: int) -> int | None:
        """When so many had been opened; None if that never was."""
        return int(self._opened[count - 1]) if 0 < count <= len(self._opened) else None
