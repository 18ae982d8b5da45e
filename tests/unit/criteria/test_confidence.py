"""Intervals: against scipy where it has them, and by counting how often they cover the truth."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import signal, stats

from ApiLoadLibrary.criteria.confidence import (
    Interval,
    effective_samples,
    mean_interval,
    quantile_interval,
    samples_needed,
    seconds_needed,
    share_interval,
)
from ApiLoadLibrary.criteria.dependence import (
    worth_for_mean,
    worth_for_quantile,
    worth_for_share,
)
from ApiLoadLibrary.measurement.histogram import Histogram
from ApiLoadLibrary.measurement.tally import Tally
from strategies import same_every_time

MS = 1_000_000
NEAR = 1e-9


@pytest.mark.parametrize(
    "share, confidence, samples",
    [
        (0.95, 0.95, 59),
        (0.99, 0.95, 299),
        (0.999, 0.95, 2_995),
        (0.5, 0.95, 5),
        (0.95, 0.99, 90),
    ],
)
def test_so_many_samples_bound_a_quantile_from_above(
    share: float, confidence: float, samples: int
) -> None:
    assert samples_needed(share, confidence) == samples
    assert share**samples <= 1 - confidence < share ** (samples - 1)


@pytest.mark.parametrize("count", [72, 100, 777, 1_500])
@pytest.mark.parametrize("share", [0.5, 0.9, 0.95])
@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_a_quantiles_interval_is_scipys_for_independent_samples(
    count: int, share: float, confidence: float
) -> None:
    values = np.random.default_rng(count).permutation(np.arange(1, count + 1))
    expected = stats.quantile_test(values, q=0, p=share).confidence_interval(confidence)
    interval = quantile_interval(Histogram(values.tolist()), share, confidence)
    assert (interval.low, interval.high) == (expected.low, expected.high)


def test_with_too_few_samples_for_both_bounds_the_upper_one_gets_all_of_the_error() -> None:
    values = range(1, 101)
    for count in (59, 65, 71):
        assert quantile_interval(Histogram(values[:count]), 0.95, 0.95) == Interval(0, count)
    both = quantile_interval(Histogram(values[:72]), 0.95, 0.95)
    assert 0 < both.low < both.high == 72


def test_with_fewer_samples_still_a_quantile_has_a_lower_bound_only() -> None:
    interval = quantile_interval(Histogram(range(1, 59)), 0.95, 0.95)
    expected = int(stats.binom.ppf(0.025, 58, 0.95))
    assert interval == Interval(expected, math.inf)


@pytest.mark.parametrize("values", [[], [5]])
def test_nothing_is_known_from_one_sample_or_none(values: list[int]) -> None:
    assert quantile_interval(Histogram(values), 0.95, 0.95) == Interval(0, math.inf)


def test_fewer_effective_samples_widen_an_interval_around_the_same_quantile() -> None:
    histogram = Histogram(range(1, 1_001))
    quantile = histogram.quantile(0.95) or 0
    widths = []
    for effective in (1_000, 500, 100, 60):
        interval = quantile_interval(histogram, 0.95, 0.95, effective)
        assert interval.low <= quantile <= interval.high <= 1_000
        widths.append(interval.high - interval.low)
    assert widths == sorted(widths)
    assert quantile_interval(histogram, 0.95, 0.95, 58.9).high == math.inf


@pytest.mark.parametrize("hits, count", [(1, 10), (5, 1_000), (999, 1_000), (400, 20_000)])
@pytest.mark.parametrize("confidence", [0.9, 0.95])
def test_a_shares_interval_is_clopper_and_pearsons(
    hits: int, count: int, confidence: float
) -> None:
    expected = stats.binomtest(hits, count).proportion_ci(confidence, method="exact")
    interval = share_interval(hits, count, confidence, count)
    assert interval.low == pytest.approx(expected.low, rel=NEAR)
    assert interval.high == pytest.approx(expected.high, rel=NEAR)


@pytest.mark.parametrize("count", [1, 50, 299, 1_000])
def test_without_any_hit_the_upper_bound_gets_all_of_the_error(count: int) -> None:
    one_sided = stats.binomtest(0, count, alternative="less").proportion_ci(0.95, method="exact")
    interval = share_interval(0, count, 0.95, count)
    assert interval.low == 0
    assert interval.high == pytest.approx(one_sided.high, rel=NEAR)
    mirrored = share_interval(count, count, 0.95, count)
    assert mirrored == Interval(pytest.approx(1 - one_sided.high, rel=NEAR), 1)


def test_no_error_proves_less_than_one_percent_after_299_requests_and_not_before() -> None:
    assert share_interval(0, 299, 0.95, 299).high < 0.01 < share_interval(0, 298, 0.95, 298).high


def test_a_mean_has_the_normal_interval() -> None:
    low, high = stats.norm.interval(0.95, loc=10, scale=math.sqrt(4 / 100))
    interval = mean_interval(10, 4, 0.95, 100)
    assert interval.low == pytest.approx(low, rel=NEAR)
    assert interval.high == pytest.approx(high, rel=NEAR)


def test_a_mean_of_fewer_than_thirty_is_not_bounded() -> None:
    assert mean_interval(10, 4, 0.95, 29.9) == Interval(0, math.inf)


def test_samples_that_do_not_vary_are_worth_all_they_are() -> None:
    assert effective_samples(np.zeros(60), 1_000, 0.0, 0.95) == 1_000


def test_few_blocks_are_worth_less_by_the_square_of_z_over_t() -> None:
    for seconds, blocks in ((1, 2), (2, 2), (5, 5), (29, 29), (30, 15), (300, 15)):
        expected = 1_000 * (stats.norm.ppf(0.975) / stats.t.ppf(0.975, blocks - 1)) ** 2
        effective = effective_samples(np.zeros(seconds), 1_000, 1.0, 0.95)
        assert effective == pytest.approx(float(expected), rel=NEAR)


def test_samples_that_move_in_blocks_are_worth_as_many_as_there_are_blocks() -> None:
    # Each second's hundred samples are all +1 or all -1: deff is a hundred.
    deviations = np.resize([100.0, -100.0], 20)
    caution = (stats.norm.ppf(0.975) / stats.t.ppf(0.975, 19)) ** 2
    effective = effective_samples(deviations, 2_000, 1.0, 0.95)
    assert effective == pytest.approx(float(19 * caution), rel=NEAR)


def of_blocks(blocks: list[float], **allowed: float) -> float:
    """What many samples of variance 1 are worth, by a second for each block."""
    return effective_samples(np.array(blocks), 1_000, 1.0, 0.95, **allowed)


def test_slowness_that_outlasts_a_block_makes_samples_worth_less() -> None:
    """The same blocks, shuffled so that neighbours have nothing to do with each other."""
    waves = (100 * np.sin(2 * np.pi * np.arange(20) / 20)).tolist()
    shuffled = np.random.default_rng(2).permutation(waves).tolist()
    assert of_blocks(waves) < of_blocks(shuffled) / 3
    # However alike: 19 times as much variance is the most that is reckoned with.
    alike = [100.0 if each < 10 else -100.0 for each in range(20)]
    caution = (stats.norm.ppf(0.975) / stats.t.ppf(0.975, 19)) ** 2
    deff = 20 * 100**2 * 20 / 19 / 1_000 * 1.9 / 0.1
    assert of_blocks(alike) == pytest.approx(1_000 / deff * float(caution), rel=NEAR)


def test_the_correlation_of_neighbours_is_freed_from_its_bias() -> None:
    """Measured over 15 blocks it comes out too low by about (1 + 4 r) / 15."""
    blocks = np.random.default_rng(9).normal(0, 100, 15)
    blocks += np.roll(blocks, 1)
    blocks -= blocks.mean()
    measured = float(blocks[1:] @ blocks[:-1] / (blocks @ blocks))
    true = (15 * measured + 1) / 11
    assert 0 < true < 0.9
    caution = float(stats.norm.ppf(0.975) / stats.t.ppf(0.975, 14)) ** 2
    deff = float(blocks @ blocks) * 15 / 14 / 1_000 * (1 + true) / (1 - true)
    assert of_blocks(blocks.tolist()) == pytest.approx(1_000 / deff * caution, rel=NEAR)


def test_blocks_skewed_to_the_right_widen_what_is_taken_for_normal() -> None:
    rare = [190.0 if each == 7 else -10.0 for each in range(20)]
    exact, normal = of_blocks(rare), of_blocks(rare, allowed=0.0)
    z = float(stats.norm.ppf(0.975))
    reach = 1 + float(stats.skew(rare)) * (1 + 2 * z**2) / (6 * z * math.sqrt(20))
    assert normal == pytest.approx(exact / reach**2, rel=NEAR)
    mirrored = [-each for each in rare]
    assert of_blocks(mirrored, allowed=0.0) == of_blocks(mirrored) == pytest.approx(exact)


def test_an_interval_that_allows_for_skewness_pays_only_for_more_of_it() -> None:
    rare = [190.0 if each == 7 else -10.0 for each in range(20)]
    worths = [of_blocks(rare, allowed=allowed) for allowed in (0.0, 1.0, 1e3)]
    assert worths == sorted(worths)
    assert worths[0] < worths[1] < worths[2] == of_blocks(rare)


@same_every_time
@given(st.lists(st.floats(-1e3, 1e3), min_size=1, max_size=400), st.integers(1, 10**6))
def test_samples_are_never_worth_more_than_they_are(values: list[float], count: int) -> None:
    assert 0 < effective_samples(np.array(values), count, 1.0, 0.95) <= count


@pytest.mark.parametrize(
    "needed, count, effective, seconds",
    [(59, 10, 10, 0.6), (59, 100, 33, 6), (2_995, 1_000, 800, 60), (59, 1, 1, 0.06)],
)
def test_twice_the_samples_take_about_twice_the_seconds_and_never_less_than_independent_ones_would(
    needed: int, count: int, effective: float, seconds: float
) -> None:
    longer = seconds_needed(needed, count, effective, seconds, 0.95)
    assert longer > seconds
    assert longer >= needed / (count / seconds)
    assert longer < seconds_needed(2 * needed, count, effective, seconds, 0.95) <= 2.2 * longer + 1


# How often an interval covers the truth, on runs whose truth is known.


def runs(
    count: int, seconds: int, per_second: int, rho: float, seed: int
) -> list[tuple[Tally, Histogram]]:
    """Runs of log-normal response times, AR(1) from request to request, median 10 ms."""
    random = np.random.default_rng(seed)
    normal = autoregressive(random, (count, seconds * per_second), rho)
    return [_tally(values, per_second) for values in 10 * MS * np.exp(0.5 * normal)]


def slow_spells(
    count: int, seconds: int, per_second: int, rho: float, seed: int
) -> list[tuple[Tally, Histogram]]:
    """The same, but half of the variance is that of the second, AR(1) from second to second."""
    random = np.random.default_rng(seed)
    level = np.repeat(autoregressive(random, (count, seconds), rho), per_second, axis=1)
    normal = (level + random.standard_normal(level.shape)) / math.sqrt(2)
    return [_tally(values, per_second) for values in 10 * MS * np.exp(0.5 * normal)]


def autoregressive(random: np.random.Generator, shape: tuple[int, int], rho: float) -> np.ndarray:
    noise = random.standard_normal(shape)
    noise[:, 1:] *= math.sqrt(1 - rho**2)
    return signal.lfilter([1.0], [1.0, -rho], noise, axis=1)


def _tally(durations: np.ndarray, per_second: int) -> tuple[Tally, Histogram]:
    number = len(durations)
    due = np.arange(number) * 1_000_000_000 // per_second
    done = due + durations.astype(np.int64)
    status, none = np.full(number, 200), np.zeros(number, np.int64)
    tally = Tally(frozenset({200}), 10 * MS)
    tally.add(np.stack([status, due, due, done, done, *[none] * 4]).astype(np.int64))
    return tally, tally.response.judged()


@pytest.mark.parametrize("rho, least", [(0.0, 0.93), (0.5, 0.93), (0.9, 0.90)])
def test_the_interval_of_p95_covers_the_truth_though_requests_depend_on_each_other(
    rho: float, least: float
) -> None:
    truth = 10 * MS * math.exp(0.5 * float(stats.norm.ppf(0.95)))
    covered = passed_in_error = 0
    for tally, histogram in runs(300, 60, 17, rho, seed=3):
        worth = worth_for_quantile(tally, 0.95, 0.95) * histogram.count
        interval = quantile_interval(histogram, 0.95, 0.95, worth)
        covered += interval.low <= truth <= interval.high
        passed_in_error += interval.high < truth
    assert covered / 300 >= least
    assert passed_in_error / 300 <= 0.06


@pytest.mark.parametrize("rho, least", [(0.0, 0.93), (0.5, 0.90)])
def test_the_interval_of_the_average_covers_the_truth(rho: float, least: float) -> None:
    truth = 10 * MS * math.exp(0.5**2 / 2)
    covered = 0
    for tally, histogram in runs(300, 60, 17, rho, seed=4):
        worth = worth_for_mean(tally, 0.95) * histogram.count
        mean = histogram.mean_ns or 0.0
        interval = mean_interval(mean, histogram.variance(), 0.95, worth)
        covered += interval.low <= truth <= interval.high
    assert covered / 300 >= least


@pytest.mark.parametrize("rho", [0.5, 0.9])
def test_hardly_a_p95_passes_in_error_though_slow_spells_last_for_many_seconds(rho: float) -> None:
    """At rho 0.9 a minute has seen three of them; 20 % passed when blocks alone were asked."""
    truth = 10 * MS * math.exp(0.5 * float(stats.norm.ppf(0.95)))
    found = slow_spells(300, 60, 17, rho, seed=5)
    passed_in_error = 0
    for tally, histogram in found:
        worth = worth_for_quantile(tally, 0.95, 0.95) * histogram.count
        passed_in_error += quantile_interval(histogram, 0.95, 0.95, worth).high < truth
    assert passed_in_error / len(found) <= 0.06


def test_hardly_an_average_passes_in_error_though_slow_spells_last() -> None:
    """8 % did when neither the correlation of blocks nor their skewness was asked."""
    truth = 10 * MS * math.exp(0.5**2 / 2)
    found = slow_spells(300, 60, 17, 0.5, seed=6)
    passed_in_error = 0
    for tally, histogram in found:
        worth = worth_for_mean(tally, 0.95) * histogram.count
        mean = histogram.mean_ns or 0.0
        passed_in_error += mean_interval(mean, histogram.variance(), 0.95, worth).high < truth
    assert passed_in_error / len(found) <= 0.06


def test_errors_that_come_in_bursts_are_worth_fewer_requests() -> None:
    def tally(outcomes: np.ndarray) -> Tally:
        due = np.arange(len(outcomes)) * 10 * MS
        columns = np.stack([outcomes, due, due, due + MS, due + MS, *[due * 0] * 4])
        tally = Tally(frozenset({200}), 10 * MS)
        tally.add(columns.astype(np.int64))
        return tally

    scattered = np.where(np.arange(6_000) % 20 == 0, 500, 200)
    in_bursts = np.where(np.arange(6_000) % 2_000 < 100, 500, 200)
    assert worth_for_share([tally(scattered)], 0.95) > 0.8
    assert worth_for_share([tally(in_bursts)], 0.95) < 0.05


def test_without_judged_requests_nothing_is_known_of_how_they_depend_on_each_other() -> None:
    empty = Tally(frozenset({200}), 10 * MS)
    assert worth_for_quantile(empty, 0.95, 0.95) == worth_for_mean(empty, 0.95) == 1
