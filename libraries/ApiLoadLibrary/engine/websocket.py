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
        "_fragments",
        "_protocol",
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
        self._unsent = b""
        self._fragments: list[bytes] = []
        self.bytes_sent = self.bytes_received = 0
        self.status = self.code = self.ended_ns = 0
        self.how: End | None = None
        self.is_pinged = False

    @property
    def is_open(self) -> bool:
        """Whether messages can be sent."""
        return self.state is _OPEN

    def begin(self, request: bytes) -> None:
        """Open it.

        Args:
            request: A whole GET request; the handshake's own headers are added.

        Raises:
            RequestFailed: It could not even be started.
        """
        head = request.removesuffix(_END_OF_HEAD)
        self._unsent = b"".join(
            (
                head,
                b"\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13",
                b"\r\nSec-WebSocket-Key: ",
                self._protocol.key.encode(),
                _END_OF_HEAD,
            )
        )
        self._open_at(self.connector.best)

    def send(self, message: bytes) -> None:
        """Send a text; if the connection is lost over it, it has ended."""
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
        self._unsent = b""

    # Sending.

    def _ready(self) -> None:
        self.state = _WAITING
        self._flush()

    def _send_what_is_said(self) -> None:
        """Send what the protocol has to say; it says nothing where the stream is to end."""
        self._unsent += b"".join(self._protocol.data_to_send())
        self._flush()

    def _flush(self) -> None:
        if self._socket is None or not self._unsent:
            return
        try:
            count = self._send_some(self._unsent)
        except NOT_NOW:
            count = 0
        except OSError as error:
            self._lost(failure_of(error))
            return
        self.bytes_sent += count
        self._unsent = self._unsent[count:]
        self._watch(READ | WRITE if self._unsent else READ)

    # Receiving.

    def _receive(self) -> Sequence[bytes]:
        if self._socket is None:
            return ()
        try:
            data = self._recv(RECEIVE_BYTES)
        except NOT_NOW:
            return ()
        except OSError as error:
            self._lost(failure_of(error))
            return ()
        self.received_ns = monotonic_ns()
        self.bytes_received += len(data)
        protocol = self._protocol
        if data:
            protocol.receive_data(data)
        else:
            protocol.receive_eof()
        events = protocol.events_received()
        if self.state is _WAITING and not self._read_answer(events, ended=not data):
            return ()
        messages = [each for event in events if (each := self._message(event)) is not None]
        self._send_what_is_said()
        self._see_the_end(ended=not data)
        return messages

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
        if frame.fin and not self._fragments:
            return bytes(frame.data)
        self._fragments.append(bytes(frame.data))
        if not frame.fin:
            return None
        message = b"".join(self._fragments)
        self._fragments = []
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
