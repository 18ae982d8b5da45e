"""Requirements on hosts, processes and gauges, as somebody without the trade reads them.

Each is a sentence with places for the limit and for what it is about: `{of}` is `the system's` or
`Point of sale's`.
"""

from __future__ import annotations

from . import formats
from .document import Criterion

__all__ = ["WATCHED_WORDS", "watched_words"]

WATCHED_WORDS = {
    "cpu": "{of} processor is {limit} busy",
    "memory": "{of} memory is {limit} full",
    "disk": "{of} disk is {limit} full",
    "network": "{of} network carries {limit}",
    "swap": "{of} swap is {limit} full",
    "open files": "{of} open files number {limit}",
    "gauge": "{name} is {limit}",
}
MEMORY_IN_BYTES = "{of} memory in use is {limit}"
_COMPARED = {"<": "less than", "<=": "at most", ">": "more than", ">=": "at least"}


def watched_words(criterion: Criterion, metric: str) -> str:
    """The requirement as a sentence."""
    name = criterion.scope
    if name is None or name.casefold() == "everything":
        of = "the system's"
    else:
        of = f"{name}’" if name.endswith("s") else f"{name}’s"
    is_size = metric == "memory" and criterion.unit == "MB"
    pattern = MEMORY_IN_BYTES if is_size else WATCHED_WORDS[metric]
    limit = f"{_COMPARED[criterion.operator]} {formats.limit(criterion.target, criterion.unit)}"
    words = pattern.format(of=of, limit=limit, name=name)
    capital = words[0].upper() + words[1:] if name is None else words
    return f"{capital}, on average"
