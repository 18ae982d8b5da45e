"""What an answer must be besides having the right status: an error with status 200 is found.

A check has a subject, what is looked at in an answer, and a predicate, what must hold of it.
Where a path leads to several places it must hold of each, and there must be one.  A check says
nothing of an answer that is right, and of another in a few words what was wrong.
"""

from __future__ import annotations

import json
import math
import operator
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

from ApiLoadLibrary.measurement.outcomes import FIRST_CHECK
from ApiLoadLibrary.values import Duration, Percent, Size

from .answer import Answer, Unreadable
from .json_path import JsonPath

__all__ = [
    "ALL_ANSWERS",
    "KINDS",
    "Check",
    "Compared",
    "Containing",
    "Count",
    "Empty",
    "Existing",
    "Fitting",
    "Header",
    "Kind",
    "Matching",
    "OneOf",
    "Place",
    "Plain",
    "Predicate",
    "Subject",
]

ALL_ANSWERS = Percent(100)
SHOWN = 60
"""Characters of what was found that are shown."""

COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}

KINDS: dict[str, tuple[type, ...]] = {
    "number": (int, float),
    "text": (str,),
    "list": (list,),
    "object": (dict,),
    "boolean": (bool,),
}


class Subject(Protocol):
    """What is looked at."""

    @property
    def words(self) -> str:
        """How it is called."""
        ...

    def values(self, answer: Answer) -> Sequence[Any]:
        """What stands there: several values, one, or none.

        Raises:
            Unreadable: The body cannot be read for it.
        """
        ...


class Predicate(Protocol):
    """What must hold of each value."""

    def holds(self, value: Any) -> bool:
        """Whether it does."""
        ...


# Subjects.


@dataclass(frozen=True, slots=True)
class Plain:
    """The status, the body as text, its size, or the answer's service time."""

    words: str

    def values(self, answer: Answer) -> Sequence[Any]:
        """The one value."""
        match self.words:
            case "status":
                return (answer.status,)
            case "time":
                return (Duration(answer.service_ns),)
            case "size":
                return (Size(len(answer.body)),)
        return (answer.text,)


@dataclass(frozen=True, slots=True)
class Header:
    """A header."""

    name: str

    @property
    def words(self) -> str:
        """`header ETag`."""
        return f"header {self.name}"

    def values(self, answer: Answer) -> Sequence[Any]:
        """Its text; none where it is missing."""
        value = answer.header(self.name)
        return () if value is None else (value,)


@dataclass(frozen=True, slots=True)
class Place:
    """What a path leads to in a body of JSON."""

    path: JsonPath

    @property
    def words(self) -> str:
        """The path."""
        return self.path.text

    def values(self, answer: Answer) -> Sequence[Any]:
        """All that it leads to."""
        return self.path.values(answer.document)


@dataclass(frozen=True, slots=True)
class Count:
    """How many values a path leads to; of one that is a list or an object, how many are in it."""

    path: JsonPath

    @property
    def words(self) -> str:
        """`count of $.items`."""
        return f"count of {self.path.text}"

    def values(self, answer: Answer) -> Sequence[Any]:
        """The number."""
        found = self.path.values(answer.document)
        if self.path.leads_to_one and found and isinstance(found[0], list | dict):
            return (len(found[0]),)
        return (len(found),)


# Predicates.


@dataclass(frozen=True, slots=True)
class Compared:
    """`=`, `!=`, `<`, `<=`, `>` or `>=` what was written, and of its kind."""

    sign: str
    target: Any

    def holds(self, value: Any) -> bool:
        """Whether it compares so."""
        if self.sign in {"=", "!="}:
            return COMPARISONS[self.sign](_same(value, self.target), True)
        if isinstance(self.target, int | float):
            if not _is_number(value):
                return False
        elif type(value) is not type(self.target):
            return False
        return COMPARISONS[self.sign](value, self.target)


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of several."""

    targets: tuple[Any, ...]

    def holds(self, value: Any) -> bool:
        """Whether it is."""
        return any(_same(value, each) for each in self.targets)


@dataclass(frozen=True, slots=True)
class Containing:
    """A text holds another one, a list an element, an object a name."""

    target: Any
    expected: bool = True

    def holds(self, value: Any) -> bool:
        """Whether it does."""
        if isinstance(value, str):
            found = str(self.target) in value
        elif isinstance(value, list | dict):
            found = any(_same(each, self.target) for each in value)
        else:
            return False
        return found is self.expected


@dataclass(frozen=True, slots=True)
class Matching:
    """A text in which a pattern is found."""

    pattern: re.Pattern[str]

    def holds(self, value: Any) -> bool:
        """Whether it is."""
        return isinstance(value, str) and self.pattern.search(value) is not None


@dataclass(frozen=True, slots=True)
class Empty:
    """Nothing in it: no characters, elements or names, or null."""

    expected: bool = True

    def holds(self, value: Any) -> bool:
        """Whether that is so."""
        nothing = value is None or (isinstance(value, str | list | dict) and not value)
        return nothing is self.expected


@dataclass(frozen=True, slots=True)
class Kind:
    """A number, a text, a list, an object, a boolean, or null."""

    name: str

    def holds(self, value: Any) -> bool:
        """Whether it is."""
        if isinstance(value, bool):
            return self.name == "boolean"
        return isinstance(value, KINDS[self.name])


@dataclass(frozen=True, slots=True)
class Existing:
    """There is something, or there is nothing."""

    expected: bool = True

    def holds(self, value: Any) -> bool:
        """Whether there may be one."""
        return self.expected


@dataclass(frozen=True)
class Fitting:
    """What a JSON Schema describes.

    Attributes:
        schema: Its text; drafts 4, 6, 7, 2019-09 and 2020-12, as it names itself.
    """

    schema: str = field(repr=False)

    @cached_property
    def _validator(self) -> Any:
        from jsonschema_rs import validator_for  # few runs need it

        return validator_for(self.schema, retriever=_nothing_else)

    def require_readable(self) -> None:
        """See whether it is a schema.

        Raises:
            ValueError: It is none, or needs another document.
        """
        _ = self._validator

    def __reduce__(self) -> tuple[type[Fitting], tuple[str]]:
        return Fitting, (self.schema,)

    def holds(self, value: Any) -> bool:
        """Whether it fits."""
        fits: bool = self._validator.is_valid(value)
        return fits

    def problem(self, value: Any) -> str:
        """Where it does not, and why."""
        for error in self._validator.iter_errors(value):
            place = "".join(f"[{each!r}]" for each in error.instance_path)
            return f"{_cut(error.message)} (at ${place})"
        return "it fits"


def _nothing_else(uri: str) -> Any:
    """What a schema refers to outside of itself: nothing is fetched, from nowhere."""
    raise ValueError(f"it refers to {uri}: put all of it into one file")


def _same(value: Any, target: Any) -> bool:
    """Equality as JSON has it: 1 is 1.0, but not true."""
    return bool(value == target and isinstance(value, bool) is isinstance(target, bool))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and not math.isnan(value)


# A check.


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that must hold of an endpoint's answers.

    Attributes:
        text: As it was written, but for folders; it names the check.
        sample: The share of answers that are looked at.
        number: Its own in its session, by which failures are counted.
    """

    text: str
    subject: Subject
    predicate: Predicate
    sample: Percent = ALL_ANSWERS
    number: int = 0

    @property
    def outcome(self) -> int:
        """How a request ends whose answer fails it."""
        return FIRST_CHECK + self.number

    def says_what(self, other: Check) -> bool:
        """Whether another one asks the same of answers, of however many."""
        return (self.subject, self.predicate) == (other.subject, other.predicate)

    def problem(self, answer: Answer) -> str | None:
        """What is wrong with an answer, in a few words; None where nothing is."""
        try:
            return self._problem(answer)
        except Unreadable as error:
            return f"the body {error}"
        except RecursionError:
            return "the body is nested too deeply to look into"

    def _problem(self, answer: Answer) -> str | None:
        predicate = self.predicate
        values = self.subject.values(answer)
        if not values:
            none_may_be = isinstance(predicate, Existing) and not predicate.expected
            return None if none_may_be else f"there was no {self.subject.words}"
        for value in values:
            if not predicate.holds(value):
                if isinstance(predicate, Fitting):
                    return predicate.problem(value)
                return f"{self.subject.words} was {shown(value)}"
        return None


def shown(value: Any) -> str:
    """A value as JSON has it, or a time or a size as people write it; cut where it is long."""
    if isinstance(value, Duration | Size):
        return str(value)
    return _cut(json.dumps(value, ensure_ascii=False, default=str))


def _cut(text: str) -> str:
    """On one line, and not too long."""
    line = " ".join(text.split())
    return line if len(line) <= SHOWN else f"{line[: SHOWN - 1]}…"
