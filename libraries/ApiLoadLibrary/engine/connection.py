"""One keep-alive connection: a worker's slot, with the request that it carries.

    CLOSED → CONNECTING → (HANDSHAKING) → SENDING → WAITING → IDLE → SENDING …

It does not block and it does not wait: the load loop calls `advance` when its
socket is ready.  An error leaves it CLOSED and is raised as `RequestFailed`.
"""

from __future__ import annotations

import os
import socket
import ssl
from collections.abc import Callable
from enum import Enum, auto
from time import monotonic_ns

from ApiLoadLibrary.measurement.outcomes import Failure

from .connector import Connector, failure_of
from .http1 import AnswerReader, HeadReader, NotHttp
from .poller import READ, WRITE, Poller

__all__ = ["Connection", "ConnectionState", "RequestFailed"]

RECEIVE_BYTES = 16 * 1024
"""At once; then other connections have their turn.  TLS never gives more, so that it holds
nothing back while the socket is silent."""

CROSSING_NS = 5_000_000
_SAFE_TO_REPEAT = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"})
_NOT_NOW = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class ConnectionState(Enum):
    """What the connection is waiting for."""

    CLOSED = auto()  # nothing: it has no socket
    CONNECTING = auto()  # the server's accept
    HANDSHAKING = auto()  # TLS
    SENDING = auto()  # room for the rest of the request
    WAITING = auto()  # the answer
    IDLE = auto()  # the next request


# Looked up once: an enumeration's members are slow to reach, and these are asked for always.
_CLOSED, _CONNECTING, _HANDSHAKING, _SENDING, _WAITING, _IDLE = ConnectionState


class RequestFailed(Exception):
    """The request that this connection carried has failed."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure)
        self.failure = failure


class Connection:
    """A connection to one origin, and the request that it carries.

    All times are of the machine's monotonic clock, in ns.

    Args:
        connector: Opens its sockets.
        poller: Watches them.
        carriers: Where the connection enters itself under its socket's descriptor.

    Attributes:
        endpoint, arrival, scheduled_ns, waited_for: Of the request it carries;
            `endpoint` is -1 while it carries none.
        sent_ns: When the request was begun: connecting is part of serving it.
        opening_ns: When connecting for it was begun, last.
        trying_ns: When the address that is being tried was.
        first_byte_ns: When its answer began; -1 until then.
        received_ns: When the latest bytes of the answer arrived.
        connect_ns, tls_ns: How long connecting and the handshake took, when they
            were part of this request; else -1.
        bytes_sent, bytes_received: Of this request.
        reconnected: Whether an idle connection had been closed by the server before.
    """

    __slots__ = (
        "_address",
        "_carriers",
        "_closed_by_server",
        "_first_address",
        "_method",
        "_opened_ns",
        "_poller",
        "_reader",
        "_recv",
        "_request",
        "_reused",
        "_round_trip_ns",
        "_send_some",
        "_socket",
        "_unsent",
        "_watched",
        "arrival",
        "bytes_received",
        "bytes_sent",
        "connect_ns",
        "connector",
        "endpoint",
        "fd",
        "first_byte_ns",
        "opening_ns",
        "received_ns",
        "reconnected",
        "scheduled_ns",
        "sent_ns",
        "state",
        "tls_ns",
        "trying_ns",
        "waited_for",
    )

    def __init__(
        self, connector: Connector, poller: Poller, carriers: dict[int, Connection]
    ) -> None:
        self.connector = connector
        self.state = _CLOSED
        self.fd = -1
        self._poller = poller
        self._carriers = carriers
        self._method = ""
        self._reader = self._new_reader()
        self._socket: socket.socket | None = None
        self._recv: Callable[[int], bytes]
        self._send_some: Callable[[bytes], int]
        self._first_address = self._address = 0
        self._watched = 0
        self._round_trip_ns = self._opened_ns = 0
        self._unsent = self._request = b""
        self._reused = self._closed_by_server = self.reconnected = False
        self.endpoint = self.arrival = -1
        self.scheduled_ns = self.sent_ns = self.received_ns = 0
        self.opening_ns = self.trying_ns = 0
        self.first_byte_ns = self.connect_ns = self.tls_ns = -1
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
            self._open_at(self.connector.best)

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

    def is_opening(self) -> bool:
        """Whether the request still waits for its connection."""
        return self.state is _CONNECTING or self.state is _HANDSHAKING

    def give_up_address(self) -> None:
        """The address that is being tried does not answer: go on to the next.

        Raises:
            RequestFailed: There is none.
        """
        self._try_next_address(Failure.CONNECT_TIMEOUT)

    def close(self) -> None:
        """Give the socket back; the connection can be opened again."""
        if self._socket is not None:
            if self.received_ns >= self.trying_ns and isinstance(self._socket, ssl.SSLSocket):
                self.connector.keep_session(self._socket)
            self._poller.unregister(self.fd)
            del self._carriers[self.fd], self._recv, self._send_some
            self._socket.close()
            self._socket = None
            self.fd = -1
        self._unsent = b""
        self._renew_reader()
        self.state = _CLOSED

    def _renew_reader(self) -> None:
        self._reader.close()
        self._reader = self._new_reader()

    def _new_reader(self) -> AnswerReader:
        return HeadReader() if self._method == "HEAD" else AnswerReader()

    # Connecting.

    def _open_at(self, address: int) -> None:
        """Connect, trying this address first and then each other once."""
        self._first_address = self._address = address
        self.opening_ns = monotonic_ns()
        self.reconnected = self._closed_by_server
        self._try_address()

    def _try_address(self) -> None:
        self._opened_ns = self.trying_ns = monotonic_ns()
        try:
            opened = self.connector.open(self._address)
        except OSError as error:
            self._try_next_address(failure_of(error))
            return
        self._use(opened)
        self.fd = opened.fileno()
        self._carriers[self.fd] = self
        self._watched = WRITE
        self._poller.register(self.fd, WRITE)
        self.state = _CONNECTING

    def _use(self, opened: socket.socket) -> None:
        self._socket = opened
        self._recv = opened.recv
        self._send_some = opened.send

    def _try_next_address(self, failure: Failure) -> None:
        self.close()
        self._address += 1
        if self._address - self._first_address >= self.connector.address_count:
            raise RequestFailed(failure)
        self._try_address()

    def _connected(self) -> None:
        assert self._socket is not None
        code = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            self._try_next_address(failure_of(OSError(code, os.strerror(code))))
            return
        self.connector.worked(self._address)
        now = monotonic_ns()
        self.connect_ns = self._round_trip_ns = now - self._opened_ns
        self._closed_by_server = False
        if self.connector.origin.tls:
            self._opened_ns = now
            self.state = _HANDSHAKING
            self._shake_hands()
        else:
            self._send()

    def _shake_hands(self) -> None:
        assert self._socket is not None
        try:
            if not isinstance(self._socket, ssl.SSLSocket):
                self._use(self.connector.wrap(self._socket))
            assert isinstance(self._socket, ssl.SSLSocket)
            self._socket.do_handshake()
        except ssl.SSLWantReadError:
            self._watch(READ)
        except ssl.SSLWantWriteError:
            self._watch(WRITE)
        except OSError:
            raise self._fail(Failure.TLS_FAILED) from None
        else:
            self.tls_ns = monotonic_ns() - self._opened_ns
            self._send()

    # Sending and receiving.

    def _send(self) -> None:
        if self._method == "HEAD" or self._reader.serves_once:
            self._renew_reader()
        request = self._request
        try:
            count = self._send_some(request)
        except _NOT_NOW:
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
        except _NOT_NOW:
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
        except _NOT_NOW:
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

    def _watch(self, events: int) -> None:
        """Have the poller look for these events, if it does not yet."""
        if events != self._watched:
            self._watched = events
            self._poller.modify(self.fd, events)

    # Ending.

    def _fail(self, failure: Failure) -> RequestFailed:
        self.close()
        return RequestFailed(failure)

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
        self._open_at(self.connector.best)
