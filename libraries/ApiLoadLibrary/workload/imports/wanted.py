"""Which requests an import takes over, by their method."""

from __future__ import annotations

from collections.abc import Collection

from ApiLoadLibrary.errors import BadInput

__all__ = ["UNASKED", "parse_methods", "why_not_wanted"]

UNASKED = frozenset({"GET", "HEAD", "POST"})
"""What is taken over unless methods are named: nothing that is there is changed or removed."""

_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def parse_methods(text: str) -> frozenset[str]:
    """The methods from `GET, POST, DELETE`.

    Raises:
        BadInput: None, or another word.
    """
    words = text.replace(",", " ").upper().split()
    unknown = [each for each in words if each not in _METHODS]
    if unknown or not words:
        problem = f"holds '{unknown[0]}', which is none" if unknown else "is empty"
        raise BadInput(f"methods='{text}' {problem}: write some of {', '.join(_METHODS)}.")
    return frozenset(words)


def why_not_wanted(method: str, wanted: Collection[str]) -> str | None:
    """Why a request with this method is left out; None where it is wanted."""
    if method in wanted:
        return None
    if method not in _METHODS:
        return f"'{method[:20]}' is no method that load is sent with"
    if method in ("PUT", "PATCH", "DELETE"):
        return f"{method} changes or removes what is there: name it in methods= if it may"
    return f"{method} is not among the methods asked for: name it in methods= to have it"
