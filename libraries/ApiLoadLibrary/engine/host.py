"""Who runs the shards of a load run.

Guarantees of `LocalShardHost`:

* Each shard is a process of its own: the death of one never touches another's counts.
* All shards start at one moment of the machine's monotonic clock.
* No shard outlives its parent: it ends when its input does.
* `stop` returns at once; `results` is complete when `running` is False.
* One thread per shard does nothing but read its pipe, and hands over under a lock.
* What a shard has told is kept, whatever becomes of it.
"""

from __future__ import annotations

import contextlib
import os
import pickle
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Protocol

import ApiLoadLibrary
from ApiLoadLibrary.errors import EngineFailed
from ApiLoadLibrary.measurement.progress import Part, Progress
from ApiLoadLibrary.measurement.tally import Tally, merged_tallies

from .plan import ShardEnd, ShardPlan, ShardResult, Tallies
from .room import require_room, require_threads
from .shard import READY, STOP

__all__ = ["LocalShardHost", "ShardHost", "child_environment", "merged_phases", "search_path"]

CUT_OFF = (EOFError, OSError, pickle.UnpicklingError)
"""What reading says when the shard dies, be it in the middle of a message."""

START_LIMIT_S = 30
LEAD_NS = 50_000_000
KILL_AFTER_S = 10.0

FRUGAL = {
    # The threads that numpy keeps for matrices, which nobody here has, would spin beside the load.
    "OPENBLAS_NUM_THREADS": "1",
    # Of glibc: arrays for a moment go back to the system at once, and its threads share one heap.
    # Otherwise what is free in the heaps creeps up, by 10 kB a second.
    "MALLOC_MMAP_THRESHOLD_": "65536",
    "MALLOC_ARENA_MAX": "1",
}
"""What the environment of a shard says to its libraries."""


class ShardHost(Protocol):
    """Runs shards, wherever that is."""

    def slots(self) -> int:
        """How many shards can run at once."""
        ...

    def start(self, plans: Sequence[ShardPlan]) -> int:
        """Start all shards at one moment, and return it (ns, monotonic clock)."""
        ...

    @property
    def running(self) -> bool:
        """Whether a shard is still at work."""
        ...

    def progress(self) -> Progress:
        """What all shards did since the last call."""
        ...

    def end_at(self, offset_ns: int) -> None:
        """Let the schedule end so long after its start, and what was due until then be done."""
        ...

    def renew(self, tokens: Mapping[int, str]) -> None:
        """Have all shards send as these users with these tokens, from now on."""
        ...

    def stop(self) -> None:
        """Ask all shards to end soon."""
        ...

    def so_far(self) -> Tallies:
        """What all shards have told until now, together."""
        ...

    def results(self) -> list[ShardResult]:
        """What became of each shard, in order."""
        ...

    def pids(self) -> list[int]:
        """The processes of those shards that run on this machine."""
        ...


class LocalShardHost:
    """Runs each shard as a process on this machine."""

    def __init__(self) -> None:
        self._shards: list[_Shard] = []

    def slots(self) -> int:
        """One shard per core."""
        return os.cpu_count() or 1

    def start(self, plans: Sequence[ShardPlan]) -> int:
        """See `ShardHost`.

        Raises:
            BadInput: This machine has not the descriptors or ports for so many workers.
            EngineFailed: A shard could not be started; none is left running.
        """
        origins = {each.origin for plan in plans for each in plan.requests}
        workers = sum(plan.workers for plan in plans)
        sockets = plans[0].sockets
        require_room(workers, len(plans), origins, sockets.times if sockets else 0)
        if plans[0].blocking:
            require_threads(workers, len(plans))
        self._shards = []
        try:
            for plan in plans:
                self._shards.append(_Shard(plan))
            deadline = time.monotonic() + START_LIMIT_S
            for shard in self._shards:
                shard.wait_until_ready(deadline)
            start_ns = time.monotonic_ns() + LEAD_NS
            for shard in self._shards:
                shard.send(start_ns)
        except BaseException:
            self._kill()
            raise
        return start_ns

    @property
    def running(self) -> bool:
        """See `ShardHost`."""
        return any(shard.running for shard in self._shards)

    def progress(self) -> Progress:
        """See `ShardHost`."""
        total = Progress()
        for shard in self._shards:
            total.merge(shard.take_progress())
        return total

    def end_at(self, offset_ns: int) -> None:
        """See `ShardHost`."""
        for shard in self._shards:
            shard.send(offset_ns)

    def renew(self, tokens: Mapping[int, str]) -> None:
        """See `ShardHost`."""
        for shard in self._shards:
            shard.send(dict(tokens))

    def stop(self) -> None:
        """See `ShardHost`."""
        for shard in self._shards:
            shard.send(STOP)

    def so_far(self) -> Tallies:
        """See `ShardHost`."""
        return merged_phases([shard.told() for shard in self._shards])

    def results(self) -> list[ShardResult]:
        """See `ShardHost`; a shard that does not end in time is killed."""
        deadline = time.monotonic() + KILL_AFTER_S
        for shard in self._shards:
            shard.end(deadline)
        return [ShardResult(shard.told(), shard.ending, shard.last_words) for shard in self._shards]

    def pids(self) -> list[int]:
        """See `ShardHost`."""
        return [shard.pid for shard in self._shards]

    def _kill(self) -> None:
        for shard in self._shards:
            shard.end(time.monotonic())


class _Shard:
    """One shard's process, and the thread that reads what it says."""

    def __init__(self, plan: ShardPlan) -> None:
        self.ending: ShardEnd | None = None
        self._number = plan.shard
        self._tallies = [plan.empty_tallies() for _ in plan.phases]
        self._judged = [phase.judged for phase in plan.phases]
        self._requests = len(plan.endpoints) - len(plan.journeys)
        self._ready = threading.Event()
        self._lock = threading.Lock()
        self._sending = threading.Lock()  # tokens are renewed in a thread of their own
        self._progress = Progress()
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
        return self._reader.is_alive()

    @property
    def pid(self) -> int:
        return self._process.pid

    def send(self, message: object) -> None:
        """Say something to the shard; a dead one does not hear it."""
        assert self._process.stdin is not None
        with self._sending, contextlib.suppress(OSError, ValueError):
            self._process.stdin.write(pickle.dumps(message))
            self._process.stdin.flush()

    def wait_until_ready(self, deadline: float) -> None:
        while not self._ready.wait(0.05):
            if not self.running or time.monotonic() > deadline:
                self.end(time.monotonic())
                raise EngineFailed(f"Shard {self._number} did not start. {self.last_words}")

    def take_progress(self) -> Progress:
        with self._lock:
            progress, self._progress = self._progress, Progress(busy=self._progress.busy)
        return progress

    def told(self) -> Tallies:
        """A copy of all that it has told."""
        with self._lock:
            return merged_phases([self._tallies])

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
            while self.ending is None:
                self._take(stream)

    def _take(self, stream: IO[bytes]) -> None:
        match pickle.load(stream):
            case ShardEnd() as ending:
                self.ending = ending
            case (Part() as part, int() as busy):
                with self._lock:
                    self._tallies[part.phase][part.endpoint].merge(part.tally)
                    if part.endpoint < self._requests:
                        self._progress.add(part, judged=self._judged[part.phase])
                    self._progress.busy = busy
            case message if message == READY:
                self._ready.set()


def merged_phases(parts: Sequence[Tallies]) -> Tallies:
    """What several shards told, together: a copy that nobody adds to."""
    phases: list[list[Tally]] = [merged_tallies(each) for each in zip(*parts, strict=True)]
    return phases


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
