"""A cap on the rate of requests: no more than so many in any window of time."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from fractions import Fraction

from ApiLoadLibrary.values import NS_PER_S, Rate

__all__ = ["RateLimiter"]


class RateLimiter:
    """A sliding window over a deque of the moments at which slots were taken.

    In any stretch of time as long as the window, however it is placed, at most
    `limit` slots are taken.  Safe to share between threads.

    Args:
        limit: Such as 600/min.  Of a broken count the whole slots are taken; one below 1 is
            stretched to a single slot in a longer time.
        clock: Nanoseconds that never go back.
        sleep: Waits so many seconds.
    """

    def __init__(
        self,
        limit: Rate,
        clock: Callable[[], int] = time.monotonic_ns,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        whole = max(1, int(limit.count))
        self.slots = whole
        self.window_ns = int(limit.per.ns * max(Fraction(1), 1 / limit.count))
        self._clock = clock
        self._sleep = sleep
        self._taken: deque[int] = deque()
        self._lock = threading.Lock()

    def try_acquire(self) -> int:
        """Take a slot if one is free.

        Returns:
            0 when a slot was taken, else the ns until the next one is free.
        """
        with self._lock:
            now = self._clock()
            while self._taken and self._taken[0] <= now - self.window_ns:
                self._taken.popleft()
            if len(self._taken) < self.slots:
                self._taken.append(now)
                return 0
            return self._taken[0] + self.window_ns - now

    def acquire(self) -> None:
        """Take a slot, waiting for as long as none is free."""
        while wait_ns := self.try_acquire():
            self._sleep(wait_ns / NS_PER_S)
