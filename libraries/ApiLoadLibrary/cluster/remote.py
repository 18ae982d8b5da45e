"""One shard on a cluster, as its parent knows it."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from statistics import fmean

from ApiLoadLibrary.engine.plan import ShardEnd, ShardPlan, ShardResult
from ApiLoadLibrary.engine.told import Told
from ApiLoadLibrary.measurement.generators import HostNow, HostShare

from .messages import Died, News

__all__ = ["RemoteShard", "Seat", "hosts_now"]

SILENT_S = 3.0
"""Whoever is not heard of for so long is lost; six pieces of news should have come."""

LOOKED_AWAY_S = 0.5


@dataclass(frozen=True, slots=True)
class Seat:
    """A slot of a worker, and what is known of its machine's clock.

    Attributes:
        address: The worker's.
        host: The machine that it runs on.
        ahead_ns: How far its monotonic clock is ahead of ours.
        doubt_ns: By how much that may be wrong: half of the quickest round trip.
    """

    address: str
    host: str
    ahead_ns: int = 0
    doubt_ns: int = 0


class RemoteShard:
    """Listens to one shard; `hear` is called in a thread of Dask's.

    Attributes:
        seat: Where it runs.
        told: What it has told.
        attempt: Which attempt at it counts; None until one was heard of.
        lost: Why nothing more is expected of it; None while something is.
    """

    def __init__(self, plan: ShardPlan, seat: Seat) -> None:
        self.seat = seat
        self.told = Told(plan)
        self.attempt: str | None = None
        self.lost: str | None = None
        self._number = plan.shard
        self._next = 0
        self._silent_s, self._was_silent = 0.0, False
        self._looked_s = time.monotonic()
        self._cpu: list[float] = []
        self._descriptors: int | None = None
        self._begun_late_ns = 0

    def hear(self, news: News) -> bool:
        """What was said; False where it comes from an attempt that does not count."""
        if self.attempt is None:
            self.attempt = news.attempt
        if news.attempt != self.attempt:
            return False
        self._silent_s = 0.0
        if news.number != self._next:
            self.lost = self.lost or "some of its news were lost on their way"
        elif self._was_silent:
            self.lost = None  # it was only slow
        self._was_silent = False
        self._next = news.number + 1
        if news.begun_late_ns is not None:
            self._cpu.append(news.load.cpu_percent)
        known = (self._descriptors, news.load.descriptors)
        self._descriptors = max((each for each in known if each is not None), default=None)
        self._begun_late_ns = news.begun_late_ns or 0
        if self.lost is None:
            for message in news.said:
                self._hear(message)
        return True

    def _hear(self, message: object) -> None:
        if isinstance(message, Died):
            self.lost = message.last_words
        else:
            self.told.hear(message)

    @property
    def running(self) -> bool:
        """Whether something is still expected of it."""
        return self.told.ending is None and self.lost is None

    def look(self) -> None:
        """Give it up if it has been silent for too long; to be called now and then."""
        now_s = time.monotonic()
        # Whoever stood still cannot say that others were silent meanwhile.
        self._silent_s += min(now_s - self._looked_s, LOOKED_AWAY_S)
        self._looked_s = now_s
        if self.running and self.attempt is not None and self._silent_s > SILENT_S:
            where = self.seat.host
            self.give_up(f"the worker on {where} has not been heard of for {SILENT_S:.0f} s")
            self._was_silent = True

    @property
    def cpu_percent(self) -> float | None:
        """How busy its host was when it was last heard of; None of one that is lost."""
        return self._cpu[-1] if self._cpu and self.lost is None else None

    def give_up(self, why: str) -> None:
        """Expect nothing more of it, if something was still expected."""
        if self.running:
            self.lost = why

    def result(self) -> ShardResult:
        """What it measured."""
        ending: ShardEnd | None = self.told.ending if self.lost is None else None
        share = HostShare(
            host=self.seat.host,
            cpu_percent=fmean(self._cpu or [0.0]),
            descriptors=self._descriptors,
            begun_late_ns=self._begun_late_ns,
            clock_doubt_ns=self.seat.doubt_ns,
        )
        return ShardResult(self.told.tallies(), ending, self.lost or "", share)


def hosts_now(shards: Iterable[RemoteShard]) -> dict[str, HostNow]:
    """How each of their machines is at this moment."""
    by_host: dict[str, list[RemoteShard]] = {}
    for each in shards:
        by_host.setdefault(each.seat.host, []).append(each)
    return {
        host: HostNow(
            cpu_percent=max(
                (each.cpu_percent for each in parts if each.cpu_percent is not None), default=None
            ),
            shards=len(parts),
            lost=sum(each.lost is not None for each in parts),
        )
        for host, parts in by_host.items()
    }
