"""From requests as others wrote them down to endpoints, with what must stay behind left behind."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote_plus

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.workload.endpoint import Endpoint
from ApiLoadLibrary.workload.origin import Origin

from .imported import Credential, Imported, LeftOut
from .naming import Names
from .plain import json_or_none
from .secrets import is_secret_name, is_secret_value, secret_field
from .wanted import why_not_wanted

__all__ = ["Collector", "Request", "refuse_secrets", "where_it_goes"]

_NOT_OF_THE_API = re.compile(
    # what we send ourselves, or know better
    r"(?:accept-encoding|connection|content-(?:length|type)|expect|host|keep-alive|proxy-.*|te"
    r"|trailer|transfer-encoding|upgrade|user-agent|traceparent|tracestate|x-load-run|x-request-id"
    # what browsers and Postman add by themselves, of HTTP/2 too
    r"|:.*|sec-.*|if-.*|postman-.*|alt-used|cache-control|dnt|pragma|priority|purpose|range|referer"
    r"|save-data|upgrade-insecure-requests|x-client-data)"
)


@dataclass(frozen=True, slots=True)
class Request:
    """A request as somebody wrote it down.

    Attributes:
        label: Which it is, for people: `GET /api/orders`.
        names: What it may be called, the best first.
        method: Its HTTP method.
        url: A path, or a whole URL.
        headers: As they stand there.
        body: Its text, if it has one.
        media_type: What the body is, as its Content-Type says; empty where nothing says so.
        expected: The statuses that count as success.
        signed_by: What else signs it.
        unsigned: Whether nothing may sign it.
    """

    label: str
    names: tuple[str, ...]
    method: str
    url: str
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    body: str | None = field(default=None, repr=False)
    media_type: str = ""
    expected: frozenset[int] = frozenset({200})
    signed_by: Credential | None = None
    unsigned: bool = False


class Collector:
    """Makes endpoints of requests, and lists the others.

    Args:
        base_url: The server; paths of endpoints are relative to it.
        allowed: The origins besides that requests may go to.
        methods: Those that are taken over.
    """

    def __init__(
        self, base_url: str | None, allowed: Collection[Origin], methods: Collection[str]
    ) -> None:
        self._base_url = base_url
        self._allowed = {*allowed, *([Origin.of(base_url)] if base_url else [])}
        self._methods = methods
        self._names = Names()
        self._endpoints: dict[tuple[str | None, ...], Endpoint] = {}
        self._left_out: dict[LeftOut, None] = {}
        self._credentials: dict[Credential, list[str]] = {}

    def leave_out(self, label: str, reason: str) -> None:
        """List a request that becomes no endpoint."""
        self._left_out[LeftOut(label, reason)] = None

    def wants(self, method: str, label: str) -> bool:
        """Whether requests with this method are taken over; one that is not is listed."""
        reason = why_not_wanted(method, self._methods)
        if reason:
            self.leave_out(label, reason)
        return reason is None

    def add(self, request: Request) -> None:
        """Make an endpoint of it.

        One that is there already, to the last byte, adds only its expected statuses.

        Raises:
            BadInput: Why it cannot become one; a sentence's part, for `leave_out`.
        """
        self._check_origin(request.url)
        path, from_url = _without_secrets(where_it_goes(request.url, self._base_url))
        headers, from_headers = _taken_headers(request.headers)
        json, data = _body(request)
        if data is not None or (json is not None and request.media_type != "application/json"):
            headers["Content-Type"] = request.media_type or "text/plain"
        if request.unsigned:
            headers["Authorization"] = None
        refuse_secrets(data if json is None else json)
        if is_secret_value(unquote_plus(path)):
            raise BadInput("its path holds a token: define it by hand")
        key = (request.method, path, repr(headers), request.body)
        known = self._endpoints.get(key)
        if known:
            self._endpoints[key] = replace(known, expected=known.expected | request.expected)
            self.leave_out(request.label, f"it is the same as {known.name}, which stands for both")
        else:
            name = self._names.take(*request.names)
            self._endpoints[key] = known = Endpoint(
                name, request.method, path, headers, json, data, request.expected
            )
        for each in (*from_url, *from_headers, *filter(None, [request.signed_by])):
            self._credentials.setdefault(each, []).append(known.name)

    def imported(self, title: str) -> Imported:
        """What has been found."""
        return Imported(
            title,
            self._base_url,
            tuple(self._endpoints.values()),
            tuple(self._left_out),
            tuple(
                replace(each, endpoints=tuple(dict.fromkeys(names)))
                for each, names in self._credentials.items()
            ),
        )

    def _check_origin(self, url: str) -> None:
        if url.startswith("/"):
            return
        try:
            origin = Origin.of(url)
        except BadInput:  # its words quote the URL, which may hold a secret
            raise BadInput(
                "its URL must start with http:// or https://, and hold no user name or password: "
                "define it by hand"
            ) from None
        if origin not in self._allowed:
            raise BadInput(f"it goes to {origin}: allow it by `Use Server    …    allow={origin}`")


def where_it_goes(url: str, base_url: str | None) -> str:
    """The path of a URL on the server; the whole URL where it is not below the server's address.

    What stands behind `#` is never sent.
    """
    url = url.partition("#")[0]
    base = (base_url or "").rstrip("/")
    if base and url.startswith(base) and url[len(base) : len(base) + 1] in ("", "/", "?"):
        rest = url[len(base) :]
        return rest if rest.startswith("/") else f"/{rest}"
    return url


def _without_secrets(url: str) -> tuple[str, list[Credential]]:
    """The URL without parameters that are secrets, and those."""
    path, _, query = url.partition("?")
    kept: list[str] = []
    found: list[Credential] = []
    for pair in query.split("&") if query else ():
        name, _, value = map(unquote_plus, pair.partition("="))
        if is_secret_name(name) or is_secret_value(value):
            found.append(Credential(name, "api key", "query", name))
        else:
            kept.append(pair)
    return f"{path}?{'&'.join(kept)}" if kept else path, found


def _taken_headers(
    headers: tuple[tuple[str, str], ...],
) -> tuple[dict[str, str | None], list[Credential]]:
    """The headers that make this request what it is, and what those stand for that sign it."""
    taken: dict[str, str | None] = {}
    found: list[Credential] = []
    for name, written in headers:
        folded, value = name.casefold(), written.strip()
        if folded in ("authorization", "cookie"):
            found.append(_credential(folded, value))
        elif _NOT_OF_THE_API.fullmatch(folded):
            continue
        elif is_secret_name(name) or is_secret_value(value):
            found.append(Credential(name, "api key", "header", name))
        else:
            taken[name] = value
    return taken, found


def _credential(folded: str, value: str) -> Credential:
    """What a header stands for that always signs."""
    if folded == "cookie":
        names = [each.partition("=")[0].strip() for each in value.split(";")]
        return Credential("Cookie", "other", "cookie", ", ".join(filter(None, names)))
    scheme = value.partition(" ")[0].casefold()
    if scheme == "bearer":
        return Credential("Authorization", "bearer")
    if scheme == "basic":
        return Credential("Authorization", "basic")
    if scheme == "digest":
        return Credential("Authorization", "digest")
    return Credential("Authorization", "api key")


def _body(request: Request) -> tuple[Any, str | None]:
    """The body as JSON, or else as text."""
    if not request.body:
        return None, None
    if "json" in request.media_type.casefold():
        json = json_or_none(request.body)
        if json is not None:
            return json, None
    return None, request.body


def refuse_secrets(body: Any) -> None:
    """Refuse what would write a secret into a suite.

    Args:
        body: As JSON means it, or any text.

    Raises:
        BadInput: A field of it holds one.
    """
    field = secret_field(body)
    if field is not None:
        raise BadInput(
            f"its body holds a secret ({field}): if it signs in, write `Sign In` with a Secret, "
            "else define it by hand"
        )
