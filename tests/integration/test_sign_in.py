"""Signing in: what it sends, what it refuses, and where it does not let itself be led."""

from __future__ import annotations

import pytest

from ApiLoadLibrary.errors import OriginNotAllowed, ServerUnreachable, SignInFailed
from ApiLoadLibrary.session.acceptance import AcceptanceSession
from ApiLoadLibrary.session.signin import SignIn, Token
from ApiLoadLibrary.values import Duration
from ApiLoadLibrary.workload.origin import Origin
from integration.loads import get, steady, watch_nothing
from rig.metrics import metrics_server
from rig.process import counts, reference_api, rig_server

LOGIN = SignIn(
    "POST",
    "/api/auth/login",
    {"username": "till-1", "password": "flat-white-please"},
    "$.access_token",
)


def session_at(address: str, verify: bool | str = True) -> AcceptanceSession:
    session = AcceptanceSession()
    session.use_server(address, verify=verify)
    return session


def test_load_carries_the_token_and_is_let_in() -> None:
    with reference_api() as address:
        session = session_at(address)
        session.sign_in(LOGIN)
        session.endpoints.define(get("/api/products"))
        plan = session.plan(steady("50/s", "1 s"), "Get /api/products")
        assert session.run(plan, watch_nothing).outcomes == {200: 50}


def test_a_token_that_nobody_can_get_again_may_run_out_and_one_that_somebody_can_does_not() -> None:
    with reference_api("--token-lifetime", "60") as address:
        session = session_at(address)
        session.configure(timeout=Duration.parse("1 s"))
        session.endpoints.define(get("/api/products"))
        token = session.sign_in(LOGIN)

        def runs_out_within(seconds: int) -> bool:
            plan = session.plan(steady("10/s", f"{seconds} s"), "Get /api/products")
            return session.token_runs_out(plan)

        assert not runs_out_within(600)
        session.use_token(Token.told(token.value))
        # The last answer may come 5 s of grace and 1 s of waiting for it after the schedule's end.
        assert runs_out_within(55)
        assert not runs_out_within(50)


def test_planning_alone_sends_nothing() -> None:
    with reference_api("--token-lifetime", "2") as address:
        session = session_at(address)
        first = session.sign_in(LOGIN)
        session.endpoints.define(get("/api/products"))
        session.plan(steady("10/s", "60 s"), "Get /api/products")
        assert session.token is first


def test_another_server_gets_neither_token_nor_password_nor_the_allowed_origins(rig: str) -> None:
    with rig_server() as other:
        session = session_at(rig)
        session.configure(allow=(other,))
        session.sign_in(SignIn("POST", "/login", {"password": "planted"}, "$.access_token"))
        session.use_server(rig + "/api")
        assert session.token is not None
        session.use_server(other)
        assert session.config.allowed == {Origin.of(other)}
        assert session.token is None
        session.endpoints.define(get("/ok"))
        plan = session.plan(steady("10/s", "1 s"), "Get /ok")
        assert session.run(plan, watch_nothing).outcomes == {200: 10}
        assert counts(other)["received"] == {"GET /ok": 10}
        assert not any("Authorization" in each for each in counts(other)["bodies"])


def test_what_is_allowed_beside_another_server_can_be_said_with_it(rig: str) -> None:
    with rig_server() as other:
        session = session_at(rig)
        session.use_server(other, allow=(rig,))
        assert session.config.allowed == {Origin.of(other), Origin.of(rig)}


def test_wrong_credentials_are_refused_in_a_sentence() -> None:
    with reference_api() as address:
        wrong = SignIn(
            "POST", "/api/auth/login", {"username": "x", "password": "y"}, "$.access_token"
        )
        with pytest.raises(SignInFailed, match="status 401: check the user name and the password"):
            session_at(address).sign_in(wrong)


def test_a_redirect_to_another_host_is_not_followed(rig: str) -> None:
    """Not a byte of the credentials reaches a server that was not named."""
    with rig_server() as elsewhere:
        led_astray = SignIn("GET", f"/redirect?{elsewhere}/login", None, "$.access_token")
        with pytest.raises(OriginNotAllowed, match="is not an allowed origin"):
            session_at(rig).sign_in(led_astray)
        assert counts(elsewhere)["received"] == {}


def test_a_redirect_to_a_named_host_is_followed(rig: str) -> None:
    with rig_server() as elsewhere:
        session = session_at(rig)
        session.configure(allow=(elsewhere,))
        redirected = SignIn("GET", f"/redirect?{elsewhere}/login", None, "$.access_token")
        assert session.sign_in(redirected).value == "rig-token"


def test_a_server_that_does_not_answer_is_said_to_be_unreachable(rig: str) -> None:
    with pytest.raises(ServerUnreachable, match="got no answer"):
        session_at(rig).sign_in(SignIn("GET", "/reset", None, "$.access_token"))


def test_signing_in_trusts_whom_load_trusts(
    tls_rig: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whom the file vouches for that `verify` names, else whom this machine's own store does."""
    address, ca = tls_rig
    monkeypatch.setattr("requests.adapters.DEFAULT_CA_BUNDLE_PATH", ca)
    login = SignIn("POST", "/login", {}, "$.access_token")
    by_file = session_at(address, verify=ca)
    assert by_file.sign_in(login).value == "rig-token"
    with monkeypatch.context() as trusting:
        trusting.setenv("SSL_CERT_FILE", ca)
        by_store = session_at(address)
        assert by_store.sign_in(login).value == "rig-token"
    with pytest.raises(ServerUnreachable, match=r"got no answer \(SSLError\)"):
        by_store.sign_in(login)


@pytest.mark.parametrize(
    "answer, what",
    [("<html>", "not JSON"), ("[" * 100_000, "nested"), ("[" * 900 + "]" * 900, "nested")],
)
def test_an_answer_that_cannot_be_read_gives_no_token(answer: str, what: str) -> None:
    sign_in = SignIn("GET", "/api/auth/login", None, "$..token")
    with (
        metrics_server(answer) as address,
        pytest.raises(SignInFailed, match=f"something that is {what}"),
    ):
        session_at(address.removesuffix("/metrics")).sign_in(sign_in)
