"""A `requests` session that cannot be led astray: it goes to allowed origins only.

It serves for signing in, and it prepares the requests that the engine sends.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Collection, Mapping
from typing import Any

import requests
from requests.adapters import HTTPAdapter

import ApiLoadLibrary
from ApiLoadLibrary.errors import ServerUnreachable
from ApiLoadLibrary.workload.origin import Origin, require_allowed

__all__ = ["guarded_session", "require_reachable"]

CONNECT_S = 5.0


class _GuardedAdapter(HTTPAdapter):
    """Refuses every request to an origin that is not allowed, redirects included.

    It trusts whom load trusts: this machine's store, not the one that `requests` brings along.
    """

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

    def cert_verify(self, conn: Any, url: str, verify: bool | str, cert: Any) -> None:
        """Name no file of certificates: without one this machine's store is taken, as for load.

        A file that `verify` names has been handed on with the pool already.
        """


def guarded_session(allowed: Callable[[], Collection[Origin]]) -> requests.Session:
    """A session that asks `allowed` before each request.

    Proxies and .netrc of the environment are left aside: what signs in must take
    the same way as the load, and load takes no proxy.
    """
    session = requests.Session()
    session.trust_env = False
    for prefix in ("http://", "https://"):
        session.mount(prefix, _GuardedAdapter(allowed))
    session.headers["User-Agent"] = f"robotframework-apiload/{ApiLoadLibrary.__version__}"
    return session


def require_reachable(origin: Origin) -> None:
    """Open and close one connection.

    Raises:
        ServerUnreachable: Nothing accepts it.
    """
    try:
        socket.create_connection((origin.host, origin.port), CONNECT_S).close()
    except (OSError, UnicodeError) as error:  # the latter of a name with an empty part
        reason = getattr(error, "strerror", None) or str(error)
        raise ServerUnreachable(
            f"The server at {origin} cannot be reached ({reason}): "
            "start it, or correct the address in `Use Server`."
        ) from None
