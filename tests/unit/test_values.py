"""Values: read as a person writes them, printed so that they read back the same."""

import math
import re
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ApiLoadLibrary.values import Count, Duration, Percent, Rate, TimeUnit
from strategies import counts, durations, percents, rates, same_every_time

MS = 1_000_000
S = 1_000 * MS


@pytest.mark.parametrize(
    "written, ns",
    [
        ("200 ms", 200 * MS),
        ("200ms", 200 * MS),
        ("200 MS", 200 * MS),
        (" 200  milliseconds ", 200 * MS),
        ("1.5 s", 1_500 * MS),
        (".5 s", 500 * MS),
        ("1.5 seconds", 1_500 * MS),
        ("0.4 ms", 400_000),
        ("250 us", 250_000),
        ("250 µs", 250_000),
        ("250 μs", 250_000),
        ("7 ns", 7),
        ("1 min 30 s", 90 * S),
        ("1 m", 60 * S),
        ("2 h", 7_200 * S),
        ("1,000 ms", S),
        ("1_000 ms", S),
        ("0 s", 0),
        (timedelta(minutes=1, microseconds=3), 60 * S + 3_000),
        (Duration(5), 5),
    ],
)
def test_a_duration_is_read_to_the_nanosecond(written: object, ns: int) -> None:
    assert Duration.parse(written) == Duration(ns)


@pytest.mark.parametrize(
    "written, problem",
    [
        ("500", "'500' has no unit: write for example 500 ms or 500 s."),
        (500, "'500' has no unit: write for example 500 ms or 500 s."),
        ("1,000", "'1,000' has no unit: write for example 1,000 ms or 1,000 s."),
        ("-5", "'-5' is negative: write a time of 0 or more, like 200 ms."),
        ("-5 ms", "'-5 ms' is negative: write a time of 0 or more, like 200 ms."),
        (timedelta(seconds=-1), "a time cannot be negative; write for example 200 ms."),
        ("", "a time is missing: write for example 200 ms, 1.5 s or 2 min."),
        ("300 years", "'300 years' is not a time"),
        ("2,600,000 h", "a time cannot be longer than 292 years; write for example 200 ms."),
        ("nan", "'nan' is not a time"),
        ("inf s", "'inf s' is not a time"),
        ("1,00 ms", "'1,00 ms' is not a time"),
        ("1e3 ms", "'1e3 ms' is not a time"),
        ("5 ms later", "'5 ms later' is not a time"),
        ("123456789012345678901 ns", "has more than 20 digits."),
        (None, "'None' is not a time"),
        (True, "'True' is not a time"),
    ],
    ids=repr,
)
def test_what_is_no_duration_is_refused_with_what_to_write(written: object, problem: str) -> None:
    with pytest.raises(ValueError, match=re.escape(problem)):
        Duration.parse(written)


@pytest.mark.parametrize(
    "ns, printed",
    [
        (0, "0 s"),
        (7, "7 ns"),
        (1_500, "1.5 us"),
        (12_300_000, "12.3 ms"),
        (1_500 * MS, "1.5 s"),
        (90 * S, "90 s"),
        (120 * S, "2 min"),
        (7_200 * S, "2 h"),
        (1_000 * 3_600 * S, "1,000 h"),
    ],
)
def test_a_duration_prints_in_the_unit_one_would_say(ns: int, printed: str) -> None:
    assert str(Duration(ns)) == printed


def test_a_duration_knows_its_seconds_and_milliseconds() -> None:
    assert (Duration(1_500 * MS).seconds, Duration(1_500 * MS).ms) == (1.5, 1_500.0)


@same_every_time
@given(durations)
def test_a_printed_duration_reads_as_itself(duration: Duration) -> None:
    assert Duration.parse(str(duration)) == duration


@pytest.mark.parametrize(
    "written, unit",
    [
        ("Second", TimeUnit.SECOND),
        ("minute", TimeUnit.MINUTE),
        ("Minutes", TimeUnit.MINUTE),
        ("h", TimeUnit.HOUR),
        (TimeUnit.HOUR, TimeUnit.HOUR),
    ],
)
def test_a_rate_is_counted_per_second_minute_or_hour(written: object, unit: TimeUnit) -> None:
    assert TimeUnit.parse(written) is unit
    assert unit.duration == Duration.parse(f"1 {unit.value}")


@pytest.mark.parametrize("written", ["ms", "day", "", "5 s", None])
def test_nothing_else_is_a_unit_of_a_rate(written: object) -> None:
    with pytest.raises(ValueError, match="write Second, Minute or Hour"):
        TimeUnit.parse(written)


@pytest.mark.parametrize(
    "written, value",
    [
        ("1000", Fraction(1000)),
        ("1,000", Fraction(1000)),
        ("1_000", Fraction(1000)),
        ("1,000,000.5", Fraction(2_000_001, 2)),
        ("16.7", Fraction(167, 10)),
        (1000, Fraction(1000)),
        (16.7, Fraction(167, 10)),
        (Count(Fraction(3)), Fraction(3)),
    ],
    ids=repr,
)
def test_a_count_is_read_exactly(written: object, value: Fraction) -> None:
    assert Count.parse(written) == Count(value)


@pytest.mark.parametrize(
    "written, problem",
    [
        ("1,00", "'1,00' is not a number like 1000, 1,000 or 16.7."),
        ("10x", "'10x' is not a number like 1000, 1,000 or 16.7."),
        ("", "'' is not a number like 1000, 1,000 or 16.7."),
        ("nan", "'nan' is not a number like 1000, 1,000 or 16.7."),
        (math.nan, "'nan' is not a number."),
        (math.inf, "'inf' is not a number."),
        (-math.inf, "'-inf' is not a number."),
        ("-5", "'-5' is negative: write a number above 0."),
        (-5, "'-5' is negative; it must be 0 or more."),
        ("0", "'0' is not enough: write a number above 0."),
        (0, "'0' is not enough: write a number above 0."),
        (True, "'True' is not a number like 1000, 1,000 or 16.7."),
        pytest.param("9" * 5_000, "has more than 20 digits.", id="5,000 digits"),
    ],
    ids=repr,
)
def test_what_is_no_count_is_refused(written: object, problem: str) -> None:
    with pytest.raises(ValueError, match=re.escape(problem)):
        Count.parse(written)


@same_every_time
@given(counts)
def test_a_printed_count_reads_as_itself(value: Fraction) -> None:
    assert Count.parse(str(Count(value))) == Count(value)


@pytest.mark.parametrize(
    "written, count, per_ns, printed",
    [
        ("1,000/min", 1000, 60 * S, "1,000/min"),
        ("1000 / minute", 1000, 60 * S, "1,000/min"),
        ("1000 per Minute", 1000, 60 * S, "1,000/min"),
        ("50/5 s", 50, 5 * S, "50/5 s"),
        ("50/s", 50, S, "50/s"),
        ("7 per 90 s", 7, 90 * S, "7/90 s"),
        ("3600/h", 3600, 3_600 * S, "3,600/h"),
        ("11/11 min", 11, 660 * S, "11/11 min"),
    ],
)
def test_a_rate_keeps_its_count_and_its_time(
    written: str, count: int, per_ns: int, printed: str
) -> None:
    rate = Rate.parse(written)
    assert rate == Rate(Fraction(count), Duration(per_ns))
    assert str(rate) == printed
    assert Rate.parse(rate) is rate


def test_sixty_a_minute_is_not_the_limit_of_one_a_second() -> None:
    slow, fast = Rate.parse("60/min"), Rate.parse("1/s")
    assert slow != fast
    assert slow.per_second == fast.per_second == 1


@pytest.mark.parametrize(
    "written, problem",
    [
        ("1,000", "'1,000' does not say per what: write for example 1,000/min."),
        ("", "'' does not say per what: write for example 1,000/min."),
        ("5/", "'5/' does not say per what"),
        ("5/parsec", "'parsec' is not a time"),
        ("5/0 s", "a rate must be above 0; write for example 1,000/min."),
        ("0/s", "'0' is not enough: write a number above 0."),
        ("-1/s", "'-1' is negative: write a number above 0."),
        ("nan/s", "'nan' is not a number like 1000, 1,000 or 16.7."),
        ("1 per s per s", "is not a time"),
    ],
    ids=repr,
)
def test_what_is_no_rate_is_refused(written: str, problem: str) -> None:
    with pytest.raises(ValueError, match=re.escape(problem)):
        Rate.parse(written)


@same_every_time
@given(rates)
def test_a_printed_rate_reads_as_itself(rate: Rate) -> None:
    assert Rate.parse(str(rate)) == rate


@pytest.mark.parametrize(
    "written, value, printed",
    [
        ("1 %", 1, "1 %"),
        ("0.5%", 0.5, "0.5 %"),
        ("98 percent", 98, "98 %"),
        ("100 %", 100, "100 %"),
        ("0 %", 0, "0 %"),
        (Percent(3), 3, "3 %"),
    ],
)
def test_a_percentage_is_a_share_of_a_hundred(written: object, value: float, printed: str) -> None:
    percent = Percent.parse(written)
    assert (percent.value, percent.share, str(percent)) == (value, value / 100, printed)


@pytest.mark.parametrize(
    "written, problem",
    [
        ("5", "'5' is not a percentage: write for example 1 % or 0.5 %."),
        (0.5, "'0.5' is not a percentage: write for example 1 % or 0.5 %."),
        ("%", "'' is not a number like 1000, 1,000 or 16.7."),
        ("-1 %", "'-1 %' is outside 0 % to 100 %."),
        ("101 %", "'101 %' is outside 0 % to 100 %."),
        ("nan %", "'nan' is not a number like 1000, 1,000 or 16.7."),
        ("inf %", "'inf' is not a number like 1000, 1,000 or 16.7."),
        pytest.param("9" * 400 + " %", "has more than 20 digits.", id="400 digits"),
    ],
    ids=repr,
)
def test_what_is_no_percentage_is_refused(written: object, problem: str) -> None:
    with pytest.raises(ValueError, match=re.escape(problem)):
        Percent.parse(written)


def test_nan_is_no_percentage_even_when_it_is_made_without_reading() -> None:
    with pytest.raises(ValueError, match="outside 0 % to 100 %"):
        Percent(math.nan)


@same_every_time
@given(percents)
def test_a_printed_percentage_reads_as_itself(percent: Percent) -> None:
    assert Percent.parse(str(percent)) == percent


FRAGMENTS = st.sampled_from(["1", "0", ",", "000", ".", "-", "_", " ", "%", "/", "ms", "s", "min"])


@same_every_time
@given(st.text() | st.lists(FRAGMENTS).map("".join))
def test_any_text_reads_back_as_it_prints_or_raises_a_value_error(text: str) -> None:
    for kind in (Duration, Rate, Percent, Count):
        try:
            value = kind.parse(text)
        except ValueError:
            continue
        assert kind.parse(str(value)) == value
