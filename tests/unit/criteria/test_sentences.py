"""The small words of a sentence: quantities, times to wait, lists of names."""

import pytest

from ApiLoadLibrary.criteria.limits import Limit
from ApiLoadLibrary.criteria.sentences import join, quantity, span


@pytest.mark.parametrize(
    "value, limit, unit, words",
    [
        (9.25e-25, 1, "%", "0 %"),
        (0, 1, "%", "0 %"),
        (612.4, 500, "ms", "612 ms"),
        (4.3141, 50, "ms", "4.31 ms"),
        (0.012345, 50, "ms", "0.0123 ms"),
        (1843.2, 500, "ms", "1,843 ms"),
        (12_345, 500, "ms", "12.3 s"),
        (50.0, 500, "ms", "50 ms"),
        (500.0, 500, "ms", "500 ms"),
        (500.0004, 500, "ms", "500.0004 ms"),
        (499.99, 500, "ms", "499.99 ms"),
        (0.9996, 1, "%", "0.9996 %"),
        (16.666, 15, "/s", "16.7/s"),
    ],
)
def test_a_quantity_has_three_digits_or_as_many_as_keep_it_on_its_side_of_the_limit(
    value: float, limit: float, unit: str, words: str
) -> None:
    assert quantity(value, Limit("<", limit, unit, "")) == words


@pytest.mark.parametrize(
    "seconds, words",
    [
        (0.2, "1 s"),
        (89.1, "90 s"),
        (120, "120 s"),
        (121, "3 min"),
        (7_200, "120 min"),
        (7_201, "3 h"),
        (360_000_000, "100,000 h"),
    ],
)
def test_a_time_to_wait_is_rounded_up(seconds: float, words: str) -> None:
    assert span(seconds) == words


@pytest.mark.parametrize(
    "names, words",
    [
        (["A"], "A"),
        (["A", "B"], "A and B"),
        (["A", "B", "C"], "A, B and C"),
        (["A", "B", "C", "D"], "A, B and 2 more"),
    ],
)
def test_names_are_listed_as_one_would_say_them(names: list[str], words: str) -> None:
    assert join(names) == words
