"""A session of `requests` is taken over: load sends what it sends; the server says what came."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from requests.auth import AuthBase, HTTPBasicAuth, HTTPDigestAuth

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.session.acceptance import AcceptanceSession
from ApiLoadLibrary.session.config import About
from ApiLoadLibrary.session.signin import Token
from ApiLoadLibrary.session.taking_over import take_over
from integration.loads import get, steady, watch_nothing
from rig.process import counts, doors
from rig.proxy import forward_proxy


class Signed(AuthBase):
    """Signs as a user's own code does."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["X-Signed"] = f"{request.method} {request.path_url}"
        return request


class Waiting(AuthBase):
    """Waits for an answer, as NTLM does."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.register_hook("response", lambda answer, **_: answer)
        return request


class Broken(AuthBase):
    """Has nothing to sign with."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        raise KeyError("s3cret")


def sent(session: AcceptanceSession, path: str) -> RunResult:
    session.endpoints.define(get(path))
    return session.run(session.plan(steady("50/s", "100 ms"), f"Get {path}"), watch_nothing)


def test_load_sends_the_sessions_headers_cookies_parameters_and_signature(rig: str) -> None:
    theirs = requests.Session()
    theirs.headers.update({"X-Till": "till-1", "X-Api-Key": b"k3y-of-the-shop", "Accept": "text/x"})
    theirs.cookies.set("visit", "first-visit")
    theirs.params = {"lang": "de"}
    theirs.auth = Signed()
    session = AcceptanceSession()
    session.use_server(rig, About(name="The shop"))
    session.use_token(Token("of.before"))
    words = take_over(session, theirs, f"{rig}/", {"more": "of them"})
    assert sent(session, "/ok").outcomes == {200: 5}
    request = counts(rig)["bodies"][0]
    for line in (
        "/ok?lang=de",
        "X-Till: till-1",
        "X-Api-Key: k3y-of-the-shop",
        "Accept: text/x",
        "X-Signed: GET /ok?lang=de",
    ):
        assert line in request
    assert "visit=first-visit" in request
    assert "of.before" not in request
    assert "python-requests" not in request
    assert session.mask("k3y-of-the-shop first-visit de") == "<secret> <secret> de"
    assert "headers Accept, X-Till, X-Api-Key" in words
    assert any("Signed, applied once for each load run" in each for each in words)


@pytest.mark.parametrize(
    "auth, path, carried_by",
    [
        (HTTPBasicAuth("kim", "pass:wörd".encode()), "/basic", "http1"),
        (("kim", "pass-word"), "/basic", "http1"),
        (HTTPDigestAuth("kim", "pass-word"), "/digest", "requests"),
    ],
)
def test_passwords_are_taken_over_and_masked(auth: Any, path: str, carried_by: str) -> None:
    pair = auth if isinstance(auth, tuple) else (auth.username, auth.password)
    password = pair[1] if isinstance(pair[1], str) else pair[1].decode()
    theirs = requests.Session()
    theirs.auth = auth
    with doors("--password", password) as address:
        session = AcceptanceSession()
        take_over(session, theirs, address)
        run = sent(session, path)
    assert run.outcomes == {200: 5}
    assert run.generator.transport == carried_by
    assert session.mask(f"it is {password}") == "it is <secret>"


def test_a_name_and_a_password_in_the_address_sign_requests(tmp_path: Any) -> None:
    with doors("--password", "pass word") as address:
        session = AcceptanceSession()
        words = take_over(
            session, requests.Session(), address.replace("://", "://kim:pass%20word@")
        )
        assert sent(session, "/basic").outcomes == {200: 5}
    assert session.config.base_url == address
    assert "pass" not in " ".join(words).replace("basic", "")
    assert session.mask("pass%20word, pass word") == "<secret>, <secret>"


def test_load_takes_the_sessions_proxies_and_another_server_does_not(rig: str) -> None:
    theirs = requests.Session()
    with forward_proxy() as (proxy, passed):
        theirs.proxies = {"http": proxy.replace("://", "://me:pr0xy-word@")}
        session = AcceptanceSession()
        words = take_over(session, theirs, rig)
        run = sent(session, "/ok")
        assert run.outcomes == {200: 5}
        assert run.generator.transport == "requests"
        assert passed == [f"GET {rig}/ok HTTP/1.1"] * 5
        assert session.ask("GET", "/ok").ok
        assert len(passed) == 6
    assert any("the proxies for http, so that load goes through requests" in each for each in words)
    assert session.mask("pr0xy-word") == "<secret>"
    with doors() as elsewhere:
        session.use_server(elsewhere)
        assert not session.config.through_requests


def test_load_trusts_whom_the_session_trusts(tls_rig: tuple[str, str]) -> None:
    address, ca = tls_rig
    by_file, by_nobody = requests.Session(), requests.Session()
    by_file.verify, by_nobody.verify = ca, False
    for theirs, said in (by_file, f"the CA file {ca}"), (by_nobody, "TLS certificates are not"):
        session = AcceptanceSession()
        assert any(each.startswith(said) for each in take_over(session, theirs, address))
        assert sent(session, "/ok").outcomes == {200: 5}


@pytest.mark.parametrize(
    "auth, problem",
    [
        (Waiting(), "Waiting waits for answers before it signs, which load cannot"),
        (Broken(), r"The session's Broken signs no request \(KeyError\)\."),
        (42, r"The session's int signs no request \(TypeError\)\."),
    ],
)
def test_what_cannot_sign_load_is_refused_and_nothing_is_changed(
    rig: str, auth: Any, problem: str
) -> None:
    theirs = requests.Session()
    theirs.auth = auth
    session = AcceptanceSession()
    session.use_token(Token("of.before"))
    with pytest.raises(BadInput, match=problem):
        take_over(session, theirs, rig)
    assert session.token is not None
    assert session.config.base_url is None
    assert untouched(rig)


def untouched(rig: str) -> bool:
    """Whether the server has got no request."""
    return counts(rig)["received"] == {}


def test_a_header_that_http_cannot_carry_is_refused(rig: str) -> None:
    theirs = requests.Session()
    theirs.headers["X-Pin"] = 4711  # type: ignore[assignment]
    session = AcceptanceSession()
    with pytest.raises(BadInput, match="The value of header 'X-Pin' cannot be sent"):
        take_over(session, theirs, rig)
    assert session.config.base_url is None
