"""One keep-alive connection: a worker's slot, with the request that it carries.

    CLOSED → CONNECTING → (HANDSHAKING) → SENDING → WAITING → IDLE → SENDING …

It does not block and it does not wait: the load loop calls `advance` when its
socket is ready.  An error leaves it CLOSED and is raised as `RequestFailed`.
"""

from __future__ import annotations

from time import monotonic_ns

from ApiLoadLibrary.measurement.outcomes import Failure

from .connector import Connector, failure_of
from .http1 import AnswerReader, HeadReader, NotHttp
from .link import NOT_NOW, RECEIVE_BYTES, Link, LinkState, RequestFailed
from .poller import READ, WRITE, Poller

__all__ = ["Connection", "RequestFailed"]

CROSSING_NS = 5_000_000
_SAFE_TO_REPEAT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"})

# Looked up once: an enumeration's members are slow to reach, and these are asked for always.
_CLOSED, _CONNECTING, _HANDSHAKING, _SENDING, _WAITING, _IDLE, *_ = LinkState


class Connection(Link):
    """A connection to one origin, and the request that it carries; see `Link`.

    Attributes:
        endpoint, arrival, scheduled_ns, waited_for: Of the request it carries;
            `endpoint` is -1 while it carries none.
        sent_ns: When the request was begun: connecting is part of serving it.
        first_byte_ns: When its answer began; -1 until then.
        connect_ns, tls_ns: How long connecting and the handshake took, when they
            were part of this request; else -1.
        bytes_sent, bytes_received: Of this request.
        reconnected: Whether an idle connection had been closed by the server before.
    """

    __slots__ = (
        "_closed_by_server",
        "_method",
        "_reader",
        "_request",
        "_reused",
        "_unsent",
        "arrival",
        "bytes_received",
        "bytes_sent",
        "endpoint",
        "first_byte_ns",
        "reconnected",
        "scheduled_ns",
        "sent_ns",
        "waited_for",
    )

    def __init__(
        self, connector: Connector, poller: Poller, carriers: dict[int, Connection]
    ) -> None:
        super().__init__(connector, poller, carriers)
        self._method = ""
        self._reader = self._new_reader()
        self._unsent = self._request = b""
        self._reused = self._closed_by_server = self.reconnected = False
        self.endpoint = self.arrival = -1
        self.scheduled_ns = self.sent_ns = 0
        self.first_byte_ns = -1
        self.waited_for = 0
        self.bytes_sent = self.bytes_received = 0

    @property
    def headers(self) -> tuple[tuple[str, str], ...]:
        """Those of the answer that a trace is to hold; this one looks at none."""
        return ()

    def succeed(self, other: Connection) -> None:
        """Take the place of another connection, whose worker turns to this origin."""

    def begin(self, method: str, request: bytes, now_ns: int) -> None:
        """Start a request.

        Args:
            method: Its method.
            request: All of its bytes.
            now_ns: The moment.

        Raises:
            RequestFailed: It could not even be started.
        """
        self._method = method
        self._request = request
        self.first_byte_ns = self.connect_ns = -1
        self.bytes_sent = self.bytes_received = 0
        self.sent_ns = now_ns
        if self.state is _IDLE:
            self._reused = True
            self._send()
        else:
            self._reused = False
            self.tls_ns = -1
            self._connect()

    def advance(self) -> int | None:
        """Go on, now that the socket is ready.

        Returns:
            The status, when the answer is complete.

        Raises:
            RequestFailed: The request is lost.
        """
        state = self.state
        if state is _WAITING:
            return self._receive()
        if state is _SENDING:
            return self._send_rest()
        if state is _CONNECTING:
            self._connected()
        elif state is _HANDSHAKING:
            self._shake_hands()
        elif state is _IDLE:
            # Readable without a request: closed, or talking out of turn.
            self._closed_by_server = True
            self.close()
        return None

    def close(self) -> None:
        """Give the socket back; the connection can be opened again."""
        super().close()
        self._unsent = b""
        self._renew_reader()

    def _renew_reader(self) -> None:
        self._reader.close()
        self._reader = self._new_reader()

    def _new_reader(self) -> AnswerReader:
        return HeadReader() if self._method == "HEAD" else AnswerReader()

    # Connecting.

    def _connect(self) -> None:
        self.reconnected = self._closed_by_server
        self._open_at(self.connector.best)

    def _ready(self) -> None:
        self._closed_by_server = False
        self._send()

    # Sending and receiving.

    def _send(self) -> None:
        if self._method == "HEAD" or self._reader.serves_once:
            self._renew_reader()
        request = self._request
        try:
            count = self._send_some(request)
        except NOT_NOW:
            count = 0
        except OSError as error:
            self._lost(failure_of(error))
            return
        self.bytes_sent = count
        if count < len(request):
            self._unsent = request[count:]
            self.state = _SENDING
            self._watch(READ | WRITE)
        else:
            self.state = _WAITING
            if self._watched != READ:
                self._watch(READ)

    def _send_rest(self) -> int | None:
        """Go on sending; a server may answer before it has got it all, to refuse the rest."""
        status = self._receive()
        if status is not None or self.state is not _SENDING:
            return status
        try:
            count = self._send_some(self._unsent)
        except NOT_NOW:
            return None
        except OSError as error:
            self._lost(failure_of(error))
            return None
        self.bytes_sent += count
        self._unsent = self._unsent[count:]
        if not self._unsent:
            self.state = _WAITING
            self._watch(READ)
        return None

    def _receive(self) -> int | None:
        try:
            data = self._recv(RECEIVE_BYTES)
        except NOT_NOW:
            return None
        except OSError as error:
            self._lost(failure_of(error))
            return None
        self.received_ns = now = monotonic_ns()
        if self.first_byte_ns < 0:
            if not data:
                return self._ended()
            self.first_byte_ns = now
        elif not data:
            return self._ended()
        self.bytes_received += len(data)
        try:
            status = self._reader.feed(data)
        except NotHttp:
            raise self._fail(Failure.NOT_HTTP) from None
        if status is not None:
            if self._reader.keep_alive and not self._unsent:
                self.state = _IDLE
            else:
                self.close()
        return status

    # Ending.

    def _ended(self) -> int | None:
        status = self._reader.eof()
        if status is None:
            self._lost(Failure.CLOSED_EARLY)
        else:
            self.close()
        return status

    def _lost(self, failure: Failure) -> None:
        """The connection broke under the request.

        A kept connection may have been closed by the server just as the request was
        on its way.  It then breaks within a round trip, and no byte of an answer came:
        a request that is safe to repeat, or of which not a byte had left, goes out once
        more on a new connection.  One that breaks later has been at work on the server.
        """
        untouched = self._reused and self.first_byte_ns < 0
        crossed = monotonic_ns() - self.sent_ns < 2 * self._round_trip_ns + CROSSING_NS
        repeatable = self._method in _SAFE_TO_REPEAT or not self.bytes_sent
        self.close()
        if not (untouched and crossed and repeatable):
            raise RequestFailed(failure)
        self._reused = False
        self._closed_by_server = True
        self.bytes_sent = 0
        self.tls_ns = -1
        self._connect()
