"""Endpoints from a Postman collection of version 2.0 or 2.1.

The format is described at https://schema.postman.com: 2.0 writes the settings of an
authentication as an object where 2.1 writes a list of key and value.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.workload.endpoint import parse_expected
from ApiLoadLibrary.workload.origin import Origin

from .collecting import Collector, Request, refuse_secrets, where_it_goes
from .imported import Credential, CredentialKind, Imported
from .plain import items, mapping, text
from .postman_body import body_of
from .postman_values import Values, variables_of
from .secrets import is_secret_name
from .wanted import UNASKED

__all__ = ["from_postman", "is_postman"]

_KINDS: Mapping[str, CredentialKind] = {
    "bearer": "bearer",
    "basic": "basic",
    "digest": "digest",
    "oauth2": "oauth2",
    "jwt": "bearer",
    "apikey": "api key",
}
_SAFE_IN_URLS = "!#$%&'()*+,/:;=?@[]~{}"
_SERVER = re.compile(r"(?:[^/?#]+://)?[^/?#]+")
_PATH_VARIABLE = re.compile(r"(?<=/):([^/:?]+)")
_NOT_FILLED_IN = re.compile(r"(\{\{[^{}]*\}\})")


@dataclass(frozen=True, slots=True)
class _Found:
    """A request of a collection, or a folder, and what it has from the folders around it."""

    item: Mapping[str, Any]
    folders: tuple[str, ...]
    values: Values
    auth: Mapping[str, Any]

    @property
    def name(self) -> str:
        return text(self.item.get("name"))

    @property
    def request(self) -> Mapping[str, Any]:
        written = self.item.get("request")
        return {"url": written} if isinstance(written, str) else mapping(written)

    @property
    def url(self) -> str:
        """As it is written, with its variables, and with the parameters that are switched on."""
        url = self.request.get("url")
        if isinstance(url, str):
            return url
        parts = mapping(url)
        bare = text(parts.get("raw")).partition("#")[0].partition("?")[0] or _joined(parts)
        if "query" not in parts:
            return text(parts.get("raw")).partition("#")[0] or bare
        query = [
            f"{text(each.get('key'))}={text(each.get('value'))}"
            if "value" in each
            else text(each.get("key"))
            for each in items(parts.get("query"))
            if not each.get("disabled")
        ]
        return f"{bare}?{'&'.join(query)}" if query else bare


def is_postman(document: Any) -> bool:
    """Whether a document is a collection, of whatever version."""
    whole = _collection(document)
    return isinstance(whole.get("item"), list) or _is_old(whole)


def from_postman(
    document: Any,
    *,
    environment: Any = None,
    values: Mapping[str, str] | None = None,
    base_url: str | None = None,
    allowed: Collection[Origin] = (),
    methods: Collection[str] = UNASKED,
) -> Imported:
    """The endpoints of a collection.

    Args:
        document: The collection, as JSON means it.
        environment: An environment, as Postman exports it: its values come before the collection's.
        values: Values of variables: these come before all others.
        base_url: The server; None for the one that most of the requests go to.
        allowed: Further origins whose requests are taken over.
        methods: Those that are taken over.

    Raises:
        BadInput: It is no collection, or one of version 1; or that is no environment.
    """
    whole = _checked(document)
    known = {**variables_of(whole), **_environment(environment)}
    found = list(_requests(whole, Values(known, values)))
    server = _most_asked(found)
    if base_url is None:
        base_url = _address(server, Values(known, values))
    collector = Collector(base_url, allowed, methods)
    for each in found:
        _collect(each, server, base_url, collector)
    _tell_scripts(whole, found, collector)
    return collector.imported(text(mapping(whole.get("info")).get("name")) or "A collection")


def _collection(document: Any) -> Mapping[str, Any]:
    whole = mapping(document)
    return mapping(whole.get("collection")) or whole  # Postman's API puts it into an envelope


def _is_old(whole: Mapping[str, Any]) -> bool:
    return isinstance(whole.get("requests"), list) and "order" in whole


def _checked(document: Any) -> Mapping[str, Any]:
    whole = _collection(document)
    if _is_old(whole):
        raise BadInput(
            "This Postman collection is of version 1: export it again as Collection v2.1."
        )
    if not isinstance(whole.get("item"), list):
        raise BadInput(
            "This is no Postman collection, for it has no list 'item': export one as "
            "Collection v2.1."
        )
    return whole


def _environment(document: Any) -> dict[str, str]:
    if document is None:
        return {}
    if not isinstance(mapping(document).get("values"), list):
        raise BadInput(
            "environment= names no Postman environment, for that has a list 'values': export it "
            "from Postman's environments."
        )
    return variables_of(document, "values")


def _requests(whole: Mapping[str, Any], values: Values) -> Iterator[_Found]:
    """All requests in their order, with what folders hand down to them."""
    waiting = [_Found(whole, (), values, mapping(whole.get("auth")))]
    while waiting:
        folder = waiting.pop()
        if "item" not in folder.item:
            yield folder
            continue
        for each in reversed(items(folder.item.get("item"))):
            is_folder = "item" in each
            owner = each if is_folder else mapping(each.get("request"))
            names = (*folder.folders, text(each.get("name"))) if is_folder else folder.folders
            inner = folder.values.with_inner(variables_of(each))
            waiting.append(_Found(each, names, inner, mapping(owner.get("auth")) or folder.auth))


def _joined(url: Mapping[str, Any]) -> str:
    """A URL that is given in parts alone."""
    host = url.get("host")
    where = ".".join(map(text, host)) if isinstance(host, list) else text(host)
    port = f":{text(url.get('port'))}" if url.get("port") else ""
    scheme = "" if where.startswith("{{") else f"{text(url.get('protocol')) or 'http'}://"
    path = url.get("path")
    words = path if isinstance(path, list) else [path]
    way = "/".join(text(mapping(each).get("value") or each) for each in words).lstrip("/")
    return f"{scheme}{where}{port}/{way}"


def _most_asked(found: list[_Found]) -> str | None:
    """How most URLs begin: with a variable, or with scheme and host."""
    begun = (_SERVER.match(each.url) for each in found)
    asked = Counter(each[0] for each in begun if each)
    return asked.most_common(1)[0][0] if asked else None


def _address(server: str | None, values: Values) -> str | None:
    """The server's address; None where a variable without a value stands for it."""
    missing: set[str] = set()
    address = _with_scheme(values.fill(server or "", missing)).rstrip("/")
    try:
        Origin.of(address)
    except BadInput:
        return None
    return None if missing or re.search(r"[?#\s]", address) else address


def _with_scheme(url: str) -> str:
    """Postman takes http where none is written."""
    return url if "://" in url or url.startswith(("/", "{{")) or not url else f"http://{url}"


def _collect(found: _Found, server: str | None, base_url: str | None, collector: Collector) -> None:
    """Make a request of it, or tell why not."""
    method = text(found.request.get("method")).upper() or "GET"
    label = f"{method} {' / '.join([*found.folders, found.name or '?'])}"
    if not collector.wants(method, label):
        return
    try:
        collector.add(_request(found, method, label, server, base_url))
    except BadInput as error:
        collector.leave_out(label, str(error))


def _request(
    found: _Found, method: str, label: str, server: str | None, base_url: str | None
) -> Request:
    missing: set[str] = set()
    protocol = mapping(found.item.get("protocolProfileBehavior"))
    body = body_of(
        found.request,
        method,
        found.values,
        missing,
        pruned=not protocol.get("disableBodyPruning"),
    )
    headers = _headers(found, missing)
    auth = text(found.auth.get("type"))
    if not found.url:
        raise BadInput("it has no URL")
    if auth not in ("", "noauth", *_KINDS):
        raise BadInput(f"it is signed by '{auth[:20]}', for which there is no keyword")
    url = _url(found, server, base_url, missing)
    refuse_secrets(body.text)
    if missing:
        names = ", ".join(sorted(missing)[:5])
        raise BadInput(f"it needs a value for {names}: give it in values= or an environment")
    return Request(
        label=label,
        names=(found.name, " ".join([*found.folders[-1:], found.name]), label),
        method=method,
        url=url,
        headers=headers,
        body=body.text,
        media_type=body.media_type or _content_type(headers),
        expected=_expected(found.item),
        signed_by=_signature(found),
        unsigned=auth == "noauth",
    )


def _url(found: _Found, server: str | None, base_url: str | None, missing: set[str]) -> str:
    """Where it goes.

    What begins with the variable that most begin with is a path on the server, wherever that is
    now: the variable's own value is where it was when the collection was written.
    """
    written = _with_path_variables(found)
    unknown: set[str] = set()
    url = _with_scheme(found.values.fill(written, unknown))
    is_there = not unknown and where_it_goes(url, base_url) != url
    begun = _SERVER.match(written)
    if server and "{{" in server and begun and begun[0] == server and not is_there:
        way = written[len(server) :]
        url = found.values.fill(way if way.startswith("/") else f"/{way}", missing)
    else:
        missing |= unknown
    return "".join(
        part if part.startswith("{{") else quote(part, safe=_SAFE_IN_URLS)
        for part in _NOT_FILLED_IN.split(url)
    )


def _with_path_variables(found: _Found) -> str:
    """The URL with `/:id` as the request itself says, or else as a variable."""
    path, mark, query = found.url.partition("?")
    own = {
        text(each.get("key") or each.get("id")): text(each.get("value"))
        for each in items(mapping(found.request.get("url")).get("variable"))
    }
    return _PATH_VARIABLE.sub(lambda it: own.get(it[1]) or f"{{{{{it[1]}}}}}", path) + mark + query


def _headers(found: _Found, missing: set[str]) -> tuple[tuple[str, str], ...]:
    """Its headers; what signs it needs no value, since that is not taken over."""
    filled = []
    for each in items(found.request.get("header")):
        name = text(each.get("key"))
        if name and not each.get("disabled"):
            needed = set() if is_secret_name(name) else missing
            filled.append((name, found.values.fill(text(each.get("value")), needed)))
    return tuple(filled)


def _content_type(headers: tuple[tuple[str, str], ...]) -> str:
    return next((value for name, value in headers if name.casefold() == "content-type"), "")


def _expected(item: Mapping[str, Any]) -> frozenset[int]:
    """The statuses of the answers that are kept as examples; any 2xx where there are none."""
    codes = (each.get("code") for each in items(item.get("response")))
    kept = frozenset(each for each in codes if isinstance(each, int) and 200 <= each < 400)
    return kept or parse_expected("2xx")


def _signature(found: _Found) -> Credential | None:
    """What signs it by the collection's own means; never the value."""
    kind = text(found.auth.get("type"))
    if kind not in _KINDS:
        return None
    if kind != "apikey":
        return Credential(kind, _KINDS[kind])
    settings = _settings(found.auth.get("apikey"))
    name = found.values.fill(settings.get("key") or "X-API-Key", set())
    return Credential(name, "api key", "query" if settings.get("in") == "query" else "header", name)


def _settings(written: Any) -> dict[str, str]:
    """Of an authentication: a list in version 2.1, an object in 2.0."""
    if isinstance(written, Mapping):
        return {name: text(value) for name, value in written.items()}
    return {text(each.get("key")): text(each.get("value")) for each in items(written)}


def _tell_scripts(whole: Mapping[str, Any], found: list[_Found], collector: Collector) -> None:
    """List the scripts: what they did, load does not do."""
    for listen, what in (
        ("prerequest", "what they prepare is not prepared: sign in by `Sign In`, fill in values="),
        ("test", "answers are judged by their status: write `Define Check` for more"),
    ):
        owners = [
            text(owner.get("name")) or "the collection"
            for owner in (whole, *(each.item for each in found))
            if _has_script(owner, listen)
        ]
        if owners:
            names = ", ".join([*owners[:5], *["…"][: len(owners) > 5]])
            collector.leave_out(f"{listen} scripts of {names} ({len(owners)})", what)


def _has_script(owner: Mapping[str, Any], listen: str) -> bool:
    lines = (
        mapping(each.get("script")).get("exec")
        for each in items(owner.get("event"))
        if each.get("listen") == listen
    )
    return any("".join(map(text, each)) if isinstance(each, list) else each for each in lines)
