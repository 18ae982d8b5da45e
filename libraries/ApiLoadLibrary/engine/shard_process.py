"""A shard's process on this machine, and the pipes to it."""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

import ApiLoadLibrary
from ApiLoadLibrary.errors import EngineFailed

from .plan import ShardEnd, ShardPlan

__all__ = ["START_LIMIT_S", "ShardProcess", "child_environment"]

CUT_OFF = (EOFError, OSError, pickle.UnpicklingError)
"""What reading says when the shard dies, be it in the middle of a message."""

START_LIMIT_S = 30

FRUGAL = {
    # The threads that numpy keeps for matrices, which nobody here has, would spin beside the load.
    "OPENBLAS_NUM_THREADS": "1",
    # Of glibc: arrays for a moment go back to the system at once, and its threads share one heap.
    # Otherwise what is free in the heaps creeps up, by 10 kB a second.
    "MALLOC_MMAP_THRESHOLD_": "65536",
    "MALLOC_ARENA_MAX": "1",
}
"""What the environment of a shard says to its libraries."""


class ShardProcess:
    """One shard's process, and the thread that reads what it says.

    Args:
        plan: What it is to do.
        hear: Gets each message of the shard, in that thread.

    Attributes:
        last_words: Of one that has died: a line of its error stream.
    """

    def __init__(self, plan: ShardPlan, hear: Callable[[object], None]) -> None:
        self._hear = hear
        self._number = plan.shard
        self._sending = threading.Lock()  # tokens are renewed in a thread of their own
        self.last_words = ""
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the shard
        self._process = subprocess.Popen(
            [sys.executable, "-m", "ApiLoadLibrary.engine.shard"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            env={**child_environment(), **FRUGAL},
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self.send(plan)

    @property
    def running(self) -> bool:
        """Whether it may still say something."""
        return self._reader.is_alive()

    @property
    def pid(self) -> int:
        """Its process."""
        return self._process.pid

    def send(self, message: object) -> None:
        """Say something to the shard; a dead one does not hear it."""
        assert self._process.stdin is not None
        with self._sending, contextlib.suppress(OSError, ValueError):
            self._process.stdin.write(pickle.dumps(message))
            self._process.stdin.flush()

    def wait_until(self, ready: threading.Event, deadline: float) -> None:
        """Wait until it has set this.

        Raises:
            EngineFailed: It has died, or was not ready in time; it is ended.
        """
        while not ready.wait(0.05):
            if not self.running or time.monotonic() > deadline:
                self.end(time.monotonic())
                raise EngineFailed(f"Shard {self._number} did not start. {self.last_words}")

    def end(self, deadline: float) -> None:
        """Wait for the shard's end until the deadline, then make an end of it."""
        self._reader.join(max(0.0, deadline - time.monotonic()))
        assert self._process.stdin is not None
        with contextlib.suppress(OSError):
            self._process.stdin.close()
        if self._reader.is_alive():
            self._process.kill()
        self._reader.join()
        self._process.wait()
        if not self._errors.closed:
            self.last_words = _last_line(self._errors)
            self._errors.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as stream, contextlib.suppress(*CUT_OFF):
            ended = False
            while not ended:
                message = pickle.load(stream)
                ended = isinstance(message, ShardEnd)
                self._hear(message)


def _last_line(stream: IO[bytes]) -> str:
    stream.seek(0)
    lines = stream.read().decode(errors="replace").strip().splitlines()
    return lines[-1] if lines else "It said nothing."


def child_environment() -> dict[str, str]:
    """The parent's environment, and its search path: Robot may have imported the library by its
    path alone."""
    return {**os.environ, "PYTHONPATH": search_path()}


def search_path() -> str:
    """Where the parent finds modules."""
    house = str(Path(ApiLoadLibrary.__file__).parent.parent)
    return os.pathsep.join([house, *filter(None, sys.path)])
