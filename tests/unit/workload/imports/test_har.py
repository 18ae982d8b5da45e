"""Endpoints from recordings: one small recording for each rule."""

from __future__ import annotations

from typing import Any

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.workload.imports.har import from_har
from ApiLoadLibrary.workload.imports.imported import Credential, Imported
from ApiLoadLibrary.workload.origin import Origin
from ApiLoadLibrary.workload.prepare import prepare
from strategies import json_values, same_every_time

SHOP = "https://shop.example"
LONG_TOKEN = "Bearer abcdefghijklmnop.qrs"


def entry(
    url: str = f"{SHOP}/api/products",
    method: str = "GET",
    status: Any = 200,
    *,
    headers: dict[str, str] | None = None,
    body: Any = None,
    answer: str = "application/json",
    **more: Any,
) -> dict[str, Any]:
    written = [{"name": name, "value": value} for name, value in (headers or {}).items()]
    request = {"url": url, "method": method, "headers": written}
    if body:
        request["postData"] = body
    response = {"status": status, "content": {"mimeType": answer}}
    return {"request": request, "response": response, **more}


def read(*entries: Any, **arguments: Any) -> Imported:
    return from_har({"log": {"entries": list(entries)}}, **arguments)


def reason(*entries: Any, **arguments: Any) -> str:
    """Why the only request was left out."""
    found = read(*entries, **arguments)
    assert not found.endpoints
    return found.left_out[0].reason


def test_a_request_becomes_an_endpoint_that_expects_what_was_answered() -> None:
    found = read(entry(status=201, method="POST"))
    assert found.title == "shop.example as recorded"
    assert found.base_url == SHOP
    (endpoint,) = found.endpoints
    assert endpoint.name == "POST Products"
    assert (endpoint.method, endpoint.path) == ("POST", "/api/products")
    assert endpoint.expected == {201}


def test_only_requests_to_allowed_origins_are_taken_over() -> None:
    other = "https://pay.example:8443"
    entries = [entry(), entry(f"{other}/api/charge?card=1", "POST")]
    found = read(*entries, base_url=SHOP)
    assert [each.name for each in found.endpoints] == ["GET Products"]
    assert found.left_out[0].operation == f"POST {other}/api/charge"
    assert f"it goes to {other}: allow it" in found.left_out[0].reason
    allowed = read(*entries, base_url=SHOP, allowed={Origin.of(other)})
    assert [each.path for each in allowed.endpoints] == [
        "/api/products",
        f"{other}/api/charge?card=1",
    ]


def test_paths_are_relative_to_the_server_and_its_own_path() -> None:
    found = read(
        entry(), entry(f"{SHOP}/apis"), entry(f"{SHOP}/api?x=1#top"), base_url=f"{SHOP}/api/"
    )
    assert [each.path for each in found.endpoints] == ["/products", f"{SHOP}/apis", "/?x=1"]


def test_without_a_server_it_is_the_one_most_was_asked_of() -> None:
    styles = [entry("https://cdn.example/a.css", answer="text/css") for _ in range(5)]
    found = read(*styles, entry("https://ads.example/hit"), entry(), entry(f"{SHOP}/api/orders"))
    assert found.base_url == SHOP
    assert len(found.endpoints) == 2
    assert read().base_url is None


@pytest.mark.parametrize(
    "asset",
    [
        entry(f"{SHOP}/app", answer="text/css; charset=utf-8"),
        entry(f"{SHOP}/app", answer="application/javascript"),
        entry(f"{SHOP}/app", answer="image/png"),
        entry(f"{SHOP}/app", _resourceType="font"),
        entry(f"{SHOP}/logo.SVG?v=3", answer=""),
    ],
)
def test_static_files_are_left_out_unless_asked_for(asset: Any) -> None:
    assert "static=True" in reason(asset)
    assert len(read(asset, static=True, base_url=SHOP).endpoints) == 1


def test_what_a_page_asked_for_by_itself_is_no_static_file() -> None:
    assert len(
        read(entry(f"{SHOP}/api/picture", answer="image/png", _resourceType="fetch")).endpoints
    )


def test_the_same_request_is_one_endpoint_and_another_body_is_another() -> None:
    first = {"mimeType": "application/json", "text": '{"id": 1}'}
    second = {"mimeType": "application/json", "text": '{"id": 2}'}
    found = read(
        entry(method="POST", body=first),
        entry(method="POST", body=first, status=201),
        entry(method="POST", body=second),
    )
    assert [each.name for each in found.endpoints] == ["POST Products", "POST Api Products"]
    assert found.endpoints[0].expected == {200, 201}
    assert found.left_out[0].reason == "it is the same as POST Products, which stands for both"


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_what_changes_or_removes_is_left_out_unless_asked_for(method: str) -> None:
    assert f"{method} changes or removes what is there" in reason(entry(method=method))
    assert len(read(entry(method=method), methods={method}).endpoints) == 1


def test_who_was_signed_in_is_never_taken_over() -> None:
    headers = {
        "authorization": LONG_TOKEN,
        "Cookie": "session=s3cret; theme=dark",
        "X-Api-Key": "s3cret",
        "X-Trace": LONG_TOKEN,
        "X-Till": "7",
    }
    found = read(entry(f"{SHOP}/api/products?page=2&access_token=s3cret", headers=headers))
    (endpoint,) = found.endpoints
    assert endpoint.headers == {"X-Till": "7"}
    assert endpoint.path == "/api/products?page=2"
    assert found.credentials == (
        Credential("access_token", "api key", "query", "access_token", ("GET Products",)),
        Credential("Authorization", "bearer", endpoints=("GET Products",)),
        Credential("Cookie", "other", "cookie", "session, theme", ("GET Products",)),
        Credential("X-Api-Key", "api key", "header", "X-Api-Key", ("GET Products",)),
        Credential("X-Trace", "api key", "header", "X-Trace", ("GET Products",)),
    )


@pytest.mark.parametrize(
    "header, kind",
    [("Basic dGlsbDpwYXNz", "basic"), ('Digest username="x"', "digest"), ("Token x", "api key")],
)
def test_how_it_was_signed_is_told(header: str, kind: str) -> None:
    (credential,) = read(entry(headers={"Authorization": header})).credentials
    assert (credential.kind, credential.parameter) == (kind, "Authorization")


@pytest.mark.parametrize(
    "body",
    [
        {"mimeType": "application/json", "text": '{"user": {"passWord": "s3cret"}}'},
        {"mimeType": "text/plain", "text": '{"client_secret":"s3cret"}'},
        {"mimeType": "application/x-www-form-urlencoded", "text": "user=a&pass%77ord=s3cret"},
        {
            "mimeType": "application/x-www-form-urlencoded",
            "params": [{"name": "otp", "value": "s3cret"}],
        },
        {
            "mimeType": "multipart/form-data; boundary=b",
            "text": '--b\r\nx: y; name="pwd"\r\n\r\ns3cret',
        },
        {"mimeType": "application/xml", "text": "<a><password>s3cret</password></a>"},
        {
            "mimeType": "application/json",
            "text": '{"query": "mutation{in(password: \\"s3cret\\")}"}',
        },
        {"mimeType": "application/json", "text": '{"note": "eyJhbGciOiJI.eyJzdWIiOiIx.s3cret"}'},
    ],
)
def test_a_body_with_a_secret_is_left_out(body: Any) -> None:
    found = read(entry(f"{SHOP}/login", "POST", body=body))
    assert not found.endpoints
    assert "its body holds a secret" in found.left_out[0].reason
    assert "s3cret" not in str(found)


def test_secrets_in_paths_and_addresses_are_not_even_listed() -> None:
    token = "eyJhbGciOiJI.eyJzdWIiOiIx"
    found = read(
        entry(f"{SHOP}/reset/{token}"),
        entry("https://user:s3cret@shop.example/x?y=s3cret"),
        entry("https://pay.example/x?key=s3cret"),
        base_url=SHOP,
    )
    assert not found.endpoints
    assert "s3cret" not in str(found)
    assert "its path holds a token" in found.left_out[0].reason
    assert "no user name or password" in found.left_out[1].reason


def test_headers_that_browsers_and_we_send_ourselves_are_left_aside() -> None:
    ours = {
        ":authority": "shop.example",
        "Accept": "application/json",
        "accept-encoding": "br",
        "Content-Length": "3",
        "Content-Type": "text/csv",
        "If-None-Match": '"1"',
        "Sec-Fetch-Mode": "cors",
        "User-Agent": "Firefox",
        "traceparent": "00-1-1-01",
    }
    found = read(entry(method="POST", headers=ours, body={"mimeType": "text/csv", "text": "a,b"}))
    assert found.endpoints[0].headers == {"Accept": "application/json", "Content-Type": "text/csv"}
    assert found.endpoints[0].data == "a,b"


def test_json_is_sent_as_json_and_what_is_none_as_it_was() -> None:
    bodies = ['{"a": 1}', "{a: 1}", '{"a": NaN}', "null"]
    found = read(
        *(
            entry(f"{SHOP}/{number}", "POST", body={"mimeType": "application/json", "text": each})
            for number, each in enumerate(bodies)
        )
    )
    assert [(each.json, each.data) for each in found.endpoints] == [
        ({"a": 1}, None),
        (None, "{a: 1}"),
        (None, '{"a": NaN}'),
        (None, "null"),
    ]


@pytest.mark.parametrize("depth", [90, 900, 90_000])
def test_what_is_nested_beyond_measure_is_sent_as_the_text_that_it_is(depth: int) -> None:
    written = "[" * depth + "]" * depth
    found = read(entry(method="POST", body={"mimeType": "application/json", "text": written}))
    (endpoint,) = found.endpoints
    assert (endpoint.json is None) == (depth > 100)
    request = prepare(endpoint, SHOP, requests.Session(), "run-1", 0).renderer()(0)
    assert request.endswith(written.encode())


@pytest.mark.parametrize(
    "left_out, why",
    [
        (entry("wss://shop.example/live"), "it is a WebSocket"),
        (entry(status=101), "it is a WebSocket"),
        (entry(status=0), "it was not answered"),
        (entry(status="200"), "it was not answered"),
        (entry(status=503), "it was answered with 503"),
        (entry(status=404), "it was answered with 404"),
        (
            entry(method="OPTIONS", headers={"Access-Control-Request-Method": "POST"}),
            "as browsers do by themselves",
        ),
        (entry(method="POST", body={"mimeType": "multipart/form-data"}), "the files that it sent"),
        (entry(f"{SHOP}/{{{{counter}}}}"), "would be filled in"),
        (entry(url=""), "no method or no URL"),
        (entry(method="BREW"), "'BREW' is no method"),
        ({"request": None}, "no method or no URL"),
        (7, "no method or no URL"),
        (entry("ftp://shop.example/x"), "must start with http:// or https://"),
        (entry("http://[::1"), "must start with http:// or https://"),
        (entry(f"{SHOP}/a b"), "hold no spaces"),
        (entry(headers={"X A": "b"}), "must be one word"),
    ],
)
def test_what_cannot_be_sent_again_is_listed_with_the_reason(left_out: Any, why: str) -> None:
    assert why in reason(left_out, base_url=SHOP)


@pytest.mark.parametrize("status", [206, 304])
def test_answers_that_browsers_get_for_what_they_keep_are_expected_whole(status: int) -> None:
    assert read(entry(status=status)).endpoints[0].expected == {200}


@pytest.mark.parametrize("document", [None, [], "", {}, {"log": []}, {"log": {"entries": {}}}])
def test_what_is_no_recording_is_refused(document: Any) -> None:
    with pytest.raises(BadInput, match="no HAR recording"):
        from_har(document)


urls = (
    st.sampled_from([f"{SHOP}/a", f"{SHOP}/a?b={{{{x}}}}", "//[", "http://", f"{SHOP}/ü"])
    | st.text()
)


def one_of(*usual: Any) -> st.SearchStrategy[Any]:
    return st.sampled_from(usual) | json_values


@st.composite
def damaged(draw: st.DrawFn) -> Any:
    """An entry in which anything may stand anywhere."""
    sent = entry(
        draw(urls),
        draw(one_of("GET", "POST", "get")),
        draw(one_of(200, 304)),
        body=draw(
            one_of({"mimeType": draw(one_of("application/json", "")), "text": draw(json_values)})
        ),
        answer=draw(json_values),
    )
    sent["request"]["headers"] = draw(
        st.lists(st.fixed_dictionaries({"name": one_of("Accept", "cookie"), "value": json_values}))
        | json_values
    )
    place = draw(st.sampled_from(["request", "response", "other"]))
    return sent if draw(st.booleans()) else {**sent, place: draw(json_values)}


@same_every_time
@given(st.lists(damaged() | json_values, max_size=5))
def test_whatever_was_recorded_becomes_endpoints_that_can_be_sent_or_is_listed(
    entries: list[Any],
) -> None:
    found = read(*entries)
    for each in found.endpoints:
        prepare(each, found.base_url or SHOP, requests.Session(), "run-1", 0).renderer()(0)
    assert len(found.endpoints) + len(found.left_out) <= len(entries)
    assert bool(found.endpoints or found.left_out) == bool(entries)
