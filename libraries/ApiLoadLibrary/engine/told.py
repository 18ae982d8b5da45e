"""What a shard has told until now, wherever it runs."""

from __future__ import annotations

import threading
from collections.abc import Sequence

from ApiLoadLibrary.measurement.progress import Part, Progress
from ApiLoadLibrary.measurement.tally import Tally, merged_tallies

from .plan import ShardEnd, ShardPlan, Tallies
from .shard import READY

__all__ = ["Told", "merged_phases"]

OPEN_S = 60
"""Seconds are packed when hardly an answer can still come that belongs to them."""


class Told:
    """Listens to one shard; may be asked from any thread.

    Attributes:
        ready: Set when the shard waits for its start.
        ending: What it said at its end; None until then.
    """

    def __init__(self, plan: ShardPlan) -> None:
        self.ready = threading.Event()
        self.ending: ShardEnd | None = None
        self._tallies = [plan.empty_tallies() for _ in plan.phases]
        self._judged = [phase.judged for phase in plan.phases]
        self._requests = len(plan.endpoints) - len(plan.journeys)
        self._lock = threading.Lock()
        self._progress = Progress()

    def hear(self, message: object) -> None:
        """The shard has said this."""
        match message:
            case ShardEnd() as ending:
                self.ending = ending
            case (Part() as part, int() as busy):
                with self._lock:
                    tally = self._tallies[part.phase][part.endpoint]
                    tally.merge(part.tally)
                    tally.pack_before(max(part.tally.seconds, default=0) - OPEN_S)
                    if part.endpoint < self._requests:
                        self._progress.add(part, judged=self._judged[part.phase])
                    self._progress.busy = busy
            case message if message == READY:
                self.ready.set()

    def take_progress(self) -> Progress:
        """What it has done since the last call."""
        with self._lock:
            progress, self._progress = self._progress, Progress(busy=self._progress.busy)
        return progress

    def tallies(self) -> Tallies:
        """A copy of all that it has told."""
        with self._lock:
            return merged_phases([self._tallies])


def merged_phases(parts: Sequence[Tallies]) -> Tallies:
    """What several shards told, together: a copy that nobody adds to."""
    phases: list[list[Tally]] = [merged_tallies(each) for each in zip(*parts, strict=True)]
    return phases
