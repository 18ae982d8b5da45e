"""Whether a server kept pace, from response times that are known; and whether it is at rest."""

from __future__ import annotations

import numpy as np
import pytest

from ApiLoadLibrary.measurement.histogram import Histogram
from ApiLoadLibrary.measurement.progress import Progress
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.scenarios.capacity.pace import AtRest, carried_share, least_ns, usual_ns
from unit.criteria.builders import Request, a_run, an_endpoint

PER_SECOND, SECONDS = 50, 4
USUAL = 20_000_000


def growing(by: float, noise_ms: float = 0.0, seconds: int = SECONDS) -> RunResult:
    """A queue in which requests wait `by` seconds more with each second; 20 ms at first."""
    dice = np.random.default_rng(7)
    at_s = np.arange(PER_SECOND * seconds) / PER_SECOND
    times = 20 + 1_000 * by * at_s + dice.exponential(noise_ms, len(at_s))
    return sent([Request(service_ms=each) for each in times.tolist()])


def sent(requests: list[Request]) -> RunResult:
    return a_run(an_endpoint(requests, rate=f"{PER_SECOND}/s"))


@pytest.mark.parametrize("by", [0.03, 0.25, 1.0])
@pytest.mark.parametrize("seconds", [2, 4, 5])
def test_waiting_that_grows_shows_how_much_was_carried(by: float, seconds: int) -> None:
    assert carried_share(growing(by, seconds=seconds), USUAL) == pytest.approx(
        1 / (1 + by), rel=0.01
    )


@pytest.mark.parametrize("noise_ms", [0, 20, 500])
def test_steady_times_are_kept_pace_however_noisy(noise_ms: float) -> None:
    assert carried_share(growing(0, noise_ms), USUAL) is None
    assert carried_share(growing(0.005, noise_ms), USUAL) is None


def test_one_slow_second_is_no_queue() -> None:
    slow = [Request(service_ms=400 if place < PER_SECOND / 2 else 20) for place in range(200)]
    assert carried_share(sent(slow), USUAL) is None
    assert carried_share(sent(slow[::-1]), USUAL) is None


def test_who_waits_for_a_worker_has_not_waited_for_the_server() -> None:
    """Too few workers: response times grow, and the server is as quick as ever."""
    waits = [Request(service_ms=20, delay_ms=10.0 * place, busy=True) for place in range(200)]
    assert carried_share(sent(waits), USUAL) is None


def test_a_server_that_keeps_all_workers_busy_with_its_queue_has_fallen_behind() -> None:
    """Service times no longer grow when all workers wait, but are far longer than usual."""
    waits = [Request(service_ms=600, delay_ms=10.0 * place, busy=True) for place in range(200)]
    share = carried_share(sent(waits), USUAL)
    assert share == pytest.approx(1 / 1.5, rel=0.02)


def test_nothing_answered_shows_nothing() -> None:
    refused = [Request(outcome=503) for _ in range(200)]
    assert carried_share(sent(refused), USUAL) is None
    assert (usual_ns(sent(refused)), least_ns(sent(refused))) == (0, 0)


def test_how_long_it_takes_when_nobody_waits_is_seen_in_the_quickest() -> None:
    assert least_ns(growing(1.0)) < 250_000_000 < usual_ns(growing(1.0))


def look(ms: float | None, errors: int = 0) -> Progress:
    times = Histogram([] if ms is None else [round(ms * 1e6)])
    return Progress(requests=1, errors=errors, response=times)


def test_a_server_is_at_rest_once_most_of_the_latest_requests_are_quick() -> None:
    at_rest = AtRest(USUAL)
    looks = [look(900), look(None), look(45), look(40), look(49)]
    assert [bool(at_rest(each, 0.0)) for each in looks] == [False, False, False, False, True]


def test_a_server_that_fails_is_not_at_rest() -> None:
    at_rest = AtRest(USUAL)
    looks = [look(5), look(5), look(5, errors=1), look(5), look(5)]
    assert not any(at_rest(each, 0.0) for each in looks)
