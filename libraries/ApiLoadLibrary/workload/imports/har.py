"""Endpoints from a recording of a browser or a proxy: HAR 1.1 and 1.2.

The format is described at http://www.softwareishard.com/blog/har-12-spec/; `_resourceType` is what
Chromium's developer tools add to it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple
from urllib.parse import unquote, urlencode, urlsplit

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.workload.origin import Origin
from ApiLoadLibrary.workload.template import PLACEHOLDER

from .collecting import Collector, Request, where_it_goes
from .imported import Imported
from .plain import items, mapping, text
from .wanted import UNASKED

__all__ = ["from_har", "is_har"]

_STATIC_KINDS = ("stylesheet", "script", "image", "font", "media", "manifest", "texttrack")
_STATIC_TYPES = re.compile(r"text/css|(?:image|font|video|audio)/|.*(?:javascript|ecmascript|wasm)")
_STATIC_ENDINGS = re.compile(
    r"\.(?:css|m?js|map|png|jpe?g|gif|svg|webp|avif|ico|woff2?|ttf|otf|eot|mp[34]|webm|wasm)$",
    re.IGNORECASE,
)
_ANSWERED_FROM_CACHE = 304
_A_PART = 206


def is_har(document: Any) -> bool:
    """Whether a document is a recording."""
    return isinstance(mapping(mapping(document).get("log")).get("entries"), list)


def from_har(
    document: Any,
    *,
    base_url: str | None = None,
    allowed: Collection[Origin] = (),
    methods: Collection[str] = UNASKED,
    static: bool = False,
) -> Imported:
    """The endpoints of a recording; a request that was made several times becomes one.

    Args:
        document: The recording, as JSON means it.
        base_url: The server; None for the one that most of the recorded requests went to.
        allowed: Further origins whose requests are taken over.
        methods: Those that are taken over.
        static: Whether pictures, scripts, styles and fonts are taken over too.

    Raises:
        BadInput: It is no recording.
    """
    if not is_har(document):
        raise BadInput(
            "This is no HAR recording, for it has no 'log' with 'entries': save one from the "
            "network tab of a browser's developer tools."
        )
    entries = document["log"]["entries"]
    if base_url is None:
        base_url = _most_asked(entries)
    collector = Collector(base_url, allowed, methods)
    for number, entry in enumerate(entries, 1):
        _collect(number, mapping(entry), base_url, collector, static=static)
    return collector.imported(_title(entries, base_url))


def _collect(
    number: int,
    entry: Mapping[str, Any],
    base_url: str | None,
    collector: Collector,
    *,
    static: bool,
) -> None:
    """Make a request of an entry, or tell why not."""
    request = mapping(entry.get("request"))
    url, method = text(request.get("url")), text(request.get("method")).upper()
    label = f"{method or '?'} {_shown(url, base_url) or f'(entry {number})'}"
    reason = next(_reasons_to_leave_out(entry, static), None)
    if reason:
        collector.leave_out(label, reason)
    elif collector.wants(method, label):
        try:
            collector.add(_request(entry, label, method, url))
        except BadInput as error:
            collector.leave_out(label, str(error))


def _most_asked(entries: list[Any]) -> str | None:
    """The origin that most requests but those for static files went to."""
    asked = Counter(
        str(origin)
        for entry in items(entries)
        if not _is_static(entry) and (origin := _origin(entry)) is not None
    )
    return asked.most_common(1)[0][0] if asked else None


def _origin(entry: Mapping[str, Any]) -> Origin | None:
    try:
        return Origin.of(text(mapping(entry.get("request")).get("url")))
    except BadInput:
        return None


def _title(entries: list[Any], base_url: str | None) -> str:
    host = urlsplit(base_url or "").hostname
    return f"{host} as recorded" if host else f"A recording of {len(entries)} requests"


def _shown(url: str, base_url: str | None) -> str:
    """A URL for people: without its query, where secrets travel, and without user and password."""
    return re.sub(r"//[^/@]*@", "//", re.split(r"[?#]", where_it_goes(url, base_url))[0])[:200]


def _reasons_to_leave_out(entry: Mapping[str, Any], static: bool) -> Iterator[str]:
    """What is wrong with a recorded request itself, wherever it went."""
    request, body = mapping(entry.get("request")), _sent(entry)
    url, method = text(request.get("url")), text(request.get("method")).upper()
    status = mapping(entry.get("response")).get("status")
    if not url or not method:
        yield "the recording has no method or no URL for it"
    if not static and _is_static(entry):
        yield "it is a static file: write static=True to take those over too"
    if status == 101 or url.startswith(("ws://", "wss://")):
        yield "it is a WebSocket: write `Open … WebSocket Connections To …`"
    if method == "OPTIONS" and _asks_whether_another_may(request):
        yield "it asks whether another site may ask, as browsers do by themselves"
    if not isinstance(status, int) or not 200 <= status <= 599:
        yield "it was not answered in the recording"
    elif status >= 400:
        yield f"it was answered with {status} in the recording: define it by hand if it shall be"
    if body.media_type.casefold().startswith("multipart/") and not body.text:
        yield "the recording does not hold the files that it sent"
    if PLACEHOLDER.search(f"{url} {body.text}"):
        yield "it holds '{{…}}', which would be filled in: define it by hand"


def _is_static(entry: Mapping[str, Any]) -> bool:
    kind = text(entry.get("_resourceType")).casefold()
    if kind in ("xhr", "fetch"):
        return False
    content = mapping(mapping(entry.get("response")).get("content"))
    path = text(mapping(entry.get("request")).get("url")).partition("?")[0]
    return (
        kind in _STATIC_KINDS
        or _STATIC_TYPES.match(text(content.get("mimeType")).casefold()) is not None
        or _STATIC_ENDINGS.search(path) is not None
    )


def _asks_whether_another_may(request: Mapping[str, Any]) -> bool:
    names = (text(each.get("name")).casefold() for each in items(request.get("headers")))
    return "access-control-request-method" in names


class _Sent(NamedTuple):
    """A recorded body."""

    text: str
    media_type: str


def _sent(entry: Mapping[str, Any]) -> _Sent:
    """The body; of a form whose fields alone were recorded, its text."""
    body = mapping(mapping(entry.get("request")).get("postData"))
    media_type = text(body.get("mimeType"))
    written = text(body.get("text"))
    if not written and not media_type.casefold().startswith("multipart/"):
        fields = items(body.get("params"))
        written = urlencode([(text(it.get("name")), text(it.get("value"))) for it in fields])
    return _Sent(written, media_type)


def _request(entry: Mapping[str, Any], label: str, method: str, url: str) -> Request:
    request = mapping(entry["request"])
    body = _sent(entry)
    path = unquote(re.sub(r"^\w+://[^/?#]*|[?#].*", "", url))
    return Request(
        label=label,
        names=(f"{method} {_short(path)}", f"{method} {path}"),
        method=method,
        url=url,
        headers=tuple(
            (text(each.get("name")), text(each.get("value")))
            for each in items(request.get("headers"))
        ),
        body=body.text,
        media_type=body.media_type,
        expected=frozenset({_expected(entry["response"]["status"])}),
    )


def _short(path: str) -> str:
    """What tells this path from others of the same API: without `/api/v1` at its beginning."""
    return re.sub(r"^/(?:(?:api|rest|v\d+)(?:/|$))+", "/", path)


def _expected(status: int) -> int:
    """What a load generator gets, which keeps no answers and asks for the whole of them."""
    return 200 if status in (_ANSWERED_FROM_CACHE, _A_PART) else status
