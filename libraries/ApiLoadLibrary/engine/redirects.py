"""Where a redirect leads, and what is sent there.

As browsers do it (the Fetch standard's HTTP-redirect fetch): after 303, and after 301 or 302
to a POST, a GET without a body follows; else method and body stay.  What signs a request, and
cookies, do not go to another origin.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.workload.origin import Origin

__all__ = ["REDIRECTS", "Hop", "next_hop", "target_of"]

REDIRECTS = frozenset({301, 302, 303, 307, 308})

_BLANK_LINE = b"\r\n\r\n"
_OF_A_BODY = (b"content-", b"transfer-encoding:")
_OF_THIS_ORIGIN = (b"authorization:", b"cookie:", b"proxy-authorization:")
_URL_SIGNS = "/?:@!$&'()*+,;=%~-._"


@dataclass(frozen=True, slots=True)
class Hop:
    """A request that goes out because of a redirect."""

    origin: Origin
    method: str
    request: bytes


def target_of(request: bytes) -> str:
    """Path and query of a rendered request."""
    return request.split(b" ", 2)[1].decode("latin-1")


def next_hop(origin: Origin, method: str, request: bytes, status: int, location: bytes) -> Hop:
    """What follows a redirect.

    Args:
        origin: Where the request went.
        method: Its method.
        request: All of its bytes.
        status: Of the answer.
        location: Its `Location`.

    Raises:
        BadInput: It leads to nothing that HTTP can fetch.
    """
    here = f"{origin}{target_of(request)}"
    try:
        there = urljoin(here, location.decode("utf-8", "replace").strip())
    except ValueError:
        raise BadInput("The redirect leads to no address.") from None
    goal = Origin.of(there)
    head, _, body = request.partition(_BLANK_LINE)
    _, *headers = head.split(b"\r\n")
    if (status == 303 and method not in ("GET", "HEAD")) or (status <= 302 and method == "POST"):
        method, body = "GET", b""
        headers = _without(headers, _OF_A_BODY)
    if goal != origin:
        host = f"Host: {goal.authority}".encode("latin-1")
        headers = [host, *_without(headers, (*_OF_THIS_ORIGIN, b"host:"))]
    line = f"{method} {_target(there)} HTTP/1.1".encode("latin-1")
    return Hop(goal, method, b"\r\n".join([line, *headers]) + _BLANK_LINE + body)


def _without(headers: list[bytes], names: tuple[bytes, ...]) -> list[bytes]:
    return [each for each in headers if not each.lower().startswith(names)]


def _target(url: str) -> str:
    parts = urlsplit(url)
    query = f"?{parts.query}" if parts.query else ""
    return quote(f"{parts.path or '/'}{query}", safe=_URL_SIGNS)
