"""What is asked of an import: which operations, and values for their parameters."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from .wanted import UNASKED, why_not_wanted

__all__ = ["Choice"]


@dataclass(frozen=True, slots=True)
class Choice:
    """Which operations of a description become endpoints, and with what in them.

    Attributes:
        methods: Their HTTP methods.
        tags: One of their tags; all do where none is named.
        only: Patterns of the endpoints' names, like `List *`; all do where none is named.
        without: Patterns of the names of those that are left out.
        values: For parameters by their name, or by their place in a path: `/orders/{id}`.
    """

    methods: frozenset[str] = UNASKED
    tags: tuple[str, ...] = ()
    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def why_left_out(self, name: str, method: str, tags: Collection[str]) -> str | None:
        """Why an operation is not asked for; None where it is."""
        if reason := why_not_wanted(method, self.methods):
            return reason
        if self.tags and not _folded(tags) & _folded(self.tags):
            return "it has none of the tags in tags="
        if self.only and not _matches(name, self.only):
            return f"its name ({name}) is not in only="
        if _matches(name, self.without):
            return f"its name ({name}) is in without="
        return None


def _folded(words: Collection[str]) -> set[str]:
    return {each.casefold() for each in words}


def _matches(name: str, patterns: Collection[str]) -> bool:
    return any(fnmatchcase(name.casefold(), each.casefold()) for each in patterns)
