"""What is compared with what: the same endpoint under the same load, and what failed beside it."""

from dataclasses import replace

import pytest

from ApiLoadLibrary.criteria.baseline import Baseline, added
from ApiLoadLibrary.criteria.judgement import Verdict
from ApiLoadLibrary.measurement.result import EndpointResult, RunResult
from unit.criteria.builders import Request, a_run, an_endpoint, around
from unit.criteria.compared import baseline_of, judge, of, run_of

PASS, FAIL, INCONCLUSIVE = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE


def test_a_run_is_not_compared_with_itself() -> None:
    run = run_of()
    judgement = judge(run, added(Baseline("baseline.json", ()), run))
    assert judgement.verdict is INCONCLUSIVE
    assert judgement.reason == "the baseline holds no earlier run"


def test_an_endpoint_that_the_baseline_does_not_know_is_inconclusive() -> None:
    then = a_run(an_endpoint(around(10, 1_000)), an_endpoint(around(10, 1_000), "Create Order"))
    judgement = judge(of(an_endpoint(around(10, 1_000), "Search")), baseline_of(then))
    assert judgement.sentence == (
        "INCONCLUSIVE: Slow-down of Search was not measured; at most 5 % is allowed: "
        "the baseline has no endpoint of this name; it has Create Order and Products"
    )


@pytest.mark.parametrize("rate", ["1,000/min", "16.7/s", "60,000/h"])
def test_the_same_rate_in_other_words_is_compared(rate: str) -> None:
    now = of(an_endpoint(around(10, 1_000), rate=rate))
    judgement = judge(now, baseline_of(a_run(an_endpoint(around(10, 1_000)))))
    assert judgement.measured == 0


@pytest.mark.parametrize("rate", ["980/min", "17/s", "2,000/min"])
def test_another_rate_is_not_compared(rate: str) -> None:
    now = of(an_endpoint(around(10, 1_000), rate=rate))
    judgement = judge(now, baseline_of(a_run(an_endpoint(around(10, 1_000)))))
    assert judgement.verdict is INCONCLUSIVE
    assert judgement.reason == (
        f"it was offered {rate}, but 1,000/min in the baseline; only like is compared"
    )


def test_a_ramp_is_compared_with_the_same_ramp_only_whatever_its_average() -> None:
    endpoint = an_endpoint(around(10, 1_000))
    ramp = replace(endpoint, rate=None, offered="from 0 to 2,000/min over 1 min")
    assert judge(of(ramp), baseline_of(a_run(endpoint))).verdict is INCONCLUSIVE
    assert judge(of(ramp), baseline_of(a_run(ramp))).measured == 0


def test_of_earlier_runs_those_at_another_rate_are_left_out() -> None:
    endpoint = an_endpoint(around(10, 1_000))
    other = an_endpoint(around(90, 1_000), rate="2,000/min")
    judgement = judge(of(endpoint), baseline_of(a_run(endpoint), a_run(other)))
    assert judgement.measured == 0
    assert "against 1 earlier run;" in judgement.sentence


def closed(workers: int, center_ms: float = 10) -> RunResult:
    """So many workers that send as fast as they are answered."""
    run = a_run(an_endpoint(around(center_ms, 1_000)), scenario="closed", workers=workers)
    fast = replace(run.endpoints[0], rate=None, offered="as fast as possible")
    return replace(run, id="now", endpoints=(fast,))


def test_in_the_closed_model_as_many_workers_are_the_same_load() -> None:
    assert judge(closed(50), baseline_of(closed(50))).measured == 0


@pytest.mark.parametrize(
    "workers, words", [(10, "by 10 workers"), (1, "by 1 worker"), (1_000, "by 1,000 workers")]
)
def test_in_the_closed_model_other_numbers_of_workers_are_not_compared(
    workers: int, words: str
) -> None:
    judgement = judge(closed(50, 50), baseline_of(closed(workers)))
    assert (judgement.verdict, judgement.reason) == (
        INCONCLUSIVE,
        (
            f"it was offered as fast as possible by 50 workers, but {words} in the baseline; "
            "only like is compared"
        ),
    )


def test_of_earlier_runs_those_of_other_numbers_of_workers_are_left_out() -> None:
    judgement = judge(closed(50), baseline_of(closed(10, 2), closed(50), closed(90, 2)))
    assert judgement.measured == 0
    assert "against 1 earlier run;" in judgement.sentence


def test_in_the_open_model_workers_are_no_part_of_the_load() -> None:
    endpoint = an_endpoint(around(10, 1_000))
    judgement = judge(of(endpoint), baseline_of(a_run(endpoint, workers=200)))
    assert judgement.measured == 0


# Requests that failed.


def failing(percent: int, center_ms: float = 10) -> EndpointResult:
    """An endpoint of which so many requests are refused at once, evenly."""
    refused = Request(service_ms=1, outcome=503)
    requests = around(center_ms, 10_000, spread=0.05)
    return an_endpoint(
        [refused if i % 100 < percent else each for i, each in enumerate(requests)], rate="200/s"
    )


def test_a_server_that_refuses_nine_in_ten_is_not_as_fast_as_ever() -> None:
    judgement = judge(of(failing(90)), baseline_of(a_run(failing(0))), tolerance=20)
    assert judgement.verdict is INCONCLUSIVE
    assert judgement.reason == (
        "90 % of its requests failed, and 0 % in the earlier run; "
        "only times of those that succeed are compared"
    )


def test_failures_are_told_before_a_want_of_requests_that_they_explain() -> None:
    judgement = judge(of(failing(99)), baseline_of(a_run(failing(0))))
    assert judgement.verdict is INCONCLUSIVE
    assert judgement.reason.startswith("99 % of its requests failed, and 0 % in")


def test_a_few_failures_more_are_tolerated_as_a_slow_down_is() -> None:
    baseline = baseline_of(a_run(failing(10)), a_run(failing(12)), a_run(failing(14)))
    assert judge(of(failing(17)), baseline).verdict is PASS
    judgement = judge(of(failing(18)), baseline)
    assert judgement.verdict is INCONCLUSIVE
    assert judgement.reason.startswith("18 % of its requests failed, and 12 % in the earlier runs;")


def test_a_slow_down_of_those_that_succeed_is_one_all_the_same() -> None:
    assert judge(of(failing(50, 20)), baseline_of(a_run(failing(0)))).verdict is FAIL
