"""Results: what a run comes to over all its endpoints."""

from collections import Counter

import pytest

from ApiLoadLibrary.measurement.outcomes import Failure
from ApiLoadLibrary.measurement.resources import average, peak
from unit.criteria.builders import Request, a_run, an_endpoint


def test_the_offered_rate_is_what_was_planned_not_what_was_sent() -> None:
    endpoint = an_endpoint([Request()] * 50, rate="10/s", planned=100)
    assert endpoint.offered_rate_per_s == 10
    assert endpoint.achieved_rate_per_s == 5


def test_late_and_dropped_requests_do_not_count_as_achieved() -> None:
    requests = [
        *[Request()] * 7,
        *[Request(delay_ms=50)] * 2,
        Request(outcome=Failure.DROPPED_GENERATOR, delay_ms=5_000),
    ]
    endpoint = an_endpoint(requests, rate="10/s")
    assert endpoint.in_time == 7
    assert endpoint.achieved_rate_per_s == 7


def test_a_run_adds_up_its_endpoints() -> None:
    run = a_run(
        an_endpoint([Request(outcome=500), *[Request(delay_ms=50)] * 9], rate="10/s"),
        an_endpoint(
            [Request(outcome=Failure.DROPPED_GENERATOR, delay_ms=9), *[Request()] * 29],
            "Create Order",
            rate="10/s",
        ),
    )
    assert (run.requests, run.planned, run.errors, run.late, run.dropped) == (40, 40, 2, 9, 1)
    assert run.error_rate == 0.05
    assert run.offered_rate_per_s == pytest.approx(40 / 3)
    assert run.outcomes == Counter({200: 38, 500: 1, Failure.DROPPED_GENERATOR: 1})
    assert run.schedule_delay().count == 39
    assert run.response().count == 39


def test_the_timeline_of_a_run_is_in_order_and_that_of_all_endpoints() -> None:
    one = an_endpoint([Request(10)] * 30, rate="10/s")
    other = an_endpoint([Request(20, outcome=500)] * 10, "Create Order", rate="10/s")
    run = a_run(one, other)
    timeline = run.seconds()
    assert list(timeline) == [0, 1, 2]
    assert [second.requests for second in timeline.values()] == [20, 10, 10]
    assert [second.errors for second in timeline.values()] == [10, 0, 0]
    # Adding them up leaves those of the endpoints as they were.
    assert one.tally.seconds[0].requests == 10


def test_an_endpoint_without_requests_has_no_error_rate() -> None:
    endpoint = an_endpoint([], planned=10)
    assert endpoint.error_rate is None
    assert a_run(endpoint).error_rate is None


def test_the_generators_own_failures_leave_out_what_busy_workers_did() -> None:
    run = a_run(
        an_endpoint(
            [
                Request(delay_ms=50),
                Request(delay_ms=50, busy=True),
                Request(outcome=Failure.DROPPED_WORKERS_BUSY, busy=True),
                Request(outcome=Failure.DROPPED_GENERATOR),
                Request(outcome=Failure.NO_PORTS),
                Request(outcome=Failure.NO_DESCRIPTORS),
                Request(outcome=Failure.ANSWER_TIMEOUT),
                Request(outcome=500),
            ]
        )
    )
    assert run.generator_failures() == 4


def test_a_generator_with_a_reason_against_it_is_not_healthy() -> None:
    endpoint = an_endpoint([Request()])
    assert a_run(endpoint).generator.healthy
    assert not a_run(endpoint, generator_at_fault="it was starved").generator.healthy


def test_of_no_resource_samples_there_is_neither_average_nor_peak() -> None:
    assert (average([]), peak([])) == (None, None)
    assert (average([1.0, 3.0]), peak([1.0, 3.0])) == (2.0, 3.0)
