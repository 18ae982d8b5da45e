"""What must never pass: no traffic, too little of it, a run cut short."""

import pytest

from ApiLoadLibrary.criteria.judgement import Verdict
from ApiLoadLibrary.measurement.outcomes import Failure
from unit.criteria.builders import EVERY_METRIC, Request, a_run, an_endpoint, around, every, judge

PASS, FAIL, INCONCLUSIVE = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE

CPU = [10] * 60
GOOD = around(10, 1_000)


@pytest.mark.parametrize("text", EVERY_METRIC)
def test_every_metric_passes_when_all_is_well(text: str) -> None:
    assert judge(text, a_run(an_endpoint(GOOD), cpu_percent=CPU)).verdict is PASS


# Too little of everything.


@pytest.mark.parametrize("text", EVERY_METRIC)
def test_nothing_passes_on_zero_traffic(text: str) -> None:
    judgement = judge(text, a_run(an_endpoint([], planned=1_000)))
    assert judgement.verdict is INCONCLUSIVE
    assert judgement.measured is judgement.interval is judgement.margin is None
    assert judgement.samples == 0


def test_zero_traffic_is_told_so() -> None:
    judgement = judge("p95 < 1 s", a_run(an_endpoint([], planned=1_000)))
    expected = (
        "INCONCLUSIVE: P95 of Products was not measured; the limit is 1 s: no requests were made"
    )
    assert judgement.sentence == expected


@pytest.mark.parametrize("text", EVERY_METRIC)
def test_nothing_passes_on_one_sample_and_each_says_why(text: str) -> None:
    judgement = judge(text, a_run(an_endpoint([Request(10)]), cpu_percent=[10]))
    assert judgement.verdict is INCONCLUSIVE
    assert "too few" in judgement.reason or judgement.reason == "no requests were made"


@pytest.mark.parametrize(
    "text",
    [
        "error rate < 1 % in every 1 s",
        "error rate <= 0 % for 1 s",
        "share of 200 >= 99 % in every 1 s",
        "average < 1 s in every 1 s",
        "max < 1 s in every 1 s",
        "p50 < 1 s in every 1 s",
        "achieved rate >= 98 % in every 1 s",
        "throughput >= 1/s in every 1 s",
    ],
)
def test_no_window_passes_where_there_was_one_sample_in_all(text: str) -> None:
    judgement = judge(text, a_run(an_endpoint([Request(10)], rate="1/s")))
    assert judgement.verdict is INCONCLUSIVE
    assert judgement.reason.startswith("too few requests")


def test_a_share_in_a_window_takes_as_many_requests_as_it_divides_them_by() -> None:
    few = a_run(an_endpoint([Request(10)] * 60, rate="10/s"))
    assert judge("error rate < 1 % in every 2 s", few).reason == (
        "too few requests in this window: 20, and 100 are the least"
    )
    assert judge("error rate < 5 % in every 2 s", few).verdict is PASS


def test_few_requests_fail_a_window_when_more_good_ones_would_not_have_saved_it() -> None:
    requests = [Request(10, outcome=500), Request(10)] * 30
    run = a_run(an_endpoint(requests, rate="10/s"))
    assert judge("error rate <= 1 % in every 2 s", run).verdict is FAIL
    assert judge("share of 200 >= 99 % in every 2 s", run).verdict is FAIL
    one = [Request(10, outcome=500), *[Request(10)] * 59]
    single = a_run(an_endpoint(one, rate="10/s"))
    assert judge("error rate <= 1 % in every 2 s", single).verdict is INCONCLUSIVE
    assert judge("share of 200 >= 99 % in every 2 s", single).verdict is INCONCLUSIVE


@pytest.mark.parametrize(
    "text, verdict",
    [
        ("error rate < 1 %", FAIL),
        ("share of 200 > 99 %", FAIL),
        ("error rate < 10 %", INCONCLUSIVE),
    ],
)
def test_a_share_ten_times_beyond_its_limit_fails_however_short_the_run(
    text: str, verdict: Verdict
) -> None:
    """All of two seconds out of four went wrong: four blocks know little of how long that lasts."""
    requests = [*[Request(10)] * 100, *[Request(10, outcome=500)] * 100]
    assert judge(text, a_run(an_endpoint(requests, rate="50/s"))).verdict is verdict


def test_a_share_far_beyond_its_limit_that_few_requests_cannot_show_keeps_its_wide_interval() -> (
    None
):
    """One of eight: its interval is that of its reason, discounted for so short a run."""
    requests = [Request(10, outcome=500), *[Request(10)] * 7]
    judgement = judge("error rate < 1 %", a_run(an_endpoint(requests, rate="2/s")))
    assert judgement.verdict is INCONCLUSIVE
    assert judgement.interval is not None
    assert f"and {judgement.interval[1]:.3g} % (95 % confidence)" in judgement.reason


@pytest.mark.parametrize("count, verdict", [(0, INCONCLUSIVE), (58, INCONCLUSIVE), (1_000, PASS)])
def test_a_p95_passes_only_with_samples_enough_to_bound_it(count: int, verdict: Verdict) -> None:
    run = a_run(an_endpoint(around(10, count), planned=count))
    assert judge("p95 < 50 ms", run).verdict is verdict


def test_too_few_requests_are_told_how_many_it_takes_and_how_much_longer() -> None:
    judgement = judge("p95 < 50 ms", a_run(an_endpoint(around(10, 40))))
    assert judgement.sentence == (
        "INCONCLUSIVE: P95 of Products was 13 ms; the limit is 50 ms "
        "(40 requests at 1,000/min): too few requests: it takes 59 independent requests to bound "
        "the p95 with 95 % confidence; run about 5 s longer at this rate"
    )
    assert judgement.interval is None


def test_requests_that_depend_on_each_other_are_too_few_although_they_are_many() -> None:
    # Every tenth second is slow from its first request to its last.
    requests = [Request(30 if i // 20 % 10 == 0 else 10) for i in range(600)]
    judgement = judge("p95 < 50 ms", a_run(an_endpoint(requests, rate="20/s")))
    assert judgement.verdict is PASS  # of equal values the highest bounds all
    varied = [
        Request((40 if i // 20 % 20 == 0 else 10) + odd.service_ms / 10)
        for i, odd in enumerate(around(10, 600))
    ]
    judgement = judge("p95 < 50 ms", a_run(an_endpoint(varied, rate="20/s")))
    assert judgement.verdict is INCONCLUSIVE
    assert (
        "as requests of the same moment resemble each other, these are worth " in judgement.reason
    )


def test_requests_too_few_to_pass_are_enough_to_fail_when_they_are_far_too_slow() -> None:
    run = a_run(an_endpoint(around(500, 50), rate="10/s"))
    judgement = judge("p95 < 50 ms", run)
    assert judgement.verdict is FAIL
    assert judgement.interval is None  # nothing bounds it from above
    assert judge("p95 < 5 s", run).verdict is INCONCLUSIVE


@pytest.mark.parametrize("count, verdict", [(298, INCONCLUSIVE), (299, PASS)])
def test_no_errors_prove_less_than_one_percent_only_after_299_requests(
    count: int, verdict: Verdict
) -> None:
    assert judge("error rate < 1 %", a_run(an_endpoint(around(10, count)))).verdict is verdict


def test_a_handful_of_requests_makes_no_point_estimate() -> None:
    judgement = judge("max < 1 s", a_run(an_endpoint([Request(10)] * 5)))
    assert judgement.sentence == (
        "INCONCLUSIVE: Maximum response time of Products was 10 ms; the limit is 1 s "
        "(5 requests at 1,000/min; point estimate): too few requests: 5, and 30 are the least"
    )


def test_a_server_that_refuses_everything_has_no_response_time() -> None:
    run = a_run(an_endpoint([Request(1, outcome=Failure.REFUSED)] * 500))
    assert judge("p95 < 1 s", run).sentence == (
        "INCONCLUSIVE: P95 of Products was not measured; the limit is 1 s: "
        "none of 500 requests succeeded: 500 × connection refused (network)"
    )
    assert judge("error rate < 1 %", run).verdict is FAIL


def test_timeouts_are_in_every_percentile() -> None:
    run = a_run(an_endpoint(every(10, Request(30_000, outcome=Failure.ANSWER_TIMEOUT))))
    assert judge("p95 < 1 s", run).sentence == (
        "P95 of Products was 30 s; the limit is 1 s (1,000 requests at 1,000/min)"
    )


# The host.


def test_a_host_that_is_not_monitored_is_judged_by_nobody() -> None:
    assert judge("cpu < 90 %", a_run(an_endpoint(GOOD))).sentence == (
        "INCONCLUSIVE: CPU was not measured; the limit is 90 %: the host of the system under test "
        "is not monitored; one on another machine can be watched through a Prometheus node "
        "exporter there: Monitor Host    pos-1    http://pos-1:9100/metrics"
    )


@pytest.mark.parametrize("samples, verdict", [(1, INCONCLUSIVE), (2, INCONCLUSIVE), (3, PASS)])
def test_a_host_is_judged_from_three_samples_on(samples: int, verdict: Verdict) -> None:
    run = a_run(an_endpoint(GOOD), cpu_percent=[50] * samples)
    assert judge("cpu < 90 %", run).verdict is verdict


def test_too_few_samples_of_a_host_are_told() -> None:
    run = a_run(an_endpoint(GOOD), cpu_percent=[50])
    assert judge("cpu < 90 %", run).sentence == (
        "INCONCLUSIVE: CPU of localhost was 50 % on average, 50 % at its peak; "
        "the limit is 90 % (1 sample, one a second): too few samples, one a second: "
        "1, and 3 are the least"
    )


# A run cut short.


@pytest.mark.parametrize("text", EVERY_METRIC)
def test_nothing_passes_on_a_run_cut_short(text: str) -> None:
    run = a_run(an_endpoint(GOOD), cpu_percent=CPU, stopped="the test's time-out")
    judgement = judge(text, run)
    assert judgement.verdict is INCONCLUSIVE
    assert judgement.reason == "the run was cut short: the test's time-out"


@pytest.mark.parametrize("text", ["p95 < 5 ms", "average < 5 ms", "max < 5 ms", "cpu < 5 %"])
def test_what_was_broken_until_a_run_was_cut_short_is_broken(text: str) -> None:
    run = a_run(an_endpoint(GOOD), cpu_percent=CPU, stopped="Ctrl-C")
    assert judge(text, run).verdict is FAIL


def test_what_stopping_a_run_cut_off_is_no_error_of_the_server() -> None:
    requests = every(10, Request(1, outcome=Failure.STOPPED))
    run = a_run(an_endpoint(requests), stopped="Ctrl-C")
    assert judge("error rate < 1 %", run).sentence == (
        "INCONCLUSIVE: Error rate was 10 %; the limit is 1 % (1,000 requests at 1,000/min): "
        "100 of its 100 errors are not the server's; "
        "100 × cut off when the run was stopped (generator); the run was cut short: Ctrl-C"
    )


def test_a_rate_that_was_not_achieved_because_the_run_was_cut_short_says_so() -> None:
    run = a_run(an_endpoint(GOOD, planned=2_000), stopped="Ctrl-C")
    judgement = judge("achieved rate >= 98 % of target", run)
    assert judgement.sentence == (
        "INCONCLUSIVE: Achieved rate was 50 % of target; at least 98 % is required "
        "(1,000 requests at 1,000/min): the run was cut short: Ctrl-C"
    )
