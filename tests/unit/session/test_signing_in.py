"""What is known of tokens and users before anything is sent."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path
from typing import Any

import pytest
import requests

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.session.config import LoadTestConfig
from ApiLoadLibrary.session.identity import Identity
from ApiLoadLibrary.session.signin import SignIn, Token
from ApiLoadLibrary.session.user_file import read_users
from ApiLoadLibrary.workload.endpoint import Endpoint
from ApiLoadLibrary.workload.prepare import prepare
from unit.session.test_session import Canned

HERE = "http://shop.example"


def jwt(**claims: Any) -> str:
    coded = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"head.{coded}.signature"


def life(answer: dict[str, Any]) -> float | None:
    """How long the token lives that a server answers a sign-in with."""
    http = requests.Session()
    http.mount("http://", Canned(answer))
    return SignIn("POST", "/login", {}, "$.token")(http, HERE).life_s


@pytest.mark.parametrize(
    "answer, seconds",
    [
        ({"token": "opaque"}, None),
        ({"token": "opaque", "expires_in": 60}, 59),
        ({"token": "opaque", "expires_in": 1.5}, 0.75),
        ({"token": "opaque", "expires_in": "60"}, None),
        ({"token": "opaque", "expires_in": True}, None),
        ({"token": "opaque", "expires_in": -5}, 0),
        # The server's clock is hours away from ours.
        ({"token": jwt(iat=1_000, exp=1_060)}, 59),
        ({"token": jwt(exp="soon")}, None),
        ({"token": "a.%%%.c"}, None),
        ({"token": "a.bnVsbA.c"}, None),
    ],
)
def test_how_long_a_token_lives_is_told_by_the_answer_or_the_token(
    answer: dict[str, Any], seconds: float | None
) -> None:
    found = life(answer)
    assert found == pytest.approx(seconds) if seconds is not None else found is None


def test_a_jwt_that_was_given_says_when_it_runs_out() -> None:
    token = Token.told(jwt(exp=time.time() + 60))
    assert token.expires_within(61)
    assert not token.expires_within(55)
    assert not Token.told("opaque").expires_within(1e9)


def test_a_token_is_due_while_a_third_of_its_life_is_left() -> None:
    assert Token("t", expires_at=130.0, got_at=100.0).due_at == 120.0
    assert Token("t").due_at is None


def test_a_users_values_stand_where_their_names_do() -> None:
    form = SignIn("POST", "/login", {"user": "{{name}}", "pin": ["x{{ pin }}"]}, "$.t", "{{pin}}")
    filled = form.of_user({"name": "ann", "pin": "1"})
    assert (filled.json, filled.data) == ({"user": "ann", "pin": ["x1"]}, "1")
    with pytest.raises(BadInput, match=r"'\{\{name\}\}' names no column .* there is \{\{pin\}\}\."):
        form.of_user({"pin": "1"})


@pytest.mark.parametrize(
    "content, problem",
    [
        (b"", "must name each column once"),
        (b"name,password\n", "must name each column once"),
        (b"name,name\na,b\n", "must name each column once"),
        (b"name,\na,b\n", "must name each column once"),
        (b"name,password\nann\n", "User 1 of .* has 1 values, and the first line has 2 names"),
        (b"name\n\xff\n", "is not in UTF-8"),
        (b'name\n"open\n', "is no CSV"),
    ],
)
def test_a_file_of_other_things_than_users_is_refused(
    tmp_path: Path, content: bytes, problem: str
) -> None:
    file = tmp_path / "users.csv"
    file.write_bytes(content)
    with pytest.raises(BadInput, match=problem):
        read_users(str(file))


def test_users_are_read_as_they_stand(tmp_path: Path) -> None:
    file = tmp_path / "users.csv"
    file.write_bytes('\ufeffname, pin\nann,"1,2"\n\nbö,3\n'.encode())
    assert read_users(str(file)) == [{"name": "ann", "pin": "1,2"}, {"name": "bö", "pin": "3"}]
    with pytest.raises(BadInput, match="cannot be read"):
        read_users(str(tmp_path))


def identity() -> Identity:
    config = LoadTestConfig(base_url=HERE)
    return Identity(lambda: config)


def head(who: Identity, endpoint: Endpoint, tokens: tuple[str, ...] = ()) -> str:
    """The first request to an endpoint, as its bytes say it."""
    ready = prepare(endpoint, HERE, who.http, "run-1", 0, signature=who.signature)
    return ready.signed(tokens).renderer()(0).decode()


def test_a_token_stands_in_headers_paths_and_bodies_as_each_has_it() -> None:
    who = identity()
    who.use_token(Token("a+b/c"))
    asked = Endpoint("A", "POST", "/x?t={{token}}", json={"t": "{{token}}"})
    sent = head(who, asked, ("a+b/c",))
    assert "POST /x?t=a%2Bb%2Fc HTTP/1.1\r\n" in sent
    assert "Authorization: Bearer a+b/c\r\n" in sent
    assert sent.endswith('{"t": "a+b/c"}')


@pytest.mark.parametrize("own, seen", [(None, None), ("Basic own", "Basic own")])
def test_an_endpoints_own_authorization_goes_first(own: str | None, seen: str | None) -> None:
    endpoint = Endpoint("A", "GET", "/", headers={"authorization": own})
    for sign in (
        lambda who: who.use_basic_auth("kim", "pass"),
        lambda who: who.use_token(Token("token")),
    ):
        who = identity()
        sign(who)
        lines = head(who, endpoint, ("token",)).lower().split("\r\n")
        found = [each for each in lines if each.startswith("authorization")]
        assert found == ([] if seen is None else [f"authorization: {seen.lower()}"])


@pytest.mark.parametrize(
    "name, key, place, problem",
    [
        ("X Key", "k", "header", "must be one word"),
        ("X-Key", "line\nend", "header", "cannot be sent"),
        ("X-Key", "", "query", "is empty"),
        ("key", "a;b", "cookie", "it holds ; , quotes or spaces"),
        ("key", "a b", "cookie", "it holds ; , quotes or spaces"),
    ],
)
def test_a_key_that_nothing_can_carry_is_refused_without_being_said(
    name: str, key: str, place: Any, problem: str
) -> None:
    with pytest.raises(BadInput, match=problem) as caught:
        identity().use_api_key(name, key, place)
    assert len(key) < 3 or key not in str(caught.value)


def test_a_name_with_a_colon_can_be_no_user_of_basic_authentication() -> None:
    with pytest.raises(BadInput, match="holds a colon"):
        identity().use_basic_auth("k:im", "pass")


@pytest.mark.parametrize(
    "endpoint",
    [
        Endpoint("A", "GET", "/"),
        Endpoint("A", "POST", "/?n={{counter}}", json={"t": "{{token}}", "n": 1}),
        Endpoint("A", "POST", "/", headers={"X-Own": "of the endpoint"}, data="body"),
        Endpoint("A", "GET", "/x?t={{token}}", headers={"Authorization": None}),
    ],
)
def test_each_arrival_shows_the_token_of_its_user_and_a_new_one_at_once(endpoint: Endpoint) -> None:
    who = identity()
    who.use_token(Token("unused"))
    ready = prepare(endpoint, HERE, who.http, "run-1", 0, signature=who.signature)
    signed = ready.signed(["token-0", "token-1", "token-2"])
    render = signed.renderer()
    shown = [render(arrival).decode() for arrival in range(6)]
    for arrival, each in enumerate(shown):
        others = {0, 1, 2} - {arrival % 3}
        assert f"token-{arrival % 3}" in each
        assert not any(f"token-{other}" in each for other in others)
        # Whatever else is in it is what a request of that user alone holds.
        alone = ready.signed([f"token-{arrival % 3}"]).renderer()(arrival).decode()
        assert each == alone
    signed.renew({1: "newer-1"})
    assert "newer-1" in render(4).decode()
    assert render(3).decode() == shown[3]
