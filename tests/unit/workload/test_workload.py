"""Endpoints, origins, and requests rendered from them."""

from __future__ import annotations

import json
import pickle
import uuid

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from ApiLoadLibrary.criteria.grammar import parse
from ApiLoadLibrary.errors import BadInput, OriginNotAllowed
from ApiLoadLibrary.workload.endpoint import Endpoint, parse_expected
from ApiLoadLibrary.workload.origin import Origin, address_of, require_allowed
from ApiLoadLibrary.workload.prepare import prepare
from ApiLoadLibrary.workload.request import RequestTemplate
from ApiLoadLibrary.workload.template import PLACEHOLDER, placeholder
from strategies import same_every_time

BASE = "http://shop.example:8080/base"


def rendered(endpoint: Endpoint, arrival: int = 0, run: str = "run-1") -> tuple[str, bytes]:
    """Head and body of a request."""
    request = template(endpoint, run).renderer()(arrival)
    head, _, body = request.partition(b"\r\n\r\n")
    return head.decode(), body


def template(endpoint: Endpoint, run: str = "run-1") -> RequestTemplate:
    return prepare(endpoint, BASE, requests.Session(), run, place=0)


def test_a_request_is_as_requests_would_send_it() -> None:
    head, body = rendered(Endpoint("A", "POST", "/api/x?q=1", headers={"X-A": "b"}, json={"a": 1}))
    lines = head.split("\r\n")
    assert lines[0] == "POST /base/api/x?q=1 HTTP/1.1"
    assert "Host: shop.example:8080" in lines
    assert "Content-Type: application/json" in lines
    assert "X-A: b" in lines
    assert f"Content-Length: {len(body)}" in lines
    assert json.loads(body) == {"a": 1}


def test_a_request_without_a_body_names_no_length_unless_servers_wait_for_one() -> None:
    head, body = rendered(Endpoint("A", "POST", "/"))
    assert "Content-Length: 0" in head.split("\r\n")
    assert body == b""
    assert "Content-Length" not in rendered(Endpoint("A", "GET", "/"))[0]


def test_a_host_header_of_the_users_own_replaces_ours() -> None:
    head, _ = rendered(Endpoint("A", "GET", "/", headers={"host": "virtual.example"}))
    hosts = [line for line in head.split("\r\n") if line.lower().startswith("host:")]
    assert hosts == ["Host: virtual.example"]


@pytest.mark.parametrize(
    "headers",
    [
        {"X-A": "{{choice a\r\nEvil: 1}}"},
        {"X-A": "a\r\nEvil: 1"},
        {"X-A": "s3cret\n"},
        {"X-A": " s3cret"},
        {"X-A": "s3cret\x00"},
        {"X-A": "{{choice a|€}}"},
        {"X-A": 5},
    ],
)
def test_a_header_that_http_cannot_carry_is_named_but_its_value_is_not_said(
    headers: dict[str, str],
) -> None:
    with pytest.raises(BadInput, match="The value of header 'X-A' cannot be sent") as caught:
        Endpoint("A", "GET", "/", headers=headers)
    assert "s3cret" not in str(caught.value)


def test_a_header_name_that_would_end_early_is_refused() -> None:
    with pytest.raises(BadInput, match="must be one word, like X-Till"):
        Endpoint("A", "GET", "/", headers={"X-A: 1\r\nEvil": "1"})


def test_a_header_of_all_requests_that_http_cannot_carry_is_not_quoted() -> None:
    session = requests.Session()
    session.headers["Authorization"] = "Bearer s3cret\n"
    with pytest.raises(BadInput, match="one of the headers it shares") as caught:
        prepare(Endpoint("A", "GET", "/"), BASE, session, "run-1", place=0)
    assert "s3cret" not in str(caught.value)


def test_a_header_that_is_left_out_is_left_out_whoever_would_add_it() -> None:
    session = requests.Session()
    session.headers["Authorization"] = "Bearer s3cret"
    session.cookies.set("session", "s3cret")
    session.auth = ("till-1", "s3cret")
    headers = {"authorization": None, "COOKIE": None, "Content-Type": None}
    endpoint = Endpoint("A", "POST", "/", headers=headers, json={"a": 1})
    head = prepare(endpoint, BASE, session, "run-1", place=0).renderer()(0).lower()
    assert not any(name in head for name in (b"authorization", b"cookie", b"content-type"))


def test_words_of_a_choice_are_encoded_for_a_header() -> None:
    head = template(Endpoint("A", "GET", "/", headers={"X-A": "{{choice ä}}"})).renderer()(0)
    assert b"X-A: \xe4\r\n" in head


@pytest.mark.parametrize(
    "base, path, url",
    [
        ("http://h", "/users:batchGet", "http://h/users:batchGet"),
        ("http://h/api", "/x?next=http://a.example/", "http://h/api/x?next=http://a.example/"),
        ("http://h/api/", "/x", "http://h/api/x"),
        ("http://h/api", "//x", "http://h/api//x"),
        ("http://h/api", "/../x", "http://h/api/../x"),
        ("http://h/api", "login", "http://h/api/login"),
        ("http://h/api", "https://a.example/x", "https://a.example/x"),
    ],
)
def test_a_path_goes_on_where_the_servers_address_ends(base: str, path: str, url: str) -> None:
    assert address_of(base, path) == url


def test_a_request_goes_to_its_path_whatever_stands_in_it() -> None:
    endpoint = Endpoint("A", "GET", "/users:batchGet?next=http://a.example/")
    request = template(endpoint)
    head = request.renderer()(0)
    assert head.startswith(b"GET /base/users:batchGet?next=http://a.example/ HTTP/1.1\r\n")
    assert request.origin == Origin.of(BASE)


def test_neither_an_endpoint_nor_its_request_shows_what_may_be_secret() -> None:
    endpoint = Endpoint("A", "POST", "/", headers={"X-Key": "s3cret"}, json={"a": "s3cret"})
    form = Endpoint("A", "POST", "/", data="s3cret")
    assert "s3cret" not in f"{endpoint!r} {form!r} {template(endpoint)!r} {template(form)!r}"


def test_requests_without_values_to_fill_in_differ_in_their_ids_alone() -> None:
    render = template(Endpoint("A", "GET", "/")).renderer()
    first, other = (render(arrival).split(b"\r\n") for arrival in (0, 7))
    differing = [line.split(b":")[0] for line, its in zip(first, other, strict=True) if line != its]
    assert differing == [b"X-Request-Id", b"traceparent"]


def test_values_are_filled_in_where_they_stand() -> None:
    endpoint = Endpoint(
        "A",
        "POST",
        "/o/{{counter}}?c={{choice a b|ä}}",
        headers={"X-Id": "{{uuid}}"},
        json={"n": "{{integer 5..9}}", "text": "no {{counter}}", "c": '{{choice "q"|"r"}}'},
    )
    for arrival in range(20):
        head, body = rendered(endpoint, arrival)
        data = json.loads(body)
        assert f"/o/{arrival + 1}?c=" in head
        assert "c=a%20b " in head or "c=%C3%A4 " in head
        uuid.UUID(head.split("X-Id: ")[1].split("\r\n")[0], version=4)
        assert 5 <= data["n"] <= 9
        assert data["text"] == f"no {arrival + 1}"
        assert data["c"] in {'"q"', '"r"'}
        assert f"Content-Length: {len(body)}" in head


def test_values_depend_on_run_and_arrival_alone_so_that_shards_agree() -> None:
    endpoint = Endpoint("A", "POST", "/", json={"u": "{{uuid}}", "i": "{{integer 1..1000000}}"})
    copy = pickle.loads(pickle.dumps(template(endpoint)))
    assert copy.renderer()(42) == template(endpoint).renderer()(42)
    bodies = {rendered(endpoint, arrival)[1] for arrival in range(2_000)}
    assert len(bodies) == 2_000
    assert rendered(endpoint, 0)[1] != rendered(endpoint, 0, run="run-2")[1]


def test_integers_cover_their_range_evenly() -> None:
    endpoint = Endpoint("A", "POST", "/", json=["{{integer 1..4}}"])
    render = template(endpoint).renderer()
    drawn = [render(arrival)[-2:-1] for arrival in range(4_000)]
    assert all(900 < drawn.count(str(value).encode()) < 1_100 for value in range(1, 5))


def test_a_form_is_encoded() -> None:
    head, body = rendered(Endpoint("A", "POST", "/", data={"a": "b c", "n": "{{counter}}"}))
    assert "Content-Type: application/x-www-form-urlencoded" in head
    assert body == b"a=b+c&n=1"


@pytest.mark.parametrize(
    "written",
    ["{{count}}", "{{integer 5}}", "{{integer 9..5}}", "{{choice}}", "{{uuid 4}}", "{{}}"],
)
def test_what_cannot_be_filled_in_is_refused_with_what_can(written: str) -> None:
    with pytest.raises(BadInput, match=r"write \{\{counter\}\}"):
        template(Endpoint("A", "POST", "/", json={"a": written}))


@pytest.mark.parametrize(
    "settings, says",
    [
        ({"name": "A, B"}, "holds ','"),
        ({"name": "A Of B"}, "holds 'of'"),
        ({"name": "p < 5"}, "holds '<'"),
        ({"name": "Above The Fold"}, "holds 'above'"),
        ({"name": "Carts At  Most-Wanted"}, "holds 'at most'"),
        ({"name": "A\tBelow B"}, "holds 'below'"),
        ({"name": "A", "group": "At Least"}, "holds 'at least'"),
        ({"name": "All Answers"}, "cannot name an endpoint"),
        ({"name": "Each Endpoint"}, "cannot name an endpoint"),
        ({"name": " "}, "cannot name an endpoint"),
        ({"method": "get it"}, "Method 'get it' of endpoint 'A'"),
        ({"path": "api"}, "must start with '/'"),
        ({"path": "/a b"}, "must start with '/'"),
        ({"json": {}, "data": "x"}, "has both json= and data="),
    ],
)
def test_an_endpoint_that_cannot_be_is_refused(settings: dict[str, object], says: str) -> None:
    with pytest.raises(BadInput) as caught:
        Endpoint(**{"name": "A", "method": "GET", "path": "/", **settings})  # type: ignore[arg-type]
    assert says in str(caught.value)


WORDS = ("At", "Above", "Below", "Most", "Mostly", "Least", "Of", "With", "All", "Answers", "-")


@same_every_time
@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join))
def test_a_name_is_refused_or_criteria_take_it_without_quotes(name: str) -> None:
    try:
        Endpoint(name, "GET", "/")
    except BadInput:
        return
    assert parse(f"p95 of {name} < 1 s", [name]).scope == name


@pytest.mark.parametrize(
    "written, statuses",
    [("201", {201}), ("200, 204", {200, 204}), ("2xx", set(range(200, 300))), (404, {404})],
)
def test_expected_statuses_are_read(written: object, statuses: set[int]) -> None:
    assert parse_expected(written) == statuses


@pytest.mark.parametrize("written", ["", "20", "600", "ok", "2x", "-200"])
def test_other_statuses_are_refused(written: str) -> None:
    with pytest.raises(BadInput, match="write statuses like 201"):
        parse_expected(written)


@pytest.mark.parametrize(
    "url, text",
    [
        ("http://a.example", "http://a.example"),
        ("https://a.example:443/x", "https://a.example"),
        ("http://A.example:81", "http://a.example:81"),
        ("http://[::1]:8080/", "http://[::1]:8080"),
        ("https://Exämple.com:8443/ä", "https://xn--exmple-cua.com:8443"),
        ("http://straße.example", "http://xn--strae-oqa.example"),
    ],
)
def test_an_origin_is_scheme_host_and_port(url: str, text: str) -> None:
    assert str(Origin.of(url)) == text


@pytest.mark.parametrize(
    "url",
    [
        "",
        "shop.example",
        "ftp://a",
        "http://",
        "http://a:99999",
        "http://[x",
        "http://u:p@a",
        "http://ä_b",
    ],
)
def test_what_is_no_origin_is_refused(url: str) -> None:
    with pytest.raises(BadInput):
        Origin.of(url)


def test_an_international_host_is_the_one_that_is_sent_to() -> None:
    base = "http://exämple.com"
    request = prepare(Endpoint("A", "GET", "/"), base, requests.Session(), "run-1", place=0)
    assert request.origin == Origin.of(base)
    assert b"Host: xn--exmple-cua.com\r\n" in request.renderer()(0)


def test_only_allowed_origins_pass() -> None:
    home = Origin.of("http://a.example")
    require_allowed(home, {home})
    for other in ("https://a.example", "http://a.example:81", "http://b.example"):
        with pytest.raises(OriginNotAllowed, match=r"Allowed: http://a\.example\."):
            require_allowed(Origin.of(other), {home})


@pytest.mark.parametrize("written", ["{{integer 1..%s}}" % ("9" * 5_000), "{{integer 1..2 3}}"])
def test_a_number_beyond_measure_is_no_bound(written):
    with pytest.raises(BadInput, match="no value that can be filled in"):
        placeholder(PLACEHOLDER.fullmatch(written), "run", str.encode)
