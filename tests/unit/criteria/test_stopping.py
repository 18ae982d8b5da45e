"""Conditions that end a load before its time."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ApiLoadLibrary.criteria.stop_watch import Loaded, StopWatch
from ApiLoadLibrary.criteria.stopping import parse_stop
from ApiLoadLibrary.errors import BadCriterion
from ApiLoadLibrary.measurement.histogram import Cells, nearest_rank
from ApiLoadLibrary.measurement.progress import Progress
from ApiLoadLibrary.measurement.tally import Second

NAMES = ("Products", "Search for Items")
ENDPOINTS = [Loaded(each, "Shop", 100) for each in NAMES]
DUE = 10
"""Arrivals in each second of each endpoint."""

WORKERS = 4
CLOSED = [Loaded(each, "Shop", None) for each in NAMES]


def a_second(errors: int = 0, requests: int = DUE, ms: float = 1.0) -> Second:
    """A second in which so many requests have ended, all after the same time."""
    cells = Cells.of(np.full(requests - errors, int(ms * 1e6), np.int64))
    outcomes = Counter({500: errors, 200: requests - errors})
    return Second(outcomes=outcomes, errors=errors, judged=cells)


def watch(*conditions: str) -> StopWatch:
    """A watch over two endpoints with ten arrivals a second each."""
    read = [parse_stop(each, NAMES) for each in conditions]
    return StopWatch(read, ENDPOINTS, lambda place, second: DUE, memory_s=5, workers=WORKERS)


def closed_watch(condition: str) -> StopWatch:
    """A watch over two endpoints of the closed model, with a time-out of five seconds."""
    read = [parse_stop(condition, NAMES)]
    return StopWatch(read, CLOSED, lambda place, second: None, memory_s=5, workers=WORKERS)


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
    stop = StopWatch([parse_stop("p50 > 1 ms for 1 s", NAMES)], ENDPOINTS, lambda *_: 0, 5, WORKERS)
    assert stop(Progress(), 100) is None


def test_what_comes_late_still_counts_and_what_is_long_over_is_forgotten() -> None:
    stop = watch("error rate of Products > 50 % for 2 s")
    assert stop(told(GOOD), 5) is None
    assert stop(told(BAD, BAD, first=1), 6) is not None
    assert watch("error rate of Products > 50 % for 2 s")(told(BAD, BAD), 60) is None


def test_a_condition_on_an_endpoint_that_is_not_in_the_run_is_never_met() -> None:
    read = [parse_stop("error rate of Products > 50 % for 1 s", NAMES)]
    stop = StopWatch(read, ENDPOINTS[1:], lambda *_: DUE, 5, WORKERS)
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
    stop = StopWatch(read, ENDPOINTS, lambda *_: DUE, memory_s=100, workers=WORKERS)
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
        ("p95 schedule delay > 1 s for 10 s", "is known of the whole run only"),
        ("throughput > 9/s for 10 s", "throughput cannot end a load"),
        ("error rate > 5 % in every 10 s", "say how long it may go on, and nothing else"),
        ("error rate > 5 % for 10 s during load", "say how long it may go on, and nothing else"),
        ("error rate > 1 % cannot be met", "what can be missed for certain"),
        ("average < 1 s cannot be met", "what can be missed for certain"),
        ("min < 1 s cannot be met", "what can be missed for certain"),
        ("finished journeys < 9 % for 2 s", "journeys are known when they have ended"),
        ("finished journeys >= 99 % cannot be met", "journeys are known when they have ended"),
        ("p95 < 1 s in every 2 s cannot be met", "what can be missed for certain"),
        ("throughput < 9/s cannot be met", "what can be missed for certain"),
        ("p95 < threshold cannot be met", "not by a threshold"),
        ("p95 of Produts < 1 s cannot be met", "Did you mean 'Products'"),
        ("p95 > threshold for 10 s", "not by a threshold"),
        ("p95 of Search for Items > 1 s", "say how long it may go on"),
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


# What is still to come.


@pytest.mark.parametrize(
    "statistic, slow, met",
    [
        ("p50", 5, False),  # the other five may be quick, and the fifth of ten with them
        ("p50", 6, True),
        ("p90", 1, False),
        ("p90", 2, True),
        ("max", 1, True),
        ("min", 9, False),
        ("min", 10, True),
        ("average", 2, False),  # 2 x 500 ms is no more than 100 ms for each of ten
        ("average", 3, True),
        ("average service time", 10, False),
    ],
)
def test_a_time_ends_a_load_when_those_still_to_come_cannot_make_up_for_it(
    statistic: str, slow: int, met: bool
) -> None:
    stop = watch(f"{statistic} of Products > 100 ms for 1 s")
    second = a_second(requests=slow, ms=500)
    second.judged_sum_ns = slow * 500_000_000
    assert (stop(told(second), 1) is not None) is met


MS = st.integers(1, 20).map(lambda each: 10 * each)
REQUEST = st.tuples(MS, st.sampled_from([200, 500]))


def second_of(requests: list[tuple[int, int]]) -> Second:
    """A second in which these have ended: time and status."""
    times = np.array([ms * 1_000_000 for ms, status in requests if status == 200], np.int64)
    outcomes = Counter(status for _, status in requests)
    sums = int(times.sum())
    return Second(outcomes, outcomes[500], judged=Cells.of(times), judged_sum_ns=sums)


def breaks(metric: str, limit: int, requests: list[tuple[int, int]]) -> bool:
    """Whether a second of these is above the limit, from sorted times."""
    times = sorted(ms for ms, status in requests if status == 200)
    if metric == "error rate":
        return 100 * (len(requests) - len(times)) > limit * len(requests)
    if not times:
        return False
    if metric == "average":
        return sum(times) > limit * len(times)
    share = {"min": 0.0, "max": 1.0}.get(metric)
    share = float(metric[1:]) / 100 if share is None else share
    return times[nearest_rank(share, len(times)) - 1] > limit


METRIC = st.sampled_from(["p1", "p50", "p90", "min", "max", "average", "error rate"])


@given(METRIC, st.integers(0, 20), st.lists(REQUEST, min_size=1, max_size=30), st.data())
def test_no_condition_is_met_by_a_part_of_what_does_not_meet_it_as_a_whole(
    metric: str, tens: int, requests: list[tuple[int, int]], data: st.DataObject
) -> None:
    limit = 10 * tens + 5  # in no time's cell
    unit = "%" if metric == "error rate" else "ms"
    read = parse_stop(f"{metric} of Products > {min(limit, 95)} {unit} for 1 s", NAMES)
    ended = data.draw(st.integers(0, len(requests)))
    expected = breaks(metric, min(limit, 95), requests)

    stop = StopWatch([read], ENDPOINTS, lambda *_: len(requests), 5, WORKERS)
    early = stop(told(second_of(requests[:ended])), 1)
    assert early is None or expected
    assert early or (stop(told(second_of(requests[ended:])), 2) is not None) == expected

    busy = min(len(requests), WORKERS)  # whoever has ended first
    stop = StopWatch([read], CLOSED, lambda *_: None, 5, WORKERS)
    early = stop(told(second_of(requests[busy:])), 4)
    assert early is None or expected
    assert early or (stop(told(second_of(requests[:busy])), 9) is not None) == expected


def test_in_the_closed_model_each_worker_may_still_carry_a_success() -> None:
    stop = closed_watch("error rate of Products > 50 % for 1 s")
    assert stop(told(a_second(requests=4, errors=4)), 3.2) is None
    assert stop(told(a_second(requests=1, errors=1)), 4.2) is not None


def test_in_the_closed_model_what_has_ended_before_may_not_be_told_yet() -> None:
    stop = closed_watch("error rate of Products > 50 % for 1 s")
    assert stop(told(BAD), 2.9) is None
    assert stop(told(a_second(requests=10)), 3.2) is None


def test_in_the_closed_model_nothing_is_still_to_come_after_the_time_out() -> None:
    stop = closed_watch("p50 of Products > 100 ms for 2 s")
    slow = a_second(requests=2, ms=4_000)
    assert stop(told(slow, slow), 6.9) is None
    assert stop(Progress(), 8.2) is None  # the first of the two seconds
    assert stop(Progress(), 9.2) is not None


# Requirements that cannot be met any more.


def test_a_share_is_missed_when_more_have_failed_than_may_of_all_that_are_planned() -> None:
    stop = watch("error rate of Products < 5 % cannot be met")  # of 100
    assert stop(told(a_second(errors=4)), 1) is None
    assert stop(told(a_second(errors=1), first=1), 2) == (
        "its stop condition was met: error rate of Products < 5 % cannot be met"
    )


def test_a_percentile_is_missed_when_too_many_took_longer() -> None:
    stop = watch("p90 < 50 ms cannot be met")  # each of the 100 to an endpoint
    slow = a_second(ms=80)
    assert stop(told(slow, endpoint=1), 1) is None  # its 90th may still be quick
    assert stop(told(a_second(requests=1, ms=80), first=1, endpoint=1), 2) == (
        "its stop condition was met: p90 < 50 ms cannot be met (Search for Items)"
    )


def test_a_maximum_is_missed_by_the_first_that_took_longer() -> None:
    stop = watch("max < 50 ms cannot be met")
    assert stop(told(a_second(ms=50)), 1) is None
    assert stop(told(a_second(requests=1, ms=51), first=1), 2) is not None


def test_what_a_group_may_miss_is_counted_together() -> None:
    read = [parse_stop("error rate of Shop < 5 % cannot be met", [*NAMES, "Shop"])]
    stop = StopWatch(read, ENDPOINTS, lambda *_: DUE, memory_s=5, workers=WORKERS)  # of 200
    assert stop(told(a_second(errors=9)), 1) is None
    assert stop(told(a_second(errors=1), endpoint=1), 2) is not None


def test_without_an_end_in_sight_nothing_is_missed() -> None:
    endless = [Loaded(each, None, None) for each in NAMES]
    read = [parse_stop("error rate < 1 % cannot be met", NAMES)]
    stop = StopWatch(read, endless, lambda *_: None, memory_s=5, workers=WORKERS)
    assert stop(told(BAD, BAD), 2) is None


def test_a_group_is_seen_endpoint_by_endpoint_where_times_are() -> None:
    read = [parse_stop("p50 of Shop > 10 ms for 1 s", [*NAMES, "Shop"])]
    stop = StopWatch(read, ENDPOINTS, lambda *_: DUE, memory_s=5, workers=WORKERS)
    assert stop(told(a_second(ms=20), endpoint=1), 1) == (
        "its stop condition was met: p50 of Shop > 10 ms for 1 s (Search for Items)"
    )


def test_the_share_of_a_status_can_end_a_load() -> None:
    stop = watch("share of 500 > 50 % for 1 s")
    assert stop(told(a_second(errors=5)), 1) is None
    assert stop(told(a_second(errors=10), first=1), 2) is None  # half of both endpoints'
    both = Progress(seconds={0: {2: BAD}, 1: {2: a_second(errors=6)}})
    assert stop(both, 3) is not None
