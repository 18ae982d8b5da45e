"""A shard host whose shards run on a Dask cluster.

Guarantees of `ClusterShardHost`, besides those of any:

* No load is sent twice.  Each shard is a task that is pinned to its worker; should Dask run it
  again all the same, the new attempt waits for a word to begin that was given out already.
* All shards begin at one moment, told to each in its own machine's clock.
* A worker that dies, or is cut off, is given up after three seconds; what it had told counts, and
  the others go on.  Shards that have lost their parent end by themselves.
* Messages do not grow with the rate: about two a second from each shard.
"""

from __future__ import annotations

import contextlib
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from distributed import Client, Future

from ApiLoadLibrary.engine.plan import ShardPlan, ShardResult, Tallies
from ApiLoadLibrary.engine.shard import STOP
from ApiLoadLibrary.engine.told import merged_phases
from ApiLoadLibrary.errors import ApiLoadError, BadInput, EngineFailed
from ApiLoadLibrary.measurement.progress import Progress

from .connection import GONE, connected, reaching, seats, seats_with_clocks
from .line import Line
from .messages import ALIVE, NEVER, Begin, News
from .remote import RemoteShard, hosts_now
from .worker import deliver, run_shard

__all__ = ["ClusterShardHost"]

LEAD_NS = 300_000_000
TELLING_NS = 3_000_000
"""Each shard is told when to begin, and it takes so long."""

LET_GO_WITHIN_S = 2
START_LIMIT_S = 45
END_WITHIN_S = 10
ALIVE_EVERY_S = 2.0

Task = Callable[[ShardPlan, str], None]
"""Gets the plan, and the topic under which to tell of it."""


class ClusterShardHost:
    """Runs each shard on a slot of a cluster's worker.

    Args:
        address: The scheduler's, like `tcp://scheduler:8786`.
        task: What a worker does with a shard.

    Raises:
        BadInput: That is no address.
        EngineFailed: The scheduler does not answer.
    """

    def __init__(self, address: str, task: Task = run_shard) -> None:
        self._address = address
        self._client: Client = connected(address)
        self._task = task
        self._shards: list[RemoteShard] = []
        self._lines: list[Line] = []
        self._futures: list[Future[Any]] = []
        self._topic = ""
        self._over = threading.Event()

    def slots(self) -> Sequence[int]:
        """One shard for each thread of each worker."""
        with reaching(self._address):
            return list(Counter(each.host for each in seats(self._client)).values())

    def start(self, plans: Sequence[ShardPlan]) -> int:
        """See `ShardHost`.

        Raises:
            BadInput: There are more shards than slots, or a host has not the descriptors or
                ports for so many workers.
            EngineFailed: A worker has not this version of the library, a shard could not be
                started, or the cluster is gone; none is left running.
        """
        with reaching(self._address):
            return self._start(plans)

    def _start(self, plans: Sequence[ShardPlan]) -> int:
        there = seats(self._client)
        if len(plans) > len(there):
            raise BadInput(
                f"shards={len(plans)} are more than the {len(there)} slots of the cluster: start "
                "more workers, or ask for fewer shards."
            )
        taken = seats_with_clocks(self._client, there[: len(plans)])
        self._shards = [RemoteShard(*each) for each in zip(plans, taken, strict=True)]
        self._lines = [self._line_to(each.address) for each in taken]
        self._topic = f"apiload-{uuid.uuid4().hex}"
        self._client.subscribe_topic(self._topic, self._hear)
        try:
            self._futures = [self._submitted(plan, shard) for plan, shard in self._pairs(plans)]
            threading.Thread(target=self._show_life, daemon=True).start()
            self._wait_until_ready()
        except BaseException:
            self._end()
            raise
        start_ns = time.monotonic_ns() + LEAD_NS + len(plans) * TELLING_NS
        self._say_each(lambda shard: Begin(start_ns + shard.seat.ahead_ns))
        return start_ns

    def _line_to(self, address: str) -> Line:
        async def carry(attempt: str, command: object) -> None:
            await self._client.run(deliver, attempt, command, workers=[address], on_error="ignore")

        return Line(carry)

    def _pairs(self, plans: Sequence[ShardPlan]) -> list[tuple[ShardPlan, RemoteShard]]:
        return list(zip(plans, self._shards, strict=True))

    def _submitted(self, plan: ShardPlan, shard: RemoteShard) -> Future[Any]:
        return self._client.submit(
            self._task,
            plan,
            self._topic,
            key=f"{self._topic}-{plan.shard}",
            workers=[shard.seat.address],
            allow_other_workers=False,
            pure=False,
            retries=0,
        )

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_LIMIT_S
        waiting = list(zip(self._futures, self._shards, strict=True))
        while waiting := [each for each in waiting if not each[1].told.ready.is_set()]:
            for future, shard in waiting:
                shard.look()
                self._raise_if_failed(future, shard)
                if time.monotonic() > deadline:
                    raise EngineFailed(
                        f"A shard on {shard.seat.host} was not ready within {START_LIMIT_S} s: "
                        "is its worker busy with something else?"
                    )
            time.sleep(0.02)

    @staticmethod
    def _raise_if_failed(future: Future[Any], shard: RemoteShard) -> None:
        where = f"A shard on {shard.seat.host} did not start"
        if shard.lost is not None:
            raise EngineFailed(f"{where}. {shard.lost}")
        if future.status == "error":
            error = future.exception()
            if isinstance(error, ApiLoadError):
                raise type(error)(f"On {shard.seat.host}: {error}")
            raise EngineFailed(f"{where}: {error}.")
        if future.status == "cancelled":
            raise EngineFailed(f"{where}: the cluster's scheduler has gone away meanwhile.")

    def _hear(self, event: tuple[float, bytes]) -> None:
        """News; called in Dask's thread."""
        news = News.unpacked(event[1])
        shard = self._shards[news.shard]
        if not shard.hear(news):
            self._lines[news.shard].say(news.attempt, NEVER)

    def _say_all(self, command: object) -> None:
        self._say_each(lambda shard: command)

    def _say_each(self, command_for: Callable[[RemoteShard], object]) -> None:
        for shard, line in zip(self._shards, self._lines, strict=True):
            # One that is lost may be heard of again.
            if shard.attempt is not None and shard.told.ending is None:
                line.say(shard.attempt, command_for(shard))

    def _show_life(self) -> None:
        while not self._over.wait(ALIVE_EVERY_S) and self.running:
            self._say_all(ALIVE)

    @property
    def running(self) -> bool:
        """See `ShardHost`."""
        for shard in self._shards:
            shard.look()
        return any(shard.running for shard in self._shards)

    def progress(self) -> Progress:
        """See `ShardHost`."""
        total = Progress(hosts=hosts_now(self._shards))
        for shard in self._shards:
            total.merge(shard.told.take_progress())
        return total

    def end_at(self, offset_ns: int) -> None:
        """See `ShardHost`."""
        self._say_all(offset_ns)

    def renew(self, tokens: Mapping[int, str]) -> None:
        """See `ShardHost`."""
        self._say_all(dict(tokens))

    def stop(self) -> None:
        """See `ShardHost`."""
        self._say_all(STOP)

    def so_far(self) -> Tallies:
        """See `ShardHost`."""
        return merged_phases([shard.told.tallies() for shard in self._shards])

    def results(self) -> list[ShardResult]:
        """See `ShardHost`; shards that have not ended yet are ended."""
        deadline = time.monotonic() + END_WITHIN_S
        while self.running and time.monotonic() < deadline:
            time.sleep(0.05)
        for shard in self._shards:
            shard.give_up("it did not end in time")
        self._end()
        return [shard.result() for shard in self._shards]

    def _end(self) -> None:
        self._over.set()
        self._say_all(NEVER)
        if self._client.status == "running":
            with contextlib.suppress(*GONE):
                self._client.sync(self._let_go, callback_timeout=LET_GO_WITHIN_S)
        self._futures = []

    async def _let_go(self) -> None:
        """Leave nothing behind on the scheduler, which keeps a thousand events of each topic."""
        topic = self._topic
        self._client.unsubscribe_topic(topic)
        await self._client.cancel(self._futures)
        await self._client.run_on_scheduler(
            lambda dask_scheduler: dask_scheduler._broker.truncate(topic)
        )

    def pids(self) -> list[int]:
        """See `ShardHost`: none of them is on this machine."""
        return []
