"""The socket loop: a dispatcher of WebSocket connections and of the messages on them.

Its run has two endpoints: an arrival of the first opens a connection, which is then held to the
run's end; one of the second is a message on the next connection that is open, all of them in
turns.  Guarantees, besides those of `Dispatcher`:

* There are no workers to wait for: an arrival starts when it is due.
* Each opening and each message ends in one row of the books, and each connection that was opened
  in one stay of the findings, which says how it ended.
* At the end of the run it says goodbye on every connection, waits for the answers, but not for
  ever, and only then closes them.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice
from time import monotonic_ns

import psutil

from ApiLoadLibrary.measurement.outcomes import DONE, Failure
from ApiLoadLibrary.measurement.sockets import CONNECTIONS, End, SocketFindings, Stay
from ApiLoadLibrary.workload.message import MessageId, MessageTemplate
from ApiLoadLibrary.workload.request import RequestTemplate

from .books import Tell
from .connector import Connector
from .conversation import Answer
from .dispatch import Dispatcher
from .held import Carried, Held
from .link import RequestFailed
from .plan import ShardPlan
from .poller import make_poller
from .websocket import WebSocket

__all__ = ["SocketLoop"]

GOODBYE_LIMIT_NS = 5_000_000_000
GOODBYES_AT_ONCE = 256  # then answers have their turn
NO_LIMIT = sys.maxsize


class SocketLoop(Dispatcher[Carried]):
    """Runs one shard's plan over WebSocket connections."""

    def __init__(self, plan: ShardPlan, tell: Tell) -> None:
        super().__init__(plan, tell)
        assert plan.sockets is not None
        self._workers = NO_LIMIT
        self._sockets_plan = plan.sockets
        requests = [each.request for each in plan.endpoints]
        opening = requests[CONNECTIONS]
        assert isinstance(opening, RequestTemplate)
        self._renderers = self._rendering.renderers
        self._messages = [each for each in requests if isinstance(each, MessageTemplate)]
        self._read_id = [each.reader() for each in self._messages]
        self._connector = Connector.planned(plan, opening.origin)
        self._connector.look_up()
        self._poller = make_poller()
        self._links: dict[int, WebSocket] = {}  # by descriptor
        self._held: dict[WebSocket, Held] = {}  # all that have a socket
        self._turns: deque[Held] = deque()  # those that are open, and some that were
        self._pings: deque[tuple[int, Held]] = deque()
        self._talkative: deque[Held] = deque()  # those that have said more than was looked at
        self._carried: set[Carried] = set()
        self._take, self._give_back = self._make_carried, self._carried.discard
        self._dropped_all = False
        self._goodbyes: Iterator[Held] | None = None
        self._goodbyes_end_ns = 0
        self._length_ns = plan.length_ns  # connections are held until then
        self._findings = SocketFindings(empty_bytes=_memory())
        self._load_next()

    @property
    def sockets(self) -> SocketFindings:
        """What became of them; complete when `run` has returned."""
        return self._findings

    # What a worker is: nothing; there are openings and messages.

    def _make_carried(self, endpoint: int) -> Carried:
        carried = Carried()
        self._carried.add(carried)
        return carried

    def _under_way(self) -> Iterable[Carried]:
        return tuple(self._carried)

    def _begin(self, carrier: Carried, now: int) -> None:
        carrier.sent_ns = now
        if carrier.is_opening:
            self._open(carrier)
        else:
            self._say(carrier)

    # Connections.

    def _open(self, opening: Carried) -> None:
        again = opening.arrival >= self._sockets_plan.connections
        if again:
            self._drop_all()
            # All are due at one moment: each starts as soon as its turn comes.  How long all of
            # them take from that moment on, the findings tell.
            opening.scheduled_ns = opening.sent_ns = monotonic_ns()
            self._findings.all_asked_ns = opening.sent_ns - self._start_ns
        socket = WebSocket(
            self._connector,
            self._poller,
            self._links,
            opening.arrival,
            self._sockets_plan.subprotocol,
        )
        held = opening.held = Held(socket, opening, again=again)
        self._held[socket] = held
        try:
            socket.begin(self._renderers[CONNECTIONS](opening.arrival))
        except RequestFailed as failed:
            self._not_opened(held, failed.failure)

    def _not_opened(self, held: Held, outcome: int) -> None:
        opening, socket = held.opening, held.socket
        assert opening is not None
        self._finish_opening(held, opening, outcome, monotonic_ns())
        socket.release()
        del self._held[socket]

    def _finish_opening(self, held: Held, opening: Carried, outcome: int, at_ns: int) -> None:
        socket, held.opening = held.socket, None
        opening.connect_ns, opening.tls_ns = socket.connect_ns, socket.tls_ns
        opening.bytes_sent, opening.bytes_received = socket.bytes_sent, socket.bytes_received
        opening.first_byte_ns = at_ns if socket.status else -1
        self._finish(opening, outcome, at_ns)

    def _opened(self, held: Held) -> None:
        opening, socket = held.opening, held.socket
        assert opening is not None
        self._finish_opening(held, opening, socket.status, socket.received_ns)
        held.opened_ns = socket.received_ns
        self._turns.append(held)
        if self._sockets_plan.ping_ns is not None:
            self._pings.append((held.opened_ns + self._sockets_plan.ping_ns, held))

    def _drop_all(self) -> None:
        """Drop every connection at once, as when a network fails."""
        if self._dropped_all:
            return
        self._dropped_all = True
        self._weigh()
        for held in tuple(self._held.values()):
            if held.opening is not None:
                self._time_out(held.opening, monotonic_ns())
            else:
                for message in held.conversation.leave():
                    self._finish(message, Failure.ANSWER_TIMEOUT, monotonic_ns())
                held.socket.give_up(End.STORM)
                self._ended(held)

    def _ended(self, held: Held) -> None:
        """A connection that was open has ended."""
        socket = held.socket
        assert socket.how is not None
        for message in held.conversation.leave():
            self._finish(message, Failure.CLOSED_EARLY, socket.ended_ns)
        since_ns = self._start_ns
        opened_ns, ended_ns = held.opened_ns - since_ns, socket.ended_ns - since_ns
        self._findings.stays.append(Stay(opened_ns, ended_ns, socket.how, socket.code, held.again))
        del self._held[socket]

    # Messages.

    def _say(self, message: Carried) -> None:
        held = self._next_in_turn()
        if held is None:
            message.sent_ns = -1
            self._finish(message, Failure.NO_CONNECTION, monotonic_ns())
            return
        template = self._messages[message.endpoint - 1]
        say, tell = held.conversation.say, held.conversation.tell
        number = message.number = say(message) if template.answered else tell()
        message.held = held
        text = template.render(message.arrival, MessageId(held.socket.number, number))
        message.bytes_sent = len(text)
        held.socket.send(text)
        if not template.answered and held.socket.how is None:
            self._finish(message, DONE, monotonic_ns())
        if held.socket.how is not None:
            if not template.answered:
                self._finish(message, Failure.CLOSED_EARLY, monotonic_ns())
            self._ended(held)

    def _next_in_turn(self) -> Held | None:
        """The open connection that has rested longest."""
        turns = self._turns
        while turns:
            held = turns.popleft()
            if held.socket.is_open:
                turns.append(held)
                return held
        return None

    def _hear(self, held: Held, data: bytes) -> None:
        """A message has come."""
        found = self._read_id[0](data) if self._read_id else None
        if found is None or found.connection != held.socket.number:
            self._findings.others += 1
            return
        answer, message = held.conversation.hear(found.number)
        if message is not None:
            message.first_byte_ns = held.socket.received_ns
            message.bytes_received = len(data)
            self._finish(message, DONE, held.socket.received_ns)
        self._note(answer)

    def _note(self, answer: Answer) -> None:
        findings = self._findings
        if answer is Answer.OUT_OF_ORDER:
            findings.reordered += 1
        elif answer is Answer.AGAIN:
            findings.duplicated += 1
        elif answer is Answer.TOO_LATE:
            findings.late_answers += 1
        elif answer is Answer.UNASKED:
            findings.others += 1

    # Receiving.

    def _take_answers(self, pause_ns: int) -> None:
        events = self._poller.wait(0 if self._talkative else pause_ns)
        self._note_waited()
        for fd, _ in events:
            socket = self._links.get(fd)
            # Not closed by an earlier event of the same batch, nor in the line of the talkative.
            if socket is not None and not socket.has_more:
                self._hear_out(self._held[socket])
        if self._talkative:
            held = self._talkative.popleft()
            if held.socket.has_more:  # not closed meanwhile
                self._hear_out(held)

    def _hear_out(self, held: Held) -> None:
        """Look at some of what has come; at the rest when others have had their turn."""
        self._go_on_with(held)
        if held.socket.has_more:
            self._talkative.append(held)

    def _go_on_with(self, held: Held) -> None:
        socket = held.socket
        try:
            data = socket.advance()
        except RequestFailed as failed:
            self._not_opened(held, failed.failure)
            return
        if held.opening is not None and socket.status:
            if not socket.is_open and socket.how is None:
                self._not_opened(held, socket.status)
                return
            self._opened(held)
        for each in data:
            self._hear(held, each)
        if socket.how is not None:
            self._ended(held)

    # Waiting in vain.

    def _overdue(self, now: int) -> list[Carried]:
        timeout, limit = self._plan.timeout_ns, self._plan.connect_timeout_ns
        return [
            each
            for each in self._carried
            if now - each.sent_ns >= timeout
            or (each.is_opening and each.held is not None and each.held.socket.is_stuck(now, limit))
        ]

    def _time_out(self, carrier: Carried, now: int) -> None:
        held, plan = carrier.held, self._plan
        assert held is not None
        if not carrier.is_opening:
            held.conversation.give_up(carrier.number)
            self._finish(carrier, Failure.ANSWER_TIMEOUT, now)
            return
        socket = held.socket
        opening = socket.is_opening()
        late = now - carrier.sent_ns >= plan.timeout_ns or self._dropped_all
        if opening and not late and now - socket.opening_ns < plan.connect_timeout_ns:
            try:
                socket.give_up_address()
            except RequestFailed as failed:
                self._not_opened(held, failed.failure)
            return
        self._not_opened(held, Failure.CONNECT_TIMEOUT if opening else Failure.ANSWER_TIMEOUT)

    def _expire(self) -> None:
        super()._expire()
        every_ns = self._sockets_plan.ping_ns
        if every_ns is None or self._goodbyes is not None:
            return
        now = monotonic_ns()
        while self._pings and self._pings[0][0] <= now:
            due_ns, held = self._pings.popleft()
            if held.socket.is_open:
                self._ask_for_life(held)
                self._pings.append((due_ns + every_ns, held))

    def _ask_for_life(self, held: Held) -> None:
        if held.socket.is_pinged:
            held.socket.give_up(End.SILENT)
        else:
            held.socket.ping()
        if held.socket.how is not None:
            self._ended(held)

    # Ending.

    def _goes_on(self) -> bool:
        return super()._goes_on() or self._says_goodbye()

    def _is_awaiting(self) -> bool:
        is_held = monotonic_ns() < self._start_ns + self._length_ns and not self._stop_asked
        return super()._is_awaiting() or is_held

    def _shorten(self, end_ns: int) -> None:
        super()._shorten(end_ns)
        self._length_ns = min(self._length_ns, end_ns)

    def _says_goodbye(self) -> bool:
        """Close every connection in good order; returns whether an answer is still awaited."""
        now = monotonic_ns()
        if self._goodbyes is None:
            self._goodbyes = self._leave()
            self._goodbyes_end_ns = now + GOODBYE_LIMIT_NS
        for held in islice(self._goodbyes, GOODBYES_AT_ONCE):
            if held.socket.is_open:
                held.socket.say_goodbye()
                if held.socket.how is not None:
                    self._ended(held)
        return bool(self._held) and now < self._goodbyes_end_ns

    def _leave(self) -> Iterator[Held]:
        """Hold nothing any more: the connections that are open, to say goodbye on."""
        self.ended_ns = monotonic_ns()
        if not self._dropped_all:
            self._weigh()
        for held in [each for each in self._held.values() if each.opening is not None]:
            held.socket.release()  # of a run that is stopped: its books say so
            del self._held[held.socket]
        return iter(tuple(self._held.values()))

    def _weigh(self) -> None:
        """See how much memory the connections take."""
        self._findings.held_bytes = _memory()
        self._findings.held = sum(each.opening is None for each in self._held.values())

    def _close(self) -> None:
        for held in tuple(self._held.values()):
            held.socket.give_up(End.UNANSWERED)
            self._ended(held)
        self._poller.close()


def _memory() -> int:
    """What this process holds in memory, in bytes."""
    return int(psutil.Process().memory_info().rss)
