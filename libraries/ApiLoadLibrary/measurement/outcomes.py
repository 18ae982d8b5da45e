"""How a request can end, as one small number: an HTTP status, or one of the failures below.

Statuses are themselves (100 to 999); failures start at 1,000, so that a recorder
can keep either in the same column; 0 is an action that was done and has no status.
From 2,000 on an answer failed a check: the one that has this number in its session.
Each failure has a kind and a blame: whose side it happened on, as far as the sender can
tell.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum

__all__ = [
    "DONE",
    "FAILURES",
    "FIRST_CHECK",
    "MOST_CHECKS",
    "NEVER_LEFT",
    "Blame",
    "Failure",
    "FailureInfo",
    "FailureKind",
    "describe",
]

DONE = 0
"""An action came to its end, and gave no status."""

FIRST_CHECK, MOST_CHECKS = 2_000, 200


class FailureKind(Enum):
    """What kind of failure a request met."""

    TIMEOUT = "timeout"
    CONNECTION = "connection"
    TLS = "tls"
    PROTOCOL = "protocol"
    STATUS = "status"
    CHECK = "check"
    ACTION = "action"
    DROPPED = "dropped"
    STOPPED = "stopped"


class Blame(Enum):
    """On whose side a failure happened."""

    GENERATOR = "generator"
    NETWORK = "network"
    SERVER = "server"


class Failure(IntEnum):
    """The failures that are not a status."""

    ANSWER_TIMEOUT = 1001
    CONNECT_TIMEOUT = 1002
    REFUSED = 1010
    RESET = 1011
    CLOSED_EARLY = 1012
    UNREACHABLE = 1013
    NAME_NOT_FOUND = 1014
    NO_DESCRIPTORS = 1015
    NO_PORTS = 1016
    NO_CONNECTION = 1017
    TLS_FAILED = 1020
    NOT_TRUSTED = 1021
    NOT_HTTP = 1030
    TOO_MANY_REDIRECTS = 1031
    REDIRECTED_AWAY = 1032
    NOT_WEBSOCKET = 1033
    CHECK_FAILED = 1040
    SENDER_FAILED = 1041
    NO_VALUE = 1042
    DROPPED_WORKERS_BUSY = 1050
    DROPPED_GENERATOR = 1051
    STOPPED = 1060


@dataclass(frozen=True, slots=True)
class FailureInfo:
    """A failure's kind, blame and plain words."""

    kind: FailureKind
    blame: Blame
    words: str


_NET, _SUT, _GEN = Blame.NETWORK, Blame.SERVER, Blame.GENERATOR
_CONNECTION = FailureKind.CONNECTION

FAILURES: dict[Failure, FailureInfo] = {
    Failure.ANSWER_TIMEOUT: FailureInfo(FailureKind.TIMEOUT, _SUT, "no complete answer in time"),
    Failure.CONNECT_TIMEOUT: FailureInfo(FailureKind.TIMEOUT, _NET, "no connection in time"),
    Failure.REFUSED: FailureInfo(_CONNECTION, _NET, "connection refused"),
    Failure.RESET: FailureInfo(_CONNECTION, _NET, "connection reset"),
    Failure.CLOSED_EARLY: FailureInfo(_CONNECTION, _SUT, "closed before the answer was complete"),
    Failure.UNREACHABLE: FailureInfo(_CONNECTION, _NET, "host or network unreachable"),
    Failure.NAME_NOT_FOUND: FailureInfo(_CONNECTION, _NET, "host name not found"),
    Failure.NO_DESCRIPTORS: FailureInfo(_CONNECTION, _GEN, "the generator ran out of descriptors"),
    Failure.NO_PORTS: FailureInfo(_CONNECTION, _GEN, "the generator ran out of local ports"),
    Failure.NO_CONNECTION: FailureInfo(_CONNECTION, _SUT, "never sent: no connection was open"),
    Failure.TLS_FAILED: FailureInfo(FailureKind.TLS, _NET, "TLS handshake failed"),
    Failure.NOT_TRUSTED: FailureInfo(FailureKind.TLS, _SUT, "the certificate could not be trusted"),
    Failure.NOT_HTTP: FailureInfo(FailureKind.PROTOCOL, _SUT, "the answer was not valid HTTP"),
    Failure.TOO_MANY_REDIRECTS: FailureInfo(
        FailureKind.PROTOCOL, _SUT, "redirected more than 10 times"
    ),
    Failure.REDIRECTED_AWAY: FailureInfo(
        FailureKind.PROTOCOL, _GEN, "redirected to an origin that is not allowed"
    ),
    Failure.NOT_WEBSOCKET: FailureInfo(
        FailureKind.PROTOCOL, _SUT, "the answer opened no WebSocket as it should"
    ),
    Failure.CHECK_FAILED: FailureInfo(FailureKind.CHECK, _SUT, "the answer failed a check"),
    Failure.SENDER_FAILED: FailureInfo(
        FailureKind.ACTION, _GEN, "the code that was to send it failed"
    ),
    Failure.NO_VALUE: FailureInfo(
        FailureKind.CHECK, _SUT, "the answer lacked a value that a later step needs"
    ),
    # Whether busy workers are the server's fault is decided by its service times.
    Failure.DROPPED_WORKERS_BUSY: FailureInfo(
        FailureKind.DROPPED, _SUT, "never sent: every worker was busy"
    ),
    Failure.DROPPED_GENERATOR: FailureInfo(
        FailureKind.DROPPED, _GEN, "never sent: the generator could not keep up"
    ),
    Failure.STOPPED: FailureInfo(FailureKind.STOPPED, _GEN, "cut off when the run was stopped"),
}

_WAITED = frozenset(
    {
        Failure.ANSWER_TIMEOUT,
        Failure.CONNECT_TIMEOUT,
        Failure.DROPPED_WORKERS_BUSY,
        Failure.DROPPED_GENERATOR,
    }
)
"""Failures whose waiting time counts as a response time of at least that."""

NEVER_LEFT = (
    Failure.CONNECT_TIMEOUT,
    Failure.REFUSED,
    Failure.UNREACHABLE,
    Failure.NAME_NOT_FOUND,
    Failure.NO_DESCRIPTORS,
    Failure.NO_PORTS,
    Failure.TLS_FAILED,
    Failure.NOT_TRUSTED,
    Failure.DROPPED_WORKERS_BUSY,
    Failure.DROPPED_GENERATOR,
    Failure.NO_CONNECTION,
)
"""Failures after which not a byte of the request was sent."""

_NEVER_SENT = frozenset({Failure.DROPPED_WORKERS_BUSY, Failure.DROPPED_GENERATOR})


def is_status(outcome: int) -> bool:
    """Whether the request was answered at all, or the action done."""
    return outcome < 1000


def is_waited(outcome: int) -> bool:
    """Whether this is a timeout or a drop: a customer who waited in vain."""
    return outcome in _WAITED


def is_dropped(outcome: int) -> bool:
    """Whether the request was never sent."""
    return outcome in _NEVER_SENT


def describe(outcome: int) -> FailureInfo:
    """Kind, blame and words of an outcome that was not expected."""
    if is_status(outcome):
        return FailureInfo(FailureKind.STATUS, Blame.SERVER, f"status {outcome} was not expected")
    return FAILURES[Failure.CHECK_FAILED if outcome >= FIRST_CHECK else Failure(outcome)]
