"""Dispatching: every arrival is started when it is due and a worker is free, and recorded.

Guarantees, and who keeps them:

* One thread owns everything here: arrivals, books, limiter.  There is no lock,
  because there is nothing to share.  `stop` only sets a flag.
* An arrival is never forgotten.  It is taken from the stream in the order of time,
  and ends in exactly one row of the books: answered, failed or dropped.  Only a
  run that is stopped leaves arrivals over, and its result says so.
* An arrival starts when it is due and a worker is free.  If none is free it waits
  for one, and its row says so, as it does when `max_rate` held it back; if it is late
  for any other reason, the generator is to blame.  In the closed model an arrival is
  due when a worker is free.
* All times are nanoseconds of the machine's monotonic clock.

What a worker is, a connection or a thread, its heirs know.
"""

from __future__ import annotations

import itertools
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from time import monotonic_ns
from typing import Generic, TypeVar

from ApiLoadLibrary.measurement.exchange import Exchange
from ApiLoadLibrary.measurement.journeys import JourneyFindings
from ApiLoadLibrary.measurement.outcomes import Failure
from ApiLoadLibrary.measurement.sockets import SocketFindings
from ApiLoadLibrary.measurement.tally import CAPPED, NOTHING, WORKERS_BUSY

from .books import Books, Carrier, Tell
from .examining import Examiner
from .limiter import RateLimiter
from .plan import CheckWork, ShardPlan
from .rendering import Rendering
from .schedule import Arrival, arrivals_of_shard

__all__ = ["LONGEST_WAIT_NS", "Dispatcher"]

MS = 1_000_000
LONGEST_WAIT_NS = 50 * MS  # so that a stop is noticed
STOP_GRACE_NS = 500 * MS
MOST_PUT_OFF = 3
"""Times in a row: who stands still in every round must end requests all the same."""
SENDS_AT_ONCE = 256  # then answers have their turn

C = TypeVar("C", bound=Carrier)


class Dispatcher(ABC, Generic[C]):
    """Runs one shard's plan.

    Args:
        plan: What to do.
        tell: Gets, about twice a second, what each endpoint's latest requests came to, and
            how many workers are busy.

    Attributes:
        peak_busy: The most workers that were busy at once.
        stood_still_ns: The longest time in which it did nothing although it should have.
        ended_ns: When the last request ended.
        errors: What code that is not ours did wrong first, in words, by the endpoint's place.
    """

    def __init__(self, plan: ShardPlan, tell: Tell) -> None:
        self._plan = plan
        self._workers = plan.workers
        self._closed = plan.closed
        self._books = Books(plan, tell)
        self._examiner = Examiner(plan.endpoints)
        self._limiter = RateLimiter(plan.max_rate) if plan.max_rate else None
        self._busy = 0
        self.peak_busy = 0

        self._arrivals = _arrivals(plan)
        self._next: Arrival | None = None
        self._start_ns = self._last_start_ns = 0
        self._limiter_free_ns = 0
        self._all_busy_ns = -1  # when no worker was free, last
        self._capped_ns = -1  # when the cap held an arrival back, last
        self._waited_ns = 0  # when waiting for answers ended, last
        self.stood_still_ns = 0
        self._next_expiry_ns = self._put_off = 0
        self._stop_ns: int | None = None
        self._stop_asked = False
        self._end_asked_ns: int | None = None
        self._rendering = Rendering(plan)
        self._new_tokens: deque[Mapping[int, str]] = deque()
        self.ended_ns = 0
        self.errors: dict[int, str] = {}

    @property
    def trace(self) -> list[Exchange]:
        """Each request that was sent, of a run that is traced."""
        return self._books.trace

    @property
    def sockets(self) -> SocketFindings | None:
        """What became of WebSocket connections; None where there are none."""
        return None

    @property
    def checked(self) -> CheckWork:
        """What checks of answers took, and found."""
        return self._examiner.work

    @property
    def journeys(self) -> JourneyFindings | None:
        """What became of journeys; None where there are none."""
        return None

    @property
    def stopped(self) -> bool:
        """Whether it was stopped before its end."""
        return self._stop_ns is not None

    def stop(self) -> None:
        """End the run soon; may be called from any thread."""
        self._stop_asked = True

    def end_at(self, offset_ns: int) -> None:
        """Let the schedule end there, as if it had never been longer; from any thread.

        What is due until then is sent and waited for as it is at the end of any schedule.
        """
        self._end_asked_ns = offset_ns

    def renew(self, tokens: Mapping[int, str]) -> None:
        """Send what is sent from now on with these tokens of these users; from any thread."""
        self._new_tokens.append(tokens)

    def run(self, start_ns: int) -> None:
        """Run to the end of the schedule, or until stopped; all is told when it returns.

        Args:
            start_ns: The run's start.
        """
        plan = self._plan
        self._start_ns = self.ended_ns = start_ns
        self._books.open(start_ns)
        self._last_start_ns = start_ns + plan.length_ns + (0 if plan.closed else plan.grace_ns)
        self._waited_ns = max(start_ns, monotonic_ns())
        while self._goes_on():
            self._send_due()
            self.peak_busy = max(self.peak_busy, self._busy)
            self._take_answers(self._pause_ns())
            self._expire()
            self._books.keep(self._next_due_ns(), self._busy)
        for carrier in list(self._under_way()):
            self._books.record(carrier, Failure.STOPPED, monotonic_ns())
        self._close()
        self._books.close()

    # What a worker is.

    # Called for each request, so heirs put here whatever does it without a detour:
    _take: Callable[[int], C]
    """A free worker's carrier for a request to this endpoint."""
    _give_back: Callable[[C], None]
    """The carrier's worker is free again."""

    @abstractmethod
    def _begin(self, carrier: C, now: int) -> None:
        """Send the request that the carrier has been given."""

    @abstractmethod
    def _take_answers(self, pause_ns: int) -> None:
        """Wait so long at most until something has happened, note that, and take what has."""

    @abstractmethod
    def _under_way(self) -> Iterable[C]:
        """The carriers of all requests that have not ended."""

    @abstractmethod
    def _time_out(self, carrier: C, now: int) -> None:
        """The request that this one carries has taken longer than the time-out."""

    @abstractmethod
    def _close(self) -> None:
        """Nothing will be sent any more."""

    # Sending.

    def _load_next(self) -> None:
        """Take the next arrival from the stream."""
        self._next = next(self._arrivals, None)

    def _send_due(self) -> None:
        """Start every arrival that is due, as far as there are workers for them."""
        now = monotonic_ns()
        if self._stop_asked or now > self._last_start_ns:
            return
        for _ in range(SENDS_AT_ONCE):
            arrival = self._next
            if arrival is None or self._start_ns + arrival[0] > now:
                return
            if not self._may_send(now):
                return
            self._start(arrival, now)
            self._load_next()
            now = monotonic_ns()

    def _may_send(self, now: int) -> bool:
        """Whether a worker is free, and the cap allows it; what is due has to wait else."""
        if self._busy >= self._workers:
            self._all_busy_ns = now
            return False
        if self._limiter is not None and (wait_ns := self._limiter.try_acquire()):
            self._limiter_free_ns = now + wait_ns
            self._capped_ns = now
            return False
        return True

    def _start(self, arrival: Arrival, now: int) -> None:
        offset, endpoint, number = arrival
        carrier = self._take(endpoint)
        carrier.endpoint = endpoint
        carrier.arrival = number
        if self._closed:
            carrier.scheduled_ns = now
        else:
            carrier.scheduled_ns = due = self._start_ns + offset
            carrier.waited_for = self._why_waiting(due)
        self._busy += 1
        self._begin(carrier, now)

    def _why_waiting(self, due_ns: int) -> int:
        """What an arrival that was due then has had to wait for, if it had to."""
        if due_ns <= self._all_busy_ns:
            return WORKERS_BUSY
        return CAPPED if due_ns <= self._capped_ns else NOTHING

    # Receiving.

    def _note_waited(self) -> None:
        """See how long the loop was away: longer than it meant to be, it stood still."""
        now = monotonic_ns()
        away = now - self._waited_ns - LONGEST_WAIT_NS
        self.stood_still_ns = max(self.stood_still_ns, away)
        self._waited_ns = now

    def _finish(self, carrier: C, outcome: int, ended_ns: int) -> None:
        self.ended_ns = ended_ns
        self._books.record(carrier, outcome, ended_ns)
        self._note_free(ended_ns)
        self._give_back(carrier)

    def _note_free(self, since_ns: int) -> None:
        """A worker is free again."""
        if self._busy >= self._workers:
            self._all_busy_ns = since_ns  # until now: what was due has waited for this one
        self._busy -= 1

    def _expire(self) -> None:
        """Fail what has taken longer than the time-out."""
        now = monotonic_ns()
        if now < self._next_expiry_ns:
            return
        if now - self._waited_ns > LONGEST_WAIT_NS and self._put_off < MOST_PUT_OFF:
            self._put_off += 1
            return  # after standing still, answers may have come that are not yet read
        self._put_off = 0
        shortest = min(self._plan.timeout_ns, self._plan.connect_timeout_ns)
        self._next_expiry_ns = now + min(max(shortest // 50, 2 * MS), 100 * MS)
        for carrier in self._overdue(now):
            self._time_out(carrier, now)

    def _overdue(self, now: int) -> list[C]:
        """The carriers of requests that take too long."""
        timeout = self._plan.timeout_ns
        return [each for each in self._under_way() if now - each.sent_ns >= timeout]

    # Going on and ending.

    def _pause_ns(self) -> int:
        """How long there is nothing to do but to wait for answers."""
        now = monotonic_ns()
        pause = min(LONGEST_WAIT_NS, self._next_expiry_ns - now)
        if self._next is not None and self._busy < self._workers and not self._stop_asked:
            due = max(self._start_ns + self._next[0], self._limiter_free_ns)
            pause = min(pause, due - now)
        return pause

    def _next_due_ns(self) -> int | None:
        return None if self._next is None else self._start_ns + self._next[0]

    def _goes_on(self) -> bool:
        if self._new_tokens:
            self._sign_anew()
        if self._stop_asked:
            return self._goes_on_stopping()
        if self._end_asked_ns is not None:
            self._shorten(self._end_asked_ns)
            self._end_asked_ns = None
        if self._next is None:
            return self._is_awaiting()
        if monotonic_ns() > self._last_start_ns:
            self._drop_the_rest()
        return True

    def _sign_anew(self) -> None:
        """Sign requests with the tokens that have come, those not sent yet included."""
        while self._new_tokens:
            self._rendering.renew(self._new_tokens.popleft())

    def _is_awaiting(self) -> bool:
        """Whether a request is under way."""
        return self._busy > 0

    def _goes_on_stopping(self) -> bool:
        """Whether to wait a little longer for answers that are under way."""
        now = monotonic_ns()
        if self._stop_ns is None:
            self._stop_ns = now
        return self._is_awaiting() and now < self._stop_ns + STOP_GRACE_NS

    def _shorten(self, end_ns: int) -> None:
        """Leave out what is due from this offset on."""
        grace_ns = 0 if self._closed else self._plan.grace_ns
        last_ns = self._start_ns + end_ns + grace_ns
        self._last_start_ns = min(self._last_start_ns, last_ns)
        self._arrivals = itertools.takewhile(lambda each: each[0] < end_ns, self._arrivals)
        if self._next is not None and self._next[0] >= end_ns:
            self._next = None

    def _drop_the_rest(self) -> None:
        """Schedule and grace are over: what is still unsent is dropped, and says why."""
        if self._closed:
            self._next = None
            return
        self.ended_ns = monotonic_ns()
        while self._next is not None:
            offset, endpoint, number = self._next
            due = self._start_ns + offset
            waited = self._why_waiting(due)
            busy = waited == WORKERS_BUSY
            reason = Failure.DROPPED_WORKERS_BUSY if busy else Failure.DROPPED_GENERATOR
            self._drop(endpoint, number, due, reason, waited)
            self._next = next(self._arrivals, None)

    def _drop(self, endpoint: int, number: int, due_ns: int, reason: int, waited_for: int) -> None:
        """This arrival will never be sent."""
        self._books.record_dropped(endpoint, number, due_ns, reason, waited_for)


def _arrivals(plan: ShardPlan) -> Iterator[Arrival]:
    schedules = [each.schedule for each in plan.endpoints if each.schedule is not None]
    if schedules:
        return arrivals_of_shard(schedules, plan.shard, plan.shards)
    turns = _turns(len(plan.endpoints), plan.shard, plan.shards)
    return itertools.islice(turns, plan.most)


def _turns(endpoints: int, shard: int, shards: int) -> Iterator[Arrival]:
    """The closed model's arrivals: each due at once, the endpoints in turns, without end."""
    for number in itertools.count(shard, shards):
        for endpoint in range(endpoints):
            yield 0, endpoint, number
