"""Levels and shifts: against scipy where it has them, and by counting how often they are right."""

import math

import numpy as np
import pytest
from scipy import stats
from scipy.stats import mstats

from ApiLoadLibrary.criteria.shift import TAIL, WHOLE, Level, levels, shift
from ApiLoadLibrary.measurement.histogram import Histogram
from simulated import Load, response_times

CELL = 1 / 1024
"""A histogram's resolution, relative to the value."""


def cut(times: np.ndarray, blocks: int = 15) -> list[Histogram]:
    """A run in so many stretches."""
    return [Histogram(each.tolist()) for each in np.array_split(times, blocks)]


def drawn(count: int, seed: int = 1, **change: float) -> np.ndarray:
    return response_times(np.random.default_rng(seed).standard_normal(count), **change)


def test_the_whole_is_scipys_trimmed_mean_of_logarithms() -> None:
    times = drawn(2_000)
    whole, _ = levels(cut(times))
    assert whole.log == pytest.approx(stats.trim_mean(np.log(times), WHOLE.low), abs=CELL)
    error = float(mstats.trimmed_stde(np.log(times), (WHOLE.low, 1 - WHOLE.high)))
    assert math.sqrt(whole.spread / whole.count) == pytest.approx(error, rel=0.01)


def test_the_tail_is_the_mean_logarithm_of_the_ranks_in_it() -> None:
    times = drawn(2_000)
    _, tail = levels(cut(times))
    ranked = np.sort(np.log(times))[round(2_000 * TAIL.low) : round(2_000 * TAIL.high)]
    assert tail.log == pytest.approx(float(ranked.mean()), abs=CELL)


def test_samples_that_are_worth_themselves_have_the_textbook_error() -> None:
    # Every stretch of these resembles the whole run, so that nothing is taken off.
    level = Level(0.0, 1_500, 4.0, np.zeros(15))
    caution = (stats.t.ppf(0.975, 14) / stats.norm.ppf(0.975)) ** 2
    assert level.variance(0.95) == pytest.approx(float(4.0 / 1_500 * caution))


@pytest.mark.parametrize("times", [1.0, 1.1, 2.0, 0.5])
def test_what_takes_so_many_times_as_long_has_shifted_by_that(times: float) -> None:
    then, now = levels(cut(drawn(1_000))), levels(cut(drawn(1_000, level=times)))
    for before, after in zip(then, now, strict=True):
        assert shift(after, [before], 0.95, 2).log == pytest.approx(math.log(times), abs=CELL)


def test_the_same_again_has_not_shifted_at_all() -> None:
    for level in levels(cut(drawn(1_000))):
        found = shift(level, [level], 0.95, 2)
        assert found.log == found.percent == 0
        assert found.interval.low < 0 < found.interval.high


def test_when_the_slowest_5_percent_double_only_the_tail_moves() -> None:
    then, now = levels(cut(drawn(20_000))), levels(cut(drawn(20_000, slowest=2.0)))
    whole, tail = (shift(b, [a], 0.95, 2).log for a, b in zip(then, now, strict=True))
    assert whole == pytest.approx(0, abs=0.005)
    assert tail == pytest.approx(math.log(2), abs=0.04)


def test_one_stall_of_seconds_decides_nothing() -> None:
    times = drawn(20_000)
    stalled = times.copy()
    stalled[7_000:7_050] = 3_000_000_000
    for before, after in zip(levels(cut(times)), levels(cut(stalled)), strict=True):
        assert abs(shift(after, [before], 0.95, 2).percent) < 5


def test_times_that_do_not_vary_have_no_reach_and_zero_has_a_logarithm() -> None:
    for value in (0, 7):
        level, _ = levels(cut(np.full(300, value)))
        found = shift(level, [level], 0.95, 2)
        assert (found.log, found.reach) == (0, 0)


def at(log: float) -> Level:
    """A level that is certain."""
    return Level(log, 10**6, 0.0, np.zeros(15))


def test_from_three_runs_on_the_reach_is_the_prediction_interval_of_one_more() -> None:
    logs = [0.00, 0.03, -0.02, 0.01]
    found = shift(at(0.1), [at(log) for log in logs], 0.95, 2)
    expected = stats.t.ppf(0.95, 3) * np.std(logs, ddof=1) * math.sqrt(1 + 1 / 4)
    assert found.reach == pytest.approx(float(expected))
    assert found.log == pytest.approx(0.1 - 0.005)
    assert found.range == pytest.approx(0.05)
    assert found.noisy


def test_two_runs_do_not_show_how_much_runs_differ() -> None:
    found = shift(at(0.1), [at(0.0), at(0.05)], 0.95, 2)
    assert found.reach == 0
    assert not found.noisy


def test_many_comparisons_share_the_error_within_runs_but_not_that_between_them() -> None:
    then, now = levels(cut(drawn(1_000)))[0], levels(cut(drawn(1_000, seed=2)))[0]
    assert shift(now, [then], 0.95, 20).reach > shift(now, [then], 0.95, 2).reach
    others = [at(0.0), at(0.3), at(-0.3)]
    assert shift(at(0), others, 0.95, 20).reach == shift(at(0), others, 0.95, 2).reach


def test_beyond_all_durations_nothing_is_bounded() -> None:
    vague = Level(0.0, 3, 1e6, np.zeros(1))
    found = shift(vague, [vague], 0.95, 2)
    assert found.interval.high == math.inf
    assert found.interval.low == pytest.approx(-100)


@pytest.mark.parametrize("rho, most", [(0.0, 0.05), (0.5, 0.07), (0.9, 0.08)])
def test_the_interval_of_a_shift_leaves_out_the_truth_no_more_often_than_it_says(
    rho: float, most: float
) -> None:
    load = Load(per_second=17, seconds=60, rho=rho)
    missed = np.zeros(2)
    for seed in range(200):
        random = np.random.default_rng(seed)
        then, now = (levels(cut(response_times(load.draw(random)))) for _ in range(2))
        for part in range(2):
            found = shift(now[part], [then[part]], 0.95, 2)
            missed[part] += abs(found.log) > found.reach
    assert missed.max() / 200 <= most
