"""Requests rendered ahead: all bytes that do not change are ready before the load starts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from .origin import Origin
from .template import Part, UserToken, scrambled
from .tracing import RequestIds

__all__ = ["RequestTemplate"]


@dataclass(frozen=True, slots=True)
class RequestTemplate:
    """One endpoint's request as bytes with gaps.

    Attributes:
        origin: Where it goes.
        method: Its method; an answer to HEAD has no body.
        head: Request line and headers, without Content-Length and the empty line.
        body: The body; None when the request has none, and no length of it is sent.
        seed: Of the values that are filled in.
        ids: Of its requests; their headers are the last ones.
    """

    origin: Origin
    method: str
    head: tuple[Part, ...] = field(repr=False)
    body: tuple[Part, ...] | None = field(repr=False)
    seed: int
    ids: RequestIds

    @property
    def is_signed(self) -> bool:
        """Whether a token stands in it, of whoever is signed in when it is sent."""
        return any(isinstance(part, UserToken) for part in (*self.head, *(self.body or ())))

    def signed(self, tokens: Sequence[str]) -> RequestTemplate:
        """The same request with the tokens of those who are signed in, in their order."""
        if not self.is_signed:
            return self
        body = None if self.body is None else tuple(_signed(self.body, tokens))
        return replace(self, head=tuple(_signed(self.head, tokens)), body=body)

    def renderer(self) -> Callable[[int], bytes]:
        """A function from the arrival's number to the whole request's bytes."""
        parts = (*self.head, *(self.body or ()))
        if all(isinstance(part, bytes) for part in parts):
            return self.ids.between(*self._rendered(0))
        id_headers = self.ids.between(b"", b"")

        def render(arrival: int) -> bytes:
            head, rest = self._rendered(arrival)
            return head + id_headers(arrival) + rest

        return render

    def _rendered(self, arrival: int) -> tuple[bytes, bytes]:
        """What stands before the ids' headers, and what behind them."""
        noise = scrambled(self.seed ^ arrival * 0xD1342543DE82EF95)
        head = _filled(self.head, arrival, noise)
        if self.body is None:
            return head, b"\r\n"
        body = _filled(self.body, arrival, noise ^ 0x5851F42D4C957F2D)
        return head, b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


def _filled(parts: tuple[Part, ...], arrival: int, noise: int) -> bytes:
    pieces = []
    for part in parts:
        if isinstance(part, bytes):
            pieces.append(part)
        else:
            noise = scrambled(noise)
            pieces.append(part.render(arrival, noise))
    return b"".join(pieces)


def _signed(parts: tuple[Part, ...], tokens: Sequence[str]) -> Iterator[Part]:
    """The parts with tokens in them; a single user's is as fixed as what stands around it."""
    before = b""
    for each in parts:
        part: Part = each.of(tokens) if isinstance(each, UserToken) else each
        if isinstance(part, UserToken) and len(part.tokens) == 1:
            part = part.tokens[0]
        if isinstance(part, bytes):
            before += part
            continue
        if before:
            yield before
            before = b""
        yield part
    if before:
        yield before
