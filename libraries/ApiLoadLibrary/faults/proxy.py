"""The fault proxy, as its owner sees it."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys

from ApiLoadLibrary.engine.shard_process import child_environment
from ApiLoadLibrary.errors import EngineFailed

from .line import Line

__all__ = ["FaultProxy"]

END_AFTER_S = 5


class FaultProxy:
    """A process of its own between clients and a server, on 127.0.0.1.

    What passes through it is not looked at, so that TLS goes through as it is.

    Args:
        host, port: The server's.

    Attributes:
        port: Where it listens.
        line: How bad the line is.
        connections: How many there had been when the line was changed last.

    Raises:
        EngineFailed: It could not be started.
    """

    def __init__(self, host: str, port: int) -> None:
        self.line = Line()
        self.connections = 0
        self._process = subprocess.Popen(
            [sys.executable, "-m", "ApiLoadLibrary.faults.relay_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=child_environment(),
            text=True,
        )
        self.port = self._ask(json.dumps([host, port]))

    def put(self, line: Line) -> None:
        """Make the line like this; when it returns, it is.

        Raises:
            EngineFailed: The proxy has died.
        """
        self.connections = self._ask(line.written())
        self.line = line

    def _ask(self, text: str) -> int:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(OSError):
            self._process.stdin.write(f"{text}\n")
            self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            self.close()
            raise EngineFailed("The fault proxy has died: start another with `Start Fault Proxy`.")
        return int(answer)

    def close(self) -> None:
        """End it, and with it all connections through it."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(END_AFTER_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process.stdout.close()
