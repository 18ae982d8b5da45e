"""Waiting for sockets, to the microsecond.

`epoll` takes whole milliseconds, so that sleeping in it starts requests half a
millisecond late on average.  `select` takes microseconds, but only small file
descriptors, and costs more with each of them.  An epoll descriptor can itself be
selected: one `select` on that one descriptor sleeps to the moment, then `epoll`
tells at once which sockets are ready.  Measured on Linux 6 with an idle core: 0.06 ms late.

Where there is no epoll, `selectors` serves.
"""

from __future__ import annotations

import select
import selectors
from typing import Protocol

from ApiLoadLibrary.values import NS_PER_S

__all__ = ["READ", "WRITE", "Event", "Poller", "make_poller"]

READ, WRITE = 1, 4
MAX_EVENTS = 64

Event = tuple[int, int]
"""A descriptor, and what it is ready for."""


class Poller(Protocol):
    """What the load loop needs of one."""

    def register(self, fd: int, events: int) -> None:
        """Watch a descriptor."""
        ...

    def modify(self, fd: int, events: int) -> None:
        """Watch it for something else."""
        ...

    def unregister(self, fd: int) -> None:
        """Forget it."""
        ...

    def wait(self, timeout_ns: int) -> list[Event]:
        """The ready descriptors; waits no longer than this when there are none."""
        ...

    def close(self) -> None:
        """Free its resources."""
        ...


class EpollPoller:
    """Linux."""

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._self = [self._epoll.fileno()]
        self.register = self._epoll.register
        self.modify = self._epoll.modify
        self.unregister = self._epoll.unregister
        self.close = self._epoll.close
        self._poll = self._epoll.poll
        self._flowing = False

    def wait(self, timeout_ns: int) -> list[Event]:
        """See `Poller`."""
        # While events flow, more are ready already: `select` would be asked for nothing.
        events = self._poll(0, MAX_EVENTS) if self._flowing or timeout_ns <= 0 else []
        if not events and timeout_ns > 0:
            select.select(self._self, (), (), timeout_ns / NS_PER_S)
            events = self._poll(0, MAX_EVENTS)
            self._flowing = False
        else:
            self._flowing = True
        return events


class SelectorPoller:
    """Everywhere else."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self.close = self._selector.close

    @staticmethod
    def _mask(events: int) -> int:
        read = selectors.EVENT_READ if events & READ else 0
        return read | (selectors.EVENT_WRITE if events & WRITE else 0)

    def register(self, fd: int, events: int) -> None:
        """See `Poller`."""
        self._selector.register(fd, self._mask(events))

    def modify(self, fd: int, events: int) -> None:
        """See `Poller`."""
        self._selector.modify(fd, self._mask(events))

    def unregister(self, fd: int) -> None:
        """See `Poller`."""
        self._selector.unregister(fd)

    def wait(self, timeout_ns: int) -> list[Event]:
        """See `Poller`."""
        ready = self._selector.select(max(0, timeout_ns) / NS_PER_S)
        return [(key.fd, READ if mask & selectors.EVENT_READ else WRITE) for key, mask in ready]


def make_poller() -> Poller:
    """The best that this platform has."""
    return EpollPoller() if hasattr(select, "epoll") else SelectorPoller()
