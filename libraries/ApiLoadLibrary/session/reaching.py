"""Whether a server can be spoken to, seen before any load.

What stands is told here in one sentence: nobody listens, or TLS cannot be agreed on.  What may
pass, as a handshake that is cut or not answered, is left to the load, which counts it.
"""

from __future__ import annotations

import socket

from ApiLoadLibrary.errors import ServerUnreachable
from ApiLoadLibrary.workload.guard import proxy_to
from ApiLoadLibrary.workload.origin import Origin

from .config import LoadTestConfig
from .trust import require_tls

__all__ = ["require_reachable"]

CONNECT_S = 5.0


def require_reachable(origin: Origin, config: LoadTestConfig, *, through_requests: bool) -> None:
    """Open one connection, agree on TLS where the origin has it, and close it.

    Args:
        through_requests: Whether `requests` carries the load: it takes proxies, of which one on
            the way is connected to instead, and its own look at certificates is counted.

    Raises:
        ServerUnreachable: Nothing accepts it, or TLS cannot be agreed on.
    """
    proxy = proxy_to(origin, config.proxies_on_the_way if through_requests else {})
    try:
        opened = socket.create_connection(proxy or (origin.host, origin.port), CONNECT_S)
    except (OSError, UnicodeError) as error:  # the latter of a name with an empty part
        reason = getattr(error, "strerror", None) or str(error)
        what = "The proxy {}:{} on the way".format(*proxy) if proxy else "The server at"
        remedy = "the proxy" if proxy else "the address in `Use Server`"
        raise ServerUnreachable(
            f"{what} {'to ' * bool(proxy)}{origin} cannot be reached ({reason}): "
            f"start it, or correct {remedy}."
        ) from None
    with opened:
        if origin.tls and not through_requests:
            require_tls(opened, origin, config.verify, config.cert)
