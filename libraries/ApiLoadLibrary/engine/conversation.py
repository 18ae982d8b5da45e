"""The messages of one WebSocket connection: which are answered, lost, doubled or out of order."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum, auto
from typing import Generic, TypeVar

__all__ = ["Answer", "Conversation"]

C = TypeVar("C")


class Answer(Enum):
    """What an answer is."""

    IN_ORDER = auto()  # the first to its message
    OUT_OF_ORDER = auto()  # the same, but a later message was answered before
    AGAIN = auto()  # its message had been answered
    TOO_LATE = auto()  # its message had been given up
    UNASKED = auto()  # there was no such message


class Conversation(Generic[C]):
    """What has been said on one connection; messages are numbered from 0.

    Each message has a carrier, whatever that is; it is handed back when the message is answered.
    """

    __slots__ = ("_given_up", "_highest", "_said", "_waiting")

    def __init__(self) -> None:
        self._said = 0
        self._highest = -1
        self._waiting: dict[int, C] = {}
        self._given_up: set[int] = set()

    def say(self, carrier: C) -> int:
        """A message is about to be sent that will be answered; returns its number."""
        number = self._said
        self._waiting[number] = carrier
        self._said += 1
        return number

    def tell(self) -> int:
        """The same of one that will not be answered."""
        self._said += 1
        return self._said - 1

    def hear(self, number: int) -> tuple[Answer, C | None]:
        """An answer has come to this message; with the carrier, if it is the first in time."""
        carrier = self._waiting.pop(number, None)
        if carrier is None:
            if number in self._given_up:
                self._given_up.remove(number)
                return Answer.TOO_LATE, None
            return (Answer.AGAIN if number < self._said else Answer.UNASKED), None
        if number < self._highest:
            return Answer.OUT_OF_ORDER, carrier
        self._highest = number
        return Answer.IN_ORDER, carrier

    def give_up(self, number: int) -> None:
        """Nobody waits for the answer to this message any more."""
        del self._waiting[number]
        self._given_up.add(number)

    def leave(self) -> Iterator[C]:
        """The connection has ended: the carriers of all messages that are not answered."""
        while self._waiting:
            yield self._waiting.popitem()[1]
