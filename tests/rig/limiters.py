"""Rate limiters of every kind, each written down as plainly as can be: the truth of the tests.

`admit(now)` is asked once for each request, with times in seconds that do not fall.  It answers
how long the request has to wait, which is 0 but where a limiter delays, or None to refuse it.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable

__all__ = ["LIMITERS", "Limiter"]

Limiter = Callable[[float], float | None]


def fixed_window_by_clock(limit: int, window: float, phase: float = 0.0) -> Limiter:
    """So many from one whole window of the clock to the next."""
    counts: dict[int, int] = {}

    def admit(now: float) -> float | None:
        number = math.floor((now - phase) / window)
        if counts.get(number, 0) >= limit:
            return None
        counts[number] = counts.get(number, 0) + 1
        return 0.0

    return admit


def fixed_window_from_first_hit(limit: int, window: float) -> Limiter:
    """So many in the window that a request opens when none is open."""
    opened, used = -math.inf, 0

    def admit(now: float) -> float | None:
        nonlocal opened, used
        if now >= opened + window:
            opened, used = now, 0
        used += 1
        return 0.0 if used <= limit else None

    return admit


def sliding_log(limit: int, window: float) -> Limiter:
    """So many accepted in the time before each moment."""
    accepted: deque[float] = deque()

    def admit(now: float) -> float | None:
        while accepted and accepted[0] <= now - window:
            accepted.popleft()
        if len(accepted) >= limit:
            return None
        accepted.append(now)
        return 0.0

    return admit


def sliding_log_that_punishes(limit: int, window: float) -> Limiter:
    """The same, but refused requests count too."""
    seen: deque[float] = deque()

    def admit(now: float) -> float | None:
        while seen and seen[0] <= now - window:
            seen.popleft()
        seen.append(now)
        return 0.0 if len(seen) <= limit else None

    return admit


def sliding_counter(limit: int, window: float, phase: float = 0.0) -> Limiter:
    """This window's count, and what part of the one before still lies in the last window's time."""
    counts: dict[int, int] = {}

    def admit(now: float) -> float | None:
        number = math.floor((now - phase) / window)
        gone = (now - phase) / window - number
        weight = counts.get(number - 1, 0) * (1 - gone) + counts.get(number, 0)
        if weight + 1 > limit:
            return None
        counts[number] = counts.get(number, 0) + 1
        return 0.0

    return admit


def sliding_counter_that_punishes(limit: int, window: float) -> Limiter:
    """The same from the first request on, counting all, and judged with this one included."""
    start, before, current = -math.inf, 0, 0

    def admit(now: float) -> float | None:
        nonlocal start, before, current
        if now >= start + 2 * window:
            start, before, current = now, 0, 0
        elif now >= start + window:
            start, before, current = start + window, current, 0
        current += 1
        rest = 1 - (now - start) / window
        return 0.0 if before * rest + current <= limit else None

    return admit


def token_bucket(rate: float, size: int) -> Limiter:
    """A token for each request, and so many new ones a second."""
    tokens, then = float(size), -math.inf

    def admit(now: float) -> float | None:
        nonlocal tokens, then
        if then > -math.inf:
            tokens = min(size, tokens + rate * (now - then))
        then = now
        if tokens < 1 - 1e-9:
            return None
        tokens -= 1
        return 0.0

    return admit


def delaying_bucket(rate: float, size: int) -> Limiter:
    """Requests leave at a constant rate; so many may stand in line, its head included."""
    free = -math.inf

    def admit(now: float) -> float | None:
        nonlocal free
        waiting = max(0.0, free - now)
        if waiting * rate > size - 1 + 1e-9:
            return None
        free = max(free, now) + 1 / rate
        return waiting

    return admit


LIMITERS: dict[str, Callable[..., Limiter]] = {
    each.__name__: each
    for each in (
        *(fixed_window_by_clock, fixed_window_from_first_hit),
        *(sliding_log, sliding_log_that_punishes),
        *(sliding_counter, sliding_counter_that_punishes),
        *(token_bucket, delaying_bucket),
    )
}
