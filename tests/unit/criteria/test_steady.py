"""When a run settled: on runs whose warm-up is known, and on noise that is none."""

from collections.abc import Callable

import numpy as np
import pytest

from ApiLoadLibrary.criteria.steady import SHORTEST_S, SteadyState, steady_state
from ApiLoadLibrary.measurement.histogram import Cells
from ApiLoadLibrary.measurement.tally import Second

MS = 1_000_000
STEADY, UNSETTLED = SteadyState(settled=True), SteadyState(settled=False)


def a_second(durations_ms: np.ndarray) -> Second:
    durations = (durations_ms * MS).astype(np.int64)
    return Second(judged=Cells.of(durations), judged_sum_ns=int(durations.sum()))


def a_run(
    length_s: int,
    level: Callable[[float], float] = lambda _: 1.0,
    *,
    rate: int = 20,
    seed: int = 1,
    start: int = 0,
) -> dict[int, Second]:
    """Independent log-normal response times around 10 ms, times the level of their second."""
    random = np.random.default_rng(seed)
    return {
        start + each: a_second(10 * level(each) * random.lognormal(0, 0.5, rate))
        for each in range(length_s)
    }


def warming(time_s: float) -> Callable[[float], float]:
    """Three times as slow at first; after so many seconds the rest of it is a tenth."""
    return lambda second: 1 + 2 * np.exp(-3 * (second + 0.5) / time_s)


@pytest.mark.parametrize("length_s, least", [(60, 0.95), (300, 0.95)])
def test_a_run_that_is_steady_from_the_start_is_said_to_be(length_s: int, least: float) -> None:
    found = [steady_state(a_run(length_s, seed=seed)) for seed in range(100)]
    assert found.count(STEADY) >= least * 100


@pytest.mark.parametrize("length_s, time_s, latest", [(60, 10, 25), (300, 30, 40)])
def test_a_warm_up_that_dies_away_is_found_and_its_length_too(
    length_s: int, time_s: int, latest: int
) -> None:
    runs = [a_run(length_s, warming(time_s), rate=50, seed=seed) for seed in range(50)]
    found = [state for state in map(steady_state, runs) if state]
    warm_ups = [state.warm_up_s for state in found if state.settled and state.warm_up_s]
    assert len(warm_ups) >= 40
    assert time_s / 2 <= np.median(warm_ups) <= time_s * 1.5
    assert np.quantile(warm_ups, 0.9) <= latest


def test_a_sudden_end_of_a_warm_up_is_found_to_the_second_where_a_batch_ends() -> None:
    run = a_run(100, lambda second: 2.0 if second < 20 else 1.0)
    assert steady_state(run) == SteadyState(settled=True, warm_up_s=20)


def test_faster_at_first_is_a_warm_up_as_well() -> None:
    run = a_run(100, lambda second: 0.5 if second < 20 else 1.0)
    assert steady_state(run) == SteadyState(settled=True, warm_up_s=20)


def test_what_gets_slower_all_the_time_never_settles() -> None:
    for length_s in (60, 300):
        runs = [
            a_run(length_s, lambda second, of=length_s: 1 + second / of, rate=50, seed=seed)
            for seed in range(20)
        ]
        assert [steady_state(each) for each in runs].count(UNSETTLED) >= 19


def test_what_changes_in_the_second_half_has_not_settled() -> None:
    assert steady_state(a_run(100, lambda second: 2.0 if second < 70 else 1.0)) == UNSETTLED


def test_what_swings_evenly_is_settled() -> None:
    run = a_run(120, lambda second: 1 + 0.3 * np.sin(2 * np.pi * second / 10))
    assert steady_state(run) == STEADY


def test_a_difference_of_less_than_a_tenth_is_no_warm_up_however_sure_it_is() -> None:
    exact = {
        each: a_second(np.full(10, 10.9 if each < 20 else 10.0 + 0.01 * (each % 2)))
        for each in range(100)
    }
    assert steady_state(exact) == STEADY
    larger = exact | {each: a_second(np.full(10, 12.0)) for each in range(20)}
    assert steady_state(larger) == SteadyState(settled=True, warm_up_s=20)


def test_response_times_that_are_all_the_same_are_steady() -> None:
    same = {each: a_second(np.full(3, 10.0)) for each in range(60)}
    assert steady_state(same) == STEADY


@pytest.mark.parametrize("length_s", [0, 1, SHORTEST_S - 1])
def test_too_short_a_run_does_not_tell(length_s: int) -> None:
    assert steady_state(a_run(length_s)) is None
    assert steady_state(a_run(SHORTEST_S)) is not None


def test_seconds_without_a_response_are_passed_over() -> None:
    """As at four requests a minute, or in a pause."""
    run = a_run(100, lambda second: 2.0 if second < 20 else 1.0)
    for each in [*range(1, 100, 3), *range(40, 50)]:
        run.pop(each, None)
    run[12] = Second()
    assert steady_state(run) == SteadyState(settled=True, warm_up_s=20)


def test_a_run_of_nothing_but_errors_does_not_tell() -> None:
    assert steady_state({each: Second() for each in range(100)}) is None
