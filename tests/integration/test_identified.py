"""Load says whose it is, in every request: an operator finds it, and can block it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest
import requests

import ApiLoadLibrary
from ApiLoadLibrary.errors import ApiLoadError, BadInput
from ApiLoadLibrary.session.acceptance import AcceptanceSession
from ApiLoadLibrary.session.flood import SocketFlood
from ApiLoadLibrary.session.journeys import Journey, JourneyVisit
from ApiLoadLibrary.session.signin import SignIn, Token
from ApiLoadLibrary.session.strangers import StrangerVisit
from ApiLoadLibrary.session.taking_over import take_over
from ApiLoadLibrary.values import Duration, Rate
from ApiLoadLibrary.workload.endpoint import Endpoint
from integration.floods import flood_of
from integration.loads import get, steady, watch_nothing
from rig.signpost import signpost

LIBRARY = f"robotframework-apiload/{ApiLoadLibrary.__version__}"


def load(session: AcceptanceSession) -> str:
    return session.run(session.plan(steady("20/s", "100 ms"), "Get /"), watch_nothing).id


def load_through_requests(session: AcceptanceSession) -> str:
    session.configure(transport="requests")
    return load(session)


def redirected_load(session: AcceptanceSession) -> str:
    session.configure(redirects="follow")
    session.endpoints.define(get("/away/0"))
    plan = session.plan(steady("20/s", "100 ms"), "Get /away/0")
    return session.run(plan, watch_nothing).id


def journeys(session: AcceptanceSession) -> str:
    journey = Journey.parse("Walk", ("Get /", "Get /"), None)
    session.journeys.define(journey)
    asked = [(journey, Rate.parse("20/s"))]
    visit = JourneyVisit(session, "20/s journeys", asked, Duration.parse("100 ms"))
    return session.run(visit.plan("Walk", None), watch_nothing, visit.conclude).id


def openings(session: AcceptanceSession) -> str:
    flood = flood_of(count=2, over="100 ms", hold="100 ms", messages=None)
    return session.run(SocketFlood(session, flood, "/", {}, None).plan(None), watch_nothing).id


def strangers(session: AcceptanceSession) -> str:
    session.use_token(Token("of.our.own"))
    visit = StrangerVisit(session, "Get /", None)
    plan = visit.plan(Rate.parse("20/s"), Duration.parse("100 ms"), "Strangers")
    return session.run(plan, watch_nothing, visit.conclude).id


def of_a_session_taken_over(session: AcceptanceSession) -> str:
    theirs = requests.Session()
    theirs.headers.update({"x-load-run": "ffff", "X-Till": "7"})
    take_over(session, theirs, session.config.server)
    return load(session)


def sign_in(session: AcceptanceSession) -> str:
    session.sign_in(SignIn("POST", "/", {}, "$.access_token"))
    return session.identity.id


def ask(session: AcceptanceSession) -> str:
    session.ask("DELETE", "/x")
    return session.identity.id


@pytest.mark.parametrize(
    "send",
    [
        *(load, load_through_requests, redirected_load, journeys, openings, strangers),
        *(of_a_session_taken_over, sign_in, ask),
    ],
)
def test_every_request_carries_the_librarys_name_and_the_runs_id(
    send: Callable[[AcceptanceSession], str],
) -> None:
    with signpost() as post:
        post.body, post.away = b'{"access_token": "of.our.own"}', ["/"]
        session = AcceptanceSession()
        session.use_server(post.address)
        session.endpoints.define(get("/"))
        run = send(session)
        assert post.came
        for _, headers in post.came:
            assert headers["User-Agent"] == LIBRARY
            assert headers["X-Load-Run"] == run
        assert session.record({}).environment["session"] == session.identity.id


def test_what_is_watched_is_told_who_looks() -> None:
    with signpost() as post:
        session = AcceptanceSession()
        with contextlib.suppress(ApiLoadError):
            session.watching.add_host("db", f"{post.address}/metrics")
        assert [headers["User-Agent"] for _, headers in post.came] == [LIBRARY]


def test_nothing_takes_the_runs_id_away() -> None:
    for value in (None, "mine"):
        with pytest.raises(BadInput, match="Header 'x-load-run' cannot be set"):
            Endpoint("Products", "GET", "/", headers={"x-load-run": value})
    with pytest.raises(BadInput, match="Header 'X-Load-Run' cannot be set"):
        AcceptanceSession().identity.use_api_key("X-Load-Run", "mine", "header")


def test_another_user_agent_is_sent_where_a_suite_says_so() -> None:
    with signpost() as post:
        session = AcceptanceSession()
        session.use_server(post.address)
        session.endpoints.define(get("/", headers={"User-Agent": "Till/7"}))
        run = load(session)
        assert {each["User-Agent"] for _, each in post.came} == {"Till/7"}
        assert {each["X-Load-Run"] for _, each in post.came} == {run}
