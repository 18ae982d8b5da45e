"""Curves and regular schedules are arithmetic: checked against areas in exact fractions."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from fractions import Fraction
from math import ceil

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import strategies
from ApiLoadLibrary.engine.schedule import Constant, Curve, Piece, Regular, level, ramp
from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.values import Duration, Rate
from strategies import same_every_time

S = 1_000_000_000

rates = st.builds(
    Rate,
    st.fractions(Fraction(1, 10), 500, max_denominator=100),
    st.sampled_from([Duration(S), Duration(60 * S), Duration(7 * S)]),
)
lengths = st.builds(Duration, st.integers(1, 2 * S))
phases = st.fractions(0, Fraction(99, 100), max_denominator=100)


def pieces_of(
    rates: st.SearchStrategy[Rate], lengths: st.SearchStrategy[Duration]
) -> st.SearchStrategy[tuple[Piece, ...]]:
    """One to four of them: level, rising and falling, also from 0 and to 0."""
    or_none = st.none() | rates
    levels = st.builds(level, rates, lengths)
    ramps = st.builds(ramp, rates, or_none, lengths) | st.builds(ramp, or_none, rates, lengths)
    return st.lists(levels | ramps, min_size=1, max_size=4).map(tuple)


def one_in(ns: int) -> Rate:
    return Rate(Fraction(1), Duration(ns))


def per_ns(rate: Rate | None) -> Fraction:
    return Fraction(0) if rate is None else rate.per_second / S


def area(pieces: Sequence[Piece], until_ns: int) -> Fraction:
    """N(t), as a sum of trapezoids: the oracle."""
    total = Fraction(0)
    for piece in pieces:
        u = min(until_ns, piece.length.ns)
        low, high = per_ns(piece.low), per_ns(piece.high)
        total += (low + low + (high - low) * u / piece.length.ns) / 2 * u
        until_ns -= u
    return total


def length_of(pieces: Sequence[Piece]) -> int:
    return sum(each.length.ns for each in pieces)


def moment(pieces: Sequence[Piece], height: Fraction) -> int:
    """The last whole ns at which N(t) is not above this height, found by halving."""
    low, high = 0, length_of(pieces)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if area(pieces, middle) <= height else (low, middle)
    return low


def all_offsets(schedule: Regular) -> list[int]:
    return schedule.offsets_ns(range(schedule.count))


def regular(pieces: Sequence[Piece], phase: Fraction) -> Regular | None:
    """A schedule, or none where there is no arrival: then it is refused."""
    if area(pieces, length_of(pieces)) > phase:
        return Regular(Curve(tuple(pieces)), phase)
    with pytest.raises(BadInput, match="has no arrival within"):
        Regular(Curve(tuple(pieces)), phase)
    return None


@pytest.mark.parametrize(
    "rate, length, count, last_ns",
    [
        ("1/s", "1 s", 1, 0),
        ("1/s", "1.5 s", 2, S),
        ("1000/min", "30 s", 500, 29_940_000_000),
        ("1000/min", "5 min", 5_000, 299_940_000_000),
        ("3/s", "1 s", 3, 666_666_666),
        ("10,000/s", "1 ms", 10, 900_000),
        ("1/h", "2 h", 2, 3_600 * S),
    ],
)
def test_a_constant_rate_has_so_many_arrivals_and_the_last_is_then(
    rate: str, length: str, count: int, last_ns: int
) -> None:
    schedule = Constant(Rate.parse(rate), Duration.parse(length))
    assert schedule.count == count
    assert schedule.offsets_ns(range(count - 1, count)) == [last_ns]


@pytest.mark.parametrize(
    "low, high, over, offsets_ms",
    [
        # 4/s after 2 s: N(t) = t², so arrival k is at √k
        (None, "4/s", "2 s", [0, 1000, 1414, 1732]),
        # the same backwards: N(t) = 4 - (2 - t)², so arrival k is at 2 - √(4 - k)
        ("4/s", None, "2 s", [0, 267, 585, 1000]),
        # N(t) = t + t² / 2: t = √(1 + 2k) - 1
        ("1/s", "3/s", "2 s", [0, 732, 1236, 1645]),
        ("2/s", "2/s", "2 s", [0, 500, 1000, 1500]),
        ("120/min", "2/s", "2 s", [0, 500, 1000, 1500]),
    ],
)
def test_a_ramp_has_its_arrivals_then(
    low: str | None, high: str | None, over: str, offsets_ms: list[int]
) -> None:
    ends = (Rate.parse(each) if each else None for each in (low, high))
    schedule = Regular(Curve((ramp(*ends, Duration.parse(over)),)))
    assert [offset // 1_000_000 for offset in all_offsets(schedule)] == offsets_ms


def test_a_burst_has_its_requests_between_those_of_the_normal_rate() -> None:
    normal, burst = Rate.parse("2/s"), Rate.parse("20/s")
    second = Duration(S)
    pieces = (level(normal, second), level(burst, second), level(normal, second))
    schedule = Regular(Curve(pieces))
    assert schedule.length_ns == 3 * S
    assert [schedule.count_before(n * S) for n in range(4)] == [0, 2, 22, 24]
    halves = [0, S // 2]
    assert all_offsets(schedule) == [
        *halves,
        *range(S, 2 * S, S // 20),
        *(2 * S + each for each in halves),
    ]


@same_every_time
@given(pieces_of(rates, lengths), phases)
@example((level(Rate.parse("3,000,000,000/s"), Duration(500)),), Fraction(1, 3))
@example((ramp(None, Rate.parse("9,000,000,000/s"), Duration(99)),), Fraction(0))
@example((ramp(Rate.parse("9,000,000,000/s"), None, Duration(99)),), Fraction(1, 7))
def test_offsets_are_as_many_as_the_area_never_fall_and_stay_below_the_length(
    pieces: tuple[Piece, ...], phase: Fraction
) -> None:
    if (schedule := regular(pieces, phase)) is None:
        return
    offsets = all_offsets(schedule)
    assert len(offsets) == schedule.count == ceil(area(pieces, length_of(pieces)) - phase)
    assert offsets == sorted(offsets)
    assert offsets[0] >= 0
    assert offsets[-1] < schedule.length_ns == length_of(pieces)


@same_every_time
@given(pieces_of(rates, lengths), phases, st.data())
def test_each_arrival_starts_when_the_area_says(
    pieces: tuple[Piece, ...], phase: Fraction, data: st.DataObject
) -> None:
    if (schedule := regular(pieces, phase)) is None:
        return
    arrival = data.draw(st.integers(0, schedule.count - 1))
    for k in {0, arrival, schedule.count - 1}:
        assert schedule.offsets_ns(range(k, k + 1)) == [moment(pieces, k + phase)]


@same_every_time
@given(pieces_of(strategies.rates, strategies.durations.filter(lambda d: d.ns > 0)), phases)
# Roundings that random numbers hardly ever meet: a third of an arrival at a seam, and a root.
@example((level(one_in(3), Duration(1)), level(one_in(1), Duration(5))), Fraction(0))
@example((ramp(Rate(Fraction(4), Duration(1)), None, Duration(2)),), Fraction(0))
def test_no_number_is_too_large_or_too_small_to_be_exact(
    pieces: tuple[Piece, ...], phase: Fraction
) -> None:
    """A billion a nanosecond, or one in three hundred years."""
    if (schedule := regular(pieces, phase)) is None:
        return
    assert schedule.count == ceil(area(pieces, length_of(pieces)) - phase)
    for k in {0, schedule.count // 2, schedule.count - 1}:
        assert schedule.offsets_ns(range(k, k + 1)) == [moment(pieces, k + phase)]


@same_every_time
@given(pieces_of(rates, lengths), phases, st.data())
def test_as_many_arrivals_are_before_a_moment_as_have_an_offset_below_it(
    pieces: tuple[Piece, ...], phase: Fraction, data: st.DataObject
) -> None:
    if (schedule := regular(pieces, phase)) is None:
        return
    offsets = all_offsets(schedule)
    some = data.draw(st.integers(0, schedule.length_ns))
    seams = [length_of(pieces[:n]) for n in range(len(pieces) + 1)]
    for at in (some, offsets[0], offsets[-1], offsets[-1] + 1, *seams):
        assert schedule.count_before(at) == sum(offset < at for offset in offsets)
    assert schedule.count_before(-1) == 0
    assert schedule.count_before(schedule.length_ns + S) == schedule.count


@same_every_time
@given(pieces_of(rates, lengths), phases, st.integers(0, 100), st.integers(1, 9))
def test_a_part_of_the_arrivals_starts_when_it_does_as_part_of_the_whole(
    pieces: tuple[Piece, ...], phase: Fraction, first: int, step: int
) -> None:
    if (schedule := regular(pieces, phase)) is None:
        return
    part = range(schedule.count)[first::step]
    assert schedule.offsets_ns(part) == all_offsets(schedule)[first::step]


@same_every_time
@given(pieces_of(rates, lengths), phases, st.data())
def test_to_split_a_piece_in_two_changes_nothing(
    pieces: tuple[Piece, ...], phase: Fraction, data: st.DataObject
) -> None:
    place = data.draw(st.integers(0, len(pieces) - 1))
    piece = pieces[place]
    if piece.length.ns == 1 or (schedule := regular(pieces, phase)) is None:
        return
    at = data.draw(st.integers(1, piece.length.ns - 1))
    low, high = per_ns(piece.low), per_ns(piece.high)
    between = Rate(low + (high - low) * at / piece.length.ns, Duration(1))
    halves = (
        ramp(piece.low, between, Duration(at)),
        ramp(between, piece.high, Duration(piece.length.ns - at)),
    )
    split = Regular(Curve((*pieces[:place], *halves, *pieces[place + 1 :])), phase)
    assert all_offsets(split) == all_offsets(schedule)


@same_every_time
@given(rates, lengths, phases)
def test_a_constant_rate_is_one_interval_after_the_other(
    rate: Rate, length: Duration, phase: Fraction
) -> None:
    interval = S / rate.per_second
    if phase * interval >= length.ns:
        with pytest.raises(BadInput, match="has no arrival within"):
            Constant(rate, length, phase)
        return
    schedule = Constant(rate, length, phase)
    expected = [int((k + phase) * interval) for k in range(schedule.count)]
    assert all_offsets(schedule) == expected
    assert (schedule.count + phase) * interval >= length.ns


@same_every_time
@given(rates, rates, lengths)
def test_a_ramp_is_as_many_arrivals_as_its_trapezoid(low: Rate, high: Rate, over: Duration) -> None:
    trapezoid = (low.per_second + high.per_second) / 2 * over.ns / S
    assert Regular(Curve((ramp(low, high, over),))).count == ceil(trapezoid)


def test_a_rate_may_touch_0_between_two_ramps() -> None:
    """Down to 0 and up again: as many before as after, and none is lost at the bottom."""
    top, second = Rate.parse("200/s"), Duration(S)
    pieces = (ramp(top, None, second), ramp(None, top, second))
    schedule = Regular(Curve(pieces), Fraction(1, 2))
    offsets = all_offsets(schedule)
    assert (schedule.count, schedule.count_before(S)) == (200, 100)
    # The curve is its own mirror image, and so are the arrivals, up to the rounding.
    assert all(
        early + late in (2 * S - 1, 2 * S)
        for early, late in zip(offsets, reversed(offsets), strict=True)
    )


@pytest.mark.parametrize(
    "length, phase, says",
    [
        (0, Fraction(0), "duration='0 s' is too short: write a time above 0."),
        (S, Fraction(1), "phase=1 must be 0 or more, and below 1."),
        (S, Fraction(-1, 2), "phase=-1/2 must be 0 or more, and below 1."),
        (S, Fraction(1, 2), "A rate of 1/min has no arrival within 1 s"),
    ],
)
def test_what_cannot_be_is_refused_at_once(length: int, phase: Fraction, says: str) -> None:
    with pytest.raises(BadInput, match=says):
        Constant(Rate.parse("1/min"), Duration(length), phase)


@pytest.mark.parametrize(
    "low, high, length, says",
    [
        ("1/s", None, 0, "over='0 s' is too short: write a time above 0."),
        (None, None, S, "A ramp from 0 to 0 sends nothing: one of its rates must be above 0."),
    ],
)
def test_a_ramp_that_cannot_be_is_refused_at_once(
    low: str | None, high: str | None, length: int, says: str
) -> None:
    ends = (Rate.parse(each) if each else None for each in (low, high))
    with pytest.raises(BadInput, match=says):
        ramp(*ends, Duration(length))


def test_a_load_without_pieces_is_refused() -> None:
    with pytest.raises(BadInput, match="has no length"):
        Curve(())


def test_a_load_without_arrivals_is_refused_in_its_own_words() -> None:
    slow, second = Rate.parse("1/min"), Duration(S)
    curve = Curve((level(slow, second), ramp(slow, None, second), ramp(None, slow, second)))
    with pytest.raises(BadInput) as refused:
        Regular(curve, Fraction(1, 2))
    assert str(refused.value) == (
        "A rate of 1/min, then a ramp from 1/min to 0, then a ramp from 0 to 1/min "
        "has no arrival within 3 s: raise the rate or the duration."
    )


@pytest.mark.parametrize("used_before", [False, True])
def test_a_schedule_reaches_a_shard_as_it_was(used_before: bool) -> None:
    rate = Rate.parse("7/s")
    for schedule in (
        Constant(rate, Duration(3 * S), Fraction(1, 3)),
        Regular(Curve((ramp(None, rate, Duration(3 * S)),)), Fraction(1, 3)),
    ):
        offsets = all_offsets(schedule) if used_before else None
        arrived = pickle.loads(pickle.dumps(schedule))
        assert arrived == schedule
        assert all_offsets(arrived) == (offsets or all_offsets(schedule))
