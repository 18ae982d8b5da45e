"""What is far from its limit needs no long run: dependence between requests cannot decide it."""

import pytest

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
