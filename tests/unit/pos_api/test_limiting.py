"""Each kind of limiter under a clock that the test moves, beside a model of a few lines."""

import math
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import limits.storage.memory
import limits.strategies
import pytest
import throttled.utils
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pos_api import limiting
from pos_api.limiting import make_limiter
from pos_api.quota import Quota

QUOTA, BURST = Quota(5, 2), 3
KINDS = ("fixed", "moving", "sliding", "bucket")
# Odd numbers of milliseconds: nothing happens at the very edge of a window, where rounding decides.
ARRIVALS = st.lists(st.integers(0, 700).map(lambda ms: (2 * ms + 1) / 1000), max_size=60)
UNDER_A_CLOCK = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


class Clock:
    """Both of Python's clocks at once, moved by hand."""

    def __init__(self) -> None:
        self.now = 1_750_000_000.3

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Clock]:
    clock = Clock()
    fake = SimpleNamespace(time=clock, monotonic=clock)
    for module in (limits.storage.memory, limits.strategies, throttled.utils, limiting):
        monkeypatch.setattr(module, "time", fake)
    yield clock
    time.sleep(0.02)  # the last timer of limits, which is ten milliseconds away at most


def fixed_window(times: list[float]) -> list[bool]:
    """A window begins with the first request after the last one has ended."""
    decisions, start, count = [], -math.inf, 0
    for now in times:
        if now >= start + QUOTA.window_s:
            start, count = now, 0
        count += 1
        decisions.append(count <= QUOTA.amount)
    return decisions


def moving_window(times: list[float]) -> list[bool]:
    """Nowhere are there more in a window than allowed; the refused do not count."""
    admitted: list[float] = []
    decisions = []
    for now in times:
        recent = [earlier for earlier in admitted if earlier >= now - QUOTA.window_s]
        decisions.append(len(recent) < QUOTA.amount)
        admitted += [now] * decisions[-1]
    return decisions


def bucket(times: list[float]) -> list[bool]:
    """Full at first, filled steadily, emptied by one at a time."""
    decisions, level, before = [], float(BURST), times[0] if times else 0.0
    for now in times:
        level = min(BURST, level + (now - before) * QUOTA.amount / QUOTA.window_s)
        before = now
        decisions.append(level >= 1)
        level -= decisions[-1]
    return decisions


@pytest.mark.parametrize(
    "kind, model", [("fixed", fixed_window), ("moving", moving_window), ("bucket", bucket)]
)
@UNDER_A_CLOCK
@given(gaps=ARRIVALS)
def test_a_limiter_decides_as_its_model(
    clock: Clock, kind: str, model: Callable[[list[float]], list[bool]], gaps: list[float]
) -> None:
    limiter = make_limiter(kind, QUOTA, BURST)
    assert limiter is not None
    times, decisions = [], []
    for gap in gaps:
        clock.now += gap
        times.append(clock.now)
        decisions.append(limiter.hit("token").admitted)
    assert decisions == model(times)


@pytest.mark.parametrize("kind", KINDS)
@UNDER_A_CLOCK
@given(gaps=ARRIVALS)
def test_whoever_waits_as_long_as_a_refusal_says_is_admitted(
    clock: Clock, kind: str, gaps: list[float]
) -> None:
    limiter = make_limiter(kind, QUOTA, BURST)
    assert limiter is not None
    for gap in gaps:
        clock.now += gap
        standing = limiter.hit("token")
        if not standing.admitted:
            clock.now += max(1, math.ceil(standing.more_in_s))
            assert limiter.hit("token").admitted


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_left_counts_down_to_nothing(clock: Clock, kind: str) -> None:
    limiter = make_limiter(kind, QUOTA, BURST)
    assert limiter is not None
    most = BURST if kind == "bucket" else QUOTA.amount
    standings = []
    for _ in range(most + 1):
        standings.append(limiter.hit("token"))
        clock.now += 0.001
    assert [standing.remaining for standing in standings] == [*range(most - 1, -1, -1), 0]
    assert [standing.admitted for standing in standings] == [True] * most + [False]
    assert all(0 < standing.more_in_s <= QUOTA.window_s for standing in standings)


@pytest.mark.parametrize("kind", KINDS)
def test_tokens_do_not_disturb_each_other(clock: Clock, kind: str) -> None:
    limiter = make_limiter(kind, QUOTA, BURST)
    assert limiter is not None
    while limiter.hit("greedy").admitted:
        pass
    assert limiter.hit("modest").admitted
