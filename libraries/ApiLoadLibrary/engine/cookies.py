"""The cookies of one worker, kept and sent back as by a customer of its own.

Which cookie goes where is the standard library's business (`http.cookiejar`); its answers
are remembered for a second, because asking it takes longer than sending the request.
"""

from __future__ import annotations

import http.cookiejar
import urllib.request
import warnings
from collections.abc import Iterable
from email.message import Message
from time import monotonic

__all__ = ["CookieJar", "with_cookies"]

REMEMBERED_S = 1.0
LONGEST_COOKIE, MOST_COOKIES = 8_192, 200
"""Browsers keep about half of that, and as many of a site; a server may set others for ever."""

_HEAD_END = b"\r\n\r\n"


class CookieJar:
    """What answers have set so far."""

    def __init__(self) -> None:
        self._jar: http.cookiejar.CookieJar | None = None  # many servers set none at all
        self._known: dict[str, tuple[float, bytes]] = {}

    def store(self, url: str, set_cookies: Iterable[bytes]) -> None:
        """Take what an answer from this URL has set."""
        for each in set_cookies:
            if len(each) > LONGEST_COOKIE:
                continue
            if self._jar is None:
                self._jar = http.cookiejar.CookieJar()
            _extract(self._jar, each, url)
            for oldest in list(self._jar)[:-MOST_COOKIES]:
                self._jar.clear(oldest.domain, oldest.path, oldest.name)
            self._known.clear()

    def header(self, url: str) -> bytes:
        """What `Cookie` says in a request to this URL; empty without a cookie."""
        if self._jar is None:
            return b""
        now = monotonic()
        asked_at, value = self._known.get(url, (-REMEMBERED_S, b""))
        if now - asked_at >= REMEMBERED_S:
            request = urllib.request.Request(url)  # noqa: S310 - nothing is opened
            self._jar.add_cookie_header(request)
            value = (request.get_header("Cookie") or "").encode("latin-1", "replace")
            if len(self._known) > 1_000:  # URLs that differ from request to request
                self._known.clear()
            self._known[url] = (now, value)
        return value


def _extract(jar: http.cookiejar.CookieJar, cookie: bytes, url: str) -> None:
    """One at a time: one that cannot be read takes no other with it, nor does the console hear
    of it, as the standard library would have it."""
    with warnings.catch_warnings(action="ignore"):
        # Its types ask for more of an answer than it ever looks at.
        jar.extract_cookies(_Answer(cookie), urllib.request.Request(url))  # type: ignore[arg-type]  # noqa: S310


class _Answer:
    """As much of an answer as a cookie jar looks at."""

    def __init__(self, set_cookie: bytes) -> None:
        self._headers = Message()
        self._headers.add_header("Set-Cookie", set_cookie.decode("latin-1"))

    def info(self) -> Message:
        return self._headers


def with_cookies(request: bytes, cookies: bytes) -> bytes:
    """The rendered request with these cookies too; its own come first."""
    if not cookies:
        return request
    head, _, body = request.partition(_HEAD_END)
    first, *headers = head.split(b"\r\n")
    own = [each for each in headers if each.lower().startswith(b"cookie:")]
    values = [each.partition(b":")[2].strip() for each in own]
    header = b"Cookie: " + b"; ".join([*values, cookies])
    others = [each for each in headers if each not in own]
    return b"\r\n".join([first, *others, header]) + _HEAD_END + body
