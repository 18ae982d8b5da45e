"""Messages of WebSocket connections: texts that can be told apart when they come back.

A message's id names its run, its connection and its number there: `6f1c09ab.17.3`.  Whatever
else a server sends back with it, the id is found in that.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.values import Rate

from .template import PLACEHOLDER, Part, UserToken, placeholder, scrambled, seed_of

__all__ = ["MESSAGE", "MessageId", "MessageRate", "MessageTemplate"]

MESSAGE = "message {{id}}"
_ID = "id"
_EACH = re.compile(r"(?<!\s)\s+(?:per\s+connection|each)$", re.IGNORECASE)


class MessageId(NamedTuple):
    """Which message it is.

    Attributes:
        connection: The number of its connection in the run.
        number: Its own on that connection, from 0.
    """

    connection: int
    number: int


@dataclass(frozen=True, slots=True)
class MessageTemplate:
    """A message as bytes with gaps.

    Attributes:
        parts: What is sent; None stands for the id.
        seed: Of the values that are filled in.
        run: What the ids begin with.
        answered: Whether each is answered with something that holds its id.
    """

    parts: tuple[Part | None, ...] = field(repr=False)
    seed: int
    run: bytes
    answered: bool = True

    @classmethod
    def of(cls, text: str, run_id: str, place: int, *, answered: bool) -> MessageTemplate:
        """The template of a text that may hold placeholders, `{{id}}` among them.

        Args:
            place: The endpoint's place in the run.
            answered: See the class.

        Raises:
            BadInput: No such placeholder; or answers are awaited that could not be told apart.
        """
        parts: list[Part | None] = []
        position = 0
        for found in PLACEHOLDER.finditer(text):
            parts.append(text[position : found.start()].encode())
            is_id = found[1].lower() == _ID and not found[2]
            part = None if is_id else placeholder(found, run_id, str.encode)
            if isinstance(part, UserToken):
                raise BadInput(
                    "{{token}} cannot stand in message=: a connection shows its token when it is "
                    "opened, in a header or as token_in= says."
                )
            parts.append(part)
            position = found.end()
        parts.append(text[position:].encode())
        if answered and None not in parts:
            raise BadInput(
                f"message='{text}' must hold {{{{id}}}}, by which its answer is known: write it "
                "where the server sends it back, or reply=False if it does not."
            )
        kept = tuple(each for each in parts if each != b"")
        return cls(kept, seed_of(run_id, place), run_id[:8].encode(), answered)

    def render(self, arrival: int, message: MessageId) -> bytes:
        """The message's bytes."""
        noise = self.seed ^ arrival * 0xD1342543DE82EF95
        pieces = []
        for part in self.parts:
            if isinstance(part, bytes):
                pieces.append(part)
            elif part is None:
                pieces.append(b"%s.%d.%d" % (self.run, *message))
            else:
                noise = scrambled(noise)
                pieces.append(part.render(arrival, noise))
        return b"".join(pieces)

    def reader(self) -> Callable[[bytes], MessageId | None]:
        """A function that finds the id in what has come; None where there is none of this run."""
        search = re.compile(rb"%s\.(\d{1,15})\.(\d{1,15})(?!\d)" % self.run).search

        def read(data: bytes) -> MessageId | None:
            found = search(data)
            return MessageId(int(found[1]), int(found[2])) if found else None

        return read


@dataclass(frozen=True, slots=True)
class MessageRate:
    """How many messages are sent: over all connections, or on each of them.

    | written                    | means                                        |
    | -------------------------- | -------------------------------------------- |
    | `200/s`                    | 200 a second, over all connections           |
    | `2/min per connection`     | on each of them; `each` says the same        |
    """

    rate: Rate
    each: bool = False

    @classmethod
    def parse(cls, value: object) -> MessageRate:
        """A MessageRate from text, or a MessageRate itself.

        Raises:
            ValueError: No rate.
        """
        if isinstance(value, MessageRate):
            return value
        text, found = _EACH.subn("", str(value).strip())
        return cls(Rate.parse(text), bool(found))

    def over_all(self, connections: int) -> Rate:
        """Over so many connections together."""
        return Rate(self.rate.count * connections, self.rate.per) if self.each else self.rate

    def __str__(self) -> str:
        return f"{self.rate} per connection" if self.each else str(self.rate)
