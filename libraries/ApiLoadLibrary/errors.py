"""What can go wrong, as one tree.

    ApiLoadError
    ├── BadInput                an argument is not what it may be (also a ValueError)
    │   ├── UnknownName         an endpoint, a run or a metric that does not exist
    │   ├── OriginNotAllowed    load or sign-in would leave the allowed origins
    │   ├── BadCriterion        a criterion that cannot be read
    │   └── BadCheck            a check of answers that cannot be read
    ├── ServerUnreachable       nothing answers at the server's address, or TLS cannot be agreed on
    ├── SignInFailed            the server answered, but gave no token
    ├── NothingToJudge          a criterion without a load run
    └── EngineFailed            the load generator could not start

Each message is one sentence that says what to write or do instead.  All of
them survive pickling, for callers who run sessions in processes of their own.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

__all__ = [
    "ApiLoadError",
    "BadCheck",
    "BadCriterion",
    "BadInput",
    "EngineFailed",
    "NothingToJudge",
    "OriginNotAllowed",
    "ServerUnreachable",
    "SignInFailed",
    "UnknownName",
    "nearest",
]


class ApiLoadError(Exception):
    """The root of this tree."""

    ROBOT_SUPPRESS_NAME = True  # the sentence says it all; no class name before it


class BadInput(ApiLoadError, ValueError):
    """An argument has a value that it may not have."""


class UnknownName(BadInput):
    """A name that nothing is registered under."""

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        self.kind = kind
        self.name = name
        self.known = tuple(known)
        super().__init__(kind, name, self.known)

    def __str__(self) -> str:
        if not self.known:
            return f"There is no {self.kind} '{self.name}': none has been defined yet."
        guess = nearest(self.name, self.known)
        hint = f" Did you mean '{guess}'?" if guess else ""
        return f"There is no {self.kind} '{self.name}'.{hint} There is: {', '.join(self.known)}."


class OriginNotAllowed(BadInput):
    """A request would go to an origin that was not named as allowed."""


class BadCriterion(BadInput):
    """A criterion that the grammar cannot read.

    Attributes:
        text: The whole criterion.
        position: Where in it the reader stumbled, counted from 0.
        problem: What is wrong there, and what may stand there instead.
    """

    def __init__(self, text: str, position: int, problem: str) -> None:
        self.text = text
        self.position = position
        self.problem = problem
        super().__init__(text, position, problem)

    def __str__(self) -> str:
        word = self.text[self.position :].split(" ", 1)[0]
        place = f"at '{word}'" if word else "at its end"
        return f"Criterion '{self.text}' cannot be read {place}: {self.problem}"


class BadCheck(BadInput):
    """A check of answers that cannot be read.

    Attributes:
        text: The whole check.
        problem: What is wrong with it, and what may be written instead.
    """

    def __init__(self, text: str, problem: str) -> None:
        self.text = text
        self.problem = problem
        super().__init__(text, problem)

    def __str__(self) -> str:
        return f"Check '{self.text}' cannot be read: {self.problem}"


class ServerUnreachable(ApiLoadError, ConnectionError):
    """Nothing answers at the address of the system under test, or TLS cannot be agreed on with it.

    Attributes:
        in_vain: Whether the server had accepted the request, and did not answer in time.
    """

    def __init__(self, message: str, *, in_vain: bool = False) -> None:
        super().__init__(message)
        self.in_vain = in_vain


class SignInFailed(ApiLoadError):
    """The server answered the sign-in, but not with a token.

    Attributes:
        status: That of its answer, where this was what was wrong with it.
    """

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class NothingToJudge(ApiLoadError):
    """A criterion was to be judged where no load run has been made."""


class EngineFailed(ApiLoadError):
    """The load generator could not start; one that dies later leaves a run and its reasons."""


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that looks most like `name`, or None when none comes close."""
    by_folded = {each.casefold(): each for each in known}
    close = difflib.get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.6)
    return by_folded[close[0]] if close else None
