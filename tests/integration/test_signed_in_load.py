"""Tokens that live shorter than a load, and users of whom there are many: the server counts."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from ApiLoadLibrary.criteria.evaluation import evaluate
from ApiLoadLibrary.criteria.grammar import parse
from ApiLoadLibrary.criteria.judgement import Verdict
from ApiLoadLibrary.errors import BadInput, SignInFailed
from ApiLoadLibrary.measurement.alert import Alert
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.session.acceptance import AcceptanceSession
from ApiLoadLibrary.session.signin import SignIn
from ApiLoadLibrary.values import Rate
from ApiLoadLibrary.workload.endpoint import Endpoint
from integration.loads import get, steady, watch_nothing
from rig.process import doors, truth

FOR_EACH = SignIn(
    "POST", "/login", {"username": "{{name}}", "password": "open-{{name}}"}, "$.access_token"
)
FAST = Rate.parse("200/s")


def session_at(address: str, *endpoints: Endpoint, **settings: Any) -> AcceptanceSession:
    session = AcceptanceSession()
    session.use_server(address, **settings)
    for each in endpoints:
        session.endpoints.define(each)
    return session


def users(count: int) -> list[SignIn]:
    return [FOR_EACH.of_user({"name": f"user-{number}"}) for number in range(count)]


def sent(session: AcceptanceSession, rate: str, duration: str) -> RunResult:
    plan = session.plan(steady(rate, duration), ", ".join(session.endpoints.scopes))
    return session.run(plan, watch_nothing)


def sign_in_alerts(run: RunResult) -> list[Alert]:
    """Those about tokens; what else this machine was busy with is another matter."""
    return [each for each in run.alerts if each.what == "sign-in"]


@pytest.mark.quiet
@pytest.mark.parametrize("transport", ["http1", "requests"])
def test_tokens_are_renewed_under_load_before_they_run_out(transport: str) -> None:
    """Two processes send two seconds long with tokens that live for one: not one is refused."""
    with doors("--life", "1") as address:
        session = session_at(address, get("/in"), shards=2, transport=transport)
        first = session.sign_in(users(1)[0])
        run = sent(session, "90/s", "2 s")
        told = truth(address)
    assert run.outcomes == {200: 180}
    assert told["seen"] == {"in": 180}
    assert 3 <= told["logins"]["user-0"] <= 60  # each token serves for a third of a second
    assert sign_in_alerts(run) == []
    assert session.token is not None
    assert session.mask(f"{first.value} {session.token.value}") == "<secret> <secret>"


@pytest.mark.quiet
def test_a_request_that_waits_for_its_moment_is_signed_anew_before_it_is_sent() -> None:
    """It was rendered as soon as the one before it had left: longer ago than its token lives."""
    with doors("--life", "1") as address:
        session = session_at(address, get("/in"), shards=1)
        session.sign_in(users(1)[0])
        run = sent(session, "1/2 s", "3 s")
        assert truth(address)["seen"] == {"in": run.requests}


@pytest.mark.quiet
def test_each_arrival_comes_as_the_user_whose_turn_it_is() -> None:
    endpoints = (get("/in"), Endpoint("Again", "GET", "/in?again"))
    with doors("--life", "2") as address:
        session = session_at(address, *endpoints, shards=2)
        session.identity.sign_in_users(users(20), FAST)
        run = sent(session, "75/s", "2 s")
        told = truth(address)
    assert run.outcomes == {200: 300}
    assert told["seen"] == {"in": 300}
    # 150 arrivals of each endpoint are shared out between 20 users: 7 or 8 for each.
    assert len(told["users"]) == 20
    assert {told["users"][f"user-{number}"] for number in range(10)} == {16}
    assert {told["users"][f"user-{number}"] for number in range(10, 20)} == {14}
    assert min(told["logins"].values()) >= 2  # each was signed in again meanwhile


def test_signing_in_keeps_to_its_pace_and_ends_at_the_first_refusal() -> None:
    with doors("--refuse-from", "6") as address:
        session = session_at(address, get("/in"))
        began = time.monotonic()
        with pytest.raises(SignInFailed, match=r"answered with status 503\.$"):
            session.identity.sign_in_users(users(100), Rate.parse("1/50 ms"))
        assert time.monotonic() - began > 0.2
        told = truth(address)
    assert sum(told["logins"].values()) < 12
    assert session.token is None
    gaps = [b - a for a, b in zip(told["login_at"], told["login_at"][1:], strict=False)]
    assert sum(gaps) > 0.9 * 0.05 * len(gaps)


def test_users_who_take_longer_to_sign_in_than_tokens_live_are_refused() -> None:
    with doors("--life", "2") as address:
        session = session_at(address, get("/in"))
        with pytest.raises(SignInFailed, match=r"Tokens live 1 s, and 100 users .* take 10 s"):
            session.identity.sign_in_users(users(100), Rate.parse("10/s"))
        assert sum(truth(address)["logins"].values()) < 10


@pytest.mark.quiet
@pytest.mark.parametrize(
    "status, verdict", [("503", Verdict.FAIL), ("429", Verdict.FAIL), ("401", Verdict.INCONCLUSIVE)]
)
def test_a_token_that_is_not_got_again_is_told_and_blamed_rightly(
    status: str, verdict: Verdict
) -> None:
    """The server's failing is its own; what it does not accept any more is not its fault."""
    with doors("--life", "1", "--refuse-from", "2", "--status", status) as address:
        session = session_at(address, get("/in"), shards=1)
        session.sign_in(users(1)[0])
        run = sent(session, "60/s", "1500 ms")
        expired = truth(address)["seen"]["expired"]
    assert 0 < expired == run.outcomes[401]
    (alert,) = sign_in_alerts(run)
    assert f"was answered with status {status}" in alert.message
    assert alert.message.endswith("and the token ran out.")
    assert alert.end_s is None
    assert 0 <= alert.start_s < 1.5
    assert any("a token could not be got again" in each.text for each in session.desk.take())
    judged = evaluate(parse("error rate < 1 %"), run)
    assert judged.verdict is verdict
    ours = any("a token could not be got again" in each for each in run.generator.reasons)
    assert ours is (verdict is Verdict.INCONCLUSIVE)


@pytest.mark.quiet
def test_a_background_load_is_given_new_tokens_too() -> None:
    with doors("--life", "1") as address:
        session = session_at(address, get("/in"))
        session.sign_in(users(1)[0])
        going = session.begin(session.plan(steady("60/s", "1500 ms"), "Get /in"))
        going.wait()
        assert truth(address)["seen"] == {"in": 90}


@pytest.mark.parametrize(
    "use, path, seen",
    [
        (lambda who: who.use_basic_auth("kim", "pass:wörd"), "/basic", "basic"),
        (lambda who: who.use_api_key("X-Api-Key", "k3y-of-the-shop", "header"), "/key", "header"),
        (lambda who: who.use_api_key("api_key", "k3y-of-the-shop", "query"), "/key", "query"),
        (lambda who: who.use_api_key("api_key", "k3y-of-the-shop", "cookie"), "/key", "cookie"),
    ],
)
def test_requests_show_what_the_door_asks_for(
    use: Callable[[Any], None], path: str, seen: str
) -> None:
    with doors() as address:
        session = session_at(address, get(path), Endpoint("Stranger", "GET", "/in"))
        use(session.identity)
        plan = session.plan(steady("50/s", "200 ms"), f"Get {path}")
        assert session.run(plan, watch_nothing).outcomes == {200: 10}
        assert truth(address)["seen"] == {seen: 10}
        assert session.ask("GET", path).status_code == 200


def test_digest_answers_one_challenge_for_each_worker_and_one_more_when_it_is_stale() -> None:
    with doors("--uses", "10") as address:
        session = session_at(address, get("/digest"), workers=2, shards=1)
        session.identity.use_digest_auth("kim", "pass:wörd")
        run = sent(session, "100/s", "600 ms")
        told = truth(address)["seen"]
        assert session.ask("GET", "/digest").status_code == 200
    assert run.generator.transport == "requests"
    assert run.outcomes == {200: 60}
    assert told["in"] == 60
    assert told["unasked"] <= 2  # each worker's first request
    assert 4 <= told["stale"] <= 6
    assert set(told) == {"in", "unasked", "stale"}


def test_a_wrong_password_is_refused_once_for_each_request() -> None:
    with doors() as address:
        session = session_at(address, get("/digest"), workers=1)
        session.identity.use_digest_auth("kim", "another")
        assert sent(session, "50/s", "100 ms").outcomes == {401: 5}


def test_the_latest_that_signs_is_the_only_one() -> None:
    with doors() as address:
        session = session_at(address, get("/basic"), get("/in"))
        who = session.identity
        who.use_digest_auth("kim", "pass:wörd")
        session.sign_in(users(1)[0])
        assert who.digest is None
        who.use_basic_auth("kim", "pass:wörd")
        assert session.token is None
        assert session.ask("GET", "/in").status_code == 401
        session.sign_in(users(1)[0])
        assert session.ask("GET", "/in").status_code == 200


def test_a_place_for_a_token_needs_somebody_who_is_signed_in() -> None:
    with doors() as address:
        asking = Endpoint("Own", "GET", "/in", headers={"X-Token": "{{token}}"})
        session = session_at(address, asking)
        with pytest.raises(BadInput, match=r"\{\{token\}\} stands for the token of whoever"):
            session.plan(steady("10/s", "1 s"), "Own")
