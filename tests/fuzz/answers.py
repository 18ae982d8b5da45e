"""Answers of HTTP/1.1, written by its grammar, with the truth about them; and damaged ones."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from .damage import damaged

__all__ = ["Written", "written"]

METHODS = ("GET", "GET", "GET", "POST", "HEAD")
STATUSES = (200, 200, 200, 201, 204, 205, 301, 304, 400, 404, 429, 500, 503, 599, 999)
REASONS = (b" OK", b" ", b" Not Found", b" No \xe4\xf6 \t reason", b" 200 OK")
HEADERS = (
    *(b"Content-Type: application/json", b"X-Empty:", b"x-spaces:   a b\t ", b"Date: now"),
    *(b"X-Odd: \xff\xe9 ,;=\"'", b"Set-Cookie: a=b; Path=/", b"Set-Cookie: =", b"Location: /next"),
    *(b"X-Content-Length: 3", b"Content-Length-Of: 9", b'ETag: "content-length: 5"'),
    b"X-Long: " + b"long " * 30,
)
BODIES = (b"", b"hello", b"\r\n\r\n", b"HTTP/1.1 200 OK\r\n\r\n", b'{"a":1}' * 30, b"\0" * 20_000)
INFORMATIONAL = (
    b"HTTP/1.1 100 Continue\r\n\r\n",
    b"HTTP/1.1 102 Processing\r\nX: y\r\n\r\n",
    b"HTTP/1.1 103 Early Hints\r\nLink: </a>; rel=preload\r\n\r\n",
)
WORDS = (
    *(b"\r\n", b"\r", b"\n", b"\r\n\r\n", b" ", b":", b",", b";", b"\0", b"\xff", b"-", b"+", b"0"),
    *(b"HTTP/1.1 ", b"HTTP/1.0 ", b"HTTP/9.9 ", b"HTTP/1.1 200 OK\r\n", b"ICY 200 OK\r\n", b"101"),
    *(b"100", b"199", b"99", b"1000", b"Content-Length: 5\r\n", b"Content-Length: 0\r\n"),
    *(b"Content-Length: 99999999999999999999\r\n", b"Transfer-Encoding: chunked\r\n"),
    *(b"Transfer-Encoding: gzip\r\n", b"chunked, identity", b"Connection: close\r\n", b"upgrade"),
    *(
        b"Connection: upgrade\r\nUpgrade: websocket\r\n",
        b"5\r\nhello\r\n",
        b"0\r\n\r\n",
        b"ffffffff",
    ),
    *(b"7fffffffffffffff\r\n", b"0x5", b"\r\n folded", b"HTTP/1.1 100 \r\n\r\n" * 40),
)


@dataclass(frozen=True, slots=True)
class Written:
    """An answer as a server sends it.

    Attributes:
        method: Of the request.
        data: All of its bytes.
        closes: Whether the server closes behind it.
        status: With which the request must end; None of a damaged one, of which nothing is known.
        body: As it must be kept.
        keeps: Whether the connection can carry another request.
    """

    method: str
    data: bytes
    closes: bool
    status: int | None
    body: bytes = b""
    keeps: bool = False


def written(random: Random) -> Written:
    """An answer; every second one is damaged."""
    whole = _whole(random)
    if random.random() < 0.5:
        return whole
    data = damaged(random, whole.data, WORDS)
    return Written(whole.method, data, whole.closes or random.random() < 0.5, None)


def _whole(random: Random) -> Written:
    method, status = random.choice(METHODS), random.choice(STATUSES)
    old = random.random() < 0.1
    bodiless = method == "HEAD" or status in (204, 304)
    headers = [random.choice(HEADERS) for _ in range(random.randrange(5))]
    body = random.choice(BODIES)
    framing, sent, is_open = _framed(random, body, old=old)
    if status != 204:
        headers.append(framing)
    closing = random.random() < 0.2
    if closing or old:
        headers.append(
            random.choice((b"Connection: close", b"connection:Close", b"CONNECTION: x, close"))
        )
    random.shuffle(headers)
    lines = [b"HTTP/1.%d %d%s" % (not old, status, random.choice(REASONS)), *filter(None, headers)]
    before = (
        b"" if old else b"".join(random.choices(INFORMATIONAL, k=random.choice((0, 0, 0, 1, 3))))
    )
    head = before + b"\r\n".join(lines) + b"\r\n\r\n"
    is_open = is_open and not bodiless
    return Written(
        method,
        head if bodiless else head + sent,
        closes=is_open or closing or random.random() < 0.1,
        status=status,
        body=b"" if bodiless else body,
        keeps=not (is_open or closing or old),
    )


def _framed(random: Random, body: bytes, *, old: bool) -> tuple[bytes, bytes, bool]:
    """The header that tells where a body ends, the body as it travels, and whether none does."""
    kind = random.random()
    if kind < 0.1:
        return b"", body, True
    if old or kind < 0.6:
        name = random.choice((b"Content-Length: ", b"content-length:", b"CONTENT-LENGTH:\t"))
        return name + b"%d" % len(body), body, False
    return b"Transfer-Encoding: chunked", _chunked(random, body), False


def _chunked(random: Random, body: bytes) -> bytes:
    pieces = []
    while body:
        size = random.choice((1, 3, 200, 5_000))
        length = b"%x" % len(body[:size])
        pieces.append(
            length.upper() + random.choice((b"", b";a=b")) + b"\r\n" + body[:size] + b"\r\n"
        )
        body = body[size:]
    trailers = random.choice((b"", b"", b"X-Sum: 1\r\n"))
    return b"".join(pieces) + b"0\r\n" + trailers + b"\r\n"
