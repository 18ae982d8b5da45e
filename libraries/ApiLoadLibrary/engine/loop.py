"""The load loop: a dispatcher whose workers are connections, all of them in its one thread."""

from __future__ import annotations

from collections.abc import Iterator
from time import monotonic_ns

from ApiLoadLibrary.measurement.outcomes import Failure

from .books import Tell
from .connection import Connection, RequestFailed
from .connector import Connector
from .dispatch import Dispatcher
from .plan import ShardPlan
from .poller import Event, Poller, make_poller
from .pools import Pools

__all__ = ["LoadLoop"]


class LoadLoop(Dispatcher[Connection]):
    """Runs one shard's plan over non-blocking connections; see `Dispatcher`."""

    def __init__(self, plan: ShardPlan, tell: Tell) -> None:
        super().__init__(plan, tell)
        self._renderers = self._rendering.renderers
        self._methods = [each.method for each in plan.requests]
        self._poller: Poller = make_poller()
        self._carriers: dict[int, Connection] = {}  # by descriptor: those with a socket
        self._pools = self._make_pools()
        self._take, self._give_back = self._pools.take, self._pools.give_back
        self._request = b""
        self._load_next()

    def _make_pools(self) -> Pools:
        return Pools(self._plan, self._make_connection)

    def _make_connection(self, connector: Connector) -> Connection:
        return Connection(connector, self._poller, self._carriers)

    def _load_next(self) -> None:
        """Take the next arrival from the stream and render it while there is time."""
        self._next = next(self._arrivals, None)
        self._render_next()

    def _render_next(self) -> None:
        if self._next is not None:
            self._request = self._renderers[self._next[1]](self._next[2])

    def _sign_anew(self) -> None:
        super()._sign_anew()
        self._render_next()  # it was rendered with what held then

    def _begin(self, carrier: Connection, now: int) -> None:
        try:
            carrier.begin(self._methods[carrier.endpoint], self._request, now)
        except RequestFailed as failed:
            self._finish(carrier, failed.failure, monotonic_ns())

    def _take_answers(self, pause_ns: int) -> None:
        events = self._poller.wait(pause_ns)
        self._note_waited()
        self._go_on(events)

    def _go_on(self, events: list[Event]) -> None:
        for fd, _ in events:
            connection = self._carriers.get(fd)
            if connection is None:
                continue  # closed by an earlier event of the same batch
            try:
                outcome = connection.advance()
            except RequestFailed as failed:
                self._finish(connection, failed.failure, monotonic_ns())
            else:
                if outcome is not None:
                    self._finish(connection, outcome, connection.received_ns)

    def _under_way(self) -> Iterator[Connection]:
        return self._pools.busy()

    def _overdue(self, now: int) -> list[Connection]:
        timeout, limit = self._plan.timeout_ns, self._plan.connect_timeout_ns
        return [
            each
            for each in self._pools.busy()
            if now - each.sent_ns >= timeout or each.is_stuck(now, limit)
        ]

    def _time_out(self, carrier: Connection, now: int) -> None:
        plan = self._plan
        opening = carrier.is_opening()
        late = now - carrier.sent_ns >= plan.timeout_ns
        if opening and not late and now - carrier.opening_ns < plan.connect_timeout_ns:
            try:
                carrier.give_up_address()
            except RequestFailed as failed:
                self._finish(carrier, failed.failure, now)
            return
        carrier.close()
        failure = Failure.CONNECT_TIMEOUT if opening else Failure.ANSWER_TIMEOUT
        self._finish(carrier, failure, now)

    def _close(self) -> None:
        self._pools.close()
        self._poller.close()
