"""A socket pair in the place of a server: what it says comes in the pieces that a case wants."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager

from ApiLoadLibrary.engine.poller import Poller, make_poller
from ApiLoadLibrary.workload.origin import Origin

__all__ = ["Wire", "wired"]

POLLER = make_poller()
AT_ONCE = 16 * 1024


class Wire:
    """What a `Connector` is to a connection.

    Attributes:
        opened: How many connections there have been.
        server: The other end of the latest.
    """

    origin = Origin("http", "shop.example", 80)
    address_count = 1
    best = 0

    def __init__(self) -> None:
        self.opened = 0
        self.server: socket.socket | None = None

    def open(self, address: int) -> socket.socket:
        """Our end of a new connection."""
        self.close()
        ours, self.server = socket.socketpair()
        ours.setblocking(False)
        self.server.setblocking(False)
        self.opened += 1
        return ours

    def worked(self, address: int) -> None:
        """See `Connector`."""

    def heard(self) -> bytes:
        """What has come to the server."""
        assert self.server is not None
        try:
            return self.server.recv(1 << 20)
        except BlockingIOError:
            return b""

    def close(self) -> None:
        """The server closes."""
        if self.server is not None:
            self.server.close()
            self.server = None


@contextmanager
def wired() -> Iterator[tuple[Wire, Poller]]:
    """A wire, and what watches its connection."""
    wire = Wire()
    try:
        yield wire, POLLER
    finally:
        wire.close()
