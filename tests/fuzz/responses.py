"""Answers through the real connection: one outcome for each request, however they are cut."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from random import Random
from time import monotonic_ns
from typing import Any, cast

import h11

from ApiLoadLibrary.engine.connection import Connection, RequestFailed
from ApiLoadLibrary.engine.connector import Connector
from ApiLoadLibrary.engine.following import FollowingConnection
from ApiLoadLibrary.engine.link import LinkState
from ApiLoadLibrary.measurement.outcomes import Failure

from .answers import Written, written
from .damage import cut
from .wire import AT_ONCE, Wire, wired

__all__ = ["responses"]

TIMES = 3
"""So many requests on a connection, as long as it stands."""

ORACLE_SHARE = 0.1
"""Of the whole answers, which `h11` reads, too: it is slow."""

WAITING = 0
"""An outcome: the answer is not complete, and its request would time out."""


def responses(random: Random) -> int:
    """Several requests on one connection, with whole and damaged answers; returns how many."""
    answers = [written(random) for _ in range(TIMES)]
    keeps = random.random() < 0.5
    at_once = _outcomes(answers, [[each.data] for each in answers], keeps=keeps)
    in_pieces = _outcomes(answers, [cut(random, each.data) for each in answers], keeps=keeps)
    for answer, one, other in zip(answers, at_once, in_pieces, strict=True):
        assert _agree(one, other), (answer, one, other)
        if answer.status is not None and random.random() < ORACLE_SHARE:
            read = _read_by_h11(answer)
            assert read == (answer.status, answer.body, answer.keeps), (answer, read)
    return 2 * TIMES


def _agree(at_once: int, in_pieces: int) -> bool:
    """Whether two outcomes are those of the same bytes: what comes behind an answer is seen to
    belong to it only when it comes with it."""
    return at_once == in_pieces or (at_once == Failure.NOT_HTTP and 200 <= in_pieces <= 999)


def _outcomes(
    answers: Sequence[Written], pieces: Sequence[Iterable[bytes]], *, keeps: bool
) -> list[int]:
    """How requests end that are answered so, one after the other."""
    with wired() as (wire, poller):
        carriers: dict[int, Connection] = {}
        connector = cast("Connector", wire)
        connection: Connection = Connection(connector, poller, carriers)
        if keeps:
            connection = FollowingConnection(
                connector, poller, carriers, None, (), keeps_answers=True, always_looks=True
            )
            connection.kept.wants_body = True
        try:
            return [
                _outcome(connection, wire, answer, parts)
                for answer, parts in zip(answers, pieces, strict=True)
            ]
        finally:
            connection.close()
            assert not carriers


def _outcome(connection: Any, wire: Wire, answer: Written, pieces: Iterable[bytes]) -> int:
    """How one request ends."""
    opened, was_idle = wire.opened, connection.state is LinkState.IDLE
    found = _exchanged(connection, wire, answer, list(pieces))
    # A request to which not a byte came may go out once more, if it was lost soon enough.
    again = was_idle and not answer.data and answer.closes and answer.method != "POST"
    assert wire.opened - opened - (not was_idle) in range(again + 1)
    if answer.status is None:
        assert found == WAITING or 200 <= found <= 999 or found in _OF_ANSWERS, (answer, found)
    else:
        assert found == answer.status, (answer, found)
        assert (connection.state is LinkState.IDLE) == answer.keeps, answer
        if isinstance(connection, FollowingConnection):
            assert connection.kept.answer(found, 0).sent_body == answer.body, answer
    if connection.state is not LinkState.IDLE:
        connection.close()  # as the loop does after a time-out
        wire.close()
    elif answer.closes:
        wire.close()
        assert connection.advance() is None  # it sees that before the next request
        assert connection.state is LinkState.CLOSED
    return found


_OF_ANSWERS = frozenset({Failure.NOT_HTTP, Failure.CLOSED_EARLY})


def _exchanged(connection: Any, wire: Wire, answer: Written, pieces: list[bytes]) -> int:
    request = b"%s / HTTP/1.1\r\nHost: shop.example\r\n\r\n" % answer.method.encode()
    try:
        connection.begin(answer.method, request, monotonic_ns())
        if connection.state is LinkState.CONNECTING:
            assert connection.advance() is None
        assert connection.state is LinkState.WAITING
        assert wire.heard() == request  # once
        for piece in pieces:
            for at in range(0, len(piece), AT_ONCE):
                wire.server.send(piece[at : at + AT_ONCE])
                status = connection.advance()
                if status is not None:
                    return int(status)
        while answer.closes:
            wire.close()
            status = connection.advance()
            if status is not None:
                return int(status)
            assert connection.advance() is None  # not a byte came: it goes out once more
            assert not answer.data
            assert wire.heard() == request
    except RequestFailed as failed:
        assert connection.state is LinkState.CLOSED
        return failed.failure
    return WAITING


def _read_by_h11(answer: Written) -> tuple[int, bytes, bool]:
    """What another library says: status, body, and whether the connection can go on."""
    reader = h11.Connection(h11.CLIENT, max_incomplete_event_size=1 << 20)
    reader.send(h11.Request(method=answer.method, target="/", headers=[("Host", "shop.example")]))
    reader.send(h11.EndOfMessage())
    reader.receive_data(answer.data)
    status, body, ends_with_it = 0, b"", False
    while not isinstance(event := reader.next_event(), h11.EndOfMessage):
        if isinstance(event, h11.Response):
            status = event.status_code
        elif isinstance(event, h11.Data):
            body += event.data
        elif event is h11.NEED_DATA:
            reader.receive_data(b"")  # the server closes
            ends_with_it = True
    return status, body, reader.our_state is h11.DONE and not ends_with_it
