"""The server's own count of what it answered, for clients to compare theirs with."""

from collections import Counter

from starlette.types import ASGIApp, Message, Receive, Scope, Send

METRICS_PATH = "/api/metrics"
UNMATCHED = "(unmatched)"
"""Stands for all paths without a route, so that a scan of random paths cannot fill the memory."""


class RequestCounters:
    """Answered requests by method, route template and status."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, str, int]] = Counter()

    def add(self, method: str, route: str, status: int) -> None:
        """Count one answered request."""
        self._counts[method, route, status] += 1

    def snapshot(self) -> dict[str, object]:
        """The counts as ``/api/metrics`` shows them, in a stable order."""
        requests = [
            {"method": method, "route": route, "status": status, "count": count}
            for (method, route, status), count in sorted(self._counts.items())
        ]
        return {"total": self._counts.total(), "requests": requests}


class CountingMiddleware:
    """Counts each HTTP answer just before it is handed to the connection.

    Before, not after: a client that has its last answer and then asks for the counts must find
    that answer in them. So an answer to a client that has gone away in the meantime counts too.
    The metrics endpoint itself is left out, else reading the counts would change them.
    """

    def __init__(self, app: ASGIApp, counters: RequestCounters) -> None:
        self._app = app
        self._counters = counters

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, with a ``send`` that counts."""
        if scope["type"] != "http" or scope["path"] == METRICS_PATH:
            await self._app(scope, receive, send)
            return

        async def counting_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                route = scope.get("route")
                template = UNMATCHED if route is None else route.path
                self._counters.add(scope["method"], template, message["status"])
            await send(message)

        await self._app(scope, receive, counting_send)
