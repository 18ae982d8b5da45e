"""Rows of a file that feed requests: which arrival gets which row, and a row's values as bytes.

| order        | an arrival's row is                                                  |
| ------------ | -------------------------------------------------------------------- |
| `sequential` | the one with its number; after the last comes the first again        |
| `random`     | any of them, by the run's seed and its number                        |
| `unique`     | one that no other arrival gets, in this load run or another          |

The row is a function of the arrival's number and of what is planned, and of nothing else: shards
need not ask each other.  All that one request takes from a file is of one row.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from ApiLoadLibrary.errors import BadInput, EngineFailed, UnknownName

from .encoding import Encode
from .endpoint import header_text, is_header_value
from .table import Table
from .template import BUILT_IN, Bare, Placeholder, scrambled

__all__ = ["Draw", "Draws", "Feeder", "Order", "share_out"]

_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?")


class Order(Enum):
    """In which order rows are taken."""

    SEQUENTIAL = "sequential"
    RANDOM = "random"
    UNIQUE = "unique"


@dataclass(slots=True)
class Feeder:
    """A file that feeds requests, under a name.

    Attributes:
        used: How many rows load runs have taken so far, where each may be taken once.
    """

    name: str
    table: Table
    order: Order = Order.SEQUENTIAL
    used: int = 0

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[^\W\d]\w*", self.name) or self.name.casefold() in BUILT_IN:
            raise BadInput(
                f"name='{self.name}' cannot name a feeder: write one word that is no placeholder, "
                "like users."
            )


class Draw:
    """Which rows of a feeder the arrivals of one endpoint get in a load run.

    Args:
        feeder: Whose rows.
        seed: Of the endpoint in its run, for a random order.

    Attributes:
        place, of: Where each row is taken once: the endpoint's place among those of the run that
            take from this feeder, and how many these are.
    """

    def __init__(self, feeder: Feeder, seed: int) -> None:
        self.feeder = feeder
        self.place, self.of = 0, 1
        self._seed = scrambled(seed ^ int.from_bytes(feeder.name.encode()[-8:]))
        self._first = feeder.used
        self._latest: tuple[int, Any] = (-1, None)

    def number(self, arrival: int) -> int:
        """The number of an arrival's row; where each is taken once, there may be none of it."""
        match self.feeder.order:
            case Order.SEQUENTIAL:
                return arrival % self.feeder.table.count
            case Order.RANDOM:
                return scrambled(self._seed ^ arrival) % self.feeder.table.count
        return self._first + arrival * self.of + self.place

    def row(self, arrival: int) -> Any:
        """An arrival's row.

        Raises:
            EngineFailed: All have been used up, or the file has changed.
        """
        number, row = self._latest
        if number != arrival:
            place = self.number(arrival)
            if place >= self.feeder.table.count:
                raise EngineFailed(f"The rows of {self.feeder.name} are used up.")
            row = self.feeder.table.row(place)
            self._latest = (arrival, row)  # at once: several threads may draw
        return row

    def value(self, arrival: int, name: str) -> Any:
        """What an arrival's row has under this name."""
        return self.feeder.table.value(self.row(arrival), name)

    @property
    def left(self) -> int:
        """How many rows there are that no earlier load run was given."""
        return self.feeder.table.count - self._first

    def needs(self, arrivals: int) -> int:
        """How many rows must be left for so many arrivals, where each is taken once."""
        return (arrivals - 1) * self.of + self.place + 1 if arrivals else 0

    def use(self, arrivals: int) -> None:
        """So many arrivals are sent: where rows are taken once, theirs are used."""
        if self.feeder.order is Order.UNIQUE:
            self.feeder.used = max(self.feeder.used, self._first + self.needs(arrivals))


def share_out(draws: Iterable[Draw]) -> None:
    """Let several endpoints of a load run take different rows of one feeder."""
    of_feeder: dict[str, list[Draw]] = {}
    for draw in draws:
        mine = of_feeder.setdefault(draw.feeder.name, [])
        if draw not in mine:
            mine.append(draw)
    for each in of_feeder.values():
        for place, draw in enumerate(each):
            draw.place, draw.of = place, len(each)


@dataclass(frozen=True, slots=True)
class Field:
    """A value of the arrival's row.

    Attributes:
        name: Of the value.
        encode: How text is written where it stands.
    """

    draw: Draw
    name: str
    encode: Encode

    @property
    def as_json(self) -> Placeholder | None:
        """The value with its type, where the file knows it."""
        return Typed(self.draw, self.name) if self.draw.feeder.table.has_types else None

    def render(self, arrival: int, noise: int) -> bytes:
        """Its text; of what is none, its JSON."""
        return self.encode(_text(self.draw.value(arrival, self.name)))


@dataclass(frozen=True, slots=True)
class Typed(Bare):
    """A value of the arrival's row as JSON; a text that reads as a number is taken for one."""

    draw: Draw
    name: str

    def render(self, arrival: int, noise: int) -> bytes:
        """Its bytes."""
        value = self.draw.value(arrival, self.name)
        has_types = self.draw.feeder.table.has_types
        return (json.dumps(value) if has_types else value).encode()


class Draws:
    """What one endpoint of a load run draws, from whichever feeders it names.

    Args:
        feeders: By name, in small letters.
        seed: See `Draw`.
    """

    def __init__(self, feeders: Mapping[str, Feeder], seed: int) -> None:
        self._feeders = feeders
        self._seed = seed
        self._draws: dict[str, Draw] = {}

    @property
    def all(self) -> tuple[Draw, ...]:
        """All of it."""
        return tuple(self._draws.values())

    def placeholder(self, written: str, encode: Encode) -> Placeholder | None:
        """What stands for `users.name` or `number users.age`; None where it is neither.

        Args:
            written: What stands between the braces.
            encode: How text is written where it stands.

        Raises:
            UnknownName: There is no such feeder, or no such value in each of its rows.
            BadInput: One of the values cannot stand there.
        """
        found = re.fullmatch(r"(number\s+)?(\w+)\.(.+)", written)
        if found is None:
            return None
        is_number, feeder, name = bool(found[1]), self._feeders.get(found[2].casefold()), found[3]
        if feeder is None:
            names = [each.name for each in self._feeders.values()]
            raise UnknownName("feeder", found[2], names)
        if not feeder.table.has(name):
            raise UnknownName(
                f"value in every row of {feeder.name} called", name, feeder.table.names
            )
        draw = self._draws.setdefault(feeder.name, Draw(feeder, self._seed))
        if is_number:
            _require(feeder, name, _is_number, "is no number")
            return Typed(draw, name)
        if encode is header_text:
            _require(feeder, name, _fits_header, "cannot stand in a header")
        return Field(draw, name, encode)


def _require(feeder: Feeder, name: str, fits: Callable[[Any], bool], problem: str) -> None:
    """See whether all values of this name are right; they may be secrets, and are not shown."""
    row = feeder.table.flaw(name, fits)
    if row is not None:
        raise BadInput(
            f"'{name}' of {feeder.name} {problem} in row {row + 1:,} of {feeder.table.path.name}: "
            "correct it there, or use another value."
        )


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _is_number(value: Any) -> bool:
    if isinstance(value, str):
        return _NUMBER.fullmatch(value) is not None
    return isinstance(value, int | float) and not isinstance(value, bool)


def _fits_header(value: Any) -> bool:
    return is_header_value(_text(value))
