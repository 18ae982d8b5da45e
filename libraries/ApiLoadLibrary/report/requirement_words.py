"""Requirements on what only one kind of load can show, as somebody without the trade reads them.

Each is a sentence with a place for its limit, and for the endpoint where one is named; `{of}`
becomes ` of Products`, `{to}` becomes ` to Products`.
"""

from __future__ import annotations

from . import formats
from .document import Criterion

__all__ = ["OBSERVED_WORDS", "observed_words"]

OBSERVED_WORDS = {
    "degradation": "In the burst 95 of 100 requests{to} take {limit} as long as before it",
    "admitted strangers": "{limit} of those who come without a right get in",
    "unaccounted writes": "{limit} of what was accepted{of} is lost, or there twice",
    "return to normal": "{limit} after the burst requests{to} are as quick as before it",
}

NONE_WORDS = {
    "admitted strangers": "Nobody gets in without a right",
    "unaccounted writes": "All that was accepted{of} was stored, once each",
}
"""Where the limit is none at all."""

_COMPARED = {"<": "less than", "<=": "no more than", ">": "more than", ">=": "at least"}


def observed_words(criterion: Criterion, metric: str) -> str:
    """The requirement as a sentence."""
    limit = formats.limit(criterion.target, criterion.unit)
    scope = criterion.scope
    none = not criterion.target and criterion.operator == "<="
    pattern = NONE_WORDS.get(metric) if none else None
    words = (pattern or OBSERVED_WORDS[metric]).format(
        limit=f"{_COMPARED[criterion.operator]} {limit}",
        of=f" of {scope}" if scope else "",
        to=f" to {scope}" if scope else "",
    )
    return f"{words[0].upper()}{words[1:]}"
