"""A server that keeps its own record of how long it took, to be compared with ours.

Run as a process of its own: `python -m rig.truthful` prints its port.

| path       | what it does                                                               |
| ---------- | -------------------------------------------------------------------------- |
| /now       | answers at once                                                            |
| /wait/MS   | answers after a random time, exponential with this mean                    |
| /stall/MS  | answers at once; the first of these stops the whole server for so long     |
| /took      | how long each answer took, from the request's arrival, in ns, as JSON      |

A request has arrived when the server learns that there is something to read: what it then does
for others first is time that it takes, and is in its record.
"""

from __future__ import annotations

import asyncio
import json
import random
import selectors
import sys
import time

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
STALL_AFTER = 100  # answers

took_ns: list[int] = []
dice = random.Random(7)


class Selector(selectors.DefaultSelector):
    """Remembers when it last had something to tell."""

    woke_ns = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        found = super().select(timeout)
        Selector.woke_ns = time.monotonic_ns()
        return found


class Truthful(asyncio.Protocol):
    """One connection; its requests have no body and come one at a time."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.loop = asyncio.get_running_loop()

    def data_received(self, data: bytes) -> None:
        arrived_ns = Selector.woke_ns
        what, _, argument = data.split(b" ", 2)[1].strip(b"/").partition(b"/")
        if what == b"wait":
            seconds = dice.expovariate(1000 / float(argument))
            self.loop.call_later(seconds, self.answer, arrived_ns)
            return
        if what == b"took":
            body = json.dumps(took_ns).encode()
            self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body))
            self.transport.write(body)
            return
        if what == b"stall" and len(took_ns) == STALL_AFTER:
            time.sleep(float(argument) / 1000)  # the whole server stands still
        self.answer(arrived_ns)

    def answer(self, arrived_ns: int) -> None:
        self.transport.write(ANSWER)
        took_ns.append(time.monotonic_ns() - arrived_ns)


async def serve() -> None:
    """Serve until the process is ended."""
    server = await asyncio.get_running_loop().create_server(Truthful, "127.0.0.1", 0, backlog=2048)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(Selector())) as runner:
        runner.run(serve())
