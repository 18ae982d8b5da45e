"""What rules are made of: lines, spells, two humps, held against what others say of them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from ApiLoadLibrary.measurement.histogram import Histogram
from ApiLoadLibrary.report.advice.line import batches, line, rises
from ApiLoadLibrary.report.advice.modes import two_kinds_of
from ApiLoadLibrary.report.advice.spells import (
    Spell,
    is_beyond_chance,
    main_spell,
    period_s,
    spells,
)


def noisy(count: int, slope: float, spread: float = 1.0, seed: int = 1) -> np.ndarray:
    random = np.random.default_rng(seed)
    return 100 + slope * np.arange(count) + random.normal(0, spread, count)


@pytest.mark.parametrize("slope", [-3.0, 0.0, 0.02, 5.0])
def test_a_line_is_the_one_that_scipy_finds(slope: float) -> None:
    x, y = np.arange(30.0) ** 1.3, noisy(30, slope)
    ours, theirs = line(x, y), stats.linregress(x, y)
    assert ours is not None
    assert ours.slope == pytest.approx(theirs.slope)
    assert ours.error == pytest.approx(theirs.stderr)
    assert ours.at(12.0) == pytest.approx(theirs.intercept + 12 * theirs.slope)


def test_a_new_point_lies_within_the_doubt_as_often_as_is_said() -> None:
    random, hits = np.random.default_rng(7), 0
    x = np.arange(10.0)
    for _ in range(1_000):
        found = line(x, 5 + 2 * x + random.normal(0, 3, 10))
        assert found is not None
        hits += abs(5 + 2 * 15 + random.normal(0, 3) - found.at(15)) <= found.doubt_at(15)
    assert 0.93 < hits / 1_000 < 0.97


@pytest.mark.parametrize(
    "x, y", [([1, 2, 3], [1, 2, 3]), ([2, 2, 2, 2, 2], [1, 2, 3, 4, 5]), ([], [])]
)
def test_too_little_makes_no_line(x: list[float], y: list[float]) -> None:
    assert line(np.array(x, float), np.array(y, float)) is None


def test_what_is_not_known_is_left_out_of_a_line() -> None:
    x, y = np.arange(10.0), 3 * np.arange(10.0)
    y[4] = np.nan
    found = line(x, y)
    assert found is not None
    assert (found.slope, found.count) == (pytest.approx(3), 9)


def test_batches_are_medians_of_what_is_known() -> None:
    values = np.array([1, 2, 9, np.nan, np.nan, np.nan, 4, np.nan, 6, 7])
    assert batches(values, 3).tolist() == [2, pytest.approx(np.nan, nan_ok=True), 5]


@pytest.mark.parametrize(
    "values, does",
    [
        (noisy(24, 2.0), True),
        (noisy(24, 0.0), False),
        (noisy(24, -2.0), False),
        (noisy(11, 2.0), False),  # too few to tell
        (np.repeat([100.0, 140.0], 12) + noisy(24, 0) / 100, False),  # a step, taken once
        (100 + 40 * np.exp(-(((np.arange(24) - 12) / 4) ** 2)), False),  # a bump
        (100 - 60 * np.exp(-np.arange(24) / 4), False),  # levels off
    ],
    ids=["rise", "flat", "fall", "short", "step", "bump", "saturates"],
)
def test_a_rise_goes_on_to_the_end(values: np.ndarray, does: bool) -> None:
    assert (rises(values) is not None) == does


def test_noise_hardly_ever_rises() -> None:
    assert sum(rises(noisy(24, 0.0, seed=seed)) is not None for seed in range(500)) <= 1


def test_spells_are_bridged_over_one_second() -> None:
    odd = np.array([0, 1, 1, 0, 1, 0, 0, 1, 0], bool)
    assert spells(odd) == [Spell(1, 5), Spell(7, 8)]
    assert spells(np.zeros(4, bool)) == []


@given(st.lists(st.integers(0, 9), min_size=1, max_size=30), st.floats(0.05, 1))
def test_the_main_spell_is_the_shortest_that_holds_enough(counts: list[int], share: float) -> None:
    values = np.array(counts, float)
    found = main_spell(values, share)
    needed = share * values.sum() - 1e-9
    enough = [
        end - start
        for start in range(len(values))
        for end in range(start + 1, len(values) + 1)
        if values[start:end].sum() >= needed
    ]
    if not values.sum():
        assert found is None
    else:
        assert found is not None
        assert found.length == min(enough)
        assert values[found.start : found.end].sum() >= needed


@pytest.mark.parametrize(
    "starts, period",
    [
        ([3, 13, 23, 33, 43], 10.0),
        ([3, 13, 24, 33, 43], 10.0),
        ([3, 13, 23, 33], None),  # four may be chance
        ([3, 5, 7, 9, 11, 13], None),  # no pause between
        ([3, 13, 33, 40, 58], None),
    ],
)
def test_what_comes_regularly_has_a_period(starts: list[int], period: float | None) -> None:
    assert period_s([Spell(each, each + 1) for each in starts]) == period


def test_single_odd_seconds_next_to_each_other_are_chance_where_there_are_many() -> None:
    rare = [Spell(30, 33)]
    often = [*rare, *(Spell(each, each + 1) for each in range(34, 120, 4))]
    assert is_beyond_chance(rare[0], rare, 120)
    assert not is_beyond_chance(rare[0], often, 120)


def histogram(values: np.ndarray) -> Histogram:
    made = Histogram()
    made.record_many(np.maximum((values * 1e6).astype(np.int64), 1))
    return made


ONE_KIND = {
    "narrow": lambda random, count: 10 + 0.01 * random.random(count),
    "log-normal": lambda random, count: 10 * random.lognormal(0, 0.5, count),
    "wide log-normal": lambda random, count: 10 * random.lognormal(0, 1.5, count),
    "exponential": lambda random, count: 1 + random.exponential(20, count),
    "pareto": lambda random, count: 5 * (1 + random.pareto(1.5, count)),
}


@pytest.mark.parametrize("shape", ONE_KIND)
@pytest.mark.parametrize("count", [70, 500, 5_000])
def test_a_tail_however_long_is_no_second_kind(shape: str, count: int) -> None:
    random = np.random.default_rng(5)
    found = [two_kinds_of(histogram(ONE_KIND[shape](random, count))) for _ in range(40)]
    assert found == [None] * 40


@pytest.mark.parametrize("share, factor", [(0.5, 5), (0.1, 10), (0.04, 20), (0.9, 10)])
def test_two_humps_are_found_where_they_are(share: float, factor: float) -> None:
    random = np.random.default_rng(3)
    is_slow = random.random(5_000) < share
    values = 10 * random.lognormal(0, 0.25, 5_000) * np.where(is_slow, factor, 1.0)
    found = two_kinds_of(histogram(values))
    assert found is not None
    assert found.share == pytest.approx(is_slow.mean(), rel=0.05)
    assert found.quick_ms == pytest.approx(10, rel=0.25)
    assert found.slow_ms == pytest.approx(10 * factor, rel=0.25)
    assert found.quick_ms < found.between_ms < found.slow_ms
    assert found.slow == pytest.approx((values > found.between_ms).sum(), abs=3)


def test_nothing_has_no_kinds() -> None:
    assert two_kinds_of(Histogram()) is None
