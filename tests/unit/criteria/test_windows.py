"""Criteria on windows, on seconds running, on parts of a run, and on several runs."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ApiLoadLibrary.criteria.everything import everything
from ApiLoadLibrary.criteria.judgement import Verdict
from ApiLoadLibrary.errors import BadCriterion, UnknownName
from ApiLoadLibrary.measurement.histogram import nearest_rank
from ApiLoadLibrary.measurement.phases import Phase
from ApiLoadLibrary.measurement.result import EndpointResult, PhaseResult, RunResult
from unit.criteria.builders import Request, a_run, an_endpoint, judge

PASS, FAIL, INCONCLUSIVE = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE
PER_S = 100
S = 1_000_000_000


def seconds(*of_ms: float, **traits: float) -> list[Request]:
    """A hundred requests in each second, all of them so many ms long."""
    return [Request(ms, **traits) for ms in of_ms for _ in range(PER_S)]  # type: ignore[arg-type]


def endpoint(requests: list[Request], name: str = "Products") -> EndpointResult:
    """An endpoint that was sent these."""
    return an_endpoint(requests, name, rate=f"{PER_S}/s")


CALM = [10.0] * 10


def test_each_window_must_meet_the_limit_and_the_worst_is_named() -> None:
    run = a_run(endpoint(seconds(*CALM, *CALM, 10, 10, 10, 80, *CALM[:6])))
    assert judge("p95 < 50 ms as point estimate", run).verdict is PASS
    judgement = judge("p95 < 50 ms in every 10 s", run)
    assert (judgement.verdict, judgement.window_s, judgement.when) == (FAIL, 10, "in every 10 s")
    assert judgement.sentence == (
        "P95 of Products was 80 ms; the limit is 50 ms (1,000 requests at 100/s; point estimate; "
        "the worst of 3 windows, from 20 s to 30 s)"
    )


def test_a_window_is_judged_on_its_requests_and_not_on_averages_of_percentiles() -> None:
    """In half of the seconds one request in ten is slow: the mean of their p95s says 45 ms."""
    half = [Request(80) if i % 10 == 0 else Request(10) for i in range(5 * PER_S)]
    requests = [*half, *seconds(*[10.0] * 5)]
    judgement = judge("p95 < 50 ms in every 10 s", a_run(endpoint(requests)))
    truth = sorted(each.service_ms for each in requests)[nearest_rank(0.95, len(requests)) - 1]
    assert judgement.measured == pytest.approx(truth, rel=0.001)
    assert truth == 10


def test_a_partial_last_window_is_left_out() -> None:
    run = a_run(endpoint(seconds(*CALM, 80, 80)))
    assert judge("p95 < 50 ms in every 10 s", run).verdict is PASS
    assert judge("p95 < 50 ms in every 6 s", run).verdict is FAIL


def test_an_empty_window_is_inconclusive() -> None:
    requests = endpoint(seconds(*CALM))
    tally = replace(
        requests.tally, seconds={n: each for n, each in requests.tally.seconds.items() if n != 4}
    )
    judgement = judge("p95 < 50 ms in every 1 s", a_run(replace(requests, tally=tally)))
    assert judgement.verdict is INCONCLUSIVE
    assert judgement.sentence == (
        "INCONCLUSIVE: P95 of Products was not measured; the limit is 50 ms "
        "(the worst of 10 windows, from 4 s to 5 s): no requests were made"
    )


def test_a_run_shorter_than_a_window_is_inconclusive() -> None:
    judgement = judge("p95 < 50 ms in every 11 s", a_run(endpoint(seconds(*CALM))))
    assert (judgement.verdict, judgement.reason) == (
        INCONCLUSIVE,
        "too few seconds: it takes 11 of load",
    )


def test_a_percentile_of_too_few_requests_in_a_window_decides_nothing() -> None:
    run = a_run(an_endpoint([Request(10), Request(80)] * 30, rate="10/s"))
    assert judge("p95 < 50 ms in every 1 s", run).verdict is FAIL  # five of ten, twenty or not
    odd = a_run(an_endpoint([Request(80), *[Request(10)] * 59], rate="10/s"))
    assert judge("p95 < 50 ms in every 1 s", odd).reason == (
        "too few requests in this window: 10, and 20 are the least"
    )
    assert judge("p95 < 50 ms in every 2 s", odd).verdict is PASS


def test_for_ten_seconds_means_ten_running_each_of_which_meets_it() -> None:
    run = a_run(endpoint(seconds(*[80] * 5, *[10] * 10, *[80] * 5)))
    met = judge("p95 < 50 ms for 10 s", run)
    assert met.verdict is PASS
    assert met.sentence == (
        "P95 of Products was 10 ms; the limit is 50 ms (100 requests at 100/s; point estimate; "
        "the worst second of the best 10 s running, from 5 s)"
    )
    missed = judge("p95 < 50 ms for 11 s", run)
    assert (missed.verdict, missed.measured) == (FAIL, pytest.approx(80, rel=0.001))


def test_more_seconds_running_than_there_were_are_inconclusive() -> None:
    judgement = judge("p95 < 50 ms for 11 s", a_run(endpoint(seconds(*CALM))))
    assert judgement.verdict is INCONCLUSIVE


@pytest.mark.parametrize(
    "text, verdict",
    [
        ("error rate < 10 % as point estimate", PASS),
        ("error rate < 10 % in every 5 s", FAIL),
        ("error rate < 10 % for 15 s", PASS),
        ("error rate < 10 % for 16 s", FAIL),
        ("share of 500 < 10 % in every 5 s", FAIL),
        ("share of 404 < 10 % in every 5 s", PASS),
        ("achieved rate >= 98 % in every 5 s", PASS),
        ("throughput >= 90/s in every 5 s", PASS),
        ("throughput >= 101/s in every 5 s", INCONCLUSIVE),
        ("p95 service time < 50 ms in every 5 s", PASS),
    ],
)
def test_shares_and_rates_have_windows_too(text: str, verdict: Verdict) -> None:
    bad = [Request(outcome=500) if i % 5 == 0 else Request() for i in range(5 * PER_S)]
    run = a_run(endpoint([*seconds(*[10] * 15), *bad]))
    assert judge(text, run).verdict is verdict


def test_a_hosts_load_is_judged_by_windows() -> None:
    run = a_run(endpoint(seconds(*CALM, *CALM)), cpu_percent=[20] * 15 + [95] * 4 + [20])
    assert judge("cpu < 90 %", run).verdict is PASS
    judgement = judge("cpu < 60 % in every 10 s", run)
    assert judgement.verdict is PASS
    assert judge("cpu < 60 % in every 5 s", run).measured == 80
    assert judge("cpu < 90 % in every 1 s", run).verdict is FAIL


def test_late_requests_of_the_generators_own_fail_no_window() -> None:
    """A window in which the generator paused looks slow, and says nothing of the server."""
    paused = [Request(10, delay_ms=500)] * 10
    requests = [*seconds(*CALM), *paused, *seconds(*CALM)[10:]]
    judgement = judge("p95 < 50 ms in every 1 s", a_run(endpoint(requests)))
    assert judgement.verdict is INCONCLUSIVE
    assert "its service time, 10 ms, meets it" in judgement.reason


def test_a_window_in_which_the_server_was_slow_fails() -> None:
    requests = [*seconds(*CALM), *[Request(500)] * 10, *seconds(*CALM)[10:]]
    assert judge("p95 < 50 ms in every 1 s", a_run(endpoint(requests))).verdict is FAIL


# Parts of a run.


def test_what_came_first_can_be_left_out() -> None:
    run = a_run(endpoint(seconds(80, 80, 80, *CALM)))
    assert judge("p95 < 50 ms", run).verdict is FAIL
    judgement = judge("p95 < 50 ms after the first 3 s", run)
    assert (judgement.verdict, judgement.samples) == (PASS, 1_000)
    assert judgement.sentence == (
        "P95 of Products was 10 ms; the limit is 50 ms "
        "(1,000 requests at 100/s; after the first 3 s)"
    )


def test_windows_count_from_where_the_rest_begins() -> None:
    run = a_run(endpoint(seconds(80, 80, 80, *CALM)))
    assert judge("p95 < 50 ms in every 5 s after the first 3 s", run).verdict is PASS
    assert judge("p95 < 50 ms in every 5 s after the first 2 s", run).verdict is FAIL


def test_windows_are_told_in_seconds_of_the_run() -> None:
    run = a_run(endpoint(seconds(80, 80, 80, *CALM, 80)))
    judgement = judge("p95 < 50 ms in every 1 s after the first 3 s", run)
    assert "the worst of 11 windows, from 13 s to 14 s; after the first 3 s" in judgement.sentence


def test_what_never_ended_is_missing_in_every_part_of_a_run() -> None:
    requests = seconds(*CALM)
    half = replace(endpoint(requests), planned=2 * len(requests))
    for text in ("achieved rate >= 98 %", "achieved rate >= 98 % after the first 1 s"):
        assert judge(text, a_run(half)).verdict is INCONCLUSIVE


def test_where_nothing_is_left_it_is_inconclusive() -> None:
    judgement = judge("p95 < 50 ms after the first 1 h", a_run(endpoint(seconds(*CALM))))
    assert (judgement.verdict, judgement.reason) == (INCONCLUSIVE, "no requests were made")


def with_warm_up(run: RunResult) -> RunResult:
    """The same after a second of slow requests."""
    slow = endpoint(seconds(80))
    return replace(
        run,
        phases=(
            PhaseResult(Phase("warm-up", 0, S, judged=False), (slow,)),
            PhaseResult(Phase("load", S, S + run.length_ns), run.endpoints),
        ),
    )


def test_another_phase_can_be_judged() -> None:
    run = with_warm_up(a_run(endpoint(seconds(*CALM))))
    assert judge("p95 < 50 ms", run).verdict is PASS
    judgement = judge("p95 < 50 ms during warm-up", run)
    assert judgement.verdict is FAIL
    assert judgement.sentence == (
        "P95 of Products was 80 ms; the limit is 50 ms (100 requests at 100/s; during warm-up)"
    )
    with pytest.raises(UnknownName, match="There is: warm-up, load"):
        judge("p95 < 50 ms during burst", run)


# Scopes.


def three_endpoints() -> RunResult:
    """Two that belong together, one of them slow, and a third."""
    quick, third = (endpoint(seconds(*CALM), name) for name in ("Card", "Orders"))
    slow = endpoint(seconds(*[60] * 10), "Bank")
    return a_run(replace(quick, group="Payments"), replace(slow, group="Payments"), third)


def test_a_groups_times_are_judged_endpoint_by_endpoint() -> None:
    judgement = judge("p95 of payments < 50 ms", three_endpoints())
    assert (judgement.verdict, judgement.endpoint) == (FAIL, "Bank")
    assert "the worst of 2 endpoints" in judgement.sentence


def test_a_groups_shares_are_those_of_its_requests_together() -> None:
    run = three_endpoints()
    failing = endpoint([Request(outcome=500)] * 100, "Card")
    failing = replace(failing, group="Payments")
    run = replace(run, endpoints=(failing, *run.endpoints[1:]))
    judgement = judge("error rate of Payments < 5 %", run)
    assert (judgement.endpoint, judgement.samples) == ("Payments", 1_100)
    assert judgement.measured == pytest.approx(100 / 11)
    assert judge("error rate of Each Endpoint < 5 %", run).endpoint == "Card"


def test_the_run_takes_all_endpoints_as_one() -> None:
    judgement = judge("p50 of the run < 50 ms", three_endpoints())
    assert (judgement.verdict, judgement.endpoint, judgement.samples) == (PASS, None, 3_000)
    assert judge("p95 of the run < 50 ms", three_endpoints()).verdict is FAIL


def test_everything_is_judged_on_all_runs_together() -> None:
    good = a_run(endpoint(seconds(*CALM)))
    bad = a_run(endpoint([Request(outcome=500)] * 100))
    judgement = judge("error rate of everything < 5 %", everything([bad, good]))
    assert judgement.measured == pytest.approx(100 / 11)


# How sure.


def test_a_point_estimate_decides_where_an_interval_would_not_and_is_named() -> None:
    requests = [Request(9.9 if i % 20 else 10.2) for i in range(200)]
    run = a_run(endpoint(requests))
    assert judge("p94 < 10 ms", run).verdict is INCONCLUSIVE
    judgement = judge("p94 < 10 ms as point estimate", run)
    assert (judgement.verdict, judgement.confidence, judgement.interval) == (PASS, None, None)
    assert "point estimate" in judgement.sentence


@pytest.mark.parametrize("text", ["p95 < 50 ms", "error rate < 1 %", "average < 50 ms"])
def test_a_point_estimate_of_a_handful_is_no_pass(text: str) -> None:
    judgement = judge(f"{text} as point estimate", a_run(endpoint([Request()] * 29)))
    assert (judgement.verdict, judgement.reason) == (
        INCONCLUSIVE,
        "too few requests: 29, and 30 are the least",
    )


def test_a_threshold_is_one_of_endpoints() -> None:
    with pytest.raises(BadCriterion, match="'Products' has none"):
        judge("p95 < threshold in every 2 s", a_run(endpoint(seconds(*CALM))))
