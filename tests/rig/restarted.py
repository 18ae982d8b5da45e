"""A server that can be killed and started again at its port, and whose count outlives it.

Run as a process of its own: `python -m rig.restarted PORT FILE` answers everything with 200, and
appends a byte to the file for each request that it has read, before it answers.
"""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
TESTS = Path(__file__).parents[1]


class RestartedServer:
    """One that its owner kills and starts as often as it likes; it runs at first.

    Attributes:
        address: The same all the time.
    """

    def __init__(self, journal: Path) -> None:
        self._journal = journal
        journal.touch()
        # Bound, but never listening, this keeps the port while the server is away.
        self._keeper = socket.socket()
        self._keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._keeper.bind(("127.0.0.1", 0))
        self._port = self._keeper.getsockname()[1]
        self.address = f"http://127.0.0.1:{self._port}"
        self.start()

    def start(self) -> None:
        """Returns when it listens."""
        self._process = subprocess.Popen(
            [sys.executable, "-m", "rig.restarted", str(self._port), str(self._journal)],
            stdout=subprocess.PIPE,
            cwd=TESTS,
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == b"ready\n"

    def kill(self) -> None:
        """Without a word to anybody."""
        self._process.kill()
        self._process.communicate()

    @property
    def read(self) -> int:
        """How many requests it has read in all its lives."""
        return self._journal.stat().st_size

    def close(self) -> None:
        self.kill()
        self._keeper.close()


@contextmanager
def restarted_server(folder: Path) -> Iterator[RestartedServer]:
    """A fresh one, which ends with the block."""
    server = RestartedServer(folder / "journal")
    try:
        yield server
    finally:
        server.close()


async def serve(port: int, journal: int) -> None:
    class Answering(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            assert isinstance(transport, asyncio.Transport)
            self.transport = transport

        def data_received(self, data: bytes) -> None:
            os.write(journal, b"." * data.count(b"\r\n\r\n"))
            self.transport.write(ANSWER * data.count(b"\r\n\r\n"))

    loop = asyncio.get_running_loop()
    server = await loop.create_server(Answering, "127.0.0.1", port, reuse_address=True)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), os.open(sys.argv[2], os.O_WRONLY | os.O_APPEND)))
