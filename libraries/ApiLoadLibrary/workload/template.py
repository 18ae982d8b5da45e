"""Values that differ from request to request, written as `{{…}}` in paths, headers and bodies.

| written                     | becomes                                             |
| --------------------------- | --------------------------------------------------- |
| `{{counter}}`               | the arrival's number, counted from 1                |
| `{{integer 1..50}}`         | a whole number from 1 to 50                         |
| `{{choice cash\\|card}}`    | one of the words                                    |
| `{{uuid}}`                  | a UUID (version 4 in form)                          |
| `{{run}}`                   | the load run's id                                   |
| `{{users.name}}`            | a value of a row, see `feeder`                      |
| `{{number users.age}}`      | the same as a JSON number                           |
| `{{token}}`                 | the token of whoever is signed in                   |

Each value is a function of the run's seed, the arrival's number and the place in
the request, and of nothing else: a run's requests are the same however many
shards send them, and no two arrivals share a counter or a UUID.  Only tokens are not: they run
out while load is sent, and others take their places.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol, Self

from ApiLoadLibrary.errors import BadInput

from .encoding import Encode

__all__ = [
    "BUILT_IN",
    "PLACEHOLDER",
    "Bare",
    "Choice",
    "Counter",
    "Integer",
    "Part",
    "Placeholder",
    "RunId",
    "UserToken",
    "Uuid",
]

OF_USER = "of whoever is signed in"
"""Said of a token, it is never one that a journey has taken from an answer under that name."""

BUILT_IN = frozenset({"counter", "integer", "choice", "uuid", "run"})
"""What these names mean is fixed."""

# Bodies that others wrote are searched for it: without the pluses, which never go back, a few
# hundred spaces behind two braces would take seconds.
PLACEHOLDER = re.compile(r"\{\{\s*+(\w*+)\s*+((?:[^{}\s]++|\s++(?!\}))*+)\s*+\}\}")
_BOUNDS = re.compile(r"(-?\d{1,18})\s*\.\.\s*(-?\d{1,18})")
_MASK = (1 << 64) - 1


class Placeholder(Protocol):
    """A place whose bytes depend on the arrival."""

    @property
    def as_json(self) -> Placeholder | None:
        """What stands for a JSON string of which it is the whole; None where the quotes stay."""
        ...

    def render(self, arrival: int, noise: int) -> bytes:
        """The bytes for this arrival; `noise` is 64 bits that no other place gets."""
        ...


Part = bytes | Placeholder


class Bare:
    """A placeholder that needs no quotes in JSON."""

    __slots__ = ()

    @property
    def as_json(self) -> Self:
        """Itself."""
        return self


class Quoted:
    """A placeholder that is text in JSON."""

    __slots__ = ()
    as_json = None


@dataclass(frozen=True, slots=True)
class Counter(Bare):
    """The arrival's number, from 1."""

    def render(self, arrival: int, noise: int) -> bytes:
        """`1` for the first arrival."""
        return b"%d" % (arrival + 1)


@dataclass(frozen=True, slots=True)
class Integer(Bare):
    """A whole number between two, both included."""

    low: int
    high: int

    def render(self, arrival: int, noise: int) -> bytes:
        """One of them, each as likely."""
        return b"%d" % (self.low + noise % (self.high - self.low + 1))


@dataclass(frozen=True, slots=True)
class Choice(Quoted):
    """One of several texts, already encoded for where they stand."""

    options: tuple[bytes, ...]

    def render(self, arrival: int, noise: int) -> bytes:
        """One of them, each as likely."""
        return self.options[noise % len(self.options)]


@dataclass(frozen=True, slots=True)
class Uuid(Quoted):
    """A UUID of version 4 in form."""

    def render(self, arrival: int, noise: int) -> bytes:
        """Lower case, with dashes."""
        low = scrambled(noise)
        return b"%08x-%04x-4%03x-%04x-%012x" % (
            noise >> 32,
            (noise >> 16) & 0xFFFF,
            noise & 0xFFF,
            0x8000 | (low >> 50),
            low & 0xFFFF_FFFF_FFFF,
        )


@dataclass(frozen=True, slots=True)
class RunId(Quoted):
    """The load run's id."""

    text: bytes

    def render(self, arrival: int, noise: int) -> bytes:
        """The same for every arrival."""
        return self.text


@dataclass(frozen=True, slots=True)
class UserToken(Quoted):
    """The token of one of those who are signed in; each arrival comes as one of them, in turns.

    Attributes:
        encode: How a token is encoded where it stands.
        tokens: Theirs, encoded; empty until they are known.  One that runs out is replaced here,
            so that nobody has to go through thousands of others.
    """

    encode: Encode
    tokens: list[bytes] = field(default_factory=list, repr=False)

    def render(self, arrival: int, noise: int) -> bytes:
        """That of the user whose turn it is: the first arrival's is the first."""
        return self.tokens[arrival % len(self.tokens)]

    def of(self, tokens: Sequence[str]) -> UserToken:
        """The same place with these tokens in it."""
        return UserToken(self.encode, list(map(self.encode, tokens)))

    def put(self, user: int, token: str) -> None:
        """Let this user, by number, have this token from now on; any thread may read meanwhile."""
        self.tokens[user] = self.encode(token)


Others = Callable[[str, Encode], Placeholder | None]


def _no_others(written: str, encode: Encode) -> None:
    """There are none."""


def scrambled(number: int) -> int:
    """64 well-mixed bits of a number: the finalizer of Steele's SplitMix64."""
    number = (number + 0x9E3779B97F4A7C15) & _MASK
    number = ((number ^ (number >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    number = ((number ^ (number >> 27)) * 0x94D049BB133111EB) & _MASK
    return number ^ (number >> 31)


def seed_of(run_id: str, place: int) -> int:
    """The seed of all that differs from request to request, for the endpoint at this place."""
    return scrambled(int.from_bytes(run_id.encode()[-8:]) + place)


def placeholder(
    written: re.Match[str], run_id: str, encode: Encode, others: Others = _no_others
) -> Placeholder:
    """The placeholder that a match of `PLACEHOLDER` stands for.

    Args:
        run_id: What `{{run}}` becomes.
        encode: How text is written where the placeholder stands.
        others: Knows more placeholders, by what stands between the braces.

    Raises:
        BadInput: No such placeholder, or its argument is not what it takes.
    """
    kind, argument = written[1].lower(), written[2]
    plain: dict[str, Placeholder] = {
        "counter": Counter(),
        "uuid": Uuid(),
        "run": RunId(run_id.encode()),
        "token": UserToken(encode),
    }
    if kind in plain and not argument:
        return plain[kind]
    if kind == "token" and argument == OF_USER:
        return UserToken(encode)
    if kind == "integer" and (bounds := _BOUNDS.fullmatch(argument)):
        low, high = int(bounds[1]), int(bounds[2])
        if low <= high:
            return Integer(low, high)
    if kind == "choice" and argument:
        return Choice(tuple(encode(each.strip()) for each in argument.split("|")))
    if found := others(written[0][2:-2].strip(), encode):
        return found
    raise BadInput(
        f"'{written[0]}' is no value that can be filled in: write {{{{counter}}}}, {{{{uuid}}}}, "
        "{{run}}, {{token}}, {{integer 1..50}}, {{choice cash|card}}, or {{users.name}} of a file "
        "that `Feed From` has named; a value that a step of a journey shows, an earlier step must "
        "take (`Take From Answer`)."
    )
