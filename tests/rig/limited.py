"""A server with one rate limiter of a known kind, which counts what it did.

    python -m rig.limited KIND LIMIT WINDOW_S [SIZE] [--told-late SECONDS] [--status 503]

`GET /` is answered 200, or 429 with a Retry-After; `GET /free` is not limited at all;
`GET /truth` tells how many of the limited requests were accepted and refused.  Each value of
`Authorization` has a limiter of its own.  KIND is one of `limiters.LIMITERS`, or of the library
limits: `limits-fixed`, `limits-moving`, `limits-counter`; `none` limits nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import math
import sys
import time
from collections import Counter
from collections.abc import Callable

import limits
from limits.storage import MemoryStorage
from limits.strategies import (
    FixedWindowRateLimiter,
    MovingWindowRateLimiter,
    SlidingWindowCounterRateLimiter,
)

from rig.limiters import LIMITERS, Limiter

OF_LIMITS = {
    "limits-fixed": FixedWindowRateLimiter,
    "limits-moving": MovingWindowRateLimiter,
    "limits-counter": SlidingWindowCounterRateLimiter,
}
BUCKETS = ("token_bucket", "delaying_bucket")
KINDS = (*LIMITERS, *OF_LIMITS, "none")


def made(kind: str, limit: int, window: float, size: int | None) -> Callable[[], Limiter]:
    """Makes limiters of a kind."""
    if kind == "none":
        return lambda: lambda now: 0.0
    if kind in OF_LIMITS:
        return lambda: _of_limits(kind, limit, round(window))
    if kind in BUCKETS:
        return lambda: LIMITERS[kind](limit / window, size or limit)
    return lambda: LIMITERS[kind](limit, window)


def _of_limits(kind: str, limit: int, window: int) -> Limiter:
    item = limits.RateLimitItemPerSecond(limit, window)
    strategy = OF_LIMITS[kind](MemoryStorage())
    return lambda now: 0.0 if strategy.hit(item, "all") else None


class Server(asyncio.Protocol):
    """One connection: requests without bodies, answered in order."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._waiting = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._waiting += data
        while b"\r\n\r\n" in self._waiting:
            head, _, self._waiting = self._waiting.partition(b"\r\n\r\n")
            delay, answer = self._house.answer(head.decode("latin-1"))
            if delay:
                asyncio.get_running_loop().call_later(delay, self._send, answer)
            else:
                self._send(answer)

    def _send(self, answer: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(answer)


class House:
    """Whom it knows, and what it did to whom."""

    def __init__(self, make: Callable[[], Limiter], window: float, status: int, late: int) -> None:
        self._make, self._window, self._status, self._late = make, window, status, late
        self._limiters: dict[str, Limiter] = {}
        self._counts: Counter[str] = Counter()
        self._start = time.monotonic()

    def answer(self, head: str) -> tuple[float, bytes]:
        """How long to wait, and what to say then."""
        request, *fields = head.split("\r\n")
        path = request.split(" ")[1]
        if path == "/truth":
            return 0.0, answered(200, json.dumps(self._counts))
        if path == "/free":
            return 0.0, answered(200, "{}")
        who = next((each for each in fields if each.lower().startswith("authorization:")), "")
        limiter = self._limiters.setdefault(who, self._make())
        delay = limiter(time.monotonic() - self._start)
        self._counts["refused" if delay is None else "accepted"] += 1
        if delay is None:
            wait = max(1, math.ceil(self._window)) + self._late
            return 0.0, answered(self._status, "{}", f"Retry-After: {wait}\r\n")
        return delay, answered(200, "{}")


def answered(status: int, body: str, fields: str = "") -> bytes:
    """The bytes of an answer."""
    head = f"HTTP/1.1 {status} -\r\nContent-Length: {len(body)}\r\n{fields}\r\n"
    return f"{head}{body}".encode()


async def serve(house: House) -> None:
    """Serve until the process is ended; the port is told first."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Server(house), "127.0.0.1", 0, backlog=1_000)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


def main() -> None:
    """Serve as the command line says."""
    parser = argparse.ArgumentParser(prog="rig.limited")
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("limit", type=int)
    parser.add_argument("window", type=float)
    parser.add_argument("size", type=int, nargs="?")
    parser.add_argument("--told-late", type=int, default=0)
    parser.add_argument("--status", type=int, default=429)
    given = parser.parse_args()
    make = made(given.kind, given.limit, given.window, given.size)
    asyncio.run(serve(House(make, given.window, given.status, given.told_late)))


if __name__ == "__main__":
    main()
