"""A flood of WebSocket connections: planned from what the session knows, and concluded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from urllib.parse import quote_plus

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.measurement.sockets import CONNECTION_NAME, MESSAGE_NAME
from ApiLoadLibrary.scenarios.flood import Flood, connections_to
from ApiLoadLibrary.scenarios.flood_conclusion import concluding
from ApiLoadLibrary.scenarios.plan import LoadPlan
from ApiLoadLibrary.workload.endpoint import Endpoint
from ApiLoadLibrary.workload.message import MESSAGE, MessageRate

from .acceptance import AcceptanceSession

__all__ = ["CONNECTION_NAME", "MESSAGE", "MESSAGE_NAME", "Flood", "MessageRate", "SocketFlood"]


class SocketFlood:
    """Connections to a path of the session's server, as whoever is signed in.

    Args:
        session: Whose token the connections show.
        flood: What is done with them.
        path: On the server; or a whole address, `ws://` or `wss://`.
        headers: More of them.
        token_in: The name of the query parameter that holds the token, where the server does not
            look for it in the Authorization header.

    Raises:
        BadInput: No such path or header can be; or there is no token.
    """

    def __init__(
        self,
        session: AcceptanceSession,
        flood: Flood,
        path: str,
        headers: Mapping[str, str],
        token_in: str | None,
    ) -> None:
        self._session = session
        self._flood = flood
        self._token_in = token_in
        own = dict(headers)
        if flood.subprotocol is not None:
            own["Sec-WebSocket-Protocol"] = flood.subprotocol
        where = f"http{path[2:]}" if path.startswith(("ws://", "wss://")) else path
        self._connections = connections_to(where, own, session.config.threshold)
        self._opened()  # whatever is wrong is said at once

    def plan(self, name: str | None) -> LoadPlan:
        """All that will be sent."""
        title = name or f"{self._flood.words} to {self._connections.path}"
        return self._session.tester.plan_flood(
            self._flood, self._connections, self._opened(), title
        )

    def _opened(self) -> Endpoint:
        """The endpoint as it is opened: the report sees no address with a token in it."""
        if self._token_in is None:
            return self._connections
        if self._session.token is None:
            raise BadInput(
                f"token_in='{self._token_in}' needs a token, and nobody is signed in: `Sign In` "
                "first, or give a token with `Use Bearer Token`."
            )
        path = self._connections.path
        query = f"{quote_plus(self._token_in)}={{{{token}}}}"
        return replace(
            self._connections,
            path=f"{path}{'&' if '?' in path else '?'}{query}",
            headers={**self._connections.headers, "Authorization": None},
        )

    @property
    def conclude(self) -> Callable[[RunResult], RunResult]:
        """Finds in a result what became of the flood."""
        return concluding(self._flood)
