"""Whose fault it was: a generator or a plan that failed the test is no failure of the server."""

import dataclasses

import pytest

from ApiLoadLibrary.criteria.judgement import Verdict
from ApiLoadLibrary.measurement.histogram import Histogram
from ApiLoadLibrary.measurement.outcomes import Failure
from ApiLoadLibrary.measurement.result import RunResult
from unit.criteria.builders import EVERY_METRIC, Request, a_run, an_endpoint, around, every, judge

PASS, FAIL, INCONCLUSIVE = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE

CPU = [10] * 60
GOOD = around(10, 1_000)


# A generator at fault.


@pytest.mark.parametrize("text", EVERY_METRIC)
def test_nothing_passes_when_the_generator_is_at_fault(text: str) -> None:
    run = a_run(an_endpoint(GOOD), cpu_percent=CPU, generator_at_fault="it was starved")
    judgement = judge(text, run)
    assert (judgement.verdict, judgement.reason) == (INCONCLUSIVE, "it was starved")


LATE = Request(10, delay_ms=900)
OWN_FAULT = (
    "the load generator sent 100 of 1,000 requests late or never, by its own fault; "
    "give it more cores, or a machine of its own"
)


def test_a_response_time_that_the_generator_spoilt_is_no_failure_of_the_server() -> None:
    run = a_run(an_endpoint(every(10, LATE)))
    assert judge("p95 < 50 ms", run).sentence == (
        "INCONCLUSIVE: P95 of Products was 910 ms; the limit is 50 ms "
        f"(1,000 requests at 1,000/min): its service time, 10 ms, meets it; {OWN_FAULT}"
    )


def test_a_service_time_that_breaks_the_limit_fails_whatever_the_generator_did() -> None:
    run = a_run(an_endpoint(every(10, LATE, usual=Request(80))))
    assert judge("median < 50 ms", run).verdict is FAIL
    assert judge("median service time < 50 ms", run).verdict is FAIL


STARVED = {"generator_at_fault": "it was starved", "overloaded": True}


@pytest.mark.parametrize("text", ["p95 < 50 ms", "p95 service time < 50 ms", "average < 50 ms"])
def test_slow_answers_are_not_held_against_the_server_by_an_overloaded_generator(
    text: str,
) -> None:
    run = a_run(an_endpoint(around(80, 1_000)), **STARVED)  # type: ignore[arg-type]
    judgement = judge(text, run)
    assert (judgement.verdict, judgement.reason) == (INCONCLUSIVE, "it was starved")
    assert judge(text, a_run(an_endpoint(around(80, 1_000)))).verdict is FAIL


def test_busy_workers_of_an_overloaded_generator_are_not_the_servers_fault() -> None:
    dropped = Request(0, Failure.DROPPED_WORKERS_BUSY, delay_ms=5_000, busy=True)
    endpoint = an_endpoint(every(10, dropped, usual=Request(80)), threshold_ms=50)
    for text in ("error rate < 1 %", "achieved rate >= 98 % of target"):
        assert judge(text, a_run(endpoint)).verdict is FAIL
        assert judge(text, a_run(endpoint, **STARVED)).verdict is INCONCLUSIVE  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "service_ms, delay_ms, verdict",
    [(52, 0.2, FAIL), (52, 4, INCONCLUSIVE), (80, 4, FAIL)],
)
def test_a_limit_missed_by_less_than_the_generators_own_delay_says_nothing_of_the_server(
    service_ms: float, delay_ms: float, verdict: Verdict
) -> None:
    """Who sends late by his own fault reads late too."""
    late = Request(service_ms, delay_ms=delay_ms)
    judgement = judge("p95 < 50 ms", a_run(an_endpoint([late] * 1_000)))
    assert judgement.verdict is verdict
    if verdict is INCONCLUSIVE:
        assert judgement.reason == (
            "the load generator itself was up to 4 ms late, which is more than the limit was "
            "missed by; give it more cores, or a machine of its own"
        )


def test_waiting_for_a_worker_is_no_delay_of_the_generators_own() -> None:
    waited = Request(60, delay_ms=4, busy=True)
    assert judge("p95 < 50 ms", a_run(an_endpoint([waited] * 1_000))).verdict is FAIL


def test_a_rate_that_the_generator_did_not_achieve_is_inconclusive() -> None:
    run = a_run(an_endpoint(every(10, LATE)))
    assert judge("achieved rate >= 98 % of target", run).sentence == (
        "INCONCLUSIVE: Achieved rate was 90 % of target; at least 98 % is required "
        f"(1,000 requests at 1,000/min): {OWN_FAULT}"
    )


def test_a_few_late_requests_spoil_nothing() -> None:
    run = a_run(an_endpoint(every(100, LATE)), cpu_percent=CPU)
    for text in EVERY_METRIC:
        assert judge(text, run).verdict is PASS


def test_arrivals_that_nobody_accounts_for_are_the_generators() -> None:
    run = a_run(an_endpoint(GOOD, planned=2_000))
    assert judge("p95 < 50 ms", run).verdict is INCONCLUSIVE
    assert judge("achieved rate >= 98 % of target", run).verdict is INCONCLUSIVE


def test_small_delays_of_the_generator_are_told_when_they_break_a_limit() -> None:
    run = a_run(an_endpoint([Request(2, delay_ms=1.5)] * 1_000))
    assert judge("p95 < 3 ms", run).sentence == (
        "INCONCLUSIVE: P95 of Products was 3.5 ms; the limit is 3 ms "
        "(1,000 requests at 1,000/min): its service time, 2 ms, meets it; the load generator "
        "started requests late (p99 1.5 ms); give it more cores, or a machine of its own"
    )


def test_drops_of_the_generator_are_errors_but_not_the_servers() -> None:
    drop = Request(outcome=Failure.DROPPED_GENERATOR, delay_ms=5_000)
    assert judge("error rate < 1 %", a_run(an_endpoint(every(10, drop)))).sentence == (
        "INCONCLUSIVE: Error rate was 10 %; the limit is 1 % (1,000 requests at 1,000/min): "
        "100 of its 100 errors are not the server's; "
        f"100 × never sent: the generator could not keep up (generator); {OWN_FAULT}"
    )


@pytest.mark.parametrize("limit", ["1 %", "0 %"])
def test_errors_of_the_server_fail_beside_drops_of_the_generator(limit: str) -> None:
    drop = Request(outcome=Failure.DROPPED_GENERATOR, delay_ms=5_000)
    requests = [
        drop if i % 10 == 0 else Request(10, 500 if i % 5 == 1 else 200) for i in range(1_000)
    ]
    assert judge(f"error rate <= {limit}", a_run(an_endpoint(requests))).verdict is FAIL


def test_when_nothing_reached_the_server_it_did_not_fail() -> None:
    drops = [Request(outcome=Failure.DROPPED_GENERATOR, delay_ms=5_000)] * 100
    run = a_run(an_endpoint(drops))
    assert judge("error rate < 1 %", run).verdict is INCONCLUSIVE
    assert judge("p95 < 1 s", run).sentence == (
        "INCONCLUSIVE: P95 of Products was 5,000 ms; the limit is 1 s (100 requests at 1,000/min): "
        "nothing was sent; the load generator sent 100 of 100 requests late or never, "
        "by its own fault; give it more cores, or a machine of its own"
    )


# Workers all busy.

WAITED = Request(8, delay_ms=400, busy=True)
SMALL_PLAN = "100 of 1,000 requests had to wait because all 5 workers were busy; set workers=10"


def test_busy_workers_before_a_fast_server_are_too_few() -> None:
    run = a_run(an_endpoint(every(10, WAITED)), workers=5)
    assert judge("p95 < 50 ms", run).sentence == (
        "INCONCLUSIVE: P95 of Products was 408 ms; the limit is 50 ms "
        f"(1,000 requests at 1,000/min): its service time, 10 ms, meets it; {SMALL_PLAN}"
    )
    achieved = judge("achieved rate >= 98 % of target", run)
    assert (achieved.verdict, achieved.reason) == (INCONCLUSIVE, SMALL_PLAN)


@pytest.mark.parametrize("text", EVERY_METRIC)
def test_nothing_passes_when_the_plan_had_too_few_workers(text: str) -> None:
    run = a_run(an_endpoint(every(10, WAITED)), workers=5, cpu_percent=CPU)
    judgement = judge(text, run)
    assert judgement.verdict is INCONCLUSIVE
    # Of a part of the run it tells what happened in that part.
    assert judgement.reason == SMALL_PLAN or "after" in text
    assert "had to wait because all 5 workers were busy; set workers=" in judgement.reason


def test_busy_workers_before_a_slow_server_are_its_fault() -> None:
    slow = [Request(600, delay_ms=400, busy=True)] * 1_000
    run = a_run(an_endpoint(slow, threshold_ms=500), workers=5)
    assert judge("p95 < threshold", run).sentence == (
        "P95 of Products was 1,000 ms; the limit is 500 ms (1,000 requests at 1,000/min)"
    )
    assert judge("achieved rate >= 98 % of target", run).sentence == (
        "Achieved rate was 0 % of target; at least 98 % is required (1,000 requests at 1,000/min): "
        "all 5 workers were busy, because the p95 service time of Products is beyond its threshold"
    )


def test_without_a_threshold_nobody_knows_that_the_server_is_too_slow() -> None:
    run = a_run(an_endpoint([Request(600, delay_ms=400, busy=True)] * 1_000), workers=5)
    judgement = judge("achieved rate >= 98 % of target", run)
    # Little's law: 1,000/min of 600 ms each keep 10 busy; twice that is advised.
    assert judgement.reason.endswith("all 5 workers were busy; set workers=20")
    assert judgement.verdict is INCONCLUSIVE


@pytest.mark.parametrize(
    "threshold_ms, verdict", [(None, INCONCLUSIVE), (50, FAIL), (500, INCONCLUSIVE)]
)
def test_drops_for_want_of_a_worker_are_the_servers_only_when_it_was_too_slow(
    threshold_ms: float | None, verdict: Verdict
) -> None:
    drop = Request(outcome=Failure.DROPPED_WORKERS_BUSY, delay_ms=5_000, busy=True)
    requests = every(10, drop, usual=Request(100))
    run = a_run(an_endpoint(requests, threshold_ms=threshold_ms), workers=5)
    assert judge("error rate < 1 %", run).verdict is verdict
    assert judge("achieved rate >= 98 % of target", run).verdict is verdict


def test_each_endpoint_answers_for_its_own_busy_workers() -> None:
    busy = an_endpoint(every(10, WAITED))
    free = an_endpoint(around(10, 1_000), "Create Order")
    run = a_run(busy, free, workers=5)
    assert judge("p95 of Create Order < 50 ms", run).verdict is PASS
    assert judge("p95 of Products < 50 ms", run).verdict is INCONCLUSIVE
    assert judge("p95 < 50 ms", run).endpoint == "Products"


def test_the_reasons_of_a_generator_come_before_those_of_a_plan() -> None:
    run = a_run(an_endpoint(every(10, WAITED)), workers=5, generator_at_fault="it was starved")
    assert judge("achieved rate >= 98 % of target", run).reason == "it was starved"


def test_lost_shards_let_nothing_pass() -> None:
    run = a_run(an_endpoint(GOOD))
    health = dataclasses.replace(run.generator, reasons=("part 1 died",), lost_shards=(0,))
    lost = dataclasses.replace(run, generator=health)
    assert judge("p95 < 50 ms", lost).verdict is INCONCLUSIVE
    assert judge("p95 < 5 ms", lost).verdict is FAIL


# As fast as possible.


def closed_run(**facts: object) -> RunResult:
    """500 requests that four workers sent as soon as they were answered, in ten seconds."""
    endpoint = dataclasses.replace(
        an_endpoint(around(80, 500), rate="50/s"), rate=None, offered="as fast as possible"
    )
    return a_run(endpoint, workers=4, scenario="closed", **facts)  # type: ignore[arg-type]


def test_load_as_fast_as_possible_has_no_target_to_achieve() -> None:
    judgement = judge("achieved rate >= 98 % of target", closed_run())
    assert judgement.verdict is INCONCLUSIVE
    assert judgement.reason.startswith("load as fast as possible has no target; give a rate")


def test_what_busy_workers_achieved_is_the_servers_doing_unless_the_load_is_in_doubt() -> None:
    assert judge("achieved rate >= 49/s", closed_run()).verdict is PASS
    failed = judge("achieved rate >= 51/s", closed_run())
    assert failed.sentence == (
        "Achieved rate was 50/s; at least 51/s is required (500 requests at 50/s on average): "
        "all 4 workers were sending all the time"
    )
    limited = judge("achieved rate >= 51/s", closed_run(generator_at_fault="it was the limit"))
    assert (limited.verdict, limited.reason) == (INCONCLUSIVE, "it was the limit")


# Shares and rates.


DROPPED = Request(0, Failure.DROPPED_GENERATOR, delay_ms=5_000)


@pytest.mark.parametrize("text", ["share of 200 >= 95 %", "error rate < 5 %"])
def test_what_the_generator_dropped_breaks_no_floor_of_the_server(text: str) -> None:
    judgement = judge(text, a_run(an_endpoint(every(10, DROPPED))))
    assert judgement.verdict is INCONCLUSIVE
    assert judgement.reason.startswith("100 of its 100 ")


def test_a_floor_that_the_server_breaks_by_itself_fails_and_says_why() -> None:
    judgement = judge("share of 200 >= 95 %", a_run(an_endpoint(every(5, Request(10, 500)))))
    assert judgement.sentence == (
        "Share of status 200 was 80 %; at least 95 % is required (1,000 requests at 1,000/min): "
        "200 × status 500 was not expected (server)"
    )


@pytest.mark.parametrize("text", ["error rate < 1 %", "share of timeouts < 1 %"])
def test_an_overloaded_generator_has_made_its_time_outs_itself(text: str) -> None:
    endpoint = an_endpoint(every(10, Request(900, Failure.ANSWER_TIMEOUT)))
    assert judge(text, a_run(endpoint)).verdict is FAIL
    assert judge(text, a_run(endpoint, **STARVED)).verdict is INCONCLUSIVE  # type: ignore[arg-type]


def test_throughput_that_a_slow_server_prevents_fails() -> None:
    dropped = Request(0, Failure.DROPPED_WORKERS_BUSY, delay_ms=5_000, busy=True)
    slow = an_endpoint(every(4, dropped, usual=Request(600)), threshold_ms=500)
    assert judge("throughput >= 16/s", a_run(slow)).verdict is FAIL
    quick = an_endpoint(every(4, dropped, usual=Request(100)), threshold_ms=500)
    assert judge("throughput >= 16/s", a_run(quick)).verdict is INCONCLUSIVE


def test_throughput_that_an_actions_own_code_prevents_says_nothing_of_the_server() -> None:
    broken = an_endpoint(every(2, Request(1, Failure.SENDER_FAILED)))
    judgement = judge("throughput >= 16/s", a_run(broken))
    assert judgement.verdict is INCONCLUSIVE


@pytest.mark.parametrize("text", ["throughput < 10/s", "achieved rate < 10/s"])
def test_a_ceiling_of_a_rate_can_be_broken(text: str) -> None:
    assert judge(text, a_run(an_endpoint(GOOD))).verdict is FAIL
    assert judge(text.replace("10/s", "20/s"), a_run(an_endpoint(GOOD))).verdict is PASS


# Times that were never measured.


def test_who_waited_in_vain_has_waited_for_the_first_byte_too() -> None:
    half = an_endpoint(every(2, Request(1_000, Failure.ANSWER_TIMEOUT)))
    assert judge("p95 first byte time < 500 ms", a_run(half)).verdict is FAIL


def test_connections_that_were_never_made_are_no_quick_ones() -> None:
    endpoint = an_endpoint(every(2, Request(1_000, Failure.CONNECT_TIMEOUT)))
    endpoint.tally.connect.merge(Histogram([1_000_000] * 500))
    judgement = judge("p95 connect time < 500 ms", a_run(endpoint))
    assert (judgement.verdict, judgement.reason) == (
        INCONCLUSIVE,
        "500 connections were never made, and took no time that could be measured",
    )
