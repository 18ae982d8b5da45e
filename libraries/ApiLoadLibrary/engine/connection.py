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

from ApiLoadLibrary.measurement.outcomes import Failure

from .connector import Connector, failure_of
from .http1 import AnswerReader, NotHttp, ReaderState
from .poller import READ, WRITE, Poller

__all__ = ["Connection", "ConnectionState", "RequestFailed"]

RECEIVE_BYTES = 256 * 1024
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


class RequestFailed(Exception):
    """The request that this connection carried has failed."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure)
        self.failure = failure


class Connection:
    """A connection to one origin, and the request that it carries.

    Attributes:
        endpoint, scheduled_ns, workers_busy: Of the request it carries.
        sent_ns: When the request was begun: connecting is part of serving it.
        first_byte_ns: When its answer began; -1 until then.
        connect_ns, tls_ns: How long connecting and the handshake took, when they
            were part of this request; else -1.
        bytes_sent, bytes_received: Of this request.
        reconnected: Whether an idle connection had been closed by the server before.
    """

    def __init__(self, connector: Connector, poller: Poller, clock: Callable[[], int]) -> None:
        self.connector = connector
        self.state = ConnectionState.CLOSED
        self._poller = poller
        self._clock = clock
        self._reader = AnswerReader()
        self._socket: socket.socket | None = None
        self.fd = -1
        self._first_address = self._address = 0
        self._watched = 0
        self._round_trip_ns = 0
        self._opened_ns = 0
        self._unsent = b""
        self._request = b""
        self._method = ""
        self._reused = False
        self._closed_by_server = False
        self.endpoint = -1
        self.scheduled_ns = self.sent_ns = 0
        self.first_byte_ns = self.connect_ns = self.tls_ns = -1
        self.workers_busy = 0
        self.bytes_sent = self.bytes_received = 0
        self.reconnected = False

    def begin(
        self, endpoint: int, scheduled_ns: int, workers_busy: int, method: str, request: bytes
    ) -> None:
        """Start a request.

        Raises:
            RequestFailed: It could not even be started.
        """
        self.endpoint = endpoint
        self.scheduled_ns = scheduled_ns
        self.workers_busy = workers_busy
        self._method = method
        self._request = request
        self.first_byte_ns = self.connect_ns = self.tls_ns = -1
        self.bytes_sent = self.bytes_received = 0
        self.reconnected = False
        self.sent_ns = self._clock()
        self._reused = self.state is ConnectionState.IDLE
        if self._reused:
            self._send()
        else:
            self._open_at(self.connector.best)

    def advance(self) -> int | None:
        """Go on, now that the socket is ready.

        Returns:
            The status, when the answer is complete.

        Raises:
            RequestFailed: The request is lost.
        """
        match self.state:
            case ConnectionState.WAITING:
                return self._receive()
            case ConnectionState.CONNECTING:
                self._connected()
            case ConnectionState.HANDSHAKING:
                self._shake_hands()
            case ConnectionState.SENDING:
                return self._send_rest()
            case ConnectionState.IDLE:
                # Readable without a request: closed, or talking out of turn.
                self._closed_by_server = True
                self.close()
        return None

    def close(self) -> None:
        """Give the socket back; the connection can be opened again."""
        if self._socket is not None:
            self._poller.unregister(self.fd)
            self._socket.close()
            self._socket = None
            self.fd = -1
        self._unsent = b""
        self._reader.close()
        self._reader = AnswerReader()
        self.state = ConnectionState.CLOSED

    def _fail(self, failure: Failure) -> RequestFailed:
        self.close()
        return RequestFailed(failure)

    def _watch(self, events: int) -> None:
        """Have the poller look for these events, if it does not yet."""
        if events != self._watched:
            self._watched = events
            self._poller.modify(self.fd, events)

    def _open_at(self, address: int) -> None:
        """Connect, trying this address first and then each other once."""
        self._first_address = self._address = address
        self.reconnected = self._closed_by_server
        self._try_address()

    def _try_address(self) -> None:
        self._opened_ns = self._clock()
        try:
            self._socket = self.connector.open(self._address)
        except OSError as error:
            self._try_next_address(failure_of(error))
            return
        self.fd = self._socket.fileno()
        self._watched = WRITE
        self._poller.register(self.fd, WRITE)
        self.state = ConnectionState.CONNECTING

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
        now = self._clock()
        self.connect_ns = self._round_trip_ns = now - self._opened_ns
        self._closed_by_server = False
        if self.connector.origin.tls:
            self._opened_ns = now
            self.state = ConnectionState.HANDSHAKING
            self._shake_hands()
        else:
            self._send()

    def _shake_hands(self) -> None:
        assert self._socket is not None
        try:
            if not isinstance(self._socket, ssl.SSLSocket):
                self._socket = self.connector.wrap(self._socket)
            self._socket.do_handshake()
        except ssl.SSLWantReadError:
            self._watch(READ)
        except ssl.SSLWantWriteError:
            self._watch(WRITE)
        except OSError:
            raise self._fail(Failure.TLS_FAILED) from None
        else:
            self.tls_ns = self._clock() - self._opened_ns
            self._send()

    def _send(self) -> None:
        self._reader.expect(head_only=self._method == "HEAD")
        self._unsent = self._request
        self._write()

    def _send_rest(self) -> int | None:
        """Go on sending; a server may answer before it has got it all, to refuse the rest."""
        status = self._receive()
        if status is None and self.state is ConnectionState.SENDING:
            self._write()
        return status

    def _write(self) -> None:
        """Send what can be sent now."""
        assert self._socket is not None
        try:
            count = self._socket.send(self._unsent)
        except _NOT_NOW:
            count = 0
        except OSError as error:
            self._lost(failure_of(error))
            return
        self.bytes_sent += count
        self._unsent = self._unsent[count:]
        self.state = ConnectionState.SENDING if self._unsent else ConnectionState.WAITING
        self._watch(READ | WRITE if self._unsent else READ)

    def _receive(self) -> int | None:
        assert self._socket is not None
        while True:
            try:
                data = self._socket.recv(RECEIVE_BYTES)
            except _NOT_NOW:
                return None
            except OSError as error:
                self._lost(failure_of(error))
                return None
            if not data:
                return self._ended()
            if self.first_byte_ns < 0:
                self.first_byte_ns = self._clock()
            self.bytes_received += len(data)
            status = self._read(data)
            if status is not None:
                return status
            # TLS may hold more than it gave, and then the socket stays silent.
            if not (isinstance(self._socket, ssl.SSLSocket) and self._socket.pending()):
                return None

    def _read(self, data: bytes) -> int | None:
        try:
            status = self._reader.feed(data)
        except NotHttp:
            raise self._fail(Failure.NOT_HTTP) from None
        if status is not None:
            if self._reader.reusable and not self._unsent:
                self.state = ConnectionState.IDLE
            else:
                self.close()
        return status

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
        untouched = self._reused and self._reader.state is ReaderState.EMPTY
        crossed = self._clock() - self.sent_ns < 2 * self._round_trip_ns + CROSSING_NS
        repeatable = self._method in _SAFE_TO_REPEAT or not self.bytes_sent
        self.close()
        if not (untouched and crossed and repeatable):
            raise RequestFailed(failure)
        self._reused = False
        self._closed_by_server = True
        self.bytes_sent = 0
        self._open_at(self.connector.best)
