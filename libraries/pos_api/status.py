"""How the server is: its health for load balancers, its counters for those who test it."""

import ipaddress
import time

from starlette.requests import Request
from starlette.responses import Response

from pos_api import __version__
from pos_api.counters import RequestCounters
from pos_api.errors import ApiError, json_response
from pos_api.storage import Database


class Status:
    """The endpoints that need no token."""

    def __init__(self, database: Database, counters: RequestCounters) -> None:
        self._database = database
        self._counters = counters
        self._started = time.monotonic()

    async def health(self, request: Request) -> Response:
        """``GET /api/health``: 200 when the database answers, else 503."""
        # A bare SELECT 1 would not touch the file.
        self._database.read("SELECT 1 FROM products LIMIT 1")
        uptime_s = round(time.monotonic() - self._started, 3)
        body = {"status": "ok", "database": "ok", "version": __version__, "uptime_s": uptime_s}
        return json_response(body)

    async def metrics(self, request: Request) -> Response:
        """``GET /api/metrics``: requests answered so far, for clients on this machine only."""
        if not _is_loopback(request):
            message = "The counters are shown to clients on the server's own machine only."
            raise ApiError(403, "loopback_only", message)
        return json_response(self._counters.snapshot())


def _is_loopback(request: Request) -> bool:
    if request.client is None:
        return False
    try:
        return ipaddress.ip_address(request.client.host).is_loopback
    except ValueError:
        return False
