"""What servers say in headers, bodies and metrics: it is read, or it counts as not said."""

from __future__ import annotations

import gzip
import json
import zlib
from datetime import UTC, datetime
from random import Random
from typing import Any

import requests

from ApiLoadLibrary.engine.cookies import CookieJar, with_cookies
from ApiLoadLibrary.engine.redirects import next_hop
from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.monitor.exporter import MetricsProbe
from ApiLoadLibrary.monitor.probe import Unseen
from ApiLoadLibrary.scenarios.rate_limit.headers import read_headers
from ApiLoadLibrary.workload.answer import Answer, Unreadable
from ApiLoadLibrary.workload.origin import Origin

from .damage import damaged, spoiled

__all__ = ["bodies", "cookies", "headers", "metrics", "redirects"]

WORDS = (
    *(
        b"\xff",
        b"\0",
        b" ",
        b"\t",
        b";",
        b",",
        b"=",
        b'"',
        b":",
        b"/",
        b"//",
        b"?",
        b"#",
        b"%",
        b"@",
    ),
    *(b"9" * 5_000, b"-1", b"1e9", b"1.5", b"..", b"\xc3\xa9", b"\xe2\x80\xae", b"[", b"]", b"::"),
    *(
        b"http://",
        b"https://shop.example",
        b"javascript:",
        b"http://[::1]:99999/",
        b"xn--",
        b"a." * 90,
    ),
    *(
        b"Expires=",
        b"Max-Age=",
        b"Domain=",
        b"Path=",
        b"Secure",
        b" " * 400,
        b"99999999999999999999",
    ),
)
SHOP = Origin.of("https://shop.example:8443")
REQUEST = (
    b"POST /api/orders?a=1 HTTP/1.1\r\nHost: shop.example:8443\r\nCookie: own=1\r\n"
    b"Content-Length: 2\r\n\r\n{}"
)
LOCATIONS = (
    b"https://other.example/a?b=c#d",
    b"//other.example:80/",
    b"../up/%7Ehere",
    b"?q=1",
    b"/gr\xc3\xbc\xc3\x9fe a",
    b"https://gr\xc3\xbc\xc3\x9fe.example/",
    b"https://user:password@shop.example/",
    b"",
)
COOKIES = (
    b"session=abc; Path=/; HttpOnly; SameSite=Lax",
    b'a="b c"; Max-Age=60; Expires=Wed, 21 Oct 2037 07:28:00 GMT; Domain=shop.example; Secure',
    b'a=; Version=1; Port="80,443"; Max-Age=0',
)


def redirects(random: Random) -> int:
    """A redirect leads to a whole request or nowhere; cookies add a header and nothing else."""
    location = damaged(random, random.choice(LOCATIONS), WORDS)
    method, status = (
        random.choice(("GET", "POST", "HEAD")),
        random.choice((301, 302, 303, 307, 308)),
    )
    try:
        hop = next_hop(SHOP, method, REQUEST, status, location)
    except BadInput:
        return 1
    head, _, body = hop.request.partition(b"\r\n\r\n")
    line, *lines = head.split(b"\r\n")
    assert line.startswith(hop.method.encode() + b" /"), location
    assert line.count(b" ") == 2, location
    assert len(lines) == len(set(lines)), location
    assert all(each.isascii() for each in lines), location
    assert body in (b"", b"{}")
    return 1


def cookies(random: Random) -> int:
    """Cookies that a server sets add a header to the next request, and nothing else."""
    jar = CookieJar()
    said = [
        damaged(random, each, WORDS).replace(b"\n", b"") for each in random.choices(COOKIES, k=2)
    ]
    jar.store(str(SHOP), said)
    head, _, body = with_cookies(REQUEST, jar.header(str(SHOP))).partition(b"\r\n\r\n")
    assert (head.count(b"\r\n"), body) == (3, b"{}"), said
    return 1


TOLD = (
    ("ratelimit", '"default";r=50;t=30, "other";r=1;pk=:cHK=:'),
    ("ratelimit", "limit=100, remaining=50, reset=5"),
    ("ratelimit-policy", '"default";q=100;w=60, 100;w=60'),
    ("ratelimit-limit", "100, 100;w=60"),
    ("x-ratelimit-remaining", "50"),
    ("x-ratelimit-reset", "1769000000.5"),
    ("x-rate-limit-reset", "2026-11-25T20:00:00+01:00"),
    ("x-ratelimit-limit-minute", "60"),
    ("x-ratelimit-reset-after", "0.5"),
    ("retry-after", "Wed, 21 Oct 2037 07:28:00 GMT"),
    ("retry-after", "120"),
    ("date", "Wed, 25 Nov 2026 07:28:00 -0000"),
)
NOW = datetime(2026, 11, 25, tzinfo=UTC)


def headers(random: Random) -> int:
    """Whatever headers of rate limits hold, they tell something or are malformed."""
    chosen = random.choices(TOLD, k=3)
    said = {name: damaged(random, text.encode(), WORDS).decode("latin-1") for name, text in chosen}
    answer = read_headers(said, NOW, random.choice((None, 60 * 10**9)))
    assert answer.retry_after_ns is None or answer.retry_after_ns >= 0
    assert all(each.reset_ns is None or each.reset_ns >= 0 for each in answer.told)
    return 1


CODINGS = ("gzip", "deflate", "x-gzip", "identity", "br", "zstd", "gzip, gzip", "compress", "\xff")
TYPES = (
    *("application/json", "text/html; charset=utf-8", "text/plain; charset=latin-1", "x; charset="),
    *(f"text/plain; charset={name}" for name in ("undefined", "idna", "utf-7", "punycode", "hex")),
    *(f"text/plain; charset={name}" for name in ("unicode_escape", "mbcs", "utf-16", "no.such")),
)


def bodies(random: Random) -> int:
    """A body is unpacked, decoded and parsed, or it is unreadable."""
    plain = random.choice(
        (json.dumps({"a": [1, "é", None]}).encode(), b"", b"\xff\xfe", b"[" * 9_000)
    )
    pack = random.choice(
        (gzip.compress, zlib.compress, bytes, lambda data: gzip.compress(data) * 3)
    )
    packed = damaged(random, pack(plain), WORDS) if random.random() < 0.7 else pack(plain)
    coding = random.choice(CODINGS).encode("latin-1")
    kind = random.choice(TYPES).encode("latin-1")
    answer = Answer(
        200, [(b"content-encoding", coding), (b"content-type", kind)], packed, whole=True
    )
    for read in (lambda: answer.body, lambda: answer.text, lambda: answer.document):
        try:
            read()
        except Unreadable as error:
            assert str(error)
    return 1


METRICS = """\
# HELP node_cpu_seconds_total Seconds the CPUs spent in each mode.
# TYPE node_cpu_seconds_total counter
node_cpu_seconds_total{cpu="0",mode="idle"} 362812.7
node_cpu_seconds_total{cpu="0",mode="user"} 21.5 1732565000000
node_memory_MemTotal_bytes 1.6e+10
node_memory_MemAvailable_bytes 8e+09
node_filesystem_size_bytes{device="/dev/sda1",mountpoint="/"} 1e11
node_filesystem_free_bytes{device="/dev/sda1",mountpoint="/"} 5e10
node_filesystem_avail_bytes{device="/dev/sda1",mountpoint="/"} 4e10
node_filefd_allocated 1200
node_filefd_maximum 9.2e+18
node_network_receive_bytes_total{device="eth0"} 1.2e9
node_load1 0.5
process_open_fds 9
process_max_fds 1024
process_start_time_seconds 1.7e9
# TYPE pool_used gauge
pool_used{pool="a \\"b\\" \\\\ \\n"} NaN
# TYPE latency histogram
latency_bucket{le="+Inf"} 3
# EOF
"""
METRIC_WORDS = (
    *("{", "}", '"', "=", ",", "\\", "\n", "#", "# TYPE ", "# TYPE pool_used", "# HELP", "# EOF"),
    *(" 0", "NaN", "+Inf", "-Inf", "1e999", "0x1", "1_0", "-", " " * 400, "\0", "\ufffd", "\u2028"),
    *('le="', "node_filefd_maximum 0\n", "node_load1", "summary", "counter", "cpu=", "9" * 5_000),
)


class _Told(requests.adapters.BaseAdapter):
    """Answers with a text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text

    def send(self, request: requests.PreparedRequest, **_: Any) -> requests.Response:
        answer = requests.Response()
        answer.status_code = 200
        answer.raw = _Raw(self._text.encode("utf-8", "replace"))
        answer.request = request
        return answer

    def close(self) -> None:
        """Nothing is open."""


class _Raw:
    def __init__(self, data: bytes) -> None:
        self._data = data

    def read(self, size: int) -> bytes:
        data, self._data = self._data[:size], self._data[size:]
        return data

    def release_conn(self) -> None:
        pass


def metrics(random: Random) -> int:
    """An exporter is looked at twice: its figures are numbers, or it is unseen."""
    probe = MetricsProbe("pos-1", "http://shop.example/metrics", of_system=True)
    for now_s in (1.0, 2.0):
        probe._http.mount("http://", _Told(spoiled(random, METRICS, METRIC_WORDS)))
        try:
            figures = probe.look(now_s)
        except Unseen as error:
            assert str(error)
            continue
        assert all(isinstance(each, float) for each in figures.values()), figures
    return 1
