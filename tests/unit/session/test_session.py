"""The session's rules, in plain Python."""

from __future__ import annotations

import io
import json
import time
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter

from ApiLoadLibrary.errors import (
    BadInput,
    NothingToJudge,
    ServerUnreachable,
    SignInFailed,
    UnknownName,
)
from ApiLoadLibrary.session.acceptance import AcceptanceSession
from ApiLoadLibrary.session.config import LoadTestConfig
from ApiLoadLibrary.session.local import is_local
from ApiLoadLibrary.session.masking import Masker
from ApiLoadLibrary.session.place import Place
from ApiLoadLibrary.session.signin import SignIn, Token
from ApiLoadLibrary.values import Duration
from ApiLoadLibrary.workload.endpoint import Endpoint
from ApiLoadLibrary.workload.origin import Origin


def session_with(*names: str) -> AcceptanceSession:
    session = AcceptanceSession()
    for name in names:
        session.endpoints.define(Endpoint(name, "GET", "/"))
    return session


def test_endpoints_are_found_whatever_the_case_and_in_the_order_asked() -> None:
    session = session_with("Products", "Create Order", "Health")
    assert [each.name for each in session.endpoints.named("create order, PRODUCTS")] == [
        "Create Order",
        "Products",
    ]
    assert [each.name for each in session.endpoints.named("Each Endpoint")] == [
        "Products",
        "Create Order",
        "Health",
    ]


@pytest.mark.parametrize(
    "names, says",
    [
        ("Prodcts", "There is no endpoint 'Prodcts'. Did you mean 'Products'?"),
        ("Products, Products", "names an endpoint twice"),
        (" , ", "names no endpoint"),
    ],
)
def test_endpoints_that_cannot_be_loaded_are_refused(names: str, says: str) -> None:
    with pytest.raises(BadInput) as caught:
        session_with("Products", "Orders").endpoints.named(names)
    assert says in str(caught.value)


def test_a_criterion_without_a_run_is_refused_with_what_to_do() -> None:
    session = session_with("Products")
    session.place = Place("Suite", "Suite.Test")
    with pytest.raises(NothingToJudge, match="send load first"):
        session.verdicts.latest_run()
    with pytest.raises(UnknownName, match="There is no load run 'Burst'"):
        session.verdicts.latest_run("Burst")


def test_a_place_looks_outwards_from_the_test_to_its_suites() -> None:
    place = Place("Root.Load.Normal", "Root.Load.Normal.Everyday")
    assert list(place.outwards()) == [
        "Root.Load.Normal.Everyday",
        "Root.Load.Normal",
        "Root.Load",
        "Root",
    ]


@pytest.mark.parametrize(
    "changes, says",
    [
        ({"workers": 0}, "workers=0 must be from 1 to 100,000."),
        ({"timeout": Duration(0)}, "timeout='0 s' is too short"),
        ({"shards": 51}, "shards=51 must be from 1 to workers=50."),
        ({"verify": "nowhere.pem"}, "verify='nowhere.pem' is no file"),
        ({"base_url": "http://shop.example/?a=b"}, "must end before '?' and '#'"),
        ({"allow": ("shop",)}, "'shop' is not the address of a server"),
    ],
)
def test_settings_that_cannot_be_are_refused(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(BadInput) as caught:
        LoadTestConfig().changed(**changes)
    assert says in str(caught.value)


def test_a_server_that_does_not_accept_connections_is_refused_before_any_load() -> None:
    session = AcceptanceSession()
    with pytest.raises(ServerUnreachable, match="cannot be reached"):
        session.use_server("http://127.0.0.1:1")
    with pytest.raises(ServerUnreachable, match="cannot be reached"):
        session.use_server("http://a..b")
    with pytest.raises(BadInput, match="No server is known yet"):
        _ = session.config.server
    with pytest.raises(BadInput, match="No server is known yet"):
        _ = session.host_is_watched


def test_a_token_knows_when_it_runs_out_and_does_not_show_itself() -> None:
    token = Token("s3cret", time.monotonic() + 60)
    assert not token.expires_within(30)
    assert token.expires_within(90)
    assert "s3cret" not in repr(token)


@pytest.mark.parametrize("value", ["", "abc\n", "a b", "abc\r\nEvil: 1", "täter", "a\x00"])
def test_what_can_be_no_token_is_refused_without_being_said(value: str) -> None:
    with pytest.raises(BadInput, match="give the token alone") as caught:
        Token(value)
    assert not value or value not in str(caught.value)


class Canned(HTTPAdapter):
    """Answers everything with the same JSON."""

    def __init__(self, document: object) -> None:
        super().__init__()
        self.document = document

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        answer = requests.Response()
        answer.status_code, answer.request, answer.url = 200, request, str(request.url)
        answer.raw = io.BytesIO(json.dumps(self.document).encode())
        return answer


def test_an_answer_that_holds_something_else_than_a_token_is_refused_without_being_said() -> None:
    http = requests.Session()
    http.mount("http://", Canned({"token": "s3cret\n"}))
    with pytest.raises(SignInFailed, match=r"holds at token='\$\.token' is empty") as caught:
        SignIn("POST", "/login", {}, "$.token")(http, "http://shop.example")
    assert "s3cret" not in str(caught.value)


def test_a_sign_in_does_not_show_what_it_sends() -> None:
    assert "s3cret" not in repr(SignIn("POST", "/login", {"password": "s3cret"}, "$.token"))


@pytest.mark.parametrize(
    "written",
    [
        'p"\\ä/ &\n',  # as it is
        'p"\\\\ä/ &\\n',  # as Python shows it
        'p\\"\\\\\\u00e4/ &\\n',  # as JSON has it
        'p\\"\\\\ä/ &\\n',  # as JSON may have it, too
        "p%22%5C%C3%A4/%20%26%0A",  # in a path
        "p%22%5C%C3%A4%2F%20%26%0A",  # in a query
        "p%22%5C%C3%A4%2F+%26%0A",  # in a form
    ],
)
def test_a_secret_is_masked_however_it_is_written(written: str) -> None:
    mask = Masker()
    mask.add('p"\\ä/ &\n')
    assert mask(f"before {written} after") == "before <secret> after"


def test_secrets_are_masked_wherever_they_stand() -> None:
    session = AcceptanceSession()
    session.use_token(Token("abc.def"))
    assert session.mask("Bearer abc.def, again abc.def") == "Bearer <secret>, again <secret>"


def test_a_secret_that_was_cut_off_is_masked_too_and_others_like_it_stay_whole() -> None:
    mask = Masker()
    mask.add("abcdefghijklmnop-one")
    mask.add("abcdefghijklmnop-two")
    assert mask("x abcdefghijklmnop-o... y") == "x <secret>... y"
    assert mask("abcdefghijklmnop-two and ...") == "<secret> and ..."
    assert mask("abcdefgh...") == "abcdefgh..."


def test_a_tests_own_criteria_are_no_other_reason_for_its_failure() -> None:
    session = AcceptanceSession()
    session.notes.add_failure("Suite.Test", "Several failures occurred:\n\n1) Boom\n\n2) Bang")
    record = session.record({})
    assert [(each.name, each.message) for each in record.failed_tests] == [
        ("Suite.Test", "1) Boom 2) Bang")
    ]


@pytest.mark.parametrize(
    "url, local",
    [("http://127.0.0.1", True), ("http://localhost", True), ("http://192.0.2.1", False)],
)
def test_a_server_on_this_machine_can_be_watched(url: str, local: bool) -> None:
    assert is_local(Origin.of(url)) is local
