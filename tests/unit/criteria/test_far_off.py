"""What is far from its limit needs no long run: dependence between requests cannot decide it."""

import math
from dataclasses import replace

import numpy as np
import pytest

from ApiLoadLibrary.criteria import far_off
from ApiLoadLibrary.criteria.judgement import Verdict

from .builders import Request, a_run, an_endpoint, around, judge

PASS, FAIL, INCONCLUSIVE = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE
# Two seconds of 50 a second, the second one slower: dependence cannot be told from two seconds.
TWO_SECONDS = around(30, 50, spread=0.01) + around(34, 50, spread=0.01, seed=2)


@pytest.mark.parametrize("metric", ["p95", "p90", "p95 service time"])
@pytest.mark.parametrize(
    "limit, verdict",
    [("1 s", PASS), ("70 ms", PASS), ("36 ms", INCONCLUSIVE), ("5 ms", FAIL)],
)
def test_two_seconds_decide_what_no_sample_comes_near(
    metric: str, limit: str, verdict: Verdict
) -> None:
    """Within a factor of two of the limit, a longer run is asked for."""
    run = a_run(an_endpoint(TWO_SECONDS, rate="50/s"))
    assert judge(f"{metric} < {limit}", run).verdict is verdict


def test_the_interval_is_then_all_that_was_seen() -> None:
    judgement = judge("p95 < 1 s", a_run(an_endpoint(TWO_SECONDS, rate="50/s")))
    seen = [each.service_ms for each in TWO_SECONDS]
    assert judgement.interval == pytest.approx((min(seen), max(seen)), rel=0.001)


def test_an_average_and_a_median_far_off_are_decided_too() -> None:
    run = a_run(an_endpoint(TWO_SECONDS, rate="50/s"))
    for metric in ("average", "median"):
        assert judge(f"{metric} < 100 ms", run).verdict is PASS
        assert judge(f"{metric} < 5 ms", run).verdict is FAIL
        assert judge(f"{metric} < 32 ms", run).verdict is INCONCLUSIVE


@pytest.mark.parametrize("count, verdict", [(58, INCONCLUSIVE), (59, PASS)])
def test_far_off_too_it_takes_59_requests_to_bound_a_p95(count: int, verdict: Verdict) -> None:
    run = a_run(an_endpoint(around(10, count), rate="50/s"))
    assert judge("p95 < 10 s", run).verdict is verdict


def test_a_few_slow_requests_move_an_average_by_their_share_alone() -> None:
    """Half a minute of quick answers, and ten that took most of what is allowed on average."""
    requests = [*around(0.6, 100), *[Request(6)] * 10, *around(0.6, 390, seed=2)]
    judgement = judge("average < 10 ms", a_run(an_endpoint(requests)))
    assert judgement.verdict is PASS
    slow = [*around(0.6, 250), *around(9.5, 250, seed=2)]  # and here whole seconds come near
    assert judge("average < 10 ms", a_run(an_endpoint(slow))).verdict is INCONCLUSIVE


def drifting(center_ms: float, seconds: int, rate: int) -> list[Request]:
    """Requests as slow as their second, which drifts from a third of this to three times it."""
    levels = np.geomspace(center_ms / 3, center_ms * 3, seconds).tolist()
    return [each for n, level in enumerate(levels) for each in around(level, rate, seed=n)]


def stalled(requests: list[Request], start: int, count: int, ms: float) -> list[Request]:
    """The same, but so many in a row take this long."""
    end = start + count
    slow = [replace(each, service_ms=ms) for each in requests[start:end]]
    return [*requests[:start], *slow, *requests[end:]]


def verdict(requests: list[Request], rate: int, criterion: str = "p95 < 200 ms") -> Verdict:
    return judge(criterion, a_run(an_endpoint(requests, rate=f"{rate}/s"))).verdict


@pytest.mark.parametrize("metric", ["p95", "p95 service time"])
@pytest.mark.parametrize("ms", [109, 500])
@pytest.mark.parametrize("count, expected", [(1, PASS), (2, PASS), (20, INCONCLUSIVE)])
def test_a_stall_counts_by_how_many_requests_it_holds_up(
    metric: str, ms: float, count: int, expected: Verdict
) -> None:
    """Of 2,000 requests in ten seconds a p95 lets 100 through; in one moment, fewer are few."""
    requests = stalled(drifting(2, 10, 200), 1_100, count, ms)
    assert verdict(requests, 200, f"{metric} < 200 ms") is expected
    # An average goes by how slow they are: it never asks how many.
    assert verdict(requests, 200, "average < 200 ms") is PASS


def test_if_nothing_near_were_too_rare_one_request_would_leave_a_short_run_open(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """So the others show something."""
    monkeypatch.setattr(far_off, "RARER", math.inf)
    assert verdict(stalled(drifting(2, 10, 200), 1_100, 1, 109), 200) is INCONCLUSIVE


@pytest.mark.parametrize("count, expected", [(1, FAIL), (5, FAIL), (20, INCONCLUSIVE)])
def test_nor_do_a_few_quick_answers_save_a_server_that_is_far_too_slow(
    count: int, expected: Verdict
) -> None:
    """The same on the other side, where a short run knows the median less well than the p95."""
    slow = stalled(drifting(4_000, 10, 50), 250, count, 3)
    assert verdict(slow, 50, "median < 200 ms") is expected
    assert verdict(slow, 50, "p95 < 200 ms") is FAIL


@pytest.mark.parametrize("seconds, part", [(10, 0.25), (30, 1.0)])
def test_one_slow_second_is_no_stall(seconds: int, part: float) -> None:
    """It is 2.5 or 3.3 % of the run, less than may be slow; the next run could have three."""
    count = round(200 * part)
    assert verdict(stalled(drifting(2, seconds, 200), 1_000, count, 300), 200) is INCONCLUSIVE


@pytest.mark.parametrize("seconds, length", [(10, 1), (10, 3), (30, 1), (30, 3)])
def test_who_saw_a_slow_spell_does_not_pass_in_error(seconds: int, length: int) -> None:
    """Spells fill 8 % of the time, where 5 % may be slow; stalls come between them."""
    random = np.random.default_rng([seconds, length])
    rate, passed = 50, 0
    for _ in range(80):
        requests = stalled(drifting(2, seconds, rate), 0, 1, 109)
        starts = np.flatnonzero(random.random(seconds) < 0.08 / length)
        for start in starts if len(starts) else [int(random.integers(seconds))]:
            first = round(rate * (start + random.random()))
            requests = stalled(requests, first, min(length * rate, len(requests) - first), 300)
        passed += verdict(requests, rate) is PASS
    assert passed <= 2
