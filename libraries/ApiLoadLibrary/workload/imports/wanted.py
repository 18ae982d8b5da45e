"""Which requests an import takes over, by their method."""

from __future__ import annotations

from collections.abc import Collection

from ApiLoadLibrary.errors import BadInput

__all__ = ["UNASKED", "Methods", "why_not_wanted"]

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


class Methods(frozenset[str]):
    """HTTP methods with commas between: `GET, POST`."""

    __slots__ = ()

    @classmethod
    def parse(cls, value: object) -> Methods:
        """The methods that are written.

        Raises:
            BadInput: None are, or another word.
        """
        if isinstance(value, Methods):
            return value
        words = str(value).replace(",", " ").upper().split()
        unknown = [each for each in words if each not in _METHODS]
        if unknown or not words:
            problem = f"holds '{unknown[0]}', which is none" if unknown else "is empty"
            raise BadInput(f"'{value}' {problem}: write some of {', '.join(_METHODS)}.")
        return cls(words)

    def __str__(self) -> str:
        return ", ".join(each for each in _METHODS if each in self)


UNASKED = Methods({"GET", "HEAD", "POST"})
"""What is taken over unless methods are named: nothing that is there is changed or removed."""


def why_not_wanted(method: str, wanted: Collection[str]) -> str | None:
    """Why a request with this method is left out; None where it is wanted."""
    if method in wanted:
        return None
    if method not in _METHODS:
        return f"'{method[:20]}' is no method that load is sent with"
    if method in ("PUT", "PATCH", "DELETE"):
        return f"{method} changes or removes what is there: name it in methods= if it may"
    return f"{method} is not among the methods asked for: name it in methods= to have it"
