"""One WebSocket connection: from its handshake to its goodbye.

    CLOSED → CONNECTING → (HANDSHAKING) → WAITING → OPEN → (ENDING) → CLOSED

The rules of the protocol (RFC 6455) are kept by `websockets`, which does no input and output
of its own here: it gets the bytes that have come, and says which ones to send.  It answers pings
and goodbyes by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic_ns
from typing import Any

from websockets.client import ClientProtocol
from websockets.frames import CloseCode, Frame, Opcode
from websockets.http11 import Response
from websockets.typing import Subprotocol
from websockets.uri import WebSocketURI

from ApiLoadLibrary.measurement.outcomes import Failure
from ApiLoadLibrary.measurement.sockets import ABNORMAL, End

from .connector import Connector, failure_of
from .link import NOT_NOW, RECEIVE_BYTES, Link, LinkState
from .poller import READ, WRITE, Poller

__all__ = ["WebSocket"]

LONGEST_MESSAGE = 16 * 1024 * 1024
MOST_UNSENT = 16 * 1024 * 1024  # a server that reads nothing of so much is taken for dead
ENOUGH_UNSENT = 64 * 1024  # of pongs: who reads none needs no more (RFC 6455, section 5.5.3)
TURN_NS = 1_000_000  # of reading; then other connections have theirs
PIECE = 256  # at a time within a turn: may be 128 pings, which take a millisecond
OPENED = 101
WELL_DONE = CloseCode.NORMAL_CLOSURE
KEEP_ALIVE_FAILED = CloseCode.INTERNAL_ERROR  # what browsers and servers use for it, too

_CLOSED, _CONNECTING, _HANDSHAKING, _, _WAITING, _, _OPEN, _ENDING = LinkState
_DATA = frozenset({Opcode.TEXT, Opcode.BINARY, Opcode.CONT})
_END_OF_HEAD = b"\r\n\r\n"
_NOWHERE = WebSocketURI(False, "", 0, "", "")  # the request is not made by the protocol


class WebSocket(Link):
    """One connection.

    Args:
        connector, poller, carriers: See `Link`.
        number: Its own in the run.
        subprotocol: The one that is asked for, if any.

    Attributes:
        status: With which its handshake was answered; 0 until then.
        how, code: How it ended, and with which code; None and 0 until then.
        ended_ns: When that was.
        is_pinged: Whether a ping has not been answered yet.
        bytes_sent, bytes_received: Until now.
    """

    __slots__ = (
        "_begun",
        "_is_text",
        "_protocol",
        "_unread",
        "_unsent",
        "bytes_received",
        "bytes_sent",
        "code",
        "ended_ns",
        "how",
        "is_pinged",
        "number",
        "status",
    )

    def __init__(
        self,
        connector: Connector,
        poller: Poller,
        carriers: dict[int, Any],
        number: int,
        subprotocol: str | None = None,
    ) -> None:
        super().__init__(connector, poller, carriers)
        self.number = number
        self._protocol = ClientProtocol(
            _NOWHERE,
            subprotocols=None if subprotocol is None else [Subprotocol(subprotocol)],
            max_size=LONGEST_MESSAGE,
        )
        self._unsent = bytearray()
        self._unread = b""  # what has come and is not looked at yet
        self._begun = bytearray()  # a message, until its last fragment
        self._is_text = False
        self.bytes_sent = self.bytes_received = 0
        self.status = self.code = self.ended_ns = 0
        self.how: End | None = None
        self.is_pinged = False

    @property
    def is_open(self) -> bool:
        """Whether messages can be sent."""
        return self.state is _OPEN

    @property
    def has_more(self) -> bool:
        """Whether more has come than was looked at: it is to be advanced again."""
        return bool(self._unread)

    def begin(self, request: bytes) -> None:
        """Open it.

        Args:
            request: A whole GET request; the handshake's own headers are added.

        Raises:
            RequestFailed: It could not even be started.
        """
        head = request.removesuffix(_END_OF_HEAD)
        self._unsent += head
        self._unsent += (
            b"\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13"
            b"\r\nSec-WebSocket-Key: "
        )
        self._unsent += self._protocol.key.encode() + _END_OF_HEAD
        self._open_at(self.connector.best)

    def send(self, message: bytes) -> None:
        """Send a text; if the connection is lost over it, it has ended."""
        if len(self._unsent) > MOST_UNSENT:
            self.give_up(End.SILENT)
            return
        self._protocol.send_text(message)
        self._send_what_is_said()

    def ping(self) -> None:
        """Ask for a sign of life."""
        self.is_pinged = True
        self._protocol.send_ping(b"")
        self._send_what_is_said()

    def say_goodbye(self) -> None:
        """Begin to close it in good order."""
        self._protocol.send_close(WELL_DONE)
        self.state = _ENDING
        self._send_what_is_said()

    def give_up(self, how: End) -> None:
        """End it at once, without waiting for the other side."""
        code = ABNORMAL
        if how is End.SILENT and self.is_open:
            code = int(KEEP_ALIVE_FAILED)
            self._protocol.send_close(KEEP_ALIVE_FAILED)
            self._send_what_is_said()
        self._end(how, code)

    def advance(self) -> Sequence[bytes]:
        """Go on, now that the socket is ready.

        Returns:
            The messages that have come.

        Raises:
            RequestFailed: It could not be opened, for another reason than a status.
        """
        if self.state is _CONNECTING:
            self._connected()
            return ()
        if self.state is _HANDSHAKING:
            self._shake_hands()
            return ()
        if self._unsent:
            self._flush()
        return self._receive()

    def release(self) -> None:
        """Close it for good."""
        self.close()
        # The protocol and its parser hold each other, and nobody collects garbage in a shard.
        self._protocol.parser.close()
        self._unsent, self._unread, self._begun = bytearray(), b"", bytearray()

    # Sending.

    def _ready(self) -> None:
        self.state = _WAITING
        self._flush()

    def _send_what_is_said(self) -> None:
        """Send what the protocol has to say; it says nothing where the stream is to end."""
        self._unsent += b"".join(self._protocol.data_to_send())
        self._flush()

    def _answer(self) -> None:
        """Send what the protocol answers of itself: pongs, and perhaps a goodbye."""
        if len(self._unsent) > ENOUGH_UNSENT and self._protocol.close_sent is None:
            self._protocol.data_to_send()  # nothing but pongs
        self._send_what_is_said()

    def _flush(self) -> None:
        if self._socket is None or not self._unsent:
            return
        try:
            count = self._send_some(self._unsent)  # type: ignore[arg-type] # or any buffer
        except NOT_NOW:
            count = 0
        except OSError as error:
            self._lost(failure_of(error))
            return
        self.bytes_sent += count
        del self._unsent[:count]
        self._watch(READ | WRITE if self._unsent else READ)

    # Receiving.

    def _receive(self) -> Sequence[bytes]:
        """Take what has come, piece by piece, until it is all or the turn is over."""
        data = self._unread or self._read()
        if data is None:
            return ()
        until = monotonic_ns() + TURN_NS
        messages = self._take(data[:PIECE])
        while (data := data[PIECE:]) and self._socket is not None and monotonic_ns() < until:
            messages += self._take(data[:PIECE])
        self._unread = b"" if self._socket is None else data
        return messages

    def _take(self, data: bytes) -> list[bytes]:
        """Take this, or the end where it is empty."""
        protocol = self._protocol
        if data:
            protocol.receive_data(data)
        else:
            protocol.receive_eof()
        events = protocol.events_received()
        if self.state is _WAITING and not self._read_answer(events, ended=not data):
            return []
        messages = [each for event in events if (each := self._message(event)) is not None]
        self._answer()
        self._see_the_end(ended=not data)
        return messages

    def _read(self) -> bytes | None:
        """What has come; empty at the end of it all, None where there is nothing now."""
        if self._socket is None:
            return None
        try:
            data = self._recv(RECEIVE_BYTES)
        except NOT_NOW:
            return None
        except OSError as error:
            self._lost(failure_of(error))
            return None
        self.received_ns = monotonic_ns()
        self.bytes_received += len(data)
        return data

    def _read_answer(self, events: list[Any], *, ended: bool) -> bool:
        """Look whether the handshake has been answered; returns whether the connection is open."""
        answer = events.pop(0) if events and isinstance(events[0], Response) else None
        wrong = self._protocol.handshake_exc
        if answer is None:
            if wrong is not None or ended:
                raise self._fail(Failure.CLOSED_EARLY if ended else Failure.NOT_HTTP)
            return False
        if wrong is None:
            self.status = OPENED
            self.state = _OPEN
            return True
        if answer.status_code == OPENED:
            raise self._fail(Failure.NOT_WEBSOCKET)
        self.status = answer.status_code
        self.release()
        return False

    def _message(self, frame: object) -> bytes | None:
        """The message that ends with this frame, if one does."""
        if not isinstance(frame, Frame):
            return None
        if frame.opcode is Opcode.PONG:
            self.is_pinged = False
        if frame.opcode not in _DATA:
            return None
        if frame.opcode is not Opcode.CONT:
            self._is_text = frame.opcode is Opcode.TEXT
        if not frame.fin:
            self._begun += frame.data
            return None
        message = bytes(self._begun + frame.data) if self._begun else bytes(frame.data)
        self._begun.clear()
        if self._is_text and not _is_utf_8(message):
            self._protocol.fail(CloseCode.INVALID_DATA)
            return None
        return message

    # Ending.

    def _see_the_end(self, *, ended: bool) -> None:
        """Whether the connection has ended, and how; a goodbye has been answered by now."""
        if self.how is not None:
            return
        heard, said = self._protocol.close_rcvd, self._protocol.close_sent
        if heard is not None:
            self._end(End.GOODBYE if self.state is _ENDING else End.CLOSED, int(heard.code))
        elif said is not None and self.state is not _ENDING:
            self._end(End.BROKEN_RULES, int(said.code))
        elif ended:
            self._lost(Failure.CLOSED_EARLY)

    def _lost(self, failure: Failure) -> None:
        """It broke; while it was being opened, that is a request that failed."""
        if self.state is _WAITING:
            raise self._fail(failure)
        self._end(End.UNANSWERED if self.state is _ENDING else End.LOST, ABNORMAL)

    def _end(self, how: End, code: int) -> None:
        if self.how is None:
            self.how, self.code, self.ended_ns = how, code, monotonic_ns()
            self.release()


def _is_utf_8(text: bytes) -> bool:
    """Whether it is, as texts have to be; `websockets` does not look."""
    try:
        return text.isascii() or bool(text.decode())
    except UnicodeDecodeError:
        return False
