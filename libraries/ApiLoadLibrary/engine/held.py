"""What the socket loop keeps of a connection, and of each opening and message."""

from __future__ import annotations

from ApiLoadLibrary.measurement.sockets import CONNECTIONS

from .conversation import Conversation
from .websocket import WebSocket

__all__ = ["Carried", "Held"]


class Carried:
    """An opening or a message, and all about it that is recorded; see `Carrier`.

    Attributes:
        held: The connection that it opens, or is sent on.
        number: Of a message, on its connection.
    """

    __slots__ = (
        "arrival",
        "bytes_received",
        "bytes_sent",
        "connect_ns",
        "endpoint",
        "first_byte_ns",
        "held",
        "number",
        "scheduled_ns",
        "sent_ns",
        "tls_ns",
        "waited_for",
    )
    headers = ()
    reconnected = False

    def __init__(self) -> None:
        self.endpoint = self.arrival = self.scheduled_ns = self.waited_for = 0
        self.first_byte_ns = self.connect_ns = self.tls_ns = -1
        self.sent_ns = self.bytes_sent = self.bytes_received = 0
        self.number = 0
        self.held: Held | None = None

    @property
    def is_opening(self) -> bool:
        """Whether it stands for the opening of a connection."""
        return self.endpoint == CONNECTIONS


class Held:
    """A connection, and what goes on over it.

    Attributes:
        opening: While it is being opened, what stands for that in the books.
        opened_ns: When it was open.
        again: Whether it was opened after all had been dropped.
    """

    __slots__ = ("again", "conversation", "opened_ns", "opening", "socket")

    def __init__(self, socket: WebSocket, opening: Carried, *, again: bool) -> None:
        self.socket = socket
        self.opening: Carried | None = opening
        self.opened_ns = 0
        self.again = again
        self.conversation: Conversation[Carried] = Conversation()
