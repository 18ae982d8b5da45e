"""Runs whose every request is kept, and runs that end when their work is done."""

from __future__ import annotations

from fractions import Fraction

import pytest

from ApiLoadLibrary.engine.listed import Listed
from ApiLoadLibrary.measurement.outcomes import Failure
from ApiLoadLibrary.measurement.phases import Phase
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.scenarios.load import Load
from ApiLoadLibrary.session.tester import burst, overload
from ApiLoadLibrary.values import NS_PER_S, Duration, Rate
from ApiLoadLibrary.workload.endpoint import Endpoint
from integration.loads import get, load_tester, send, steady, watch_nothing
from rig.process import counts

MS = 1_000_000


def traced(
    address: str, endpoints: list[Endpoint], load: Load, headers: set[str], **settings: object
) -> RunResult:
    makes = load_tester(address, **settings)
    kept: list[RunResult] = []
    plan = makes.plan(endpoints, load, "traced", frozenset(headers))
    makes.run(plan, "test", watch_nothing, kept.append)
    return kept[0]


def test_a_trace_holds_every_request_with_the_headers_asked_for(rig: str) -> None:
    endpoints = [get("/redirect?/ok"), get("/delay/30")]
    run = traced(rig, endpoints, steady("40/s", "1 s"), {"location"}, shards=2)
    assert len(run.trace) == run.requests == 80
    assert [each.scheduled_ns for each in run.trace] == sorted(x.scheduled_ns for x in run.trace)
    moved = [each for each in run.trace if each.endpoint == 0]
    assert {each.arrival for each in moved} == set(range(40))
    assert {(each.outcome, each.headers) for each in moved} == {(302, (("location", "/ok"),))}
    assert moved[0].header("location") == "/ok"
    slow = [each for each in run.trace if each.endpoint == 1]
    assert {each.headers for each in slow} == {()}
    assert all(30 * MS <= each.service_ns <= each.response_ns for each in slow)
    assert all(each.sent_ns < each.first_byte_ns <= each.done_ns for each in slow)


def test_a_trace_holds_headers_through_requests_too(rig: str) -> None:
    """Else a rate limit's `Retry-After` would be found missing."""
    run = traced(
        rig, [get("/redirect?/ok")], steady("20/s", "500 ms"), {"location"}, transport="requests"
    )
    assert {(each.outcome, each.headers) for each in run.trace} == {(302, (("location", "/ok"),))}


def test_a_trace_holds_failures_too(rig: str) -> None:
    run = traced(rig, [get("/reset")], steady("20/s", "500 ms"), set())
    assert [each.outcome for each in run.trace] == [Failure.RESET] * 10
    assert {each.first_byte_ns for each in run.trace} == {-1}


def test_other_runs_keep_no_trace(rig: str) -> None:
    assert send(rig, [get("/ok")], steady("20/s", "500 ms")).trace == ()


@pytest.mark.quiet
def test_endpoints_can_have_schedules_of_their_own(rig: str) -> None:
    moments = tuple(each * 10 * MS for each in (0, 0, 1, 50))
    schedules = (Listed(moments, NS_PER_S), Listed((900 * MS,), NS_PER_S))
    load = Load("probe", "a probe", (Phase.whole(NS_PER_S),), schedules=schedules)
    run = traced(rig, [get("/ok"), get("/status/404")], load, set(), shards=2)
    assert [each.scheduled_ns // MS for each in run.trace] == [0, 0, 10, 500, 900]
    assert counts(rig)["received"] == {"GET /ok": 4, "GET /status/404": 1}
    assert run.late == 0


def test_an_overload_sends_its_number_and_lasts_as_long_as_that_takes(rig: str) -> None:
    load = overload(20, 5, Duration.parse("1 min"))
    run = send(rig, [get("/delay/20"), get("/ok")], load, workers=20, shards=2)
    assert run.requests == run.planned == sum(counts(rig)["received"].values()) == 100
    assert run.closed
    assert run.stopped is None
    assert 0.05 <= run.duration_s < 30
    assert run.length_ns == round(run.duration_s * NS_PER_S)


def test_a_burst_is_three_phases_of_one_run(rig: str) -> None:
    second = Duration.parse("1 s")
    load = burst(Rate.parse("20/s"), Fraction(5), second, second, None)
    run = send(rig, [get("/ok"), get("/status/404")], load)
    received = counts(rig)["received"]
    assert received == {"GET /ok": 140, "GET /status/404": 140}
    assert [(each.phase.name, each.requests) for each in run.phases] == [
        ("before", 40),
        ("burst", 200),
        ("after", 40),
    ]
    assert (run.scenario, run.requests, run.length_ns) == ("burst", 200, NS_PER_S)
