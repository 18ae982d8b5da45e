"""Names for endpoints, made of what others call their requests."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import chain

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.workload.endpoint import check_name

__all__ = ["Names", "words_of"]

_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NOT_IN_NAMES = re.compile(r"[\W_]+")
_OF_SENTENCES = re.compile(r"\b(?:of|with|above|below|at(?= most\b| least\b))\b", re.IGNORECASE)
LONGEST = 60


def words_of(text: str) -> str:
    """A name as suites write it: `listOrders_byUser` becomes `List Orders By User`.

    Words that the sentences of suites are made of, like `of`, are left out.  It is empty where
    nothing is left.
    """
    apart = " ".join(_NOT_IN_NAMES.sub(" ", _HUMPS.sub(" ", text)).split())
    words = [each[0].upper() + each[1:] for each in _OF_SENTENCES.sub("", apart).split()]
    name = words[0] if words else ""
    for word in words[1:]:
        if len(name) + len(word) >= LONGEST:
            break
        name += f" {word}"
    return name[:LONGEST]


class Names:
    """Gives out names of which no two are the same, whatever the case."""

    def __init__(self) -> None:
        self._taken: set[str] = set()
        self._tried: Counter[str] = Counter()

    def take(self, *wanted: str) -> str:
        """The first of these, made into words, that is free and may name an endpoint.

        Where none is, the last one that may gets a number; `Request 2` where none may.
        """
        names = [name for name in map(words_of, wanted) if _may_be(name)]
        base = names[-1] if names else "Request"
        name = next(filter(self._is_free, chain((*names, base), self._numbered(base))))
        self._taken.add(name.casefold())
        return name

    def _is_free(self, name: str) -> bool:
        return name.casefold() not in self._taken

    def _numbered(self, base: str) -> Iterator[str]:
        """`Base 2` and so on, beginning where the last search for it ended."""
        while True:
            self._tried[base] += 1
            yield f"{base} {self._tried[base] + 1}"


def _may_be(name: str) -> bool:
    try:
        check_name(name)
    except BadInput:
        return False
    return True
