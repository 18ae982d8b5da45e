"""One direction of one connection through the proxy: what came in, and when it may go out.

It is arithmetic over the time that it is told, so that a made-up clock can test it.
"""

from __future__ import annotations

import random
from collections import deque

from ApiLoadLibrary.values import NS_PER_S

from .line import HEALTHY, Faults

__all__ = ["MOST_HELD", "Flow"]

MOST_HELD = 1 << 20
"""Bytes under way; a sender who has so many is not read any more, as by a full line."""
PIECES_PER_S = 50
"""A narrow line lets data pass in so many pieces, not in one gush a second."""


class Flow:
    """Data on its way.

    Attributes:
        faults: What is wrong with this direction.
        held: Bytes that came in and have not gone out.
        passed: Bytes that have gone out.
        broken: Whether a fault has ended the connection: `closed` or `reset`.
    """

    def __init__(self, faults: Faults, now: int, dice: random.Random) -> None:
        self._dice = dice
        self._pieces: deque[tuple[int, bytes]] = deque()
        self._last_due = 0
        self._ended_ns: int | None = None
        self._free_ns = 0  # when a narrow line can take the next piece
        self.held = self.passed = 0
        self.meet(faults, now)

    def meet(self, faults: Faults, now: int) -> None:
        """From now on the direction has these faults; what is under way keeps its time."""
        self.faults = faults
        self._met_ns = now
        self._passed_before = self.passed
        if faults == HEALTHY:
            self._free_ns = 0

    @property
    def full(self) -> bool:
        """Whether no more should be taken in."""
        return self.held >= MOST_HELD

    def take(self, data: bytes, now: int) -> None:
        """Data came in."""
        self.held += len(data)
        self._pieces.append((self._due(now, self.faults.latency_ns), data))

    def end(self, now: int) -> None:
        """The sender has closed its side."""
        self._ended_ns = self._due(now, self.faults.latency_ns + self.faults.slow_close_ns)

    def _due(self, now: int, delay_ns: int) -> int:
        """Nothing overtakes: what varies is how much later it comes than what came before."""
        jitter = self.faults.jitter_ns
        if jitter:
            delay_ns += self._dice.randint(-jitter, jitter)
        self._last_due = max(self._last_due, now + max(0, delay_ns))
        return self._last_due

    def ready(self, now: int) -> bytes:
        """What may go out now; the caller says with `sent` how much of it went."""
        if self.faults.timeout_ns is not None or not self._pieces:
            return b""
        due, piece = self._pieces[0]
        if due > now or self._free_ns > now:
            return b""
        return piece[: self._most()]

    def _most(self) -> int:
        """How many bytes may go out at once."""
        faults, most = self.faults, MOST_HELD
        if faults.bytes_per_s is not None:
            most = max(1, faults.bytes_per_s // PIECES_PER_S)
        if faults.limit_bytes is not None:
            most = min(most, self._left(faults.limit_bytes))
        return most

    def _left(self, limit: int) -> int:
        return max(0, limit - (self.passed - self._passed_before))

    def sent(self, count: int, now: int) -> None:
        """So many of the bytes that were ready have gone out."""
        due, piece = self._pieces.popleft()
        if count < len(piece):
            self._pieces.appendleft((due, piece[count:]))
        self.held -= count
        self.passed += count
        if self.faults.bytes_per_s is not None:
            self._free_ns = now + count * NS_PER_S // self.faults.bytes_per_s

    def over(self, now: int) -> bool:
        """Whether all has gone out, and the other side may hear that it was the end."""
        return (
            self._ended_ns is not None
            and self._ended_ns <= now
            and not self._pieces
            and self.faults.timeout_ns is None
        )

    def breaks(self, now: int) -> str | None:
        """How a fault ends the connection now: `closed`, `reset`, or not at all."""
        faults, since = self.faults, now - self._met_ns
        if faults.reset_ns is not None and since >= faults.reset_ns:
            return "reset"
        if faults.timeout_ns and since >= faults.timeout_ns:
            return "closed"
        spent = faults.limit_bytes is not None and not self._left(faults.limit_bytes)
        return "closed" if spent else None

    def next_ns(self, now: int) -> int | None:
        """When something changes by itself, after now."""
        faults = self.faults
        moments = [self._met_ns + each for each in (faults.reset_ns, faults.timeout_ns) if each]
        if faults.timeout_ns is None:
            if self._pieces:
                moments.append(max(self._pieces[0][0], self._free_ns))
            elif self._ended_ns is not None:
                moments.append(self._ended_ns)
        return min((each for each in moments if each > now), default=None)
