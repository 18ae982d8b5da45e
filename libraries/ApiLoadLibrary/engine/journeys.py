"""The journey loop: a dispatcher of users who take one step after another.

The plan's endpoints are the steps of all journeys, and after them the journeys themselves; an
arrival begins a journey.  Guarantees, besides those of `Dispatcher`:

* Each journey ends in one row, and so does each step that a user came to.  A row of a journey
  says how it ended: done, or as the step did that ended it.
* A step is due when the one before was answered and the user has thought; it waits for a worker
  and for the cap as an arrival does, but before any arrival.  Who thinks holds no worker.
* The response time of a journey is all that its user waited: the sum of its steps' response
  times.  Thinking is not in it.
* Whoever has begun is let go to the end, also after the schedule and its grace period have
  ended; of a run that is stopped, the journeys under way are told as cut off.
* What a user takes from answers, its cookies and its connection are nobody else's.
"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heappop, heappush
from itertools import count
from time import monotonic_ns

from ApiLoadLibrary.measurement.journeys import Elapsed, JourneyFindings
from ApiLoadLibrary.measurement.outcomes import DONE, Failure
from ApiLoadLibrary.workload.taken import Missing
from ApiLoadLibrary.workload.template import scrambled

from .books import Tell
from .dispatch import SENDS_AT_ONCE
from .following import FollowingConnection, FollowingLoop
from .plan import ShardPlan
from .pools import Pools
from .room import RESERVED_FILES, open_files_for, raise_descriptor_limit
from .schedule import Arrival
from .users import User, UserConnection, UserPools

__all__ = ["JourneyLoop"]

Due = tuple[int, int, User]
"""When a user goes on, a number that tells those of the same moment apart, and who it is."""


class JourneyLoop(FollowingLoop):
    """Runs one shard's plan; see the module."""

    connection_class = UserConnection

    def __init__(self, plan: ShardPlan, tell: Tell) -> None:
        self._journeys = plan.journeys
        self._steps = len(plan.endpoints) - len(self._journeys)
        self._expected = [each.expected for each in plan.endpoints]
        steps = [step for each in self._journeys for step in each.steps]
        self._takes = [bool(each.takes) for each in steps]  # by place, as steps are listed
        self._due: list[Due] = []
        self._turns = count()
        self._elapsed = [Elapsed() for _ in self._journeys]
        self._users = self._most_users = 0
        super().__init__(plan, tell)

    def _make_pools(self) -> Pools:
        plan = self._plan
        allowed = raise_descriptor_limit(open_files_for(plan.connections))
        kept = plan.connections - plan.workers
        if allowed is not None:
            kept = min(kept, allowed - RESERVED_FILES - plan.workers)
        self._user_pools = UserPools(plan, self._make_connection, max(0, kept))
        return self._user_pools

    @property
    def journeys(self) -> JourneyFindings:
        """See `Dispatcher`; complete when `run` has returned."""
        return JourneyFindings([each.count() for each in self._elapsed], self._most_users)

    # Beginning.

    def _render_next(self) -> None:
        """Nothing: what is sent depends on its user."""

    def _start(self, arrival: Arrival, now: int) -> None:
        offset, place, number = arrival
        journey = self._journeys[place]
        user = User(self._steps + place, journey, number, self._start_ns + offset)
        self._users += 1
        self._most_users = max(self._most_users, self._users)
        self._send_step(user, now)

    def _drop(self, endpoint: int, number: int, due_ns: int, reason: int, waited_for: int) -> None:
        """Nobody begins: neither the journey nor its first step."""
        first = self._journeys[endpoint].steps[0].place
        for place in (first, self._steps + endpoint):
            super()._drop(place, number, due_ns, reason, waited_for)

    # Going on.

    def _send_due(self) -> None:
        """Users who are under way go first."""
        if not self._stop_asked:
            self._send_due_steps()
        super()._send_due()

    def _send_due_steps(self) -> None:
        due = self._due
        now = monotonic_ns()
        for _ in range(SENDS_AT_ONCE):
            if not due or due[0][0] > now or not self._may_send(now):
                return
            self._send_step(heappop(due)[2], now)
            now = monotonic_ns()

    def _send_step(self, user: User, now: int) -> None:
        place = user.step.place
        carrier = self._user_pools.board(user, place)
        carrier.endpoint, carrier.arrival = place, user.arrival
        carrier.scheduled_ns = user.due_ns
        carrier.waited_for = self._why_waiting(user.due_ns)
        if not user.number:
            user.sent_ns, user.waited_for = now, carrier.waited_for
        self._busy += 1
        try:
            self._request = self._rendering.user_renderers[place](user.arrival, user.values)
        except ValueError:  # a value that cannot stand where it should
            carrier.sent_ns = carrier.first_byte_ns = carrier.connect_ns = -1
            carrier.bytes_sent = carrier.bytes_received = 0
            self._finish(carrier, Failure.NO_VALUE, now)
            return
        self._begin(carrier, now)

    def _is_wanted(self, carrier: FollowingConnection) -> bool:
        return self._takes[carrier.endpoint] or super()._is_wanted(carrier)

    def _conclude(self, carrier: FollowingConnection, outcome: int, ended_ns: int) -> None:
        assert isinstance(carrier, UserConnection)
        user = carrier.user
        assert user is not None
        if outcome in self._expected[carrier.endpoint]:
            outcome = self._after_taking(user, carrier, outcome)
        user.bytes_sent += carrier.bytes_sent
        user.bytes_received += carrier.bytes_received
        goes_on = outcome in self._expected[carrier.endpoint]
        super()._conclude(carrier, outcome, ended_ns)
        if not goes_on:
            self._end_journey(user, outcome, ended_ns)
        elif user.number + 1 == len(user.journey.steps):
            self._end_journey(user, DONE, ended_ns)
        else:
            self._think(user, carrier, ended_ns)

    def _after_taking(self, user: User, carrier: UserConnection, status: int) -> int:
        """What the step came to, once its user has taken from the answer what it needs."""
        takes = user.step.takes
        if takes:
            answer = carrier.kept.answer(status, carrier.received_ns - carrier.sent_ns)
            try:
                user.values.update({each.name: each.value(answer) for each in takes})
            except Missing:
                return Failure.NO_VALUE
        return status

    def _think(self, user: User, carrier: UserConnection, answered_ns: int) -> None:
        """Go on to the next step, after some thinking."""
        user.number += 1
        noise = scrambled(user.journey.seed ^ user.arrival * 0xD1342543DE82EF95 ^ user.number)
        think_ns = user.step.think.ns(noise)
        user.thought_ns += think_ns
        user.due_ns = answered_ns + think_ns
        heappush(self._due, (user.due_ns, next(self._turns), user))
        self._user_pools.rest(carrier)

    # Ending.

    def _end_journey(self, user: User, outcome: int, ended_ns: int) -> None:
        """Book the whole, as if it had ended earlier by as much as its user thought."""
        self._books.record(user, outcome, ended_ns - user.thought_ns)
        if outcome == DONE:
            elapsed_ns = ended_ns - user.scheduled_ns
            self._elapsed[user.endpoint - self._steps].add(elapsed_ns)
        self._users -= 1
        if user.connection is not None:
            self._user_pools.leave(user.connection)

    def _is_awaiting(self) -> bool:
        return super()._is_awaiting() or (bool(self._due) and not self._stop_asked)

    def _close(self) -> None:
        """Whoever is still under way is cut off; who thinks has waited for nothing meanwhile."""
        now = monotonic_ns()
        for user in self._left_over():
            self._end_journey(user, Failure.STOPPED, max(now, user.due_ns))
        super()._close()

    def _left_over(self) -> Iterator[User]:
        for each in self._user_pools.busy():
            if each.user is not None:
                yield each.user
        while self._due:
            yield heappop(self._due)[2]

    # Waiting.

    def _pause_ns(self) -> int:
        pause = super()._pause_ns()
        if self._due and self._busy < self._workers and not self._stop_asked:
            due = max(self._due[0][0], self._limiter_free_ns)
            pause = min(pause, due - monotonic_ns())
        return pause

    def _next_due_ns(self) -> int | None:
        moments = [self._due[0][0]] if self._due else []
        arrival = super()._next_due_ns()
        return min([*moments, *([] if arrival is None else [arrival])], default=None)
