"""The proxy's loop.

One thread owns everything here; there is no lock, because there is nothing to share.  What does not
move costs nothing: only connections that were told of, or have something due, are looked at.
"""

from __future__ import annotations

import errno
import heapq
import itertools
import socket
from collections.abc import Callable, Iterable
from time import monotonic_ns

from ApiLoadLibrary.engine.poller import READ, make_poller

from .line import Line
from .link import Link, reset

__all__ = ["Address", "Relay"]

UNDER_WAY = (0, errno.EINPROGRESS, errno.EWOULDBLOCK)
BACKLOG = 4_096
LONGEST_WAIT_NS = 1_000_000_000

Address = tuple[socket.AddressFamily, tuple[object, ...]]


class Relay:
    """Takes connections in, and passes on what they say as the line allows.

    Args:
        server: Where to.

    Attributes:
        port: Where it listens, on 127.0.0.1.
        connections: How many it has taken in.
    """

    def __init__(self, server: Address) -> None:
        self._family, self._server = server
        self._line = Line()
        self._links: dict[int, Link] = {}
        self._due: list[tuple[int, int, Link]] = []
        self._order = itertools.count()
        self._others: dict[int, Callable[[], None]] = {}
        self._poller = make_poller()
        # It never listens, but keeps the port while nobody does: a client that tries to connect
        # might be given the very port for its own end, and reach nobody but itself.
        self._keeper = _bound(0)
        self.port: int = self._keeper.getsockname()[1]
        self.connections = 0
        self._listen()

    def watch(self, fd: int, act: Callable[[], None]) -> None:
        """Call this when the descriptor can be read."""
        self._others[fd] = act
        self._poller.register(fd, READ)

    def put(self, line: Line) -> None:
        """From now on the line is like this."""
        now = monotonic_ns()
        links = set(self._links.values())
        for link in links:
            link.meet(line, now)
            if line.down:
                link.close(by_reset=True)
        if line.down and not self._line.down:
            self._stop_listening()
        elif self._line.down and not line.down:
            self._listen()
        self._line = line
        self._tend(links, now)

    def _listen(self) -> None:
        self._listener = _bound(self.port)
        self._listener.listen(BACKLOG)
        self._listener.setblocking(False)
        self.watch(self._listener.fileno(), self._accept)

    def _stop_listening(self) -> None:
        fd = self._listener.fileno()
        del self._others[fd]
        self._poller.unregister(fd)
        self._listener.close()

    def run_once(self) -> None:
        """Wait until something happens or falls due, and do it."""
        now = monotonic_ns()
        wait_ns = min(self._due[0][0] - now, LONGEST_WAIT_NS) if self._due else LONGEST_WAIT_NS
        touched = set()
        for fd, events in self._poller.wait(wait_ns):
            if fd in self._others:
                self._others[fd]()
            elif link := self._links.get(fd):
                link.move(fd, events, monotonic_ns())
                touched.add(link)
        now = monotonic_ns()
        while self._due and self._due[0][0] <= now:
            touched.add(heapq.heappop(self._due)[-1])
        self._tend(touched, now)

    def _tend(self, links: Iterable[Link], now: int) -> None:
        for link in links:
            due_ns = link.tend(now)
            if due_ns is not None:
                heapq.heappush(self._due, (due_ns, next(self._order), link))
            if link.closed:
                for fd in link.fds:
                    if self._links.get(fd) is link:
                        del self._links[fd]

    def _accept(self) -> None:
        """Take in all who wait."""
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            server = socket.socket(self._family, socket.SOCK_STREAM)
            for each in (client, server):
                each.setblocking(False)
                each.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if server.connect_ex(self._server) not in UNDER_WAY:
                reset(client)
                server.close()
                continue
            now = monotonic_ns()
            link = Link(client, server, self._poller, self._line, now)
            self._links.update(dict.fromkeys(link.fds, link))
            self._tend([link], now)

    def close(self) -> None:
        """End all connections."""
        for link in set(self._links.values()):
            link.close()
        self._listener.close()
        self._keeper.close()
        self._poller.close()


def _bound(port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind(("127.0.0.1", port))
    return made
