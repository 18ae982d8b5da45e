"""The load loop: sends what the schedule says when it says, and records what comes of it.

Guarantees, and who keeps them:

* One thread owns everything here: connections, recorder, limiter, poller.  There
  is no lock, because there is nothing to share.  `stop` only sets a flag.
* An arrival is never forgotten.  It is taken from the stream in the order of time,
  and ends in exactly one row of the recorder: answered, failed or dropped.  Only a
  run that is stopped leaves arrivals over, and its result says so.
* An arrival starts when it is due and a worker is free.  If none is free it waits
  for one, and its row says so, as it does when `max_rate` held it back; if it is late
  for any other reason, the generator is to blame.
* All times are nanoseconds from the run's start, from one monotonic clock.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from ApiLoadLibrary.measurement.outcomes import Failure
from ApiLoadLibrary.measurement.progress import Progress
from ApiLoadLibrary.measurement.recorder import (
    CAPPED,
    NOTHING,
    WORKERS_BUSY,
    Recorder,
    Tally,
)

from .connection import Connection, ConnectionState, RequestFailed
from .connector import Connector
from .limiter import RateLimiter
from .plan import ShardPlan
from .poller import Poller, make_poller
from .schedule import Arrival, arrivals_of_shard

__all__ = ["LoadLoop"]

MS = 1_000_000
REPORT_EVERY_NS = 500 * MS
LONGEST_WAIT_NS = 50 * MS  # so that a stop is noticed
STOP_GRACE_NS = 500 * MS
BOOKS_NEED_NS = MS  # a pause in the schedule that book-keeping does not disturb


class LoadLoop:
    """Runs one shard's plan.

    Args:
        plan: What to do.
        report: Gets a `Progress` about twice a second.
    """

    def __init__(
        self,
        plan: ShardPlan,
        report: Callable[[Progress], None],
        clock: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._plan = plan
        self._last_start_ns = plan.length_ns + plan.grace_ns
        self._start_ns = 0
        self._clock: Callable[[], int] = lambda: clock() - self._start_ns
        self._report = report
        self._poller: Poller = make_poller()
        self.recorder = Recorder([Tally(e.expected, e.late_after_ns) for e in plan.endpoints])
        self._renderers = [each.request.renderer() for each in plan.endpoints]
        self._methods = [each.request.method for each in plan.endpoints]
        self._limiter = RateLimiter(plan.max_rate, self._clock) if plan.max_rate else None

        self._carrying: dict[int, Connection] = {}  # by descriptor: those with a socket
        self._pools = _Pools(plan, self._poller, self._clock, self._carrying)
        self._busy: set[Connection] = set()
        self.peak_busy = 0

        arrivals = arrivals_of_shard(
            [each.schedule for each in plan.endpoints], plan.shard, plan.shards
        )
        self._arrivals = arrivals
        self._next: Arrival | None = None
        self._request = b""
        self._load_next()
        self._limiter_free_ns = 0
        self._all_busy_ns = -1  # when no worker was free, last
        self._capped_ns = -1  # when the cap held an arrival back, last
        self._next_digest_ns = self._next_expiry_ns = 0
        self._next_report_ns = REPORT_EVERY_NS
        self._stop_ns: int | None = None
        self._stop_asked = False
        self.ended_ns = 0

    @property
    def stopped(self) -> bool:
        """Whether it was stopped before its end."""
        return self._stop_ns is not None

    def stop(self) -> None:
        """End the run soon; may be called from any thread."""
        self._stop_asked = True

    def run(self, start_ns: int) -> list[Tally]:
        """Run to the end of the schedule, or until stopped.

        Args:
            start_ns: The run's start, on the loop's clock.

        Returns:
            One tally per endpoint.
        """
        self._start_ns = start_ns
        while self._goes_on():
            self._send_due()
            for fd, _ in self._poller.wait(self._pause_ns()):
                self._go_on_with(fd)
            self._expire()
            self._keep_books()
        for connection in list(self._busy):
            self._record(connection, Failure.STOPPED)
        self._pools.close()
        self._poller.close()
        tallies = self.recorder.close()
        self._send_report()
        return tallies

    # Sending.

    def _load_next(self) -> None:
        """Take the next arrival from the stream and render it while there is time."""
        self._next = next(self._arrivals, None)
        if self._next is not None:
            _, endpoint, arrival = self._next
            self._request = self._renderers[endpoint](arrival)

    def _send_due(self) -> None:
        """Start every arrival that is due, as far as there are workers for them."""
        while self._next is not None and self._next[0] <= (now := self._clock()):
            if self._stop_asked or now > self._last_start_ns:
                return
            if len(self._busy) >= self._plan.workers:
                self._all_busy_ns = now
                return
            if self._limiter is not None and (wait_ns := self._limiter.try_acquire()):
                self._limiter_free_ns = now + wait_ns
                self._capped_ns = now
                return
            offset, endpoint, _ = self._next
            self._begin(endpoint, offset)
            self._load_next()

    def _begin(self, endpoint: int, offset: int) -> None:
        connection = self._pools.take(endpoint)
        self._busy.add(connection)
        self.peak_busy = max(self.peak_busy, len(self._busy))
        waited = self._why_waiting(offset)
        method, request = self._methods[endpoint], self._request
        self._step(connection, lambda: connection.begin(endpoint, offset, waited, method, request))

    def _why_waiting(self, offset: int) -> int:
        """What an arrival of this offset has had to wait for, if it had to."""
        if offset <= self._all_busy_ns:
            return WORKERS_BUSY
        return CAPPED if offset <= self._capped_ns else NOTHING

    # Receiving.

    def _go_on_with(self, fd: int) -> None:
        connection = self._carrying.get(fd)
        if connection is not None:  # else closed by an earlier event of the same batch
            self._step(connection, connection.advance)

    def _step(self, connection: Connection, step: Callable[[], int | None]) -> None:
        """Let a connection take a step, follow its socket, and finish what it carried."""
        fd = connection.fd
        try:
            outcome = step()
        except RequestFailed as failed:
            outcome = failed.failure
        if connection.fd != fd:
            self._carrying.pop(fd, None)
            if connection.fd >= 0:
                self._carrying[connection.fd] = connection
        if outcome is not None:
            self._finish(connection, outcome)

    def _finish(self, connection: Connection, outcome: int) -> None:
        self._record(connection, outcome)
        if len(self._busy) >= self._plan.workers:
            self._all_busy_ns = self.ended_ns  # until now: what was due has waited for this one
        self._busy.discard(connection)
        self._pools.give_back(connection)

    def _record(self, connection: Connection, outcome: int) -> None:
        now = self.ended_ns = self._clock()
        endpoint = connection.endpoint
        self.recorder.rows[endpoint].extend(
            (
                outcome,
                connection.scheduled_ns,
                connection.sent_ns,
                connection.first_byte_ns,
                now,
                connection.workers_busy,
            )
        )
        tally = self.recorder.tallies[endpoint]
        tally.bytes_sent += connection.bytes_sent
        tally.bytes_received += connection.bytes_received
        if connection.connect_ns >= 0:
            tally.add_connection(
                connection.connect_ns, connection.tls_ns, reconnected=connection.reconnected
            )

    def _expire(self) -> None:
        """Fail what has taken longer than the time-out."""
        now = self._clock()
        if now < self._next_expiry_ns:
            return
        timeout = self._plan.timeout_ns
        self._next_expiry_ns = now + min(max(timeout // 50, 2 * MS), 100 * MS)
        for connection in [each for each in self._busy if now - each.sent_ns >= timeout]:
            connecting = connection.state in {
                ConnectionState.CONNECTING,
                ConnectionState.HANDSHAKING,
            }
            self._carrying.pop(connection.fd, None)
            connection.close()
            self._finish(
                connection, Failure.CONNECT_TIMEOUT if connecting else Failure.ANSWER_TIMEOUT
            )

    # Going on and ending.

    def _pause_ns(self) -> int:
        """How long there is nothing to do but to wait for sockets."""
        now = self._clock()
        pause = min(LONGEST_WAIT_NS, self._next_expiry_ns - now)
        if self._next and len(self._busy) < self._plan.workers and not self._stop_asked:
            pause = min(pause, max(self._next[0], self._limiter_free_ns) - now)
        return pause

    def _goes_on(self) -> bool:
        if self._stop_asked:
            return self._goes_on_stopping()
        if self._next is None:
            return bool(self._busy)
        if self._clock() > self._last_start_ns:
            self._drop_the_rest()
        return True

    def _goes_on_stopping(self) -> bool:
        """Whether to wait a little longer for answers that are under way."""
        now = self._clock()
        if self._stop_ns is None:
            self._stop_ns = now
        return bool(self._busy) and now < self._stop_ns + STOP_GRACE_NS

    def _drop_the_rest(self) -> None:
        """Schedule and grace are over: what is still unsent is dropped, and says why."""
        now = self.ended_ns = self._clock()
        while self._next is not None:
            offset, endpoint, _ = self._next
            waited = self._why_waiting(offset)
            busy = waited == WORKERS_BUSY
            reason = Failure.DROPPED_WORKERS_BUSY if busy else Failure.DROPPED_GENERATOR
            self.recorder.rows[endpoint].extend((reason, offset, -1, -1, now, waited))
            self._next = next(self._arrivals, None)

    # Book-keeping, in pauses of the schedule.

    def _keep_books(self) -> None:
        now = self._clock()
        every = REPORT_EVERY_NS // len(self._plan.endpoints)
        pausing = self._next is None or self._next[0] - now > BOOKS_NEED_NS
        if now >= self._next_digest_ns + (0 if pausing else 2 * every):
            self.recorder.digest_next()
            self._next_digest_ns = now + every
        elif now >= self._next_report_ns + (0 if pausing else REPORT_EVERY_NS):
            self._send_report()
            self._next_report_ns = now + REPORT_EVERY_NS

    def _send_report(self) -> None:
        progress = self.recorder.take_progress()
        progress.busy = len(self._busy)
        self._report(progress)


class _Pools:
    """The connections of a shard: no more than its workers, those to one origin in turns."""

    def __init__(
        self,
        plan: ShardPlan,
        poller: Poller,
        clock: Callable[[], int],
        carrying: dict[int, Connection],
    ) -> None:
        self._carrying = carrying
        self._poller = poller
        self._clock = clock
        self._workers = plan.workers
        self._connectors = {
            origin: Connector(origin, plan.allowed, plan.verify)
            for origin in {each.request.origin for each in plan.endpoints}
        }
        for connector in self._connectors.values():
            connector.look_up()
        self._of_endpoint = [self._connectors[each.request.origin] for each in plan.endpoints]
        self._idle: dict[Connector, deque[Connection]] = {
            each: deque() for each in self._connectors.values()
        }
        self._all: list[Connection] = []

    def take(self, endpoint: int) -> Connection:
        """A connection for this endpoint: a new one while workers lack one, else the one
        that has rested longest, so that all workers take turns as real clients do."""
        connector = self._of_endpoint[endpoint]
        if len(self._all) >= self._workers:
            if not self._idle[connector]:
                self._retire_one()
            else:
                return self._idle[connector].popleft()
        connection = Connection(connector, self._poller, self._clock)
        self._all.append(connection)
        return connection

    def _retire_one(self) -> None:
        """Close an idle connection to another origin: a worker turns to this one."""
        longest = max(self._idle.values(), key=len)
        connection = longest.popleft()
        self._carrying.pop(connection.fd, None)
        connection.close()
        self._all.remove(connection)

    def give_back(self, connection: Connection) -> None:
        """The connection's worker is free again."""
        self._idle[connection.connector].append(connection)

    def close(self) -> None:
        """Close them all."""
        for connection in self._all:
            connection.close()
