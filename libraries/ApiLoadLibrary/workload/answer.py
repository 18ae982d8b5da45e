"""An answer that was kept: status, headers and body, read as far as somebody asks.

Servers compress bodies, and may send more than anybody wants to hold: what is kept of a body
has a limit, and so has what it may become when it is unpacked.
"""

from __future__ import annotations

import io
import json
import re
import zlib
from functools import cached_property
from typing import Any

__all__ = ["MOST_KEPT", "MOST_UNPACKED", "Answer", "Unreadable"]

MOST_KEPT = 8 * 1024 * 1024
"""Bytes of a body, as it travels."""

MOST_UNPACKED = 32 * 1024 * 1024
MOST_MEMBERS = 100
"""What is behind each is copied: a body of nothing but empty ones would take minutes."""

GZIP, ZLIB, RAW = 31, 15, -15
"""What zlib calls its formats."""

_ZLIB = {"gzip": GZIP, "x-gzip": GZIP, "deflate": ZLIB}

_CHARSET = re.compile(r"charset\s*=\s*\"?([\w.:-]+)", re.IGNORECASE)


class Unreadable(Exception):
    """The body is not what it says it is; the message completes `the body …`."""


class Answer:
    """One answer.

    Attributes:
        status: Its HTTP status.
        headers: Names in small letters, and values, in order.
        sent_body: The body as it travelled; of a long one the first `MOST_KEPT` bytes.
        whole: Whether that is all of it.
        service_ns: From the request's actual start to the answer's last byte.
    """

    def __init__(
        self,
        status: int,
        headers: list[tuple[bytes, bytes]],
        sent_body: bytes,
        *,
        whole: bool,
        service_ns: int = 0,
    ) -> None:
        self.status = status
        self.headers = headers
        self.sent_body = sent_body
        self.whole = whole
        self.service_ns = service_ns

    def header(self, name: str) -> str | None:
        """The values of this header, with commas between; None where there is none."""
        wanted = name.lower().encode("latin-1", "replace")
        values = [value for each, value in self.headers if each == wanted]
        return b", ".join(values).decode("latin-1") if values else None

    @cached_property
    def body(self) -> bytes:
        """The body, unpacked.

        Raises:
            Unreadable: It is too long, or packed in a way that cannot be undone.
        """
        if not self.whole:
            raise Unreadable(f"is longer than the {_mb(MOST_KEPT)} that are kept")
        coding = (self.header("content-encoding") or "").strip().lower()
        if not self.sent_body or coding in {"", "identity"}:
            return self.sent_body
        unpack = _inflated if coding in _ZLIB else _unpacked
        body = unpack(self.sent_body, coding)
        if len(body) > MOST_UNPACKED:
            raise Unreadable(f"is longer than {_mb(MOST_UNPACKED)} when it is unpacked")
        return body

    @cached_property
    def text(self) -> str:
        """The body as text; what its character set does not know becomes `�`.

        Raises:
            Unreadable: See `body`.
        """
        found = _CHARSET.search(self.header("content-type") or "")
        try:
            return self.body.decode(found[1] if found else "utf-8", "replace")
        except (LookupError, UnicodeError):  # Python knows codecs that are no character sets
            return self.body.decode("utf-8", "replace")

    @cached_property
    def document(self) -> Any:
        """The body as JSON.

        Raises:
            Unreadable: It is not JSON; or see `body`.
        """
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise Unreadable("is not JSON" if self.body.strip() else "is empty") from None


def _inflated(packed: bytes, coding: str) -> bytes:
    """What gzip or deflate had packed, in one member or several; at most a byte over the limit."""
    body = bytearray()
    members = 0
    bits = _ZLIB[coding]
    if bits == ZLIB and int.from_bytes(packed[:2]) % 31:
        bits = RAW  # many servers leave out the header that the RFC asks for, a multiple of 31
    try:
        while packed and len(body) <= MOST_UNPACKED:
            reader = zlib.decompressobj(bits)
            body += reader.decompress(packed, MOST_UNPACKED + 1 - len(body))
            if not reader.eof and len(body) <= MOST_UNPACKED:
                raise zlib.error("cut off")
            packed = reader.unused_data
            members += 1
            if members > MOST_MEMBERS:
                raise Unreadable(f"is packed in more than {MOST_MEMBERS} pieces")
    except zlib.error:
        raise _not_unpacked(coding) from None
    return bytes(body)


def _unpacked(packed: bytes, coding: str) -> bytes:
    """The same of whatever this machine told the server that it can read."""
    from urllib3 import HTTPResponse
    from urllib3.exceptions import HTTPError

    reader = HTTPResponse(
        io.BytesIO(packed), headers={"content-encoding": coding}, preload_content=False
    )
    pieces, left = [], MOST_UNPACKED + 1
    try:
        while left and (piece := reader.read(left)):
            pieces.append(piece)
            left -= len(piece)
    except (HTTPError, ValueError, zlib.error):
        raise _not_unpacked(coding) from None
    body = b"".join(pieces)
    if body == packed:
        raise Unreadable(f"cannot be unpacked: nothing here reads {coding[:40]}")
    return body


def _not_unpacked(coding: str) -> Unreadable:
    return Unreadable(f"cannot be unpacked: it says that it is {coding[:40]}")


def _mb(size: int) -> str:
    return f"{size // (1024 * 1024)} MB"
