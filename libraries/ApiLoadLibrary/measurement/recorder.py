"""Where the load loop puts what it saw, and what it tells of it while it goes on.

The loop appends a few numbers per request to a flat array and does nothing else;
every so often it takes a `Part`: one endpoint's rows of late, digested into a
`Tally`.  Who collects the parts has all that was measured; nothing stays here, so
that what was told survives the shard, and memory does not grow with the run.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from struct import Struct

import numpy as np

from .histogram import Longs
from .phases import Phase
from .progress import Part
from .tally import (
    COLUMNS,
    CONNECTION_COLUMNS,
    DONE,
    NOTHING,
    SCHEDULED,
    Tally,
    occurring,
    picked,
)

__all__ = ["CONNECTION_ROW", "REQUEST_ROW", "ROWS_PER_DIGEST", "Recorder", "warm_up"]

REQUEST_ROW = Struct(f"{COLUMNS}q")
"""Outcome, scheduled, sent, first byte, done, what it waited for, the arrival's number, bytes
sent and received.  Times are ns of the machine's monotonic clock; -1 is never."""

CONNECTION_ROW = Struct(f"{CONNECTION_COLUMNS}q")
"""When the request was due, how long connecting and TLS took (-1 without), and whether the
server had closed an idle connection before."""

BYTES_PER_NUMBER = 8
ROWS_PER_DIGEST = 8_000  # two milliseconds of work, in which nothing is sent


class Recorder:
    """The rows of a run that is going on.

    `rows[endpoint]` takes a packed `REQUEST_ROW` for each request that has ended,
    `connections[endpoint]` a `CONNECTION_ROW` for each connection that was opened for one.

    Not thread-safe: one load loop owns one recorder.

    Args:
        empty: A tally of each endpoint that has counted nothing: what it expects.
        phases: Of the run; a request belongs to the one in which it was due.
    """

    def __init__(self, empty: Sequence[Tally], phases: Sequence[Phase]) -> None:
        self.rows = [bytearray() for _ in empty]
        self.connections = [bytearray() for _ in empty]
        self.start_ns = 0
        self._empty = empty
        self._starts = np.array([each.start_ns for each in phases], np.int64)

    def fullest(self) -> int:
        """The endpoint that has the most rows."""
        return max(range(len(self.rows)), key=lambda endpoint: len(self.rows[endpoint]))

    def take(self, endpoint: int) -> Iterator[Part]:
        """Digest a batch of this endpoint's rows: a part for each phase that they belong to."""
        requests = _taken(self.rows[endpoint], REQUEST_ROW)
        opened = _taken(self.connections[endpoint], CONNECTION_ROW)
        for columns, times in ((requests, slice(SCHEDULED, DONE + 1)), (opened, slice(0, 1))):
            _shift(columns[times], self.start_ns)
        due_in = self._phase_of(requests[SCHEDULED])
        opened_in = self._phase_of(opened[0])
        for phase in occurring(np.concatenate((due_in, opened_in))):
            now = picked(requests, due_in == phase)
            yield self._part(phase, endpoint, now, picked(opened, opened_in == phase))

    def _phase_of(self, offsets: Longs) -> Longs:
        return np.maximum(np.searchsorted(self._starts, offsets, side="right") - 1, 0)

    def _part(self, phase: int, endpoint: int, requests: Longs, opened: Longs) -> Part:
        tally = self._empty[endpoint].fresh()
        if requests.size:
            _shift(requests[SCHEDULED : DONE + 1], self._starts[phase])
            tally.add(requests)
        tally.add_connections(opened)
        return Part(phase, endpoint, tally)

    def take_all(self) -> Iterator[Part]:
        """Digest all that is left."""
        for endpoint, rows in enumerate(self.rows):
            while rows or self.connections[endpoint]:
                yield from self.take(endpoint)


def _taken(rows: bytearray, row: Struct) -> Longs:
    """A batch of rows, oldest first, taken out: one line for each column."""
    size = min(len(rows), ROWS_PER_DIGEST * row.size)
    numbers = np.frombuffer(rows, np.int64, size // BYTES_PER_NUMBER)
    taken: Longs = numbers.reshape(-1, row.size // BYTES_PER_NUMBER).T.copy()
    del numbers  # it holds the buffer
    del rows[:size]
    return taken


def _shift(times: Longs, start_ns: int) -> None:
    """Turn moments into offsets; -1, for what never happened, stays."""
    np.subtract(times, start_ns, out=times, where=times >= 0)


def warm_up() -> None:
    """Digest once for practice: numpy loads parts of itself when first used, which takes 14 ms."""
    recorder = Recorder([Tally(frozenset({200}), late_after_ns=0)], [Phase.whole(1)])
    for outcome in (200, 503):
        recorder.rows[0] += REQUEST_ROW.pack(outcome, 0, 0, 0, 0, NOTHING, 0, 0, 0)
    for _ in recorder.take_all():
        pass
