"""A load loop whose workers follow redirects and keep cookies, as browsers do.

It is one of its own because it has to look at answers, which the plain loop does not; so it
serves runs whose trace is to hold headers, and endpoints whose answers are kept, too.  A chain
of redirects is one request: one row, from the first send to the last byte of the last answer, on
one worker, within one time-out.  A worker has one connection at a time.
"""

from __future__ import annotations

from collections.abc import Collection
from time import monotonic_ns

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.measurement.outcomes import Failure, is_status

from .books import Tell
from .connection import Connection, RequestFailed
from .connector import Connector
from .cookies import CookieJar, with_cookies
from .http1 import AnswerReader, BodyReader, KeepingHeadReader, KeepingReader, Kept
from .loop import LoadLoop
from .plan import ShardPlan
from .poller import Event, Poller
from .redirects import REDIRECTS, Hop, next_hop, target_of

__all__ = ["FollowingConnection", "FollowingLoop"]

MOST_HOPS = 10
NO_HOPS = (0, 0, -1, -1, False)
LOCATION, SET_COOKIE = b"location", b"set-cookie"


class FollowingConnection(Connection):
    """A connection whose answers can be looked at.

    Attributes:
        kept: What of the answer is kept.
        jar: The cookies of its worker; None where they are not kept.
        hops: How many redirects its request has followed.
    """

    __slots__ = (
        "_always_looks",
        "_hops_before",
        "_looks",
        "_other_reader",
        "_plain",
        "_reading",
        "_traced",
        "hops",
        "jar",
        "kept",
    )

    def __init__(
        self,
        connector: Connector,
        poller: Poller,
        carriers: dict[int, Connection],
        jar: CookieJar | None,
        traced: Collection[bytes],
        *,
        keeps_answers: bool,
        always_looks: bool,
    ) -> None:
        self.kept = Kept(None if keeps_answers else {LOCATION, SET_COOKIE, *traced})
        self._reading = BodyReader if keeps_answers else KeepingReader
        self._always_looks = self._looks = always_looks
        self._other_reader: AnswerReader | None = None
        self._traced = traced
        self._plain = b""  # the request without the worker's cookies
        self._hops_before = NO_HOPS
        self.hops = 0
        self.jar = jar
        super().__init__(connector, poller, carriers)

    def _new_reader(self) -> AnswerReader:
        if not self._looks:
            return super()._new_reader()
        reader = KeepingHeadReader if self._method == "HEAD" else self._reading
        return reader(self.kept)

    def _look(self) -> None:
        """See that the reader is one that looks at the answer, or that the quick one is back."""
        wanted = self._always_looks or self.kept.wants_body
        if wanted is not self._looks:
            self._looks = wanted
            other = self._other_reader or self._new_reader()
            self._reader, self._other_reader = other, self._reader

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """Those of the answer that the trace is to hold."""
        kept = ((name, value) for name, value in self.kept.headers if name in self._traced)
        return tuple((name.decode("latin-1"), value.decode("latin-1")) for name, value in kept)

    def succeed(self, other: Connection) -> None:
        """Take the place of another connection, whose worker turns to this origin."""
        assert isinstance(other, FollowingConnection)
        self.jar = other.jar

    def begin(self, method: str, request: bytes, now_ns: int) -> None:
        """See `Connection`."""
        self.hops = 0
        self._hops_before = NO_HOPS
        self._begin_hop(method, request, now_ns)

    def go_on(self, earlier: FollowingConnection, hop: Hop) -> None:
        """Send what a redirect asks for, as a part of the request that was redirected.

        Raises:
            RequestFailed: It could not even be started.
        """
        earlier.add_hops()
        self._hops_before = (
            earlier.bytes_sent,
            earlier.bytes_received,
            earlier.connect_ns,
            earlier.tls_ns,
            earlier.reconnected,
        )
        self.hops = earlier.hops + 1
        self.kept.wants_body = earlier.kept.wants_body
        self._begin_hop(hop.method, hop.request, earlier.sent_ns)

    def _begin_hop(self, method: str, request: bytes, sent_ns: int) -> None:
        self._plain = request
        self._look()
        self.kept.clear()
        if self.jar is not None:
            request = with_cookies(request, self.jar.header(self._url))
        super().begin(method, request, sent_ns)

    def add_hops(self) -> None:
        """Let the figures be those of the chain of redirects until here."""
        sent, received, connect_ns, tls_ns, reconnected = self._hops_before
        self._hops_before = NO_HOPS
        self.bytes_sent += sent
        self.bytes_received += received
        if self.connect_ns < 0:
            self.connect_ns, self.tls_ns, self.reconnected = connect_ns, tls_ns, reconnected

    def keep_cookies(self) -> None:
        """Take the cookies that the answer has set."""
        if self.jar is not None:
            self.jar.store(self._url, self._named(SET_COOKIE))

    def next_hop(self, status: int) -> Hop | None:
        """Where the answer leads; None if it names no place.

        Raises:
            BadInput: It leads to nothing that HTTP can fetch.
        """
        for location in self._named(LOCATION):
            return next_hop(self.connector.origin, self._method, self._plain, status, location)
        return None

    @property
    def _url(self) -> str:
        return f"{self.connector.origin}{target_of(self._plain)}"

    def _named(self, name: bytes) -> list[bytes]:
        return [value for each, value in self.kept.headers if each == name]


class FollowingLoop(LoadLoop):
    """Runs one shard's plan; see the module."""

    def __init__(self, plan: ShardPlan, tell: Tell) -> None:
        self._follows = plan.follow
        self._traced = frozenset(each.encode("latin-1") for each in plan.traced or ())
        self._keeps = [each.keeps_answers for each in plan.endpoints]
        self._answered: list[tuple[FollowingConnection, int, int]] = []
        super().__init__(plan, tell)

    connection_class: type[FollowingConnection] = FollowingConnection
    """What its connections are."""

    def _make_connection(self, connector: Connector) -> Connection:
        jar = CookieJar() if self._plan.cookies else None
        return self.connection_class(
            *(connector, self._poller, self._carriers, jar, self._traced),
            keeps_answers=any(self._keeps),
            always_looks=self._plan.looks_at_headers,
        )

    def _begin(self, carrier: Connection, now: int) -> None:
        assert isinstance(carrier, FollowingConnection)
        wanted = self._keeps[carrier.endpoint]
        carrier.kept.wants_body = wanted and self._is_wanted(carrier)
        super()._begin(carrier, now)

    def _is_wanted(self, carrier: FollowingConnection) -> bool:
        """Whether the answer to its request is looked at."""
        return self._examiner.wants(carrier.endpoint, carrier.arrival)

    def _finish(self, carrier: Connection, outcome: int, ended_ns: int) -> None:
        assert isinstance(carrier, FollowingConnection)
        if is_status(outcome):
            carrier.keep_cookies()
            if self._follows and outcome in REDIRECTS and self._is_led_on(carrier, outcome):
                return
        carrier.add_hops()
        if carrier.kept.wants_body and is_status(outcome):
            self._answered.append((carrier, outcome, ended_ns))
        else:
            self._conclude(carrier, outcome, ended_ns)

    def _go_on(self, events: list[Event]) -> None:
        super()._go_on(events)
        if self._answered:
            self._examine()

    def _examine(self) -> None:
        """Look at what has come, now that all that had come is read."""
        began_ns = monotonic_ns()
        for carrier, status, ended_ns in self._answered:
            answer = carrier.kept.answer(status, ended_ns - carrier.sent_ns)
            outcome = self._examiner.examined(carrier.endpoint, carrier.arrival, status, answer)
            self._conclude(carrier, outcome, ended_ns)
        self._answered.clear()
        self._examiner.note(began_ns)

    def _conclude(self, carrier: FollowingConnection, outcome: int, ended_ns: int) -> None:
        """The request has ended, and all redirects with it."""
        super()._finish(carrier, outcome, ended_ns)

    def _is_led_on(self, carrier: FollowingConnection, status: int) -> bool:
        """Go where the redirect leads, if it leads anywhere; the request then goes on, or fails."""
        try:
            hop = carrier.next_hop(status)
        except BadInput:
            self._finish(carrier, Failure.REDIRECTED_AWAY, monotonic_ns())
            return True
        if hop is None:
            return False
        if carrier.hops >= MOST_HOPS:
            self._finish(carrier, Failure.TOO_MANY_REDIRECTS, monotonic_ns())
        elif hop.origin not in self._plan.allowed:
            self._finish(carrier, Failure.REDIRECTED_AWAY, monotonic_ns())
        else:
            self._go_to(hop, carrier)
        return True

    def _go_to(self, hop: Hop, carrier: FollowingConnection) -> None:
        turned: Connection = carrier
        if hop.origin != carrier.connector.origin:
            turned = self._pools.turn(carrier, hop.origin)
        assert isinstance(turned, FollowingConnection)
        try:
            turned.go_on(carrier, hop)
        except RequestFailed as failed:
            self._finish(turned, failed.failure, monotonic_ns())
