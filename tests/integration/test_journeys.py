"""Journeys against a shop that knows each of its customers."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from time import monotonic_ns

import pytest

from ApiLoadLibrary.criteria.evaluation import evaluate
from ApiLoadLibrary.criteria.grammar import parse
from ApiLoadLibrary.criteria.judgement import Verdict
from ApiLoadLibrary.engine import plan as engine_plan
from ApiLoadLibrary.engine.journeys import JourneyLoop
from ApiLoadLibrary.measurement.outcomes import DONE, Failure
from ApiLoadLibrary.measurement.progress import Part
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.session.journeys import Journey, JourneyVisit
from ApiLoadLibrary.values import NS_PER_S, Duration, Rate
from ApiLoadLibrary.workload.action import Call
from ApiLoadLibrary.workload.check_grammar import parse_check
from ApiLoadLibrary.workload.endpoint import Endpoint
from integration.journeys import STEPS, shopping, visit_of, walk
from integration.loads import watch_nothing
from rig.process import coffee_shop, counts, truth

MS = 1_000_000


def funnel(run: RunResult) -> list[tuple[str, int, int, int]]:
    """Of each step how many started it, finished it, and ended there."""
    (row,) = run.details["journeys"]
    return [
        (step["name"], step["started"], step["finished"], step["ended_here"])
        for step in row["steps"]
    ]


@pytest.mark.slow
def test_three_thousand_users_never_show_what_is_anothers() -> None:
    """Each answer's values are this user's own, as are its cookie and its connection."""
    with coffee_shop() as address:
        session = shopping(address, workers=200, shards=2)
        run = walk(session, "500/s", "6 s", think="20 ms..60 ms")
        found = truth(address)
    assert found["wrong"] == []
    assert found["done"] == {"sign-in": 3000, "products": 3000, "orders": 3000, "pay": 3000}
    assert found["left"] == 0
    assert found["shortest_pause_ms"] >= 20
    assert funnel(run) == [(name, 3000, 3000, 0) for name in STEPS]
    (journey,) = run.journeys
    assert journey.tally.outcomes == {DONE: 3000}
    assert (run.requests, run.planned) == (12_000, 12_000)
    assert evaluate(parse("finished journeys >= 99 %"), run).measured == 100


def test_a_step_that_fails_ends_its_users_journey() -> None:
    with coffee_shop("--sold-out", "5", "--decline", "5") as address:
        run = walk(shopping(address), "200/s", "1 s")
        assert truth(address)["wrong"] == []
    assert funnel(run) == [
        ("Sign In", 200, 200, 0),
        ("List Products", 200, 160, 40),
        ("Order The Third", 160, 160, 0),
        ("Pay", 160, 128, 32),
    ]
    (journey,) = run.journeys
    assert journey.tally.outcomes == {DONE: 128, 402: 32, Failure.NO_VALUE: 40}
    assert run.endpoints[1].tally.outcomes == {200: 160, Failure.NO_VALUE: 40}
    judgement = evaluate(parse("finished journeys >= 99 %"), run)
    assert judgement.verdict is Verdict.FAIL
    assert judgement.sentence == (
        "Share of finished journeys of Buy A Coffee was 64 %; at least 99 % is required "
        "(200 journeys at 200/s): 40 × the answer lacked a value that a later step needs "
        "(server), 32 × status 402 was not expected (server)"
    )


def test_the_check_that_ended_a_journey_is_named_and_no_secret_in_it() -> None:
    with coffee_shop() as address:
        session = shopping(address)
        session.mask.add("of-Ann-alone")
        session.endpoints.check("Pay", [parse_check("$.for is of-Ann-alone")])
        run = walk(session, "100/s", "300 ms")
    ((failure,),) = [each["failures"] for each in run.details["journeys"][0]["steps"][-1:]]
    assert (failure["what"][:20], failure["count"]) == ("failed the check '$.", 30)
    judgement = evaluate(parse("finished journeys >= 99 %"), run)
    assert judgement.sentence.endswith("30 × failed the check '$.for is <secret>' (server)")


def test_who_thinks_needs_no_worker_and_thinking_is_in_no_response_time() -> None:
    with coffee_shop("--slow", "5") as address:
        run = walk(shopping(address, workers=4), "40/s", "2 s", think="300 ms..400 ms")
        assert truth(address)["wrong"] == []
        assert truth(address)["shortest_pause_ms"] >= 300
    assert run.generator.peak_busy_workers <= 4
    assert run.details["most_users"] > 20
    (journey,) = run.journeys
    assert journey.tally.outcomes == {DONE: 80}
    waited, elapsed = journey.tally.response.success, run.details["journeys"][0]["start_to_end_ms"]
    steps = [each.tally.response.success.sum_ns for each in run.endpoints]
    assert waited.sum_ns == sum(steps)  # to the nanosecond
    assert 20 <= (waited.min_ns or 0) / MS < 900
    assert 920 <= elapsed["median"] <= elapsed["max"]


def test_users_who_think_beyond_number_connect_again_and_are_still_themselves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(engine_plan, "MOST_KEPT", 3)
    parts: list[Part] = []
    with coffee_shop("--reconnect") as address:
        session = shopping(address)
        plan = visit_of(session, "50/s", "1 s", think="200 ms").plan("Coffee", None)
        (shard,) = plan.split(1)
        loop = JourneyLoop(shard, lambda part, _: parts.append(part))
        loop.run(monotonic_ns())
        found = truth(address)
    assert found["wrong"] == []
    assert found["done"]["pay"] == 50
    # A few keep theirs; whoever began while many thought had to connect for each of four steps.
    assert 100 < found["connections"] <= 4 * 50 + 2
    assert sum(part.tally.outcomes[DONE] for part in parts) == 50


def test_a_run_that_is_stopped_tells_of_each_user_who_was_cut_off() -> None:
    with coffee_shop() as address:
        session = shopping(address)
        visit = visit_of(session, "100/s", "30 s", think="20 s")
        going = session.tester.start(visit.plan("Coffee", None), "test")
        threading.Timer(1.5, going.stop, ["enough"]).start()
        kept: list[RunResult] = []
        going.wait(watch_nothing, lambda so_far: None, lambda progress, elapsed_s: None)
        going.seal(kept.append)
        found = truth(address)
    run = visit.conclude(kept[0])
    assert run.stopped == "enough"
    assert run.duration_s < 6
    (journey,) = run.journeys
    begun = found["done"]["sign-in"]
    assert 50 < begun < 400
    assert journey.tally.outcomes == {Failure.STOPPED: begun}
    assert (journey.tally.response.failed.max_ns or 0) < 5 * NS_PER_S  # nobody waited for thinking
    assert run.endpoints[0].tally.outcomes == {200: begun}
    assert run.endpoints[1].tally.outcomes == {}
    assert evaluate(parse("finished journeys >= 1 %"), run).verdict is not Verdict.PASS


def test_a_journey_that_never_began_is_told_with_its_first_step() -> None:
    with coffee_shop("--slow", "100") as address:
        session = shopping(address, workers=1)
        visit = visit_of(session, "20/s", "500 ms")
        plan = replace(visit.plan("Coffee", None), grace=Duration(100 * MS))
        run = session.run(plan, watch_nothing, visit.conclude)
        found = truth(address)
    (journey,) = run.journeys
    begun = found["done"]["sign-in"]
    assert 1 <= begun <= 3
    assert found["done"]["pay"] == begun  # who has begun goes on to the end
    dropped = {Failure.DROPPED_WORKERS_BUSY: 10 - begun}
    assert journey.tally.outcomes == {DONE: begun, **dropped}
    assert run.endpoints[0].tally.outcomes == {200: begun, **dropped}
    assert run.requests == 10 + 3 * begun
    (row,) = run.details["journeys"]
    assert (row["begun"], row["never_begun"], row["finished"]) == (begun, 10 - begun, begun)


def test_a_cap_holds_for_all_steps_together() -> None:
    with coffee_shop() as address:
        run = walk(shopping(address, max_rate=Rate.parse("80/s")), "20/s", "1 s")
        assert truth(address)["done"]["pay"] == 20
    assert run.duration_s >= 0.9
    assert run.journeys[0].tally.outcomes == {DONE: 20}


def test_journeys_are_mixed_by_weight_and_steps_that_they_share_are_told_apart(rig: str) -> None:
    session = shopping(rig)
    for name in ("/ok", "/status/204"):
        expected = frozenset({200, 204})
        session.endpoints.define(Endpoint(f"Get {name}", "GET", name, expected=expected))
    look = Journey.parse("Look", ["Get /ok", "Get /ok"])
    buy = Journey.parse("Buy", ["Get /ok", "Get /status/204"])
    visit = JourneyVisit(
        session,
        "mixed",
        [(look, Rate.parse("70/s")), (buy, Rate.parse("30/s"))],
        Duration(NS_PER_S),
    )
    run = session.run(visit.plan("Mixed", None), watch_nothing, visit.conclude)
    assert counts(rig)["received"] == {"GET /ok": 170, "GET /status/204": 30}
    assert [(each.name, each.group, each.tally.requests) for each in run.endpoints] == [
        ("Look: Get /ok (step 1)", "Get /ok", 70),
        ("Look: Get /ok (step 2)", "Get /ok", 70),
        ("Buy: Get /ok", "Get /ok", 30),
        ("Get /status/204", None, 30),
    ]
    assert evaluate(parse("error rate of Get /ok <= 0 %"), run).samples == 170
    assert evaluate(parse("finished journeys of Look >= 99 % as point estimate"), run).samples == 70
    assert evaluate(parse("p50 of Buy < 5 s"), run).samples == 30


def guided(
    rig: str, function: str, monkeypatch: pytest.MonkeyPatch, rate: str = "40/s"
) -> RunResult:
    """What came of users whose way is a Python function."""
    monkeypatch.setenv("RIG", rig)
    monkeypatch.syspath_prepend(str(Path(__file__).parents[1]))
    session = shopping(rig, timeout=Duration(NS_PER_S // 2), workers=20)
    call = Call.parse(f"rig.walks:{function}")
    journey = Journey.parse("Coffee By Hand", ["Sign In", "Pay"], call=call)
    session.journeys.define(journey)
    asked = [(journey, Rate.parse(rate))]
    visit = JourneyVisit(session, "by hand", asked, Duration(NS_PER_S))
    return session.run(visit.plan("By hand", None), watch_nothing, visit.conclude)


def test_a_python_function_takes_a_journey_and_its_steps_are_timed(
    rig: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = guided(rig, "buy_a_coffee", monkeypatch)
    assert counts(rig)["received"] == {"GET /ok": 72, "GET /status/402": 8}
    assert funnel(run) == [("Sign In", 40, 40, 0), ("Pay", 40, 32, 8)]
    (journey,) = run.journeys
    assert journey.tally.outcomes == {DONE: 32, 402: 8}
    waited = journey.tally.response
    steps = [each.tally.response for each in run.endpoints]
    assert waited.success.sum_ns + waited.failed.sum_ns == pytest.approx(
        sum(each.success.sum_ns + each.failed.sum_ns for each in steps), rel=0.1
    )
    assert run.details["journeys"][0]["start_to_end_ms"]["median"] >= 100


@pytest.mark.parametrize(
    "function, outcome, steps",
    [
        ("look_for_tea", Failure.SENDER_FAILED, [0, 0]),
        ("shrug_off", Failure.CHECK_FAILED, [5, 5]),
        ("fall_asleep", Failure.ANSWER_TIMEOUT, [5, 5]),
    ],
)
def test_each_way_to_fail_of_a_function_is_told(
    rig: str,
    monkeypatch: pytest.MonkeyPatch,
    function: str,
    outcome: Failure,
    steps: list[int],
) -> None:
    run = guided(rig, function, monkeypatch, rate="5/s")
    (journey,) = run.journeys
    assert journey.tally.outcomes == {outcome: 5}
    assert [each.tally.requests for each in run.endpoints] == steps
    if function == "look_for_tea":
        reasons = "; ".join(run.generator.reasons)
        assert "Coffee By Hand raised ValueError: the journey has no step 'Drink Tea'" in reasons
