"""A `requests` session that cannot be led astray: it goes to allowed origins only.

It serves for signing in, and it prepares the requests that the engine sends.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Collection, Mapping

import requests

import ApiLoadLibrary
from ApiLoadLibrary.errors import ServerUnreachable
from ApiLoadLibrary.workload.guard import GuardedAdapter, proxy_to
from ApiLoadLibrary.workload.origin import Origin

__all__ = ["guarded_session", "require_reachable"]

CONNECT_S = 5.0


def guarded_session(allowed: Callable[[], Collection[Origin]]) -> requests.Session:
    """A session that asks `allowed` before each request.

    Proxies and .netrc of the environment are left aside: what signs in must take
    the same way as the load, which takes proxies only where it is told to.
    """
    session = requests.Session()
    session.trust_env = False
    for prefix in ("http://", "https://"):
        session.mount(prefix, GuardedAdapter(allowed))
    session.headers["User-Agent"] = f"robotframework-apiload/{ApiLoadLibrary.__version__}"
    return session


def require_reachable(origin: Origin, proxies: Mapping[str, str] | None = None) -> None:
    """Open and close one connection.

    Args:
        proxies: Those that `requests` is to take; one on the way is connected to instead.

    Raises:
        ServerUnreachable: Nothing accepts it.
    """
    proxy = proxy_to(origin, proxies or {})
    where = proxy or (origin.host, origin.port)
    try:
        socket.create_connection(where, CONNECT_S).close()
    except (OSError, UnicodeError) as error:  # the latter of a name with an empty part
        reason = getattr(error, "strerror", None) or str(error)
        what = "The proxy {}:{} on the way".format(*proxy) if proxy else "The server at"
        remedy = "the proxy" if proxy else "the address in `Use Server`"
        raise ServerUnreachable(
            f"{what} {'to ' * bool(proxy)}{origin} cannot be reached ({reason}): "
            f"start it, or correct {remedy}."
        ) from None
