"""Load that goes on while something else is done."""

from __future__ import annotations

import signal
import sys
import time

import pytest

from ApiLoadLibrary.errors import BadInput, NothingToJudge, UnknownName
from ApiLoadLibrary.measurement.progress import Progress
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.session.acceptance import AcceptanceSession
from ApiLoadLibrary.session.place import Place
from ApiLoadLibrary.session.tester import as_fast_as_possible
from ApiLoadLibrary.values import Duration
from integration.loads import get, steady
from rig.process import children_that_run, counts


@pytest.fixture
def session(rig: str) -> AcceptanceSession:
    """A session in a test of its own, that knows one endpoint."""
    session = AcceptanceSession()
    session.use_server(rig)
    session.endpoints.define(get("/ok"))
    session.place = Place("Suite", "Suite.Test")
    return session


def begin(session: AcceptanceSession, duration: str = "1 s", name: str = "behind") -> None:
    session.begin(session.plan(steady("50/s", duration), "Get /ok", name))


def test_a_load_goes_on_by_itself_and_is_kept_when_it_is_waited_for(
    session: AcceptanceSession, rig: str
) -> None:
    begin(session)
    with pytest.raises(NothingToJudge, match="has not ended: write `Wait Until Load Ends`"):
        session.verdicts.latest_run()
    session.background.find().wait()
    run = session.verdicts.latest_run()
    assert (run.requests, run.stopped, run.test) == (50, None, "Suite.Test")
    assert counts(rig)["received"] == {"GET /ok": 50}
    with pytest.raises(BadInput, match="No load goes on"):
        session.background.find()


def test_a_load_can_be_ended_as_if_it_had_been_meant_to(session: AcceptanceSession) -> None:
    begin(session, "1 h")
    time.sleep(1)
    session.background.find("BEHIND").finish()
    run = session.verdicts.latest_run()
    assert run.stopped is None
    assert 40 <= run.requests == run.planned < 1_000
    assert run.length_ns >= 0.9e9
    assert run.achieved_rate_per_s == pytest.approx(50, rel=0.1)


def test_answers_that_are_under_way_are_waited_for_when_a_load_is_ended(
    session: AcceptanceSession, rig: str
) -> None:
    session.endpoints.define(get("/delay/1500"))
    session.begin(session.plan(steady("20/s", "1 h"), "Get /delay/1500", "slow"))
    time.sleep(2.5)
    session.background.find().finish()
    run = session.verdicts.latest_run()
    assert (run.errors, run.stopped) == (0, None)
    assert 40 <= run.requests == run.planned == counts(rig)["received"]["GET /delay/1500"]
    assert 2.4e9 <= run.length_ns <= 6e9


def test_arrivals_that_wait_for_a_worker_when_a_load_is_ended_are_not_forgotten(
    session: AcceptanceSession,
) -> None:
    session.configure(workers=2)
    session.endpoints.define(get("/delay/300"))
    session.begin(session.plan(steady("10/s", "1 h"), "Get /delay/300", "short of workers"))
    time.sleep(1.5)
    session.background.find().finish()
    run = session.verdicts.latest_run()
    assert run.requests == run.planned >= 15


def test_the_closed_model_can_be_ended_too(session: AcceptanceSession, rig: str) -> None:
    session.endpoints.define(get("/delay/1200"))
    load = as_fast_as_possible(Duration.parse("1 h"))
    session.begin(session.plan(load, "Get /delay/1200", "closed", workers=3))
    time.sleep(1.5)
    session.background.find().finish()
    run = session.verdicts.latest_run()
    assert (run.errors, run.stopped) == (0, None)
    assert 6 <= run.requests == counts(rig)["received"]["GET /delay/1200"]


def test_two_loads_go_on_side_by_side_and_are_known_by_name(session: AcceptanceSession) -> None:
    begin(session, name="one")
    begin(session, name="two")
    with pytest.raises(UnknownName, match="'three'"):
        session.background.find("three")
    session.background.find("one").wait()
    session.background.find().wait()
    assert [each.name for each in session.verdicts.runs] == ["one", "two"]
    assert [each.requests for each in session.verdicts.runs] == [50, 50]


def test_what_a_test_leaves_going_is_cut_short_and_kept(session: AcceptanceSession) -> None:
    begin(session, "1 h")
    assert session.background.end_all_of("Suite.Other Test") == []
    assert session.background.end_all_of("Suite.Test") == ["behind"]
    assert session.verdicts.runs[0].stopped == "what had begun it was over before the load was"


def test_a_run_that_ended_meanwhile_is_judged_while_another_goes_on(
    session: AcceptanceSession,
) -> None:
    begin(session, "1 h")
    session.run(session.plan(steady("50/s", "500 ms"), "Get /ok", "beside"), lambda moment: None)
    assert session.verdicts.latest_run().name == "beside"
    session.background.end_all_of()


def test_an_earlier_run_of_the_same_name_is_not_judged_in_its_stead(
    session: AcceptanceSession,
) -> None:
    session.run(session.plan(steady("50/s", "500 ms"), "Get /ok", "Load"), lambda moment: None)
    begin(session, "1 h", "Load")
    for wanted, of_run in (("error rate < 1 %", "load"), ("error rate of everything < 1 %", None)):
        with pytest.raises(NothingToJudge, match="The load run Load has not ended: write"):
            session.verdicts.judge(wanted, of_run)
    with pytest.raises(NothingToJudge, match="has not ended"):
        session.verdicts.measure("error rate", "everything")
    session.background.find().finish()
    judged = session.verdicts.judge("p95 < 10 s", "load").judgement
    assert judged.run_id == session.verdicts.runs[-1].id


def test_what_a_scenario_finds_is_added_and_a_mistake_of_it_loses_nothing(
    session: AcceptanceSession,
) -> None:
    def fails(run: RunResult) -> RunResult:
        raise RuntimeError("no idea")

    plan = session.plan(steady("50/s", "500 ms"), "Get /ok", "kept")
    with pytest.raises(RuntimeError, match="no idea"):
        session.run(plan, lambda moment: None, fails)
    assert session.verdicts.latest_run().requests == 25


class TimedOut(BaseException):
    """As Robot's time-outs come: at any moment, and past every `except Exception`."""


def test_a_time_out_while_a_result_is_gathered_does_not_lose_it(
    session: AcceptanceSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin(session)
    load = session.background.find()

    def broken_off(keep: object) -> None:
        raise TimedOut

    with monkeypatch.context() as patch:
        patch.setattr(load.going, "seal", broken_off)
        with pytest.raises(TimedOut):
            load.wait()
    assert session.background.end_all_of() == []
    assert [each.requests for each in session.verdicts.runs] == [50]


def test_a_load_whose_result_cannot_be_concluded_keeps_no_other_one_going(
    session: AcceptanceSession,
) -> None:
    def fails(run: RunResult) -> RunResult:
        raise RuntimeError("no idea")

    session.begin(session.plan(steady("50/s", "1 h"), "Get /ok", "one"), fails)
    begin(session, "1 h", "two")
    with pytest.raises(RuntimeError, match="no idea"):
        session.background.end_all_of()
    assert [each.name for each in session.verdicts.runs] == ["one", "two"]


def test_a_load_that_nobody_can_look_after_any_more_ends_and_says_why(
    session: AcceptanceSession,
) -> None:
    def fails(progress: Progress, elapsed_s: float) -> str | None:
        raise RuntimeError("cannot count")

    plan = session.plan(steady("50/s", "1 h"), "Get /ok", "behind")
    going = session.tester.start(plan, "Suite.Test")
    kept: list[RunResult] = []
    load = session.background.look_after(
        going, "Suite.Test", kept.append, lambda so_far: None, fails
    )
    with pytest.raises(RuntimeError, match="cannot count"):
        load.wait()
    assert [each.stopped for each in kept] == ["cannot count"]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="it cannot be held still there")
def test_a_load_generator_that_does_not_hear_is_ended_all_the_same(
    session: AcceptanceSession,
) -> None:
    """Else the end of a test would wait for what is left of the hour."""
    begin(session, "1 h")
    time.sleep(0.5)
    for each in children_that_run("ApiLoadLibrary.engine.shard"):
        each.send_signal(signal.SIGSTOP)
    began = time.monotonic()
    session.background.end_all_of()
    assert time.monotonic() - began < 40
    assert session.verdicts.runs[0].generator.lost_shards
