"""A pair of connections, one from a client and one to the server, and what passes between them."""

from __future__ import annotations

import contextlib
import random
import socket
import struct
from collections.abc import Iterator

from ApiLoadLibrary.engine.poller import READ, WRITE, Poller

from .flow import Flow
from .line import Line

__all__ = ["Link", "reset"]

CHUNK = 1 << 16
NOT_NOW = (BlockingIOError, InterruptedError)
AT_ONCE = struct.pack("ii", 1, 0)
"""For SO_LINGER: closing sends a reset."""


class Link:
    """A client's connection and its counterpart.

    Attributes:
        fds: Their descriptors.
        closed: Whether both are over.
    """

    def __init__(
        self, client: socket.socket, server: socket.socket, poller: Poller, line: Line, now: int
    ) -> None:
        self._client, self._server, self._poller = client, server, poller
        self.fds = (client.fileno(), server.fileno())
        dice = random.Random(client.fileno())
        self._up, self._down = Flow(line.upstream, now, dice), Flow(line.downstream, now, dice)
        self._connecting = True
        self._read_over: set[socket.socket] = set()
        self._write_over: set[socket.socket] = set()
        self._watched = dict.fromkeys((client, server), 0)
        for each in (client, server):
            poller.register(each.fileno(), 0)
        self.closed = False

    def meet(self, line: Line, now: int) -> None:
        """The line has changed."""
        self._up.meet(line.upstream, now)
        self._down.meet(line.downstream, now)

    def move(self, fd: int, events: int, now: int) -> None:
        """One of the two can be read or written, or is at its end."""
        if self.closed:
            return
        source, flow = (self._client, self._up) if fd == self.fds[0] else (self._server, self._down)
        if source is self._server and self._connecting:
            if source.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
                self.close(by_reset=True)
                return
            self._connecting = not events & WRITE
        if not events & ~WRITE:
            return
        if source in self._read_over:
            # It is gone for good, and would be told of for ever.
            self._write_over.add(source)
            self._forget(source)
        elif not flow.full:
            self._read(source, flow, now)

    def _read(self, source: socket.socket, flow: Flow, now: int) -> None:
        try:
            data = source.recv(CHUNK)
        except NOT_NOW:
            return
        except OSError:
            self.close(by_reset=True)
            return
        if data:
            flow.take(data, now)
        else:
            self._read_over.add(source)
            flow.end(now)

    def tend(self, now: int) -> int | None:
        """Send what is due, and end what is to end; returns when something falls due by itself."""
        if not self.closed:
            self._end_if_broken(now)
        for _, flow, target in self._ways():
            if not self.closed and self._may_send(target):
                self._send(flow, target, now)
        if not self.closed:
            self._end_if_broken(now)
        if not self.closed and len(self._write_over) == len(self.fds):
            self.close()
        if self.closed:
            return None
        self._watch(now)
        moments = (self._up.next_ns(now), self._down.next_ns(now))
        return min((each for each in moments if each is not None), default=None)

    def _ways(self) -> Iterator[tuple[socket.socket, Flow, socket.socket]]:
        """From whom, what is on its way, and to whom."""
        yield self._client, self._up, self._server
        yield self._server, self._down, self._client

    def _may_send(self, target: socket.socket) -> bool:
        if target in self._write_over:
            return False
        return not (self._connecting and target is self._server)

    def _end_if_broken(self, now: int) -> None:
        broken = self._up.breaks(now) or self._down.breaks(now)
        if broken:
            self.close(by_reset=broken == "reset")

    def _send(self, flow: Flow, target: socket.socket, now: int) -> None:
        try:
            while data := flow.ready(now):
                flow.sent(target.send(data), now)
            if flow.over(now):
                self._write_over.add(target)
                target.shutdown(socket.SHUT_WR)
        except NOT_NOW:
            return
        except OSError:
            self.close(by_reset=True)

    def _watch(self, now: int) -> None:
        """Ask to be told of what can be used, and of nothing else."""
        for source, flow, _ in self._ways():
            if source not in self._watched:
                continue
            wanted = 0 if source in self._read_over or flow.full else READ
            back = self._down if flow is self._up else self._up
            connecting = self._connecting and source is self._server
            if connecting or (source not in self._write_over and back.ready(now)):
                wanted |= WRITE
            if self._watched[source] != wanted:
                self._watched[source] = wanted
                self._poller.modify(source.fileno(), wanted)

    def _forget(self, end: socket.socket) -> None:
        if self._watched.pop(end, None) is not None:
            self._poller.unregister(end.fileno())

    def close(self, *, by_reset: bool = False) -> None:
        """End both connections."""
        self.closed = True
        for each in (self._client, self._server):
            self._forget(each)
            if by_reset:
                reset(each)
            else:
                each.close()


def reset(end: socket.socket) -> None:
    """Close a connection with a reset (RST) in place of a proper end (FIN)."""
    with contextlib.suppress(OSError):
        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
    end.close()
