"""Reading HTTP/1.1 answers, without a socket: bytes in, finished answers out.

`httptools` (llhttp, the parser of Node) does the parsing.  Bodies are not kept, but for those
that somebody wants to look at.
Two things it leaves to us: an answer to HEAD ends with its headers whatever
length they name, and a body without a length ends when the server closes.
"""

from __future__ import annotations

from collections.abc import Collection

import httptools

from ApiLoadLibrary.workload.answer import MOST_KEPT, Answer

__all__ = [
    "AnswerReader",
    "BodyReader",
    "HeadReader",
    "Header",
    "KeepingHeadReader",
    "KeepingReader",
    "Kept",
    "NotHttp",
]

HEAD_LIMIT = 256 * 1024
"""No server's headers are longer than this; what goes on is not an answer."""

BLANK_LINE = b"\r\n\r\n"
STATUS = slice(9, 10)
"""Where a status line has the first digit of its status."""

Header = tuple[bytes, bytes]
"""A header's name in small letters, and its value."""


class NotHttp(Exception):
    """What the server sent is not HTTP, or more than was asked for."""


class AnswerReader:
    """Reads the answers of one connection, one request at a time.

    Call `feed` with what arrives, `eof` when the server closes.  A status is returned
    as soon as an answer is complete; the next one may follow when the next request
    has been sent.

    Attributes:
        serves_once: Whether each answer needs a reader of its own.
        keep_alive: Whether the connection may carry another request.
        head: The answer's first bytes, up to its headers' end at least, while it is not
            complete; those of informational answers before it are not kept.
    """

    __slots__ = (
        "_complete",
        "_feed",
        "_has_head",
        "_informed",
        "_parser",
        "_status",
        "head",
        "keep_alive",
        "serves_once",
    )

    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._feed = self._parser.feed_data
        self._status = self._complete = self._informed = 0
        self._has_head = self.serves_once = False
        self.keep_alive = True
        self.head = bytearray()

    def feed(self, data: bytes) -> int | None:
        """Read what arrived.

        Returns:
            The status, when the answer is complete.

        Raises:
            NotHttp: It is not HTTP, or goes on after the answer's end.
        """
        try:
            self._feed(data)
        except httptools.HttpParserUpgrade:
            raise NotHttp("the server switched protocols unasked") from None
        except httptools.HttpParserError as error:
            if not self._complete:
                raise NotHttp(str(error)) from None
            self.keep_alive = False
        if self._complete == 1:
            self._complete = 0
            if self.head or self._informed:
                self.head.clear()
                self._informed, self._has_head = 0, False
            return self._status
        if self._complete:
            raise NotHttp("the server sent more answers than were asked for")
        if not self._has_head:
            self._add_to_head(data)
        return None

    def _add_to_head(self, data: bytes) -> None:
        """Keep what is asked for lengths when the server closes.

        However small the pieces are, nothing is looked at twice.  Empty lines before an answer
        are none of it: the parser skips them, too.
        """
        head = self.head
        seen = max(0, len(head) - len(BLANK_LINE) + 1)
        head += data if head else data.lstrip(b"\r\n")
        while (end := head.find(BLANK_LINE, seen) + len(BLANK_LINE)) >= len(BLANK_LINE):
            if head[STATUS] != b"1":
                self._has_head = True
                return
            self._informed += end
            head[:] = head[end:].lstrip(b"\r\n")
            seen = 0
        if len(head) > HEAD_LIMIT or self._informed > HEAD_LIMIT:
            raise NotHttp("the headers do not end")

    def eof(self) -> int | None:
        """The server closed.

        Returns:
            The status, when the answer's end is the end of the connection.
        """
        status: int = self._parser.get_status_code()
        ended = self._has_head and status >= 200 and _is_open_ended(bytes(self.head))
        return status if ended else None

    def close(self) -> None:
        """Let go of the parser, which holds this reader in turn."""
        del self._parser, self._feed

    # What the parser calls.

    def on_message_begin(self) -> None:
        """An answer begins: after the one that was asked for, one too many."""
        if self._complete:
            self._complete = 2

    def on_message_complete(self) -> None:
        """An answer has ended; an informational one is not the one waited for."""
        parser = self._parser
        status = parser.get_status_code()
        if status >= 200:
            self._status = status
            self.keep_alive = parser.should_keep_alive()
            self._complete += 1


def _is_open_ended(head: bytes) -> bool:
    """Whether an answer that begins so lasts until the server closes (RFC 9112, 6.3)."""
    lines = head[: head.index(BLANK_LINE)].lower().split(b"\r\n")
    codings = [line for line in lines if line.startswith(b"transfer-encoding:")]
    is_chunked = bool(codings) and codings[-1].rstrip().endswith(b"chunked")
    return not is_chunked and not any(line.startswith(b"content-length:") for line in lines)


class HeadReader(AnswerReader):
    """Reads one answer to HEAD: it ends with its headers.  The parser then waits for a
    body that will not come, so each such answer needs a reader of its own."""

    __slots__ = ()

    def __init__(self) -> None:
        super().__init__()
        self.serves_once = True

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header: the parser cannot say whether the connection stays, as long as it waits."""
        if name.lower() == b"connection" and b"close" in value.lower():
            self.keep_alive = False

    def on_headers_complete(self) -> None:
        """The headers have ended, and so has the answer, unless it is informational."""
        status = self._parser.get_status_code()
        if status >= 200:
            self._status = status
            self.keep_alive &= self._parser.get_http_version() >= "1.1"
            self._complete += 1

    def on_body(self, data: bytes) -> None:
        """A body after all: more of it would be taken for the next answer."""
        self.keep_alive = False

    def on_message_complete(self) -> None:
        """The answer had no body to wait for: it was complete before."""


class Kept:
    """What is kept of the answers of one connection, one at a time.

    Attributes:
        wanted: Names of headers, in small letters; None for all of them.
        wants_body: Whether the next answer's body is kept.
        headers: Those that came, names in small letters, in order.
        pieces: Of the body, as it travels.
        room: How many bytes of it may still come; below 0, not all of it was kept.
    """

    __slots__ = ("headers", "pieces", "room", "wanted", "wants_body")

    def __init__(self, wanted: Collection[bytes] | None) -> None:
        self.wanted = wanted
        self.wants_body = False
        self.headers: list[Header] = []
        self.pieces: list[bytes] = []
        self.room = MOST_KEPT

    def clear(self) -> None:
        """Let go of what was kept; what it was handed to keeps it."""
        self.headers = []
        self.pieces = []
        self.room = MOST_KEPT

    def add(self, piece: bytes) -> None:
        """A piece of the body has come."""
        if len(piece) <= self.room:
            self.pieces.append(piece)
        self.room -= len(piece)

    def answer(self, status: int, service_ns: int) -> Answer:
        """The answer that has come, with this status, after this time."""
        body = b"".join(self.pieces)
        return Answer(status, self.headers, body, whole=self.room >= 0, service_ns=service_ns)


class _Keeping(AnswerReader):
    """Keeps headers of answers; those of informational answers not.

    Args:
        kept: Where to; whoever owns it empties it before each request.
    """

    __slots__ = ("_kept",)

    def __init__(self, kept: Kept) -> None:
        self._kept = kept
        super().__init__()

    def on_message_begin(self) -> None:
        """An answer begins: what was kept was of an informational one."""
        self._kept.clear()
        super().on_message_begin()

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header, maybe one to be kept."""
        kept, name = self._kept, name.lower()
        if kept.wanted is None or name in kept.wanted:
            kept.headers.append((name, value))


class KeepingReader(_Keeping):
    """An `AnswerReader` that keeps headers."""

    __slots__ = ()


class BodyReader(_Keeping):
    """An `AnswerReader` that keeps headers, and bodies where they are wanted."""

    __slots__ = ()

    def on_body(self, data: bytes) -> None:
        """A piece of the body, without what chunks put around it."""
        if self._kept.wants_body:
            self._kept.add(data)


class KeepingHeadReader(_Keeping, HeadReader):
    """A `HeadReader` that keeps headers."""

    __slots__ = ()

    def on_header(self, name: bytes, value: bytes) -> None:
        """See both."""
        HeadReader.on_header(self, name, value)
        super().on_header(name, value)
