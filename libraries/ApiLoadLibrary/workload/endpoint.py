"""An endpoint: a named request, and what is expected of its answer."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.values import Duration

from .check import Check

__all__ = [
    "LOAD_RUN",
    "Endpoint",
    "check_given_header",
    "check_header",
    "check_name",
    "header_text",
    "is_header_value",
    "parse_expected",
]

LOAD_RUN = "X-Load-Run"
"""Names the load run in each of its requests: by it an operator finds load, and can block it."""

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_NOT_IN_HEADERS = re.compile(r"[^\t\x20-\x7e\xa0-\xff]")
_METHOD = re.compile(r"[A-Z]+")
_RESERVED_WORDS = re.compile(
    r"""(?<!\S)(?:(?:below|above|with|of)(?!\S)|at (?:most|least)\b)|[,<>="]"""
)
_RESERVED_NAMES = ("each endpoint", "the run", "everything", "all answers")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A named request.

    Attributes:
        name: How suites and reports call it.
        method: The HTTP method, upper case.
        path: A path on the server (`/api/orders?limit=5`), or a whole URL of an allowed origin.
        headers: Headers of this endpoint alone; None leaves out one that all others share.
        json: A body to send as JSON; placeholders in its texts are filled in, but not
            in the names that they stand under.
        data: A body to send as it is (text or bytes), or as a form (a mapping).
        expected: The statuses that count as success.
        threshold: The response time to compare with in `Verify P95 Below Threshold`.
        group: A name for several endpoints together, which criteria and load sentences know.
        refused: Statuses that turn a request away where that is expected: no failures.
        checks: What its answers must be besides.
    """

    name: str
    method: str
    path: str
    headers: Mapping[str, str | None] = field(default_factory=dict, repr=False)
    json: Any = field(default=None, repr=False)
    data: Any = field(default=None, repr=False)
    expected: frozenset[int] = frozenset({200})
    threshold: Duration | None = None
    group: str | None = None
    refused: frozenset[int] = frozenset()
    checks: tuple[Check, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        check_name(self.name)
        if self.group is not None:
            check_name(self.group)
        if not _METHOD.fullmatch(self.method):
            raise BadInput(
                f"Method '{self.method}' of endpoint '{self.name}' is none: write GET, POST, …."
            )
        if not re.match(r"/|https?://", self.path) or re.search(r"[\s\x00-\x1f]", _bare(self.path)):
            raise BadInput(
                f"Path '{self.path}' of endpoint '{self.name}' must start with '/' "
                "(or be a whole URL) and hold no spaces."
            )
        if self.json is not None and self.data is not None:
            raise BadInput(f"Endpoint '{self.name}' has both json= and data=: give one body.")
        for name, value in self.headers.items():
            check_given_header(name, "" if value is None else value)


def check_header(name: str, value: object) -> None:
    """Let pass only what HTTP can carry in a header, and nothing that would end it.

    Raises:
        BadInput: Something else; its value may be a secret, so only the name is said.
    """
    if not _HEADER_NAME.fullmatch(name):
        raise BadInput(f"Header name '{name}' must be one word, like X-Till.")
    if not isinstance(value, str) or not is_header_value(value):
        raise BadInput(
            f"The value of header '{name}' cannot be sent: write one line of Latin-1 text "
            "without spaces around it."
        )


def check_given_header(name: str, value: object) -> None:
    """The same of a header that a user gives, which must leave load what it is known by.

    Raises:
        BadInput: See `check_header`; or it is `X-Load-Run`.
    """
    check_header(name, value)
    if name.casefold() == LOAD_RUN.casefold():
        raise BadInput(
            f"Header '{name}' cannot be set: each load run writes its own id there, so that "
            "whoever runs the server can find it; leave it out."
        )


def header_text(text: str) -> bytes:
    """Text as it stands in a header's value.

    Raises:
        ValueError: It would end the header, or is not Latin-1.
    """
    if _NOT_IN_HEADERS.search(text):
        raise ValueError("It cannot stand in a header.")
    return text.encode("latin-1")


def is_header_value(text: str) -> bool:
    """Whether HTTP can carry it in a header: one line of Latin-1 without spaces around it."""
    return text == text.strip() and not _NOT_IN_HEADERS.search(text)


def _bare(path: str) -> str:
    """The path without what stands in `{{…}}`."""
    return re.sub(r"\{\{[^{}]*\}\}", "", path)


def check_name(name: str) -> None:
    """Let pass only names that do not read like parts of the sentences that they stand in.

    Raises:
        BadInput: Another one.
    """
    words = " ".join(name.casefold().split())
    if not words or name != name.strip() or words in _RESERVED_NAMES:
        raise BadInput(f"'{name}' cannot name an endpoint: write a name like Create Order.")
    taken = _RESERVED_WORDS.search(words)
    if taken:
        raise BadInput(
            f"Endpoint name '{name}' holds '{taken[0]}', which criteria use: leave it out."
        )


def parse_expected(value: object) -> frozenset[int]:
    """The expected statuses from `201`, `200, 204` or `2xx`.

    Raises:
        BadInput: Something else, or a status outside 100 to 599.
    """
    statuses: set[int] = set()
    for word in str(value).replace(",", " ").split():
        if re.fullmatch(r"[1-5][0-9]{2}", word):
            statuses.add(int(word))
        elif re.fullmatch(r"[1-5]xx", word.lower()):
            first = int(word[0]) * 100
            statuses.update(range(first, first + 100))
        else:
            raise BadInput(f"expect='{value}': write statuses like 201, '200, 204' or 2xx.")
    if not statuses:
        raise BadInput("expect= is empty: write statuses like 201, '200, 204' or 2xx.")
    return frozenset(statuses)
