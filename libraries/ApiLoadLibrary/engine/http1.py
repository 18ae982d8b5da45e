"""Reading HTTP/1.1 answers, without a socket: bytes in, finished answers out.

`httptools` (llhttp, the parser of Node) does the parsing.  Bodies are not kept.
Two things it leaves to us: an answer to HEAD ends with its headers whatever
length they name, and a body without a length ends when the server closes.
"""

from __future__ import annotations

from enum import Enum, auto

import httptools

__all__ = ["AnswerReader", "NotHttp", "ReaderState"]


class NotHttp(Exception):
    """What the server sent is not HTTP, or more than was asked for."""


class ReaderState(Enum):
    """How far the answer has come."""

    EMPTY = auto()
    STARTED = auto()
    IN_BODY = auto()


class AnswerReader:
    """Reads the answers of one connection, one request at a time.

    Call `expect` before each request, `feed` with what arrives, `eof` when the
    server closes.  A status is returned as soon as the answer is complete.
    """

    __slots__ = (
        "_complete",
        "_head",
        "_head_only",
        "_keep_alive",
        "_parser",
        "_status",
        "state",
    )

    def __init__(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._head_only = False
        self._keep_alive = True

    def expect(self, *, head_only: bool) -> None:
        """A request is about to be sent; `head_only` when its method is HEAD."""
        if self._head_only:
            # After an answer to HEAD the old parser waits for a body that will not come.
            self._parser = httptools.HttpResponseParser(self)
        self.state = ReaderState.EMPTY
        self._head_only = head_only
        self._head = b""
        self._status = 0
        self._complete = 0

    def feed(self, data: bytes) -> int | None:
        """Read what arrived.

        Returns:
            The status, when the answer is complete.

        Raises:
            NotHttp: It is not HTTP, or goes on after the answer's end.
        """
        if self.state is ReaderState.EMPTY:
            self.state = ReaderState.STARTED
        if self.state is ReaderState.STARTED:
            self._head += data
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            raise NotHttp("the server switched protocols unasked") from None
        except httptools.HttpParserError as error:
            if not self._complete:
                raise NotHttp(str(error)) from None
            self._keep_alive = False
        if self._complete > 1:
            raise NotHttp("the server sent more answers than were asked for")
        return self._status if self._complete else None

    def eof(self) -> int | None:
        """The server closed.

        Returns:
            The status, when the answer's end is the end of the connection.
        """
        head = self._head.lower()
        open_ended = b"\ncontent-length:" not in head and b"\ntransfer-encoding:" not in head
        if self.state is ReaderState.IN_BODY and open_ended:
            return self._status
        return None

    @property
    def reusable(self) -> bool:
        """Whether the connection may carry another request."""
        return self._keep_alive

    def close(self) -> None:
        """Let go of the parser, which holds this reader in turn."""
        del self._parser

    # What the parser calls.

    def on_message_begin(self) -> None:
        """An answer begins: after the one that was asked for, one too many."""
        self._complete += bool(self._complete)

    def on_headers_complete(self) -> None:
        """The headers have ended: an informational answer is not the one waited for."""
        self._status = self._parser.get_status_code()
        self.state = ReaderState.IN_BODY
        self._keep_alive = self._parser.should_keep_alive()
        if self._head_only and self._status >= 200:
            self._complete = 1
            # The parser thinks of a body, which there is none; ask the headers themselves.
            head = self._head.lower()
            closing = b"\nconnection: close" in head or head.startswith(b"http/1.0")
            self._keep_alive = not closing

    def on_message_complete(self) -> None:
        """The answer has ended."""
        if self._status < 200:
            self.state = ReaderState.STARTED
        elif not self._head_only:
            self._complete = max(self._complete, 1)
