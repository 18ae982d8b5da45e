"""Criteria on what a suite sends by itself, as a listener's arguments give them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from ApiLoadLibrary.criteria.grammar import parse
from ApiLoadLibrary.errors import BadInput

from .criteria_file import Requirement, read_criteria

__all__ = ["Unreadable", "read_arguments"]

_FILES = (".toml", ".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An argument that holds no criterion.

    Attributes:
        text: As it was written.
        problem: What to write instead.
    """

    text: str
    problem: str


def read_arguments(arguments: Sequence[str]) -> Iterator[Requirement | Unreadable]:
    """The criteria of a listener's arguments: criteria with semicolons between them, and files.

    Robot has cut the arguments at colons, or at semicolons; a colon may have stood within a
    name (`p95 of 127.0.0.1:8080 GET /orders < 1 s`) or a path.
    """
    pieces = [part.strip() for each in arguments for part in each.split(";") if part.strip()]
    while pieces:
        readings = [_read(":".join(pieces[: count + 1])) for count in range(len(pieces))]
        readable = (place for place, each in enumerate(readings) if not _has_slip(each))
        taken = next(readable, 0)
        yield from readings[taken]
        del pieces[: taken + 1]


def _read(text: str) -> list[Requirement | Unreadable]:
    try:
        found = read_criteria(text) if text.endswith(_FILES) else [Requirement(text)]
    except BadInput as error:
        return [Unreadable(text, str(error))]
    return [_checked(each) for each in found]


def _checked(requirement: Requirement) -> Requirement | Unreadable:
    try:
        parse(requirement.criterion)
    except BadInput as error:
        return Unreadable(requirement.criterion, str(error))
    return requirement


def _has_slip(found: Sequence[Requirement | Unreadable]) -> bool:
    return any(isinstance(each, Unreadable) for each in found)
