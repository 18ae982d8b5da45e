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

import os
import time
from collections.abc import Mapping, Sequence
from typing import Protocol

from ApiLoadLibrary.measurement.progress import Progress

from .plan import ShardPlan, ShardResult, Tallies
from .room import require_room, require_threads
from .shard import STOP
from .shard_process import START_LIMIT_S, ShardProcess
from .told import Told, merged_phases

__all__ = ["LocalShardHost", "ShardHost", "require_room_for"]

LEAD_NS = 50_000_000
KILL_AFTER_S = 10.0


class ShardHost(Protocol):
    """Runs shards, wherever that is."""

    def slots(self) -> Sequence[int]:
        """How many shards can run at once, on each machine."""
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
        self._shards: list[tuple[ShardProcess, Told]] = []

    def slots(self) -> Sequence[int]:
        """One shard per core of this machine."""
        return [os.cpu_count() or 1]

    def start(self, plans: Sequence[ShardPlan]) -> int:
        """See `ShardHost`.

        Raises:
            BadInput: This machine has not the descriptors or ports for so many workers.
            EngineFailed: A shard could not be started; none is left running.
        """
        require_room_for(plans)
        self._shards = []
        try:
            for plan in plans:
                told = Told(plan)
                self._shards.append((ShardProcess(plan, told.hear), told))
            deadline = time.monotonic() + START_LIMIT_S
            for shard, told in self._shards:
                shard.wait_until(told.ready, deadline)
            start_ns = time.monotonic_ns() + LEAD_NS
            self._say(start_ns)
        except BaseException:
            for shard, _ in self._shards:
                shard.end(time.monotonic())
            raise
        return start_ns

    @property
    def running(self) -> bool:
        """See `ShardHost`."""
        return any(shard.running for shard, _ in self._shards)

    def progress(self) -> Progress:
        """See `ShardHost`."""
        total = Progress()
        for _, told in self._shards:
            total.merge(told.take_progress())
        return total

    def end_at(self, offset_ns: int) -> None:
        """See `ShardHost`."""
        self._say(offset_ns)

    def renew(self, tokens: Mapping[int, str]) -> None:
        """See `ShardHost`."""
        self._say(dict(tokens))

    def stop(self) -> None:
        """See `ShardHost`."""
        self._say(STOP)

    def _say(self, message: object) -> None:
        for shard, _ in self._shards:
            shard.send(message)

    def so_far(self) -> Tallies:
        """See `ShardHost`."""
        return merged_phases([told.tallies() for _, told in self._shards])

    def results(self) -> list[ShardResult]:
        """See `ShardHost`; a shard that does not end in time is killed."""
        deadline = time.monotonic() + KILL_AFTER_S
        for shard, _ in self._shards:
            shard.end(deadline)
        return [
            ShardResult(told.tallies(), told.ending, shard.last_words)
            for shard, told in self._shards
        ]

    def pids(self) -> list[int]:
        """See `ShardHost`."""
        return [shard.pid for shard, _ in self._shards]


def require_room_for(plans: Sequence[ShardPlan]) -> None:
    """See whether this machine can carry these shards, before it starts one.

    Raises:
        BadInput: It has not the descriptors or ports for so many workers.
    """
    origins = {each.origin for plan in plans for each in plan.requests}
    workers = sum(plan.workers for plan in plans)
    sockets = plans[0].sockets
    require_room(workers, len(plans), origins, sockets.times if sockets else 0)
    if plans[0].blocking:
        require_threads(workers, len(plans))
