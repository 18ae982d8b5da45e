"""Each kind of load, sent for real and compared with what the server counted."""

from __future__ import annotations

import pytest

from ApiLoadLibrary.criteria.evaluation import evaluate
from ApiLoadLibrary.criteria.grammar import parse
from ApiLoadLibrary.criteria.judgement import Verdict
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.session.acceptance import AcceptanceSession
from ApiLoadLibrary.session.tester import as_fast_as_possible, ramped, stepped, sustained
from ApiLoadLibrary.values import Duration, Rate
from integration.loads import get, send, watch_nothing
from rig.process import counts

SECOND = Duration.parse("1 s")


def by_second(run: RunResult) -> list[int]:
    """How many requests were due in each second."""
    return [each.requests for each in run.seconds().values()]


def test_a_ramp_sends_what_its_curve_says_each_second(rig: str) -> None:
    load = ramped(None, Rate.parse("120/s"), Duration.parse("3 s"), hold=SECOND)
    run = send(rig, [get("/ok")], load)
    # 120 t² / 6: 20, 80, 180 arrivals until the end of each second, then 120.
    assert by_second(run) == [20, 60, 100, 120]
    assert counts(rig)["received"] == {"GET /ok": 300}
    assert (run.scenario, run.outcomes) == ("ramp", {200: 300})
    assert run.offered_rate_per_s == 75


def test_steps_send_each_rate_in_its_turn(rig: str) -> None:
    load = stepped(Rate.parse("40/s"), Rate.parse("120/s"), 3, SECOND)
    run = send(rig, [get("/ok"), get("/status/404")], load, shards=2)
    assert by_second(run) == [80, 160, 240]
    assert counts(rig)["received"] == {"GET /ok": 240, "GET /status/404": 240}
    assert run.scenario == "steps"


def test_random_arrivals_are_sent_when_they_are_due_and_none_is_lost(rig: str) -> None:
    load = sustained(Rate.parse("200/s"), Duration.parse("2 s")).randomly()
    run = send(rig, [get("/ok")], load, shards=2)
    assert run.requests == run.planned == counts(rig)["received"]["GET /ok"]
    assert 240 < run.requests < 560  # eight standard deviations around 400
    assert run.schedule_delay().min_ns == pytest.approx(0, abs=10_000_000)


def test_a_warm_up_is_sent_and_counted_and_not_judged(rig: str) -> None:
    load = sustained(Rate.parse("50/s"), SECOND, warm_up=Duration.parse("2 s"))
    run = send(rig, [get("/ok")], load)
    assert counts(rig)["received"] == {"GET /ok": 150}
    assert (run.requests, run.planned, run.length_ns) == (50, 50, SECOND.ns)
    warm_up, judged = run.phases
    assert (warm_up.phase.name, warm_up.requests, warm_up.planned) == ("warm-up", 100, 100)
    assert judged.endpoints == run.endpoints
    assert run.duration_s >= 2.9


@pytest.mark.parametrize("shards", [1, 2])
def test_the_closed_model_sends_when_it_was_answered_and_counts_them_all(
    rig: str, shards: int
) -> None:
    """Four workers and answers that take 20 ms: no more than 200 a second, and no fewer than
    a machine that is busy with other things lets through."""
    load = as_fast_as_possible(SECOND, warm_up=SECOND)
    run = send(rig, [get("/delay/20"), get("/ok")], load, workers=4, shards=shards)
    received = counts(rig)["received"]
    warm_up, judged = run.phases
    assert warm_up.requests + judged.requests == sum(received.values())
    slow, quick = (each.tally.requests for each in run.endpoints)
    assert 10 < slow <= 4 * 50 + 4
    assert abs(slow - quick) <= 4
    assert (run.scenario, run.late, run.dropped) == ("closed", 0, 0)
    assert run.generator.peak_busy_workers <= 4
    response, service = run.response(), run.endpoints[0].tally.service.all()
    assert service.min_ns is not None
    assert service.min_ns >= 19_900_000
    assert response.max_ns is not None


def test_the_cap_holds_in_the_closed_model_too(rig: str) -> None:
    run = send(
        rig, [get("/ok")], as_fast_as_possible(SECOND), workers=4, max_rate=Rate.parse("30/s")
    )
    assert run.requests == counts(rig)["received"]["GET /ok"]
    assert 30 <= run.requests <= 61


def stopped_run(rig: str, condition: str, path: str, *, shards: int = 1) -> RunResult:
    """What a run of 20 s came to that a condition was to end."""
    session = AcceptanceSession()
    session.use_server(rig, shards=shards)
    session.endpoints.define(get(path))
    session.stops.add(condition, session.endpoints.scopes, session.place)
    plan = session.plan(sustained(Rate.parse("50/s"), Duration.parse("20 s")), f"Get {path}")
    return session.run(plan, watch_nothing)


@pytest.mark.parametrize("shards", [1, 2])
def test_a_load_is_stopped_when_its_condition_is_met_and_what_was_measured_is_kept(
    rig: str, shards: int
) -> None:
    """The server breaks after 1.5 s: the seconds from 2 to 4 are bad ones from end to end."""
    run = stopped_run(rig, "error rate > 90 % for 2 s", "/breaks/1500", shards=shards)
    assert run.stopped == "its stop condition was met: error rate > 90 % for 2 s"
    assert 3.9 <= run.duration_s <= 10
    assert counts(rig)["answered"] == {
        "GET /breaks/1500 200": run.outcomes[200],
        "GET /breaks/1500 500": run.outcomes[500],
    }
    assert 60 <= run.outcomes[200] <= 90
    judgement = evaluate(parse("error rate < 1 %"), run)
    assert judgement.verdict is Verdict.FAIL


def test_a_slow_server_stops_a_load_too_and_nothing_passes_then(rig: str) -> None:
    run = stopped_run(rig, "median > 20 ms for 1 s", "/delay/30")
    assert run.duration_s <= 8
    judgement = evaluate(parse("error rate < 10 %"), run)
    assert judgement.verdict is Verdict.INCONCLUSIVE
    assert judgement.reason == (
        "the run was cut short: its stop condition was met: median > 20 ms for 1 s (Get /delay/30)"
    )
