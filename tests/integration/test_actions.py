"""Actions under load: Python callables in the place of requests."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ApiLoadLibrary.errors import EngineFailed
from ApiLoadLibrary.measurement.outcomes import DONE, Blame, Failure, describe
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.report.build_run import build_run
from ApiLoadLibrary.scenarios.load import as_fast_as_possible
from ApiLoadLibrary.session.acceptance import AcceptanceSession
from ApiLoadLibrary.session.tester import Moment
from ApiLoadLibrary.values import Duration
from ApiLoadLibrary.workload.action import Action, Call
from integration.loads import get, load_tester, send, steady, sustain, watch_nothing
from rig.process import counts, rig_server


@pytest.fixture
def rig(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A rig server that the actions find in their environment."""
    with rig_server() as address:
        monkeypatch.setenv("RIG", address)
        yield address


def action(name: str, **settings: frozenset[int]) -> Action:
    """One of `rig.actions`."""
    return Action(f"Action {name}", Call("rig.actions", name), **settings)


def test_each_arrival_is_one_call_with_its_number_over_all_shards(rig: str) -> None:
    result = sustain(rig, [action("visit")], "100/s", "1 s", shards=2, workers=8)
    assert result.outcomes == {DONE: 100}
    assert result.generator.transport == "python"
    numbers = [int(re.match(r"/ok\?n=(\d+)", each)[1]) for each in counts(rig)["bodies"]]  # type: ignore[index]
    assert sorted(numbers) == list(range(1, 101))


def test_a_callable_without_parameters_is_called_without(rig: str) -> None:
    result = sustain(rig, [action("visit_anonymously")], "20/s", "500 ms")
    assert result.outcomes == {DONE: 10}
    assert counts(rig)["answered"] == {"GET /ok 200": 10}


def test_each_worker_has_an_object_of_a_class_for_itself(rig: str) -> None:
    visitor = action("Visitor", statuses=frozenset({201}))
    result = send(rig, [visitor], as_fast_as_possible(Duration.parse("1 s")), workers=3)
    assert result.outcomes == {201: result.requests}
    assert result.errors == 0
    seen = [each.partition("\n")[0] for each in counts(rig)["bodies"]]
    calls = [re.search(r"thread=(\d+)&made=(\d+)", each).groups() for each in seen]  # type: ignore[union-attr]
    assert len(calls) == len(set(calls)) == result.requests
    assert len({thread for thread, _ in calls}) == 3


@pytest.mark.parametrize(
    "name, outcome",
    [
        ("fail_a_check", Failure.CHECK_FAILED),
        ("time_out", Failure.ANSWER_TIMEOUT),
        ("lose_the_connection", Failure.RESET),
        ("find_nobody", Failure.REFUSED),
        ("be_unavailable", 503),
        ("raise_for_status", 404),
        ("mistype", Failure.SENDER_FAILED),
        ("leave", Failure.SENDER_FAILED),
        ("be_odd", Failure.SENDER_FAILED),
        ("return_a_text", Failure.SENDER_FAILED),
    ],
)
def test_each_way_to_fail_has_its_outcome(rig: str, name: str, outcome: int) -> None:
    result = sustain(rig, [action(name)], "20/s", "500 ms", workers=2)
    assert result.outcomes == {outcome: 10}
    assert result.errors == 10


def test_its_own_mistakes_are_not_the_servers_and_are_told(rig: str) -> None:
    result = sustain(rig, [action("mistype"), action("visit")], "20/s", "500 ms")
    assert describe(Failure.SENDER_FAILED).blame is Blame.GENERATOR
    told = "the action Action mistype raised KeyError: 'hunter-two'; mend its code"
    assert told in result.generator.reasons


def test_what_an_action_returned_by_mistake_is_told_in_short(rig: str) -> None:
    result = sustain(rig, [action("say_too_much")], "20/s", "300 ms")
    told = f"the action Action say_too_much returned '{'much ' * 39}…, neither None nor"
    assert told in " ".join(result.generator.reasons)


def test_what_an_action_raised_is_masked(rig: str) -> None:
    session = AcceptanceSession()
    session.mask.add("hunter-two")
    session.use_server(rig)
    session.endpoints.define(action("mistype"))
    session.run(session.plan(steady("10/s", "300 ms"), "Action mistype"), watch_nothing)
    reasons = " ".join(session.verdicts.runs[0].generator.reasons)
    assert "KeyError" in reasons
    assert "hunter-two" not in reasons


def test_an_action_needs_no_server_of_its_own(rig: str, tmp_path: Path) -> None:
    session = AcceptanceSession()
    session.endpoints.define(action("visit"))
    session.run(session.plan(steady("20/s", "500 ms"), "Action visit"), watch_nothing)
    session.close(tmp_path, {})
    document = json.loads((tmp_path / "acceptance-report.json").read_text())
    assert document["runs"][0]["endpoints"][0]["status_codes"] == {"done": 10}
    assert counts(rig)["received"] == {"GET /ok": 10}


def test_a_call_beyond_the_timeout_is_one_and_keeps_its_worker_busy(rig: str) -> None:
    """Calls of 1 s, a time-out of 200 ms, 10 a second for 1 s, 2 workers."""
    began = time.monotonic()
    result = sustain(
        rig, [action("wait_a_second")], "10/s", "1 s", workers=2, timeout="200 ms", shards=1
    )
    tally = result.endpoints[0].tally
    assert result.requests == 10
    assert tally.outcomes[Failure.ANSWER_TIMEOUT] >= 4
    assert tally.outcomes[Failure.ANSWER_TIMEOUT] + result.dropped == 10
    assert tally.service.waited.min_ns >= 200_000_000
    assert tally.late_workers_busy >= 2  # what came while both were busy
    assert time.monotonic() - began < 20


def test_a_run_does_not_wait_for_calls_that_overran(rig: str) -> None:
    began = time.monotonic()
    result = sustain(rig, [action("wait_a_minute")], "10/s", "200 ms", timeout="100 ms")
    assert time.monotonic() - began < 40
    assert result.outcomes == {Failure.ANSWER_TIMEOUT: 2}
    assert result.duration_s >= 0.2


def test_a_run_does_not_wait_for_threads_that_actions_left_behind(rig: str) -> None:
    began = time.monotonic()
    result = sustain(rig, [action("leave_a_thread")], "10/s", "200 ms")
    assert result.outcomes == {DONE: 2}
    assert time.monotonic() - began < 40


def test_actions_and_requests_go_in_one_run_and_it_says_so(rig: str) -> None:
    result = sustain(rig, [action("visit"), get("/status/204")], "20/s", "1 s")
    assert result.generator.transport == "python and requests"
    assert result.outcomes == {DONE: 20, 204: 20}
    assert counts(rig)["answered"] == {"GET /ok 200": 20, "GET /status/204 204": 20}


def test_the_report_counts_what_was_done_apart_from_statuses(rig: str) -> None:
    result = sustain(rig, [action("visit")], "20/s", "500 ms")
    (endpoint,) = build_run(result).endpoints
    assert endpoint.status_codes == {"done": 10}
    assert (endpoint.method, endpoint.path) == ("CALL", "rig.actions:visit")


def test_a_run_that_is_broken_off_keeps_what_it_measured(rig: str) -> None:
    class Broken(Exception):
        pass

    def break_off(moment: Moment) -> None:
        if moment.elapsed_s > 0.7:
            raise Broken("enough")

    kept: list[RunResult] = []
    makes = load_tester(rig, timeout="30 s")
    plan = makes.plan([action("visit"), action("wait_a_second")], steady("10/s", "60 s"), "x")
    began = time.monotonic()
    with pytest.raises(Broken):
        makes.run(plan, "test", break_off, kept.append)
    assert time.monotonic() - began < 10
    visits, waits = (each.tally.outcomes for each in kept[0].endpoints)
    assert visits == {DONE: counts(rig)["received"]["GET /ok"]}
    assert waits[Failure.STOPPED] >= 1


def test_a_class_whose_objects_cannot_be_made_is_told_before_any_load(rig: str) -> None:
    with pytest.raises(EngineFailed, match=r"not be made ready: RuntimeError\('no till is free'\)"):
        sustain(rig, [action("Broken")], "10/s", "1 s")


def test_a_module_may_lie_where_only_the_parent_looks(
    rig: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "only_here.py").write_text("from rig.actions import visit\n")
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    visits = Action("Visit", Call("only_here", "visit"))
    assert sustain(rig, [visits], "20/s", "500 ms").outcomes == {DONE: 10}
