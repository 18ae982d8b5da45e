"""Where redirects lead, and which cookies go along."""

from __future__ import annotations

import pytest

from ApiLoadLibrary.engine.cookies import CookieJar, with_cookies
from ApiLoadLibrary.engine.http1 import (
    AnswerReader,
    BodyReader,
    KeepingHeadReader,
    KeepingReader,
    Kept,
)
from ApiLoadLibrary.engine.redirects import next_hop
from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.workload.origin import Origin

SHOP = Origin.of("https://shop.example")
POST = (
    b"POST /a/b?c=d HTTP/1.1\r\nHost: shop.example\r\nAuthorization: Bearer x\r\nX-Till: 7\r\n"
    b"Cookie: own=1\r\nContent-Type: text/plain\r\nContent-Length: 2\r\n\r\nhi"
)


@pytest.mark.parametrize(
    "location, origin, target",
    [
        (b"/x", "https://shop.example", "/x"),
        (b"x?y=1", "https://shop.example", "/a/x?y=1"),
        (b"?z", "https://shop.example", "/a/b?z"),
        (b"//cdn.example/x", "https://cdn.example", "/x"),
        (b"http://shop.example", "http://shop.example", "/"),
        (b"https://shop.example:444/x#part", "https://shop.example:444", "/x"),
        (" /caf\u00e9 au lait ".encode(), "https://shop.example", "/caf%C3%A9%20au%20lait"),
        (b"/already%20quoted", "https://shop.example", "/already%20quoted"),
        (b"/a\r\nEvil: 1", "https://shop.example", "/aEvil:%201"),
    ],
)
def test_a_location_is_resolved_against_where_the_request_went(
    location: bytes, origin: str, target: str
) -> None:
    hop = next_hop(SHOP, "POST", POST, 307, location)
    assert (hop.origin, hop.method) == (Origin.of(origin), "POST")
    assert hop.request.startswith(f"POST {target} HTTP/1.1\r\nHost: ".encode())
    assert hop.request.endswith(b"\r\n\r\nhi")


def test_what_signs_a_request_stays_at_home() -> None:
    away = next_hop(SHOP, "POST", POST, 308, b"https://other.example/").request
    assert b"Authorization" not in away
    assert b"Cookie" not in away
    assert b"\r\nHost: other.example\r\n" in away
    assert away.count(b"Host:") == 1
    assert b"X-Till: 7" in away
    here = next_hop(SHOP, "POST", POST, 308, b"/x").request
    assert b"Authorization: Bearer x" in here
    assert b"Cookie: own=1" in here


def test_a_get_that_follows_has_no_body() -> None:
    hop = next_hop(SHOP, "POST", POST, 303, b"/x")
    assert hop.method == "GET"
    assert hop.request.endswith(b"Cookie: own=1\r\n\r\n")
    assert b"ontent-" not in hop.request


@pytest.mark.parametrize("location", [b"mailto:a@b.example", b"http://[", b"http://a:x/"])
def test_what_http_cannot_fetch_is_refused(location: bytes) -> None:
    with pytest.raises(BadInput):
        next_hop(SHOP, "GET", POST, 302, location)


def test_cookies_go_where_they_belong() -> None:
    jar = CookieJar()
    jar.store("https://shop.example/a", [b"a=1; Path=/", b"b=2; Path=/deep", b"c=3; Secure"])
    assert jar.header("https://shop.example/a") in (b"a=1; c=3", b"c=3; a=1")
    assert b"b=2" in jar.header("https://shop.example/deep/er")
    assert jar.header("http://shop.example/a") == b"a=1"
    assert jar.header("https://other.example/a") == b""
    jar.store("https://shop.example/a", [b"a=; Path=/; Max-Age=0"])
    assert jar.header("https://shop.example/a") == b"c=3"
    jar.store("https://shop.example/a", [])
    assert jar.header("https://shop.example/a") == b"c=3"


def test_a_cookie_for_another_domain_is_not_taken() -> None:
    jar = CookieJar()
    jar.store("https://shop.example/", [b"a=1; Domain=bank.example"])
    assert jar.header("https://bank.example/") == b""


def test_own_cookies_and_kept_ones_share_a_header() -> None:
    request = with_cookies(POST, b"kept=2")
    assert b"\r\nCookie: own=1; kept=2\r\n" in request
    assert request.count(b"Cookie:") == 1
    assert request.endswith(b"\r\n\r\nhi")
    assert with_cookies(POST, b"") is POST


@pytest.mark.parametrize("reader", [KeepingReader, KeepingHeadReader, BodyReader])
def test_headers_are_kept_of_the_answer_alone(reader: type[AnswerReader]) -> None:
    kept = Kept({b"location", b"set-cookie"})
    status = reader(kept).feed(
        b"HTTP/1.1 103 Early Hints\r\nSet-Cookie: hint=1\r\n\r\n"
        b"HTTP/1.1 302 Found\r\nLOCATION: /x\r\nDate: now\r\nset-cookie: a=1\r\n"
        b"Set-Cookie: b=2\r\nContent-Length: 0\r\n\r\n"
    )
    assert status == 302
    assert kept.headers == [(b"location", b"/x"), (b"set-cookie", b"a=1"), (b"set-cookie", b"b=2")]


@pytest.mark.parametrize(
    "broken", [b"a=b; Max-Age", b"a=b; Expires=Wed, 21 Otc 2037 07:28:00 GMT", b"a=" + b"b" * 9_000]
)
def test_a_cookie_that_cannot_be_read_takes_no_other_with_it(broken: bytes) -> None:
    jar = CookieJar()
    jar.store("https://shop.example/", [broken, b"c=d"])
    assert jar.header("https://shop.example/").endswith(b"c=d")


def test_a_server_cannot_set_cookies_for_ever() -> None:
    jar = CookieJar()
    jar.store("https://shop.example/", [b"c%d=d" % number for number in range(250)])
    assert jar.header("https://shop.example/").count(b"=d") == 200
