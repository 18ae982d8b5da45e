"""The books of a load loop: what it records, and when it tells of it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from time import monotonic_ns
from typing import Protocol

from ApiLoadLibrary.measurement.exchange import Exchange
from ApiLoadLibrary.measurement.progress import Part
from ApiLoadLibrary.measurement.recorder import (
    CONNECTION_ROW,
    REQUEST_ROW,
    ROWS_PER_DIGEST,
    Recorder,
)

from .plan import ShardPlan

__all__ = ["Books", "Carrier", "Tell"]

MS = 1_000_000
TELL_EVERY_NS = 500 * MS
TELLING_TAKES_NS = 20 * MS  # each endpoint's turn, so that telling is a small share of the time
MOST_TRACED = 500_000  # of a shard: 100 MB
PAUSE_NS = MS  # in the schedule: book-keeping does not disturb it

Tell = Callable[[Part, int], None]
"""Gets what one endpoint's latest requests came to, and how many workers are busy."""

_pack_request = REQUEST_ROW.pack
_pack_connection = CONNECTION_ROW.pack


class Carrier(Protocol):
    """What carries a request, and knows all about it that is recorded; see `Connection`."""

    endpoint: int
    arrival: int
    scheduled_ns: int
    waited_for: int
    sent_ns: int
    first_byte_ns: int
    bytes_sent: int
    bytes_received: int
    connect_ns: int
    tls_ns: int
    reconnected: bool

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """Those of its answer that a trace is to hold."""
        ...


class Books:
    """Records requests as they end, and tells of each endpoint about twice a second.

    Args:
        plan: Whose endpoints and phases these are.
        tell: Is told.

    Attributes:
        trace: Each request that was sent, of a run that is traced.
    """

    def __init__(self, plan: ShardPlan, tell: Tell) -> None:
        self._recorder = Recorder(plan.empty_tallies(), plan.phases)
        self._add_row = [rows.extend for rows in self._recorder.rows]
        self._tell = tell
        self._every_ns = max(TELL_EVERY_NS // len(plan.endpoints), TELLING_TAKES_NS)
        self._next_ns = 0
        self._turns = itertools.cycle(range(len(plan.endpoints)))
        self._untold = 0
        self._traced = plan.traced is not None
        self._start_ns = 0
        self.trace: list[Exchange] = []

    def open(self, start_ns: int) -> None:
        """The run starts at this moment."""
        self._recorder.start_ns = self._start_ns = start_ns
        self._next_ns = start_ns + self._every_ns

    def record(self, carrier: Carrier, outcome: int, ended_ns: int) -> None:
        """The request that this one carried has ended."""
        self._untold += 1
        self._add_row[carrier.endpoint](
            _pack_request(
                outcome,
                carrier.scheduled_ns,
                carrier.sent_ns,
                carrier.first_byte_ns,
                ended_ns,
                carrier.waited_for,
                carrier.arrival,
                carrier.bytes_sent,
                carrier.bytes_received,
            )
        )
        if carrier.connect_ns >= 0:
            self._recorder.connections[carrier.endpoint] += _pack_connection(
                carrier.scheduled_ns,
                carrier.connect_ns,
                carrier.tls_ns,
                carrier.reconnected,
            )
        if self._traced:
            self._trace(carrier, outcome, ended_ns)

    def _trace(self, carrier: Carrier, outcome: int, ended_ns: int) -> None:
        if len(self.trace) >= MOST_TRACED:
            return
        start_ns, first_byte_ns = self._start_ns, carrier.first_byte_ns
        self.trace.append(
            Exchange(
                carrier.endpoint,
                carrier.arrival,
                carrier.scheduled_ns - start_ns,
                carrier.sent_ns - start_ns,
                first_byte_ns - start_ns if first_byte_ns >= 0 else -1,
                ended_ns - start_ns,
                int(outcome),
                carrier.headers,
            )
        )

    def record_dropped(
        self, endpoint: int, arrival: int, due_ns: int, reason: int, waited_for: int
    ) -> None:
        """This arrival has never been sent."""
        self._untold += 1
        self._add_row[endpoint](
            _pack_request(reason, due_ns, -1, -1, monotonic_ns(), waited_for, arrival, 0, 0)
        )

    def keep(self, next_due_ns: int | None, busy: int) -> None:
        """Tell of one endpoint, if it is time: each in its turn, in a pause of the schedule.

        When much has happened it is the fullest one's turn at once: often a little
        takes less time at once than seldom a lot.

        Args:
            next_due_ns: When the next arrival is due; None if there is none.
            busy: How many workers are.
        """
        if self._untold >= ROWS_PER_DIGEST:
            self._tell_of(self._recorder.fullest(), busy)
            return
        now = monotonic_ns()
        if now < self._next_ns:
            return
        pausing = next_due_ns is None or next_due_ns - now > PAUSE_NS
        if pausing or now >= self._next_ns + self._every_ns:
            self._next_ns = now + self._every_ns
            self._tell_of(next(self._turns), busy)

    def _tell_of(self, endpoint: int, busy: int) -> None:
        for part in self._recorder.take(endpoint):
            self._untold -= part.tally.requests
            self._tell(part, busy)

    def close(self) -> None:
        """Tell all that is left."""
        for part in self._recorder.take_all():
            self._tell(part, 0)
