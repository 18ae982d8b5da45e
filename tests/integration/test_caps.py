"""`max_rate` and `max_requests` hold over all shards together: the server counts, by its clock."""

from __future__ import annotations

import pytest

from ApiLoadLibrary.criteria.doubt import doubt
from ApiLoadLibrary.criteria.subject import Subject
from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.measurement.outcomes import Failure
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.scenarios.load import as_fast_as_possible, overload
from ApiLoadLibrary.session.acceptance import AcceptanceSession
from ApiLoadLibrary.session.flood import SocketFlood
from ApiLoadLibrary.session.journeys import Journey, JourneyVisit
from ApiLoadLibrary.session.showing import plan_lines
from ApiLoadLibrary.values import Duration, Rate
from ApiLoadLibrary.workload.action import Action, Call
from integration.floods import flood_of
from integration.loads import get, load_tester, send, steady, watch_nothing
from rig.process import counts

NS_PER_S = 1_000_000_000
SHORT, LONG = Duration.parse("1 s"), Duration.parse("20 s")


def visit(session: AcceptanceSession, journey: Journey, rate: str, duration: str) -> RunResult:
    session.journeys.define(journey)
    asked = [(journey, Rate.parse(rate))]
    walks = JourneyVisit(session, f"{rate} journeys", asked, Duration.parse(duration))
    return session.run(walks.plan("Walk", None), watch_nothing, walks.conclude)


@pytest.mark.quiet
@pytest.mark.parametrize("transport", ["http1", "requests"])
def test_the_rate_holds_over_all_shards_in_every_window_of_the_servers_clock(
    rig: str, transport: str
) -> None:
    """A request may be on its way as long as the slowest one was, and wait for a processor before:
    the windows are that much shorter here."""
    load = as_fast_as_possible(Duration.parse("2.5 s"))
    how = {"transport": transport, "workers": 6, "shards": 3, "max_rate": "40/s"}
    run = send(rig, [get("/ok"), get("/status/200")], load, **how)
    arrived = sorted(counts(rig)["arrived_ns"])
    assert run.generator.shards == 3
    assert len(arrived) == run.requests
    assert 80 < len(arrived) <= 120  # it was used as far as it goes
    on_the_way_ns = NS_PER_S // 10 + (run.response().max_ns or 0)
    windows = zip(arrived, arrived[40:], strict=False)
    assert min(later - earlier for earlier, later in windows) >= NS_PER_S - on_the_way_ns


@pytest.mark.parametrize("transport", ["http1", "requests"])
def test_what_has_no_number_ends_with_the_last_request_that_is_allowed(
    rig: str, transport: str
) -> None:
    how = {"transport": transport, "workers": 7, "shards": 3, "max_requests": 101}
    run = send(rig, [get("/ok"), get("/status/200")], as_fast_as_possible(LONG), **how)
    assert run.requests == sum(counts(rig)["received"].values()) == 101
    assert run.stopped == "max_requests=101 was reached"
    assert run.duration_s < 15
    assert doubt(Subject(run, run.endpoints)) == f"the run was cut short: {run.stopped}"


def test_what_stays_below_is_not_cut_short(rig: str) -> None:
    run = send(rig, [get("/ok")], as_fast_as_possible(SHORT), max_rate="20/s", max_requests=500)
    assert run.stopped is None
    run = send(rig, [get("/ok")], overload(2, 5, SHORT), max_requests=10)
    assert (run.requests, run.stopped) == (10, None)


def test_calls_of_actions_count(rig: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RIG", rig)
    session = AcceptanceSession()
    session.use_server(rig, max_requests=33, workers=4, shards=2)
    session.endpoints.define(Action("Visit", Call("rig.actions", "visit_anonymously")))
    run = session.run(session.plan(as_fast_as_possible(LONG), "Visit"), watch_nothing)
    assert (run.requests, run.stopped) == (33, "max_requests=33 was reached")
    assert sum(counts(rig)["received"].values()) == 33


def test_steps_that_python_code_takes_end_with_the_last_one_that_is_allowed(
    rig: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As often as it takes them; who is under way is cut off, and nobody begins any more."""
    monkeypatch.setenv("RIG", rig)
    session = AcceptanceSession()
    session.use_server(rig, max_requests=25, workers=4, shards=2)
    call = Call.parse("rig.walks:order_again_and_again")
    journey = Journey.parse("Greedy", ("Pay",), call=call)
    run = visit(session, journey, "40/s", "20 s")
    assert run.endpoints[0].tally.requests == 25
    assert counts(rig)["received"] == {"GET /ok": 25}
    assert run.stopped == "max_requests=25 was reached"
    assert set(run.journeys[0].tally.outcomes) == {Failure.STOPPED}
    assert run.duration_s < 15


def test_more_than_is_allowed_is_refused_with_the_numbers_before_anything_is_sent(
    rig: str,
) -> None:
    makes = load_tester(rig, max_requests=99)
    for load, words in (
        (steady("20/s", "5 s"), "20/s on 1 endpoint for 5 s can be 100 requests"),
        (overload(10, 10, SHORT), "requests each on 1 endpoint for 1 s can be 100 requests"),
    ):
        with pytest.raises(BadInput, match=f"{words}, more than max_requests=99 allows"):
            makes.plan([get("/ok")], load, "x")
    makes.plan([get("/ok")], steady("99/s", "1 s"), "x")
    assert counts(rig)["received"] == {}


def test_steps_of_journeys_and_messages_are_counted_beforehand(rig: str) -> None:
    session = AcceptanceSession()
    session.use_server(rig, max_requests=99)
    session.endpoints.define(get("/ok"))
    journey = Journey.parse("Walk", ("Get /ok", "Get /ok"))
    with pytest.raises(BadInput, match="for 5 s can be 100 requests, more than max_requests=99"):
        visit(session, journey, "10/s", "5 s")
    flood = flood_of(count=20, over="100 ms", hold="1 s", messages="80/s")
    with pytest.raises(BadInput, match="can be 100 requests, more than max_requests=99"):
        SocketFlood(session, flood, "/ok", {}, None).plan(None)
    assert counts(rig)["received"] == {}


def test_the_plan_says_where_it_ends(rig: str) -> None:
    plan = load_tester(rig, max_requests=99).plan([get("/ok")], as_fast_as_possible(SHORT), "x")
    assert "as many requests as it takes in 1 s, 99 at most" in plan_lines(plan, rig)


def test_a_cap_below_one_is_no_cap() -> None:
    with pytest.raises(BadInput, match="max_requests=0 sends nothing: write 1 or more"):
        load_tester("http://127.0.0.1:9", max_requests=0)
