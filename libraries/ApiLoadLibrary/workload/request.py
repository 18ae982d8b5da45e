"""Requests rendered ahead: all bytes that do not change are ready before the load starts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from .feeder import Draw
from .origin import Origin
from .taken import Taken
from .template import Part, UserToken, scrambled
from .tracing import RequestIds

__all__ = ["RequestTemplate"]

Gap = Part | Taken
_NOTHING_TAKEN: Mapping[str, Any] = {}


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
        draws: What it draws from feeders.
    """

    origin: Origin
    method: str
    head: tuple[Gap, ...] = field(repr=False)
    body: tuple[Gap, ...] | None = field(repr=False)
    seed: int
    ids: RequestIds
    draws: tuple[Draw, ...] = field(default=(), repr=False)

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

    def renew(self, tokens: Mapping[int, str]) -> None:
        """Let these users, by number, have these tokens from now on.

        Of a request that was signed for several; its renderers know it at once.
        """
        for part in (*self.head, *(self.body or ())):
            if isinstance(part, UserToken):
                for user, token in tokens.items():
                    part.put(user, token)

    @property
    def takes(self) -> frozenset[str]:
        """Names of the values that it shows and that its user must have taken before."""
        parts = (*self.head, *(self.body or ()))
        return frozenset(part.name for part in parts if isinstance(part, Taken))

    def renderer(self) -> Callable[[int], bytes]:
        """A function from the arrival's number to the whole request's bytes.

        Raises:
            EngineFailed: A file that feeds it has changed, or is gone.
        """
        parts = (*self.head, *(self.body or ()))
        if all(isinstance(part, bytes) for part in parts):
            return self.ids.between(*self._rendered(0, _NOTHING_TAKEN))
        if sum(not isinstance(part, bytes) for part in parts) == 1:
            for place, part in enumerate(self.head):
                if isinstance(part, UserToken):
                    return self._signed_renderer(place, part)
        render = self.user_renderer()
        return lambda arrival: render(arrival, _NOTHING_TAKEN)

    def _signed_renderer(self, place: int, token: UserToken) -> Callable[[int], bytes]:
        """The same where nothing differs but a token in the head: a fifth of the work."""
        before = b"".join(part for part in self.head[:place] if isinstance(part, bytes))
        rest = replace(self, head=self.head[place + 1 :])
        behind = self.ids.between(*rest._rendered(0, _NOTHING_TAKEN))
        tokens, count = token.tokens, len(token.tokens)
        return lambda arrival: before + tokens[arrival % count] + behind(arrival)

    def user_renderer(self) -> Callable[[int, Mapping[str, Any]], bytes]:
        """A function from the arrival's number, and what its user has taken, to the same.

        It raises ValueError where one of these values cannot be sent.

        Raises:
            EngineFailed: See `renderer`.
        """
        for draw in self.draws:
            draw.row(0)
        id_headers = self.ids.between(b"", b"")

        def render(arrival: int, values: Mapping[str, Any]) -> bytes:
            head, rest = self._rendered(arrival, values)
            return head + id_headers(arrival) + rest

        return render

    def _rendered(self, arrival: int, values: Mapping[str, Any]) -> tuple[bytes, bytes]:
        """What stands before the ids' headers, and what behind them."""
        noise = scrambled(self.seed ^ arrival * 0xD1342543DE82EF95)
        head = _filled(self.head, arrival, noise, values)
        if self.body is None:
            return head, b"\r\n"
        body = _filled(self.body, arrival, noise ^ 0x5851F42D4C957F2D, values)
        return head, b"Content-Length: %d\r\n\r\n%s" % (len(body), body)


def _filled(parts: tuple[Gap, ...], arrival: int, noise: int, values: Mapping[str, Any]) -> bytes:
    pieces = []
    for part in parts:
        if isinstance(part, bytes):
            pieces.append(part)
        elif isinstance(part, Taken):
            pieces.append(part.fill(values))
        else:
            noise = scrambled(noise)
            pieces.append(part.render(arrival, noise))
    return b"".join(pieces)


def _signed(parts: tuple[Gap, ...], tokens: Sequence[str]) -> Iterator[Gap]:
    """The parts with tokens in them; a single user's is as fixed as what stands around it."""
    before = b""
    for each in parts:
        part: Gap = each.of(tokens) if isinstance(each, UserToken) else each
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
