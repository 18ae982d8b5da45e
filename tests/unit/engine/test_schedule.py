"""Schedules are arithmetic: checked against exact fractions."""

from __future__ import annotations

import functools
import operator
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ApiLoadLibrary.engine.schedule import Constant, arrivals_of_shard, shard_of
from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.values import Duration, Rate

S = 1_000_000_000

rates = st.builds(
    Rate,
    st.fractions(Fraction(1, 10), 5_000, max_denominator=100),
    st.sampled_from([Duration(S), Duration(60 * S), Duration(7 * S)]),
)
phases = st.fractions(0, Fraction(99, 100), max_denominator=100)


@pytest.mark.parametrize(
    "rate, length, count, last_ns",
    [
        ("1/s", "1 s", 1, 0),
        ("1/s", "1.5 s", 2, S),
        ("1000/min", "30 s", 500, 29_940_000_000),
        ("1000/min", "5 min", 5_000, 299_940_000_000),
        ("3/s", "1 s", 3, 666_666_666),
        ("10,000/s", "1 ms", 10, 900_000),
    ],
)
def test_a_constant_rate_has_so_many_arrivals_and_the_last_is_then(
    rate: str, length: str, count: int, last_ns: int
) -> None:
    schedule = Constant(Rate.parse(rate), Duration.parse(length))
    assert (schedule.count, schedule.offset_ns(count - 1)) == (count, last_ns)


@settings(deadline=None, derandomize=True, max_examples=200)
@given(rates, phases, st.integers(10**6, 3 * S))
def test_offsets_are_exact_never_fall_and_stay_below_the_length(
    rate: Rate, phase: Fraction, length_ns: int
) -> None:
    try:
        schedule = Constant(rate, Duration(length_ns), phase)
    except BadInput:
        assert phase * S / rate.per_second >= length_ns
        return
    offsets = list(schedule.offsets_ns())
    interval = S / rate.per_second
    assert len(offsets) == schedule.count
    assert offsets == sorted(offsets)
    assert offsets[-1] < length_ns
    assert (schedule.count + phase) * interval >= length_ns
    for arrival in {0, len(offsets) // 2, len(offsets) - 1}:
        exact = (arrival + phase) * interval
        assert offsets[arrival] == schedule.offset_ns(arrival)
        assert 0 <= exact - offsets[arrival] < 1


@settings(deadline=None, derandomize=True, max_examples=50)
@given(st.lists(rates, min_size=1, max_size=4), st.integers(1, 5))
def test_shards_together_are_the_whole_and_none_is_sent_twice(
    all_rates: list[Rate], shards: int
) -> None:
    schedules = [Constant(rate, Duration(20 * S)) for rate in all_rates]
    whole = sorted(arrivals_of_shard(schedules, 0, 1))
    parts = [list(arrivals_of_shard(schedules, shard, shards)) for shard in range(shards)]
    assert sorted(functools.reduce(operator.iadd, parts, [])) == whole
    assert all(part == sorted(part) for part in parts)


def test_every_endpoint_is_in_every_shard() -> None:
    for endpoint in range(10):
        assert {shard_of(arrival, endpoint, 4) for arrival in range(4)} == {0, 1, 2, 3}


def test_endpoints_take_even_turns() -> None:
    """Ten endpoints of 1,000 a minute: one request each 6 ms, by turns."""
    rate = Rate.parse("1000/min")
    schedules = [Constant(rate, Duration(S), Fraction(e, 10)) for e in range(10)]
    arrivals = list(arrivals_of_shard(schedules, 0, 1))
    assert [offset for offset, _, _ in arrivals] == [6_000_000 * n for n in range(len(arrivals))]
    assert [endpoint for _, endpoint, _ in arrivals[:12]] == [*range(10), 0, 1]


@pytest.mark.parametrize(
    "length, phase, says",
    [
        (0, Fraction(0), "duration='0 s' is too short: write a time above 0."),
        (S, Fraction(1), "phase=1 must be 0 or more, and below 1."),
        (S, Fraction(1, 2), "A rate of 1/min has no arrival within 1 s"),
    ],
)
def test_what_cannot_be_is_refused_at_once(length: int, phase: Fraction, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        Constant(Rate.parse("1/min"), Duration(length), phase)
