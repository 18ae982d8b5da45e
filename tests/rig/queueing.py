"""A server that carries so much and no more: so many servers behind one queue, as in a textbook.

Run as a process of its own: `python -m rig.queueing SERVERS SERVICE_MS` prints its port.

| path   | what it does                                                                       |
| ------ | ---------------------------------------------------------------------------------- |
| /work  | waits for a free one of the servers, in its turn, and is served for that time      |
| /truth | how long being served really took on average, in ms, and how many were, as JSON    |
"""

from __future__ import annotations

import asyncio
import json
import sys
import time

from rig.server import Rig

servers: asyncio.Semaphore
service_s = 0.0
taken_s: list[float] = []


class Queueing(Rig):
    """One connection."""

    def on_work(self, _: str) -> None:
        task = asyncio.ensure_future(self.work())
        waiting.add(task)
        task.add_done_callback(waiting.discard)

    async def work(self) -> None:
        async with servers:
            begun_s = time.monotonic()
            await asyncio.sleep(service_s)
            taken_s.append(time.monotonic() - begun_s)
        self.answer()

    def on_truth(self, _: str) -> None:
        mean_ms = 1000 * sum(taken_s) / len(taken_s) if taken_s else None
        self.answer(json.dumps({"mean_ms": mean_ms, "served": len(taken_s)}).encode())


waiting: set[asyncio.Task[None]] = set()


async def serve(count: int, service_ms: float) -> None:
    """Serve until the process is ended."""
    global servers, service_s
    servers, service_s = asyncio.Semaphore(count), service_ms / 1000
    server = await asyncio.get_running_loop().create_server(Queueing, "127.0.0.1", 0, backlog=2048)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), float(sys.argv[2])))
