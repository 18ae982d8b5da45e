"""What became of WebSocket connections: a plain record that a shard leaves when it ends.

How connections were opened, and what came of messages, is in the tallies of two endpoints, as
of any request.  Here is the rest: how long each connection was held and how it ended, and what
was wrong with messages besides being lost.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import NamedTuple

__all__ = [
    "ABNORMAL",
    "CONNECTIONS",
    "CONNECTION_NAME",
    "MESSAGES",
    "MESSAGE_NAME",
    "End",
    "SocketFindings",
    "Stay",
]

CONNECTIONS, MESSAGES = range(2)
"""The places of the two endpoints in a run."""

CONNECTION_NAME, MESSAGE_NAME = "WebSocket Connections", "WebSocket Messages"
"""Their names."""

ABNORMAL = 1006
"""The code of an end without a goodbye, as both sides count it (RFC 6455, section 7.1.5)."""


class End(IntEnum):
    """How a connection ended."""

    GOODBYE = 1  # we said goodbye at the end of the run, and were answered
    UNANSWERED = 2  # we said goodbye, and were not answered
    STORM = 3  # we dropped it, so that all are opened again at once
    CLOSED = 4  # the server said goodbye
    LOST = 5  # it broke, without a goodbye
    BROKEN_RULES = 6  # we closed it, because the server broke the rules of the protocol
    SILENT = 7  # we closed it, because the server did not answer a ping

    @property
    def is_drop(self) -> bool:
        """Whether it ended although it was to be held."""
        return self in _DROPS

    @property
    def is_ours(self) -> bool:
        """Whether this side ended it."""
        return self not in (End.CLOSED, End.LOST)


_DROPS = frozenset({End.CLOSED, End.LOST, End.BROKEN_RULES, End.SILENT})


class Stay(NamedTuple):
    """One connection that was opened; times are ns from the run's start.

    Attributes:
        opened_ns: When its handshake was done.
        ended_ns: When it ended.
        how: How that came.
        code: With which code: that of the goodbye, `ABNORMAL` without one, 1005 of one without
            a code.
        again: Whether it was opened after all had been dropped.
    """

    opened_ns: int
    ended_ns: int
    how: End
    code: int
    again: bool = False


@dataclass(slots=True)
class SocketFindings:
    """What became of WebSocket connections and messages, besides what the tallies say.

    Attributes:
        stays: Of each connection that was opened.
        duplicated: Answers that came once more.
        reordered: Answers that came after a later message's, on the same connection.
        late_answers: Answers that came when their message had been given up for lost.
        others: Messages that answered none, as a broadcast does.
        all_asked_ns: When the last connection was asked for, after all had been dropped.
        empty_bytes: Memory of the processes before the first connection.
        held_bytes: The same at the end of the hold, with `held` connections.
        held: How many were open then.
    """

    stays: list[Stay] = field(default_factory=list)
    duplicated: int = 0
    reordered: int = 0
    late_answers: int = 0
    others: int = 0
    all_asked_ns: int = 0
    empty_bytes: int = 0
    held_bytes: int = 0
    held: int = 0

    @classmethod
    def merged(cls, parts: Iterable[SocketFindings]) -> SocketFindings:
        """Those of several shards, together."""
        total = cls()
        for each in parts:
            total.stays += each.stays
            total.all_asked_ns = max(total.all_asked_ns, each.all_asked_ns)
            for name in _SUMS:
                setattr(total, name, getattr(total, name) + getattr(each, name))
        return total


_SUMS = (
    *("duplicated", "reordered", "late_answers", "others"),
    *("empty_bytes", "held_bytes", "held"),
)
