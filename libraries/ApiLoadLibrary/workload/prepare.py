"""From an endpoint to bytes, through `requests`: what it knows of headers, auth, cookies,
queries and bodies need not be written again.

Placeholders must pass through it unharmed, so each is replaced by a marker of
plain letters and digits first, and the finished bytes are cut at the markers.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

import requests
from requests.structures import CaseInsensitiveDict

from ApiLoadLibrary.errors import BadInput

from .encoding import Encode, form_quoted, json_text, url_quoted
from .endpoint import LOAD_RUN, Endpoint, check_header, header_text
from .feeder import Draws
from .origin import Origin, address_of
from .request import Gap, RequestTemplate
from .taken import Taken
from .template import PLACEHOLDER, Placeholder, placeholder, seed_of
from .tracing import RequestIds

__all__ = ["prepare"]

_MARKER = re.compile(rb'"?(apiload0marker(\d+)end)"?')
_LEFT_TO_US = frozenset({"content-length", "host", "connection"})


class _Marker:
    """Replaces placeholders by markers, and remembers which was which."""

    def __init__(self, run_id: str, taken: Collection[str], draws: Draws) -> None:
        self.run_id = run_id
        self.taken = taken
        self.draws = draws
        self.placeholders: list[Placeholder | Taken] = []

    def marked(self, value: Any, encode: Encode = str.encode) -> Any:
        """The same text, or mapping or sequence of texts, with markers in it."""
        if isinstance(value, str):
            return PLACEHOLDER.sub(lambda found: self._mark(found, encode), value)
        if isinstance(value, Mapping):
            return {key: self.marked(each, encode) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [self.marked(each, encode) for each in value]
        return value

    def _mark(self, found: re.Match[str], encode: Encode) -> str:
        name = found[1].lower()
        if name in self.taken and not found[2]:
            self.placeholders.append(Taken(name, encode))
        else:
            others = self.draws.placeholder
            self.placeholders.append(placeholder(found, self.run_id, encode, others))
        return f"apiload0marker{len(self.placeholders) - 1}end"

    def cut(self, data: bytes, *, is_json: bool = False) -> tuple[Gap, ...]:
        """The bytes cut at their markers."""
        parts: list[Gap] = []
        position = 0
        for found in _MARKER.finditer(data):
            filler = self.placeholders[int(found[2])]
            # What is the whole of a JSON string may stand for another kind of value, as a number.
            is_whole = is_json and found[0] == b'"%s"' % found[1]
            typed = filler.as_json if is_whole else None
            start, end = found.span(0 if typed else 1)
            parts += [data[position:start], typed or filler]
            position = end
        parts.append(data[position:])
        return tuple(part for part in parts if part != b"")


def prepare(
    endpoint: Endpoint,
    base_url: str,
    session: requests.Session,
    run_id: str,
    place: int,
    *,
    signature: Mapping[str, str] | None = None,
    taken: Collection[str] = (),
    draws: Draws | None = None,
) -> RequestTemplate:
    """The endpoint's request, ready to be filled in and sent.

    Args:
        base_url: Where paths are resolved.
        session: Its headers, cookies and auth go into the request.
        run_id: Goes into the header `X-Load-Run`, so that an operator can find the load.
        place: The endpoint's place in the run; part of the seed.
        signature: Headers that sign every request, but for those of the endpoint's own.
        taken: Names of the values that its user has taken from answers before.
        draws: What it may draw from feeders; requests that are to have the same row share it.

    Raises:
        BadInput: A body that is not JSON, or a header that HTTP cannot carry.
    """
    seed = seed_of(run_id, place)
    draws = draws or Draws({}, seed)
    marker = _Marker(run_id, taken, draws)
    url = address_of(base_url, marker.marked(endpoint.path, url_quoted))
    body_encode = form_quoted if isinstance(endpoint.data, Mapping) else str.encode
    own = CaseInsensitiveDict(endpoint.headers)
    shared = {name: value for name, value in (signature or {}).items() if name not in own}
    headers = {LOAD_RUN: run_id, **shared, **endpoint.headers}
    request = requests.Request(
        endpoint.method,
        url,
        headers=marker.marked(headers, header_text),
        json=marker.marked(endpoint.json, json_text),
        data=marker.marked(endpoint.data, body_encode),
        # Of itself, `requests` lets what signs all requests go before an endpoint's own header.
        auth=_as_it_is if "Authorization" in own else None,
    )
    try:
        prepared = session.prepare_request(request)
    except requests.exceptions.InvalidHeader:  # its words quote the value, maybe a secret
        raise BadInput(
            f"Endpoint '{endpoint.name}' cannot be sent: one of the headers it shares with all "
            "others is not what HTTP can carry."
        ) from None
    except (requests.exceptions.RequestException, ValueError, TypeError) as error:
        raise BadInput(f"Endpoint '{endpoint.name}' cannot be sent: {error}.") from None
    for name, value in endpoint.headers.items():
        if value is None:  # cookies, auth and bodies add headers after those of the session
            prepared.headers.pop(name, None)
    origin = Origin.of(prepared.url or url)
    body = _body_bytes(prepared)
    is_json = endpoint.json is not None
    return RequestTemplate(
        origin=origin,
        method=endpoint.method,
        head=marker.cut(_head(prepared, origin)),
        body=None if body is None else marker.cut(body, is_json=is_json),
        seed=seed,
        ids=RequestIds(run_id, place, tuple(name.lower() for name in prepared.headers)),
        draws=draws.all,
    )


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Signs nothing."""
    return request


def _body_bytes(prepared: requests.PreparedRequest) -> bytes | None:
    """The body; an empty one where none is given but servers wait for a length, as of a POST."""
    body = prepared.body
    if body is None:
        return b"" if "Content-Length" in prepared.headers else None
    return body if isinstance(body, bytes) else str(body).encode()


def _head(prepared: requests.PreparedRequest, origin: Origin) -> bytes:
    host = prepared.headers.get("Host", origin.authority)
    lines = [f"{prepared.method} {prepared.path_url} HTTP/1.1", f"Host: {host}"]
    for name, value in prepared.headers.items():
        if name.lower() not in _LEFT_TO_US:
            check_header(name, value)
            lines.append(f"{name}: {value}")
    return "".join(f"{line}\r\n" for line in lines).encode("latin-1")
