"""The sliding window, in virtual time."""

from __future__ import annotations

import threading
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ApiLoadLibrary.engine.limiter import RateLimiter
from ApiLoadLibrary.values import Rate

S = 1_000_000_000


class Clock:
    """A clock that moves only when told to, or by sleeping."""

    def __init__(self) -> None:
        self.now = 5 * S

    def __call__(self) -> int:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += round(seconds * S)


def test_slots_are_free_until_the_limit_then_again_when_the_first_is_a_window_old() -> None:
    clock = Clock()
    limiter = RateLimiter(Rate.parse("3/s"), clock)
    assert [limiter.try_acquire() for _ in range(3)] == [0, 0, 0]
    clock.now += 400_000_000
    assert limiter.try_acquire() == 600_000_000
    clock.now += 600_000_000
    assert limiter.try_acquire() == 0


def test_waiting_for_a_slot_takes_as_long_as_it_must() -> None:
    clock = Clock()
    limiter = RateLimiter(Rate.parse("2/min"), clock, clock.sleep)
    for _ in range(5):
        limiter.acquire()
    assert clock.now == 5 * S + 2 * 60 * S


@settings(deadline=None, derandomize=True)
@given(st.lists(st.integers(0, S), min_size=1, max_size=200), st.integers(1, 20))
def test_no_window_however_placed_holds_more_than_the_limit(steps: list[int], limit: int) -> None:
    clock = Clock()
    limiter = RateLimiter(Rate.parse(f"{limit}/s"), clock)
    taken = []
    for step in steps:
        clock.now += step
        if limiter.try_acquire() == 0:
            taken.append(clock.now)
    for start in taken:
        assert sum(start <= at < start + S for at in taken) <= limit


@pytest.mark.parametrize("limit, slots, window_ns", [("0.5/s", 1, 2 * S), ("2.5/s", 2, S)])
def test_a_broken_count_becomes_whole_slots_in_a_fitting_window(
    limit: str, slots: int, window_ns: int
) -> None:
    limiter = RateLimiter(Rate.parse(limit), Clock())
    assert (limiter.slots, limiter.window_ns) == (slots, window_ns)


def test_threads_share_the_slots_and_none_is_taken_twice() -> None:
    """8 threads ask 1,000 times each within a long window: exactly 100 get one."""
    limiter = RateLimiter(Rate.parse("100/h"), time.monotonic_ns)
    taken: list[int] = []

    def ask() -> None:
        taken.extend(0 for _ in range(1000) if limiter.try_acquire() == 0)

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(taken) == 100
