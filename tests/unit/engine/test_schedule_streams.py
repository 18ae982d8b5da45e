"""Random schedules against statistics, and the streams that shards take their arrivals from."""

from __future__ import annotations

import itertools
import pickle
import tracemalloc
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2, kstest

from ApiLoadLibrary.engine.schedule import (
    Arrival,
    Constant,
    Curve,
    Piece,
    Poisson,
    Regular,
    Schedule,
    arrivals_of_shard,
    level,
    ramp,
    shard_of,
)
from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.values import Duration, Rate
from strategies import same_every_time

S = 1_000_000_000
YEAR = Duration(365 * 24 * 3_600 * S)


def seconds(count: int) -> Duration:
    return Duration(count * S)


STEADY = Curve((level(Rate.parse("1000/s"), seconds(20)),))
HILL = Curve(
    (
        ramp(None, Rate.parse("2000/s"), seconds(8)),
        level(Rate.parse("2000/s"), seconds(4)),
        ramp(Rate.parse("2000/s"), None, seconds(8)),
    )
)
STEPS = Curve(tuple(level(Rate.parse(f"{n}/s"), seconds(5)) for n in (100, 3000, 100)))
CURVES = {"steady": (STEADY, 20_000), "hill": (HILL, 24_000), "steps": (STEPS, 16_000)}
SEEDS = range(5)


def all_offsets(schedule: Schedule) -> list[int]:
    return schedule.offsets_ns(range(schedule.count))


def naive(schedules: Sequence[Schedule]) -> list[Arrival]:
    """All arrivals of a whole run at once: the oracle of streams."""
    return sorted(
        (offset, endpoint, arrival)
        for endpoint, schedule in enumerate(schedules)
        for arrival, offset in enumerate(all_offsets(schedule))
    )


# Random arrivals.


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("curve, mean", CURVES.values(), ids=CURVES)
def test_random_arrivals_are_about_as_many_as_the_curve_says(
    curve: Curve, mean: int, seed: int
) -> None:
    schedule = Poisson(curve, seed)
    offsets = all_offsets(schedule)
    assert len(offsets) == schedule.count
    assert abs(schedule.count - mean) < 5 * sqrt(mean)
    assert offsets == sorted(offsets)
    assert 0 <= offsets[0] <= offsets[-1] < schedule.length_ns


@pytest.mark.parametrize("seed", SEEDS)
def test_gaps_of_a_constant_rate_are_exponential_and_independent(seed: int) -> None:
    gaps = np.diff([0, *all_offsets(Poisson(STEADY, seed))]) / S
    assert abs(gaps.mean() - 0.001) < 5 * 0.001 / sqrt(len(gaps))
    assert kstest(gaps, "expon", args=(0, 0.001)).pvalue > 0.001
    following = np.corrcoef(gaps[1:], gaps[:-1])[0, 1]
    assert abs(following) < 5 / sqrt(len(gaps))


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("curve, mean", CURVES.values(), ids=CURVES)
def test_random_arrivals_are_spread_as_the_curve_says(curve: Curve, mean: int, seed: int) -> None:
    """Given how many there are, they are independent draws from N(t) / N(end)."""

    def share(at: float) -> float:
        return curve.height(int(at), 1_000) / 1_000 / mean

    spread = kstest(all_offsets(Poisson(curve, seed)), np.vectorize(share))
    assert spread.pvalue > 0.001


@pytest.mark.parametrize("seed", SEEDS)
def test_counts_of_tenths_of_a_second_vary_as_poisson_counts_do(seed: int) -> None:
    schedule = Poisson(STEADY, seed)
    before = [schedule.count_before(n * S // 10) for n in range(201)]
    counts = np.diff(before)
    dispersion = ((counts - 100) ** 2 / 100).sum()
    assert 0.001 < chi2.cdf(dispersion, 200) < 0.999


def test_a_seed_means_the_same_arrivals_everywhere_and_always() -> None:
    """These numbers may not change: a baseline of last year was sent at them."""
    offsets = Poisson(STEADY, 2024).offsets_ns(range(0, 20_000, 4_000))
    assert offsets == [1_446_113, 4_024_168_480, 8_009_776_736, 12_040_958_397, 16_062_265_957]


def test_another_seed_means_other_arrivals() -> None:
    firsts = {Poisson(STEADY, seed).offsets_ns(range(1))[0] for seed in (0, 1, 2, 2**32, 2**80)}
    assert len(firsts) == 5


@pytest.mark.parametrize("curve, _", CURVES.values(), ids=CURVES)
def test_random_arrivals_can_be_asked_for_in_any_order(curve: Curve, _: int) -> None:
    """A shard that takes the last one first gets what another got that took them in turn."""
    count = Poisson(curve, 3).count
    whole = all_offsets(Poisson(curve, 3))
    for numbers in (range(count - 1, count), range(0, count, 7), range(2_047, 2_049), range(0)):
        asked = Poisson(curve, 3)
        assert asked.offsets_ns(numbers) == [whole[k] for k in numbers]


@pytest.mark.parametrize("curve, _", CURVES.values(), ids=CURVES)
def test_as_many_random_arrivals_are_before_a_moment_as_have_an_offset_below_it(
    curve: Curve, _: int
) -> None:
    schedule = Poisson(curve, 4)
    offsets = all_offsets(schedule)
    moments = [-1, 0, offsets[0], offsets[0] + 1, offsets[9_999], *range(0, 21 * S, S)]
    for at in reversed(moments):
        assert schedule.count_before(at) == sum(offset < at for offset in offsets)


def test_a_random_arrival_is_not_before_its_own_moment() -> None:
    """On this curve each random height is a whole ns, so that the moment is met exactly."""
    curve = Curve((level(Rate(Fraction(1), Duration(2**32)), Duration(5_000 * 2**32)),))
    schedule = Poisson(curve, 6)
    for k in (0, 1, 2_046, 2_047, 2_048, 4_095, 4_096):
        (offset,) = schedule.offsets_ns(range(k, k + 1))
        assert [schedule.count_before(offset + more) for more in (0, 1)] == [k, k + 1]


def test_threads_that_count_at_once_count_the_same() -> None:
    for seed in range(20):
        schedule = Poisson(STEADY, seed)
        with ThreadPoolExecutor(4) as threads:
            counts = set(threads.map(schedule.count_before, [20 * S] * 4))
        assert counts == {Poisson(STEADY, seed).count}


def test_a_random_schedule_reaches_a_shard_as_it_was() -> None:
    schedule = Poisson(HILL, 5)
    offsets = all_offsets(schedule)
    parcel = pickle.dumps(schedule)
    assert len(parcel) < 1_000  # what it has computed stays here
    arrived = pickle.loads(parcel)
    assert arrived == schedule
    assert all_offsets(arrived) == offsets


@pytest.mark.parametrize(
    "rate, seed, says",
    [
        ("1/s", -1, "seed=-1 must be 0 or more."),
        ("1/h", 1, "A rate of 1/h has no arrival within 1 s: raise the rate or the duration."),
    ],
)
def test_what_cannot_be_random_is_refused_at_once(rate: str, seed: int, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        Poisson(Curve((level(Rate.parse(rate), seconds(1)),)), seed)


def test_one_arrival_is_enough_for_a_random_schedule() -> None:
    """Refused are just those that have none, and they are as many as chance says."""
    curve = Curve((level(Rate.parse("1/s"), seconds(1)),))
    counts = []
    for seed in range(400):
        try:
            counts.append(Poisson(curve, seed).count)
        except BadInput:
            counts.append(0)
    # A Poisson count of mean 1 is 0 with a probability of 1 / e, and 1 as often.
    assert min(counts) == 0
    for number in (0, 1):
        assert abs(counts.count(number) - 147) < 5 * sqrt(400 * 0.368 * 0.632)


# Streams.

rates = st.builds(Rate, st.fractions(1, 300, max_denominator=30), st.just(seconds(1)))
lengths = st.builds(Duration, st.integers(S, 5 * S))
levels: st.SearchStrategy[Piece] = st.builds(level, rates, lengths)
ramps: st.SearchStrategy[Piece] = st.builds(ramp, st.none() | rates, rates, lengths)
curves = st.lists(levels | ramps, min_size=1, max_size=3).map(lambda each: Curve(tuple(each)))
schedules_of_runs = st.lists(
    st.builds(Regular, curves, st.fractions(0, Fraction(1, 3), max_denominator=10)),
    min_size=1,
    max_size=5,
)


@same_every_time
@given(schedules_of_runs, st.integers(1, 5))
def test_shards_together_are_the_whole_and_none_is_sent_twice(
    schedules: list[Regular], shards: int
) -> None:
    whole = naive(schedules)
    parts = [list(arrivals_of_shard(schedules, shard, shards)) for shard in range(shards)]
    assert list(arrivals_of_shard(schedules, 0, 1)) == whole
    assert sorted(itertools.chain.from_iterable(parts)) == whole
    for shard, part in enumerate(parts):
        assert part == sorted(part)
        assert {shard_of(k, endpoint, shards) for _, endpoint, k in part} <= {shard}


@pytest.mark.parametrize("shards", [1, 3])
def test_shards_of_random_schedules_together_are_the_whole(shards: int) -> None:
    def schedules() -> list[Schedule]:
        return [Poisson(HILL, 1), Poisson(STEPS, 2), Regular(HILL), Poisson(STEADY, 3)]

    parts = [list(arrivals_of_shard(schedules(), shard, shards)) for shard in range(shards)]
    assert sorted(itertools.chain.from_iterable(parts)) == naive(schedules())
    assert all(part == sorted(part) for part in parts)


def test_every_endpoint_is_in_every_shard() -> None:
    for endpoint in range(10):
        assert {shard_of(arrival, endpoint, 4) for arrival in range(4)} == {0, 1, 2, 3}


def test_endpoints_take_even_turns() -> None:
    """Ten endpoints of 1,000 a minute: one request each 6 ms, by turns."""
    rate = Rate.parse("1000/min")
    schedules = [Constant(rate, seconds(1), Fraction(e, 10)) for e in range(10)]
    arrivals = list(arrivals_of_shard(schedules, 0, 1))
    assert [offset for offset, _, _ in arrivals] == [6_000_000 * n for n in range(len(arrivals))]
    assert [endpoint for _, endpoint, _ in arrivals[:12]] == [*range(10), 0, 1]


def test_endpoints_take_even_turns_in_a_burst_too() -> None:
    """Whatever the number of arrivals before it: the first piece ends between two of them."""
    pieces = (
        level(Rate.parse("7/s"), Duration(S // 3)),
        level(Rate.parse("70/s"), seconds(1)),
    )
    curve = Curve(pieces)
    arrivals = arrivals_of_shard([Regular(curve, Fraction(e, 4)) for e in range(4)], 0, 1)
    assert all(endpoint == n % 4 for n, (_, endpoint, _) in enumerate(arrivals))


def test_arrivals_of_one_moment_come_in_the_order_of_their_endpoints() -> None:
    schedules = [Constant(Rate.parse("1000/s"), seconds(1)) for _ in range(3)]
    arrivals = list(arrivals_of_shard(schedules, 0, 1))
    assert [endpoint for _, endpoint, _ in arrivals] == [0, 1, 2] * 1_000


def test_more_arrivals_than_nanoseconds_are_still_in_order() -> None:
    schedules = [Constant(Rate.parse(f"{n},000,000,000,000/s"), Duration(7)) for n in (1, 2)]
    assert list(arrivals_of_shard(schedules, 0, 1)) == naive(schedules)


def test_a_stream_of_one_arrival_in_a_year_comes_to_its_end() -> None:
    schedules = [
        Constant(Rate(Fraction(1), YEAR), YEAR, Fraction(1, 2)),
        Constant(Rate.parse("1/s"), seconds(1)),
    ]
    assert list(arrivals_of_shard(schedules, 0, 1)) == [(0, 1, 0), (YEAR.ns // 2, 0, 0)]


def test_a_shard_without_an_arrival_has_an_empty_stream() -> None:
    assert not list(arrivals_of_shard([Constant(Rate.parse("1/s"), seconds(1))], 1, 2))


FAST = Rate.parse("100,000/s")
ENDLESS = {
    "constant": [Constant(FAST, YEAR, Fraction(e, 10)) for e in range(10)],
    "ramp": [Regular(Curve((ramp(FAST, Rate.parse("200,000/s"), YEAR),)))],
    "random": [Poisson(Curve((level(FAST, YEAR),)), seed) for seed in range(10)],
    # Rare arrivals make for long blocks; the flood must not be poured into one of them.
    "sudden": [Regular(Curve((level(Rate.parse("1/h"), YEAR), level(FAST, YEAR))))],
}


@pytest.mark.parametrize("schedules", ENDLESS.values(), ids=ENDLESS)
def test_a_stream_starts_at_once_and_holds_but_a_little_of_a_long_schedule(
    schedules: list[Schedule],
) -> None:
    """Three thousand billion arrivals a year: all of them, or their gaps, would never end."""
    tracemalloc.start()
    try:
        stream = arrivals_of_shard(schedules, 0, 1)
        taken = sum(1 for _ in itertools.islice(stream, 30_000))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert taken == 30_000
    assert peak < 2_000_000
