"""Whether criteria can be read, as far as that is known before a run."""

from __future__ import annotations

from collections.abc import Collection

from ApiLoadLibrary.criteria.grammar import parse
from ApiLoadLibrary.criteria.stopping import parse_stop

__all__ = ["check_condition", "check_criterion"]


def check_criterion(text: str, scopes: Collection[str] | None = None) -> None:
    """See whether a criterion can be read.

    Args:
        scopes: The names of endpoints and groups that there will be; None where that is open.

    Raises:
        BadCriterion: It cannot.
    """
    parse(text, scopes)


def check_condition(text: str, scopes: Collection[str] | None) -> None:
    """The same of a condition that is to end a load."""
    parse_stop(text, scopes)
