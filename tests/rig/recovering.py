"""A server that gets into trouble and out of it, and writes down when.

Run as a process of its own: `python -m rig.recovering` prints its port.

| path        | what it does                                                                     |
| ----------- | -------------------------------------------------------------------------------- |
| /pay        | 200 after 20 ms; behind a circuit breaker, what it needs can fail                |
| /pay-anyhow | the same without the breaker                                                     |
| /shed       | 200 after 10 to 40 ms, for eight at once: who comes then is turned away            |
| /fault/MS   | from now on what the first two need fails for so long: 500 after 320 ms          |
| /truth      | when the breaker changed its state, and when the fault was, on the machine's own |
|             | monotonic clock; and how many were shed                                          |

The breaker opens after five failures in a row, stays open for a second, and then lets one request
try while the others are still turned away with 503.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import time
from collections.abc import Callable

from rig.server import Rig

HEALTHY_S, FAILING_S, OPEN_S = 0.020, 0.320, 1.0
FAILURES, AT_ONCE = 5, 8


class Trouble:
    """What goes wrong, and what the breaker does about it."""

    def __init__(self) -> None:
        self.state = "closed"
        self.until_ns = self.in_a_row = self.inside = self.shed = 0
        self.opened_ns = 0
        self.truth: list[tuple[str, int]] = []

    def note(self, what: str) -> None:
        self.truth.append((what, time.monotonic_ns()))

    def turn(self, state: str) -> None:
        self.state = state
        self.note(state)
        if state == "open":
            self.opened_ns = time.monotonic_ns()

    def admits(self) -> bool:
        """Whether the breaker lets a request through now."""
        waited_s = (time.monotonic_ns() - self.opened_ns) / 1e9
        if self.state == "open" and waited_s >= OPEN_S:
            self.turn("half-open")
            return True
        return self.state == "closed"

    def failing(self) -> bool:
        return time.monotonic_ns() < self.until_ns

    def ended(self, good: bool, tried: bool) -> None:
        """A request that was let through has ended."""
        if tried:
            self.in_a_row = 0
            self.turn("closed" if good else "open")
        elif self.state == "closed":
            self.in_a_row = 0 if good else self.in_a_row + 1
            if self.in_a_row == FAILURES:
                self.turn("open")


trouble = Trouble()


class Recovering(Rig):
    """One connection."""

    def on_pay(self, _: str) -> None:
        if not trouble.admits():
            self.answer(b"no", 503)
            return
        tried = trouble.state == "half-open"
        good = not trouble.failing()

        def end() -> None:
            trouble.ended(good, tried)
            self.answer(status=200 if good else 500)

        _later(HEALTHY_S if good else FAILING_S, end)

    def on_pay_anyhow(self, _: str) -> None:
        good = not trouble.failing()
        _later(HEALTHY_S if good else FAILING_S, lambda: self.answer(status=200 if good else 500))

    def on_shed(self, _: str) -> None:
        if trouble.inside >= AT_ONCE:
            trouble.shed += 1
            self.answer(b"no", 503, "Retry-After: 1\r\n")
            return
        trouble.inside += 1

        def end() -> None:
            trouble.inside -= 1
            self.answer()

        _later(random.uniform(0.5, 2) * HEALTHY_S, end)

    def on_fault(self, ms: str) -> None:
        trouble.until_ns = time.monotonic_ns() + int(ms) * 1_000_000
        trouble.note("fault")
        _later(int(ms) / 1000, lambda: trouble.note("mended"))
        self.answer()

    def on_truth(self, _: str) -> None:
        self.answer(json.dumps({"truth": trouble.truth, "shed": trouble.shed}).encode())


def _later(seconds: float, act: Callable[[], None]) -> None:
    asyncio.get_running_loop().call_later(seconds, act)


async def serve() -> None:
    """Serve until the process is ended."""
    server = await asyncio.get_running_loop().create_server(
        Recovering, "127.0.0.1", 0, backlog=2048
    )
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve())
