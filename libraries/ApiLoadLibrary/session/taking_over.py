"""Takes over a session of `requests` that somebody else has made: what it sends, load sends."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote, urlsplit, urlunsplit

import requests
from requests.adapters import HTTPAdapter
from requests.auth import HTTPBasicAuth, HTTPDigestAuth
from requests.utils import default_headers

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.workload.endpoint import LOAD_RUN, check_header

from .acceptance import AcceptanceSession
from .identity import Identity

__all__ = ["take_over"]


def take_over(
    session: AcceptanceSession, theirs: requests.Session, base_url: str, cookies: Any = None
) -> list[str]:
    """Send load to a session's server, with all that the session sends and trusts.

    Whatever signed requests before is forgotten.

    Args:
        session: Whose load it is.
        theirs: The session; it is not changed, and what changes in it later is not seen.
        base_url: Where its paths begin.
        cookies: More of them, a mapping or a jar, that go with its requests.

    Returns:
        What was taken over, in words.

    Raises:
        BadInput: It signs requests in a way that load cannot.
        ServerUnreachable: Nothing accepts a connection at its server.
    """
    address, user, password = _parted(base_url)
    proxies = {scheme: str(proxy) for scheme, proxy in (theirs.proxies or {}).items() if proxy}
    for url in (base_url, *proxies.values()):
        session.identity.learn_address(url)
    auth = HTTPBasicAuth(user, password) if theirs.auth is None and user else theirs.auth
    _require_signable(auth, address)
    headers = _headers(theirs)
    session.use_server(
        address,
        verify=theirs.verify,
        cert=(theirs.cert,) if isinstance(theirs.cert, str) else tuple(theirs.cert or ()),
        proxies=proxies,
    )
    session.identity.forget()
    return [
        f"base URL {address}",
        *_send_along(session.identity, headers, theirs, cookies),
        *_sign(session.identity, auth),
        *_ways(theirs, proxies),
    ]


def _parted(url: str) -> tuple[str, str, str]:
    """An address without the user's name and password, and these."""
    parts = urlsplit(url)
    bare = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))
    return bare, unquote(parts.username or ""), unquote(parts.password or "")


def _headers(theirs: requests.Session) -> dict[str, str]:
    """Those that are not just what `requests` always sends, nor what load itself is known by."""
    usual = default_headers()
    headers = {
        name: value.decode("latin-1") if isinstance(value, bytes) else value
        for name, value in theirs.headers.items()
        if usual.get(name) != value and name.casefold() != LOAD_RUN.casefold()
    }
    for name, value in headers.items():
        check_header(name, value)
    return headers


def _send_along(
    who: Identity, headers: Mapping[str, str], theirs: requests.Session, cookies: Any
) -> Iterator[str]:
    who.send_along(headers, theirs.params)
    if headers:
        yield f"headers {', '.join(headers)}"
    who.send_cookies(theirs.cookies)
    who.send_cookies(cookies or {})
    if names := [each.name for each in who.http.cookies]:
        yield f"cookies {', '.join(names)}"


def _sign(who: Identity, auth: Any) -> Iterator[str]:
    pair = auth if isinstance(auth, list | tuple) else None
    if type(auth) is HTTPBasicAuth:
        pair = (auth.username, auth.password)
    if pair is not None:
        who.learn_password(*map(_text, pair))
        who.use_auth(HTTPBasicAuth(*pair))  # whose bytes are the session's own
        yield "basic authentication"
    elif isinstance(auth, HTTPDigestAuth):
        who.use_digest_auth(_text(auth.username), _text(auth.password))
        yield "digest authentication, so that load goes through requests, which is slower"
    elif auth is not None:
        who.use_auth(auth)
        yield f"{type(auth).__name__}, applied once for each load run"


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _require_signable(auth: Any, address: str) -> None:
    """Whatever waits for an answer before it signs cannot sign what is prepared beforehand."""
    if auth is None or isinstance(auth, list | tuple | HTTPDigestAuth):
        return
    request = requests.PreparedRequest()
    request.prepare("GET", address)
    try:
        auth(request)
    except Exception as error:  # noqa: BLE001 - it is code of others
        raise BadInput(
            f"The session's {type(auth).__name__} signs no request ({type(error).__name__})."
        ) from None
    if request.hooks["response"]:
        raise BadInput(
            f"The session's {type(auth).__name__} waits for answers before it signs, which load "
            "cannot: write an action that uses it (`Define Action`)."
        )


def _ways(theirs: requests.Session, proxies: Mapping[str, str]) -> Iterator[str]:
    if not theirs.verify:
        yield "TLS certificates are not verified"
    elif isinstance(theirs.verify, str):
        yield f"the CA file {theirs.verify}"
    if theirs.cert:
        yield "the client's certificate"
    if proxies:
        yield (
            f"the proxies for {', '.join(proxies)}, so that load goes through requests, "
            "which is slower"
        )
    if any(_repeats(each) for each in theirs.adapters.values()):
        yield "not its repetitions of failed requests: load counts each failure"


def _repeats(adapter: Any) -> bool:
    return isinstance(adapter, HTTPAdapter) and bool(adapter.max_retries.total)
