"""One socket to one origin: opened, with TLS about it where that is asked for, and closed.

    CLOSED → CONNECTING → (HANDSHAKING) → whatever its heir makes of it

It does not block and it does not wait: the load loop tells it when its socket is ready.
An error leaves it CLOSED and is raised as `RequestFailed`.
"""

from __future__ import annotations

import os
import socket
import ssl
from abc import ABC, abstractmethod
from collections.abc import Callable
from enum import Enum, auto
from time import monotonic_ns
from typing import Any

from ApiLoadLibrary.measurement.outcomes import Failure

from .connector import Connector, failure_of
from .poller import READ, WRITE, Poller

__all__ = ["NOT_NOW", "RECEIVE_BYTES", "Link", "LinkState", "RequestFailed"]

RECEIVE_BYTES = 16 * 1024
"""At once; then other connections have their turn.  TLS never gives more, so that it holds
nothing back while the socket is silent."""

NOT_NOW = (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError)


class LinkState(Enum):
    """What a connection is waiting for."""

    CLOSED = auto()  # nothing: it has no socket
    CONNECTING = auto()  # the server's accept
    HANDSHAKING = auto()  # TLS
    SENDING = auto()  # room for the rest of the request
    WAITING = auto()  # the answer
    IDLE = auto()  # the next request
    OPEN = auto()  # messages, of a WebSocket
    ENDING = auto()  # the other side's goodbye, of a WebSocket


# Looked up once: an enumeration's members are slow to reach, and these are asked for always.
_CLOSED, _CONNECTING, _HANDSHAKING, *_ = LinkState


class RequestFailed(Exception):
    """The request that this connection carried has failed."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure)
        self.failure = failure


class Link(ABC):
    """A socket to one origin.

    All times are of the machine's monotonic clock, in ns.

    Args:
        connector: Opens its sockets.
        poller: Watches them.
        carriers: Where the link enters itself under its socket's descriptor.

    Attributes:
        opening_ns: When connecting was begun, last.
        trying_ns: When the address that is being tried was.
        received_ns: When the latest bytes arrived.
        connect_ns, tls_ns: How long connecting and the handshake took; -1 until they are done.
    """

    __slots__ = (
        "_address",
        "_carriers",
        "_first_address",
        "_opened_ns",
        "_poller",
        "_recv",
        "_round_trip_ns",
        "_send_some",
        "_socket",
        "_watched",
        "connect_ns",
        "connector",
        "fd",
        "opening_ns",
        "received_ns",
        "state",
        "tls_ns",
        "trying_ns",
    )

    def __init__(self, connector: Connector, poller: Poller, carriers: dict[int, Any]) -> None:
        self.connector = connector
        self.state = _CLOSED
        self.fd = -1
        self._poller = poller
        self._carriers = carriers
        self._socket: socket.socket | None = None
        self._recv: Callable[[int], bytes]
        self._send_some: Callable[[bytes], int]
        self._first_address = self._address = 0
        self._watched = 0
        self._round_trip_ns = self._opened_ns = 0
        self.opening_ns = self.trying_ns = self.received_ns = 0
        self.connect_ns = self.tls_ns = -1

    @abstractmethod
    def _ready(self) -> None:
        """The socket can be written to."""

    def is_opening(self) -> bool:
        """Whether the request still waits for its connection."""
        return self.state is _CONNECTING or self.state is _HANDSHAKING

    def give_up_address(self) -> None:
        """The address that is being tried does not answer: go on to the next.

        Raises:
            RequestFailed: There is none.
        """
        self._try_next_address(Failure.CONNECT_TIMEOUT)

    def is_stuck(self, now: int, limit_ns: int) -> bool:
        """Whether connecting takes too long: as a whole, or at one of several addresses."""
        if not self.is_opening():
            return False
        share_ns = limit_ns // self.connector.address_count
        return now - self.opening_ns >= limit_ns or now - self.trying_ns >= share_ns

    def close(self) -> None:
        """Give the socket back; the link can be opened again."""
        if self._socket is not None:
            if self.received_ns >= self.trying_ns and isinstance(self._socket, ssl.SSLSocket):
                self.connector.keep_session(self._socket)
            self._poller.unregister(self.fd)
            del self._carriers[self.fd], self._recv, self._send_some
            self._socket.close()
            self._socket = None
            self.fd = -1
        self.state = _CLOSED

    def _open_at(self, address: int) -> None:
        """Connect, trying this address first and then each other once."""
        self._first_address = self._address = address
        self.opening_ns = monotonic_ns()
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
        if self.connector.origin.tls:
            self._opened_ns = now
            self.state = _HANDSHAKING
            self._shake_hands()
        else:
            self._ready()

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
        except ssl.SSLCertVerificationError:
            raise self._fail(Failure.NOT_TRUSTED) from None
        except OSError:
            raise self._fail(Failure.TLS_FAILED) from None
        else:
            self.tls_ns = monotonic_ns() - self._opened_ns
            self._ready()

    def _watch(self, events: int) -> None:
        """Have the poller look for these events, if it does not yet."""
        if events != self._watched:
            self._watched = events
            self._poller.modify(self.fd, events)

    def _fail(self, failure: Failure) -> RequestFailed:
        self.close()
        return RequestFailed(failure)
