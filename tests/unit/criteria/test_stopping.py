"""Conditions that end a load before its time."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ApiLoadLibrary.criteria.stopping import StopWatch, parse_stop
from ApiLoadLibrary.errors import BadCriterion
from ApiLoadLibrary.measurement.histogram import Cells
from ApiLoadLibrary.measurement.progress import Progress
from ApiLoadLibrary.measurement.tally import Second

NAMES = ("Products", "Search for Items")
DUE = 10
"""Arrivals in each second of each endpoint."""


def a_second(errors: int = 0, requests: int = DUE, ms: float = 1.0) -> Second:
    """A second in which so many requests have ended, all after the same time."""
    cells = Cells.of(np.full(requests - errors, int(ms * 1e6), np.int64))
    outcomes = Counter({500: errors, 200: requests - errors})
    return Second(outcomes=outcomes, errors=errors, judged=cells)


def watch(*conditions: str) -> StopWatch:
    """A watch over two endpoints with ten arrivals a second each."""
    read = [parse_stop(each, NAMES) for each in conditions]
    return StopWatch(read, NAMES, lambda place, second: DUE, memory_s=5)


def told(*seconds: Second, endpoint: int = 0, first: int = 0) -> Progress:
    """What one endpoint's seconds came to."""
    return Progress(seconds={endpoint: dict(enumerate(seconds, first))})


BAD, GOOD = a_second(errors=10), a_second()


def test_a_condition_is_met_when_each_of_so_many_seconds_breaks_it() -> None:
    stop = watch("error rate of Products > 50 % for 3 s")
    assert stop(told(GOOD, BAD, BAD), 3.9) is None
    assert stop(told(BAD, first=3), 3.95) is None  # that second is not over yet
    words = "its stop condition was met: error rate of Products > 50 % for 3 s"
    assert stop(Progress(), 4.0) == words


def test_a_single_good_second_starts_the_count_anew() -> None:
    stop = watch("error rate of Products > 50 % for 3 s")
    assert stop(told(BAD, BAD, GOOD, BAD, BAD), 5) is None
    assert stop(told(BAD, first=5), 6) is not None


def test_the_run_is_seen_as_a_whole_unless_an_endpoint_is_named() -> None:
    seconds = [BAD, BAD]
    assert watch("error rate > 50 % for 2 s")(told(*seconds), 2) is None  # 50 % of both
    assert watch("error rate >= 50 % for 2 s")(told(*seconds), 2) is not None
    each = watch("error rate of each endpoint > 50 % for 2 s")(told(*seconds, endpoint=1), 2)
    assert each is not None
    assert each.endswith("error rate of each endpoint > 50 % for 2 s (Search for Items)")


def test_response_times_are_seen_endpoint_by_endpoint() -> None:
    stop = watch("p95 > 100 ms for 2 s")
    fast, slow = a_second(ms=10), a_second(ms=200)
    assert stop(told(slow, fast), 2) is None
    found = stop(told(slow, slow, endpoint=1, first=1), 3)
    assert found is not None
    assert found.endswith("(Search for Items)")


def test_what_is_under_way_counts_as_good_until_it_has_ended() -> None:
    stop = watch("error rate of Products > 50 % for 1 s")
    assert stop(told(a_second(errors=5, requests=5)), 1) is None
    assert stop(told(a_second(errors=1, requests=1)), 2) is not None


def test_seconds_without_requests_meet_nothing() -> None:
    stop = StopWatch([parse_stop("p50 > 1 ms for 1 s", NAMES)], NAMES, lambda *_: 0, 5)
    assert stop(Progress(), 100) is None


def test_what_comes_late_still_counts_and_what_is_long_over_is_forgotten() -> None:
    stop = watch("error rate of Products > 50 % for 2 s")
    assert stop(told(GOOD), 5) is None
    assert stop(told(BAD, BAD, first=1), 6) is not None
    assert watch("error rate of Products > 50 % for 2 s")(told(BAD, BAD), 60) is None


def test_a_condition_on_an_endpoint_that_is_not_in_the_run_is_never_met() -> None:
    read = [parse_stop("error rate of Products > 50 % for 1 s", NAMES)]
    stop = StopWatch(read, NAMES[1:], lambda *_: DUE, 5)
    assert stop(told(BAD), 1) is None


@given(
    st.lists(st.integers(0, DUE), min_size=1, max_size=30),
    st.integers(1, 6),
    st.integers(0, 90),
)
def test_it_is_met_exactly_when_so_many_seconds_in_a_row_break_it(
    errors: list[int], seconds: int, percent: int
) -> None:
    read = [parse_stop(f"error rate of Products > {percent} % for {seconds} s", NAMES)]
    stop = StopWatch(read, NAMES, lambda *_: DUE, memory_s=100)
    row = "".join("x" if 100 * each > percent * DUE else "." for each in errors)
    found = stop(told(*map(a_second, errors)), len(errors))
    assert (found is not None) == ("x" * seconds in row)


@pytest.mark.parametrize(
    "text, problem",
    [
        ("error rate > 50 %", "say how long it may go on"),
        ("error rate > 50 % for ever", "'ever' is not a time"),
        ("error rate > 50 % for 10", "'10' has no unit"),
        ("error rate > 50 % for 1500 ms", "write whole seconds"),
        ("error rate > 50 % for 0 s", "write whole seconds"),
        ("error rate < 50 % for 10 s", "what is too high: write > or >="),
        ("eror rate > 50 % for 10 s", "Did you mean 'error rate'"),
        ("error rate of Produts > 50 % for 10 s", "Did you mean 'Products'"),
        ("cpu > 90 % for 10 s", "cpu cannot end a load: write error rate"),
        ("achieved rate >= 9/s for 10 s", "achieved rate cannot end a load"),
        ("p95 service time > 1 s for 10 s", "p95 service time cannot end a load"),
        ("p95 > threshold for 10 s", "not by a threshold"),
        ("p95 of Search for Items > 1 s", "is not a time"),
    ],
)
def test_what_cannot_end_a_load_says_what_to_write(text: str, problem: str) -> None:
    with pytest.raises(BadCriterion) as caught:
        parse_stop(text, NAMES)
    assert problem in str(caught.value)


def test_a_name_may_hold_the_word_for() -> None:
    condition = parse_stop("p95  of Search for Items > 1 s FOR 10 s", NAMES)
    assert (condition.criterion.scope, condition.seconds) == ("Search for Items", 10)
    assert condition.text == "p95 of Search for Items > 1 s FOR 10 s"
