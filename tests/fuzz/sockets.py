"""WebSocket connections: whatever a server sends, they end in order, however it is cut."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from random import Random
from typing import Any, cast

from ApiLoadLibrary.engine.connection import RequestFailed
from ApiLoadLibrary.engine.connector import Connector
from ApiLoadLibrary.engine.conversation import Answer, Conversation
from ApiLoadLibrary.engine.link import LinkState
from ApiLoadLibrary.engine.websocket import WebSocket
from ApiLoadLibrary.measurement.outcomes import Failure
from ApiLoadLibrary.measurement.sockets import End
from ApiLoadLibrary.workload.message import MessageTemplate

from .damage import cut, damaged
from .wire import AT_ONCE, Wire, wired

__all__ = ["conversations", "sockets"]

REQUEST = b"GET /live HTTP/1.1\r\nHost: shop.example\r\n\r\n"
MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
FIN, TEXT, CLOSE, PING, PONG = 0x80, 1, 8, 9, 10
KINDS = (*(FIN | kind for kind in (0, 1, 2, 3, 8, 9, 10)), 0, 1, 2, 0x41, 0xC1)
MESSAGES = (b"", b"hello", "grüß".encode(), b'{"id": "0123abcd.0.1"}', b"long " * 5_000)
WORDS = (
    *(b"\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xff", b"\x81\x7e\0\1", b"\x89\x7e\xff\xff", b"\x88\0"),
    *(b"\x88\2\3\xe8", b"\x88\1\3", b"\x81\x80\0\0\0\0", b"\x81\2\xff\xff", b"\r\n\r\n", b"\0"),
    *(b"Sec-WebSocket-Extensions: permessage-deflate\r\n", b"HTTP/1.1 200 OK\r\n", b"\x00\0" * 50),
)
REFUSALS = frozenset({Failure.NOT_HTTP, Failure.CLOSED_EARLY, Failure.NOT_WEBSOCKET})


def sockets(random: Random) -> int:
    """Open a connection and say something to it, whole and in pieces."""
    frames, messages, code = _frames(random)
    is_whole = random.random() < 0.5
    spoiled = None if is_whole or random.random() < 0.8 else random.getrandbits(32)
    data = frames if is_whole else damaged(random, frames, WORDS)
    at_once = _opened(random, spoiled, data, in_pieces=False)
    in_pieces = _opened(random, spoiled, data, in_pieces=True)
    # Each key makes another answer to the handshake, which comes out damaged in another way.
    assert _agree(at_once, in_pieces) or spoiled is not None, (data, at_once, in_pieces)
    if is_whole:
        how = End.LOST if code is None else End.CLOSED
        assert at_once == (messages, how, code or 1006), (data, at_once)
    return 2


def _agree(at_once: Any, in_pieces: Any) -> bool:
    """Whether two ends are the same; of two broken rules, that one is named which is seen first."""
    if at_once == in_pieces:
        return True
    ends = [each[:2] for each in (at_once, in_pieces) if isinstance(each, tuple)]
    return len(ends) == 2 and ends[0] == ends[1] and ends[0][1] is End.BROKEN_RULES


def _frames(random: Random) -> tuple[bytes, list[bytes], int | None]:
    """What a server says that keeps the rules; the messages in it, and the code it closes with."""
    frames, messages = [], []
    for _ in range(random.randrange(4)):
        message = random.choice(MESSAGES)
        pieces = cut(random, message)[:20] or [b""]
        message = b"".join(pieces)
        messages.append(message)
        for place, piece in enumerate(pieces):
            fin = FIN * (place == len(pieces) - 1)
            frames.append(_frame(fin | (0 if place else 2), piece))
            if random.random() < 0.2:
                frames.append(_frame(FIN | random.choice((PING, PONG)), b"?"))
    if random.random() < 0.5:
        return b"".join(frames), messages, None
    code = random.choice((1000, 1001, 1011, 4000))
    frames.append(_frame(FIN | CLOSE, code.to_bytes(2, "big") + b"bye"))
    return b"".join(frames), messages, code


def _frame(first: int, data: bytes) -> bytes:
    size = len(data)
    if size < 126:
        return bytes([first, size]) + data
    if size < 1 << 16:
        return bytes([first, 126]) + size.to_bytes(2, "big") + data
    return bytes([first, 127]) + size.to_bytes(8, "big") + data


def _opened(random: Random, spoiled: int | None, data: bytes, *, in_pieces: bool) -> Any:
    """What comes of a connection: its messages, how it ended and with which code; or a failure.

    Args:
        spoiled: A seed, where the handshake's answer is damaged: each has another key.
    """
    with wired() as (wire, poller):
        carriers: dict[int, Any] = {}
        opened = WebSocket(cast("Connector", wire), poller, carriers, 0)
        try:
            opened.begin(REQUEST)
            opened.advance()
            welcome = _welcome(wire.heard())
            if spoiled is not None:
                welcome = damaged(Random(spoiled), welcome, WORDS)
            said = welcome + data
            messages = _heard(opened, wire, cut(random, said) if in_pieces else [said])
        except RequestFailed as failed:
            assert failed.failure in REFUSALS
            return failed.failure
        finally:
            opened.release()
            assert not carriers
        if opened.how is None:
            assert opened.state is LinkState.CLOSED
            return opened.status
        return messages, opened.how, opened.code


def _heard(opened: WebSocket, wire: Wire, pieces: Sequence[bytes]) -> list[bytes]:
    """The messages of all that comes until the server closes."""
    messages: list[bytes] = []
    for piece in pieces:
        for at in range(0, len(piece), AT_ONCE):
            if opened.state is LinkState.CLOSED:
                return messages
            assert wire.server is not None
            wire.server.send(piece[at : at + AT_ONCE])
            messages += _said(opened)
            wire.heard()
    wire.close()
    if opened.state is not LinkState.CLOSED:
        messages += _said(opened)
    assert opened.state is LinkState.CLOSED
    return messages


def _said(opened: WebSocket) -> list[bytes]:
    """The messages of what has come, in however many turns they are looked at."""
    messages = list(opened.advance())
    while opened.has_more:
        messages += opened.advance()
    return messages


def _welcome(request: bytes) -> bytes:
    key = request.partition(b"Sec-WebSocket-Key: ")[2].partition(b"\r\n")[0]
    accept = base64.b64encode(hashlib.sha1(key + MAGIC).digest())
    return (
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
    )


IDS = ("{run}.0.0", "{run}.0.2", "{run}.1.1", "{run}.0." + "9" * 5_000, "{run}.0.-1", "{run}.٣.1")


def conversations(random: Random) -> int:
    """Messages are said and given up, and ids come back in any order: each ends once at most."""
    template = MessageTemplate.of("{{id}}", "0123456789abcdef", 0, answered=True)
    read = template.reader()
    talk: Conversation[int] = Conversation()
    said, ended = 0, set()
    for _ in range(random.randrange(20)):
        kind = random.randrange(4)
        if kind == 0:
            said += talk.say(said) is not None
        elif kind == 1 and (left := set(range(said)) - ended):
            number = random.choice(sorted(left))
            talk.give_up(number)
            ended.add(number)
        else:
            text = random.choice(IDS).format(run="01234567").encode()
            found = read(damaged(random, text, WORDS) if random.random() < 0.5 else text)
            number = random.randrange(said + 2) if found is None else found.number
            answer, carrier = talk.hear(number)
            assert (carrier is not None) == (answer in (Answer.IN_ORDER, Answer.OUT_OF_ORDER))
            assert carrier is None or carrier not in ended
            ended |= {carrier} - {None}
    assert sorted(talk.leave()) == sorted(set(range(said)) - ended)
    return 1
