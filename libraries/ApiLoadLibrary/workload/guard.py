"""The way that `requests` takes: to allowed origins only, and by which proxy.

Which proxy that is, a session says that was taken over; else the environment: HTTP_PROXY,
HTTPS_PROXY, NO_PROXY.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.utils import get_environ_proxies, select_proxy

import ApiLoadLibrary

from .origin import Origin, require_allowed

__all__ = ["GuardedAdapter", "TrustingAdapter", "own_session", "proxies_to", "proxy_to"]


class TrustingAdapter(HTTPAdapter):
    """Trusts whom load trusts: this machine's store, not the one that `requests` brings along.

    That store is OpenSSL's, so SSL_CERT_FILE and SSL_CERT_DIR name another one, as they do for
    load.  REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE, which only some programs know, count nowhere.
    """

    def cert_verify(self, conn: Any, url: str, verify: bool | str, cert: Any) -> None:
        """Name no file of certificates: without one this machine's store is taken, as for load.

        A file that `verify` names has been handed on with the pool already.
        """


class GuardedAdapter(TrustingAdapter):
    """Refuses every request to an origin that is not allowed, redirects included."""

    def __init__(self, allowed: Callable[[], Collection[Origin]]) -> None:
        self._allowed = allowed
        super().__init__()

    def send(  # noqa: PLR0917 - the signature of requests
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: bool | str = True,
        cert: Any = None,
        proxies: Mapping[str, str] | None = None,
    ) -> requests.Response:
        require_allowed(Origin.of(str(request.url)), self._allowed())
        return super().send(request, stream, timeout, verify, cert, proxies)


def own_session(adapter: TrustingAdapter) -> requests.Session:
    """A session that goes by this adapter, and takes nothing from the environment: no proxies,
    no passwords out of .netrc, no other store of certificates.  It says whose it is."""
    session = requests.Session()
    session.trust_env = False
    for prefix in ("http://", "https://"):
        session.mount(prefix, adapter)
    session.headers["User-Agent"] = f"robotframework-apiload/{ApiLoadLibrary.__version__}"
    return session


def proxies_to(origin: Origin) -> dict[str, str]:
    """What the environment names as proxies for this origin, in the form of `requests`."""
    return dict(get_environ_proxies(str(origin)))


def proxy_to(origin: Origin, proxies: Mapping[str, str]) -> tuple[str, int] | None:
    """Host and port of the proxy on the way to this origin, if there is one among these."""
    proxy = select_proxy(str(origin), dict(proxies))
    if not proxy:
        return None
    parts = urlsplit(proxy if "://" in proxy else f"http://{proxy}")
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
