"""Error-rate spikes and shifts of response times: what raises them, and what must not."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest

from ApiLoadLibrary.measurement.alert import Alert
from ApiLoadLibrary.measurement.histogram import Histogram
from ApiLoadLibrary.measurement.progress import Progress
from ApiLoadLibrary.monitor.episodes import News
from ApiLoadLibrary.monitor.trouble import LoadTrouble

Milliseconds = Callable[[int], float]


def run(
    errors: Callable[[int], float] = lambda second: 0.0,
    median_ms: Milliseconds = lambda second: 20.0,
    *,
    per_second: int = 100,
    seconds: int = 40,
    sigma: float = 0.45,
    seed: int = 1,
) -> tuple[list[News], list[Alert]]:
    """A load told twice a second: the share that fails and the median time, by second."""
    random = np.random.default_rng(seed)
    trouble = LoadTrouble("Everyday load")
    news: list[News] = []
    for half in range(2 * seconds):
        count = per_second // 2
        times = random.lognormal(np.log(median_ms(half // 2) * 1e6), sigma, count)
        failed = int(random.binomial(count, errors(half // 2)))
        response = Histogram(times.astype(np.int64).tolist())
        news += trouble.see((half + 1) / 2, Progress(count, failed, 0, response))
    return news, trouble.alerts()


def test_a_spike_of_errors_is_told_with_what_was_usual() -> None:
    news, (alert,) = run(lambda second: 0.4 if 20 <= second < 25 else 0.002)
    assert [each.began for each in news] == [True, False]
    assert " % go wrong (0." in news[0].text
    assert " % before; since 0:" in news[0].text
    assert alert.message.startswith("Of the requests of “Everyday load” ")
    assert (alert.what, alert.where, alert.unit) == ("error rate", "Everyday load", "%")
    assert 19 <= alert.start_s <= 21
    assert alert.end_s is not None
    assert 25 <= alert.end_s <= 27
    assert 33 <= (alert.peak or 0) <= 50


def test_a_load_that_fails_from_its_first_second_is_told_too() -> None:
    news, (alert,) = run(lambda second: 1.0, seconds=4)
    assert news[0].text == (
        "Of the requests of “Everyday load” 100 % go wrong (since 0:00 into the load)"
    )
    assert (alert.start_s, alert.end_s, alert.peak) == (0.0, None, 100.0)


USUAL: dict[str, tuple[Callable[[int], float], int]] = {
    "none": (lambda second: 0.0, 100),
    "as always": (lambda second: 0.03, 100),  # many, but that is for criteria to judge
    "a little more": (lambda second: 0.01 if second < 20 else 0.03, 100),
    "one or two of a few": (lambda second: 0.2 if second == 20 else 0.0, 6),
}


@pytest.mark.parametrize("errors, per_second", USUAL.values(), ids=USUAL)
@pytest.mark.parametrize("seed", range(5))
def test_what_is_usual_or_small_is_no_spike(
    errors: Callable[[int], float], per_second: int, seed: int
) -> None:
    assert run(errors, per_second=per_second, seed=seed) == ([], [])


def test_a_shift_of_response_times_is_told_with_what_was_usual() -> None:
    news, (alert,) = run(median_ms=lambda second: 90.0 if 20 <= second < 30 else 20.0)
    assert [each.began for each in news] == [True, False]
    assert "95 of 100 take up to 1" in news[0].text
    assert " ms (4" in news[0].text
    assert alert.message.endswith(" ms before).")
    assert (alert.what, alert.unit) == ("response time", "ms")
    assert 19 <= alert.start_s <= 21
    assert 29 <= (alert.end_s or 0) <= 31
    assert 160 <= (alert.peak or 0) <= 260


def test_a_slow_load_is_told_of_as_well() -> None:
    """17 requests a second: it takes some seconds for enough of them."""
    _, (alert,) = run(
        median_ms=lambda second: 200.0 if second >= 40 else 20.0, per_second=16, seconds=70
    )
    assert 38 <= alert.start_s <= 44
    assert alert.end_s is None


STEADY: dict[str, tuple[Milliseconds, float]] = {
    "steady": (lambda second: 20.0, 0.45),
    "widely spread": (lambda second: 20.0, 0.9),
    "slow as always": (lambda second: 300.0, 0.45),
    "half as much again": (lambda second: 20.0 if second < 20 else 30.0, 0.45),
    "one moment": (lambda second: 200.0 if second == 20 else 20.0, 0.45),
    "nobody feels it": (lambda second: 1.0 if second < 20 else 4.0, 0.45),
    "cold caches": (lambda second: 200.0 if second < 3 else 20.0, 0.45),
}


@pytest.mark.parametrize("median_ms, sigma", STEADY.values(), ids=STEADY)
@pytest.mark.parametrize("seed", range(5))
def test_noise_short_and_small_changes_are_no_shift(
    median_ms: Milliseconds, sigma: float, seed: int
) -> None:
    assert run(median_ms=median_ms, sigma=sigma, seed=seed) == ([], [])


def test_without_traffic_there_is_nothing_to_tell() -> None:
    def silence() -> Iterator[News]:
        trouble = LoadTrouble("Everyday load")
        for second in range(1, 30):
            yield from trouble.see(float(second), Progress())

    assert list(silence()) == []
