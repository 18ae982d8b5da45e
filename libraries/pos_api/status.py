"""How the server is: its health for load balancers, its counters for those who test it."""

import time
from collections.abc import Mapping
from typing import Protocol

from starlette.requests import Request
from starlette.responses import Response

from pos_api import __version__
from pos_api.counters import RequestCounters
from pos_api.errors import json_response
from pos_api.storage import Database


class Measured(Protocol):
    """A part of the server that counts what it does."""

    def snapshot(self) -> dict[str, object]:
        """Its part of ``/api/metrics``."""


class Status:
    """The endpoints that need no token.

    Args:
        database: asked for its health.
        counters: of requests, at the top level of the metrics.
        parts: have sections of their own there.
    """

    def __init__(
        self, database: Database, counters: RequestCounters, parts: Mapping[str, Measured]
    ) -> None:
        self._database = database
        self._counters = counters
        self._parts = parts
        self._started = time.monotonic()

    async def health(self, request: Request) -> Response:
        """``GET /api/health``: 200 when the database answers, else 503."""
        # A bare SELECT 1 would not touch the file.
        self._database.read("SELECT 1 FROM products LIMIT 1")
        uptime_s = round(time.monotonic() - self._started, 3)
        body = {"status": "ok", "database": "ok", "version": __version__, "uptime_s": uptime_s}
        return json_response(body)

    async def metrics(self, request: Request) -> Response:
        """``GET /api/metrics``: what was done so far."""
        parts = {name: part.snapshot() for name, part in self._parts.items()}
        return json_response({**self._counters.snapshot(), **parts})
