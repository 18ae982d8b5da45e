"""When something is running out, and when it is not."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from ApiLoadLibrary.monitor.running_out import RunningOut

GB = 1e9


def last(left: Callable[[int], float], seconds: int = 40) -> float | None:
    """What is said in the last second."""
    watch = RunningOut()
    found = None
    for second in range(seconds):
        found = watch.left_s(float(second), left(second))
    return found


def test_what_goes_down_steadily_is_told_with_the_time_left() -> None:
    left = last(lambda second: 10 * GB - 0.1 * GB * second)
    assert left == pytest.approx((10 - 3.9) / 0.1)


NO_ALARM: dict[str, Callable[[int], float]] = {
    "as it was": lambda second: 10 * GB,
    "growing": lambda second: 10 * GB + 0.1 * GB * second,
    "one large file": lambda second: 10 * GB - (8 * GB if second > 25 else 0),  # one large file
    "opened at the start": lambda second: (
        1000 - min(second, 4) * 200
    ),  # connections opened at the start
    "in three hours": lambda second: 10 * GB - 0.001 * GB * second,  # three hours
    "written and removed again": lambda second: (
        10 * GB - 0.1 * GB * (second % 10)
    ),  # written and removed again
    "steps far apart": lambda second: (
        10 * GB - (3 * GB if second > 15 else 0) - (3 * GB if second > 35 else 0)
    ),
}


@pytest.mark.parametrize("left", NO_ALARM.values(), ids=NO_ALARM)
def test_what_does_not_go_down_steadily_or_not_soon_is_no_alarm(
    left: Callable[[int], float],
) -> None:
    assert last(left) is None


def test_the_slowest_pace_counts_where_it_slows_down() -> None:
    paces = [0.3] * 31 + [0.1] * 9
    levels = [100 - sum(paces[:second]) for second in range(40)]
    assert last(lambda second: levels[second]) == pytest.approx(levels[-1] / 0.1, rel=0.01)


def test_half_a_minute_is_needed_to_tell() -> None:
    assert last(lambda second: 100 - second, seconds=18) is None
    assert last(lambda second: 100 - second, seconds=21) == pytest.approx(80)
