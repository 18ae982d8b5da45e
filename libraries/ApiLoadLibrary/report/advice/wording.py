"""Phrases that several rules use."""

from __future__ import annotations

from collections.abc import Sequence

from ApiLoadLibrary.report import formats
from ApiLoadLibrary.report.document import Endpoint

from .evidence import RunEvidence, ids

__all__ = ["about", "listed", "missed_by"]

MOST_NAMES = 4


def about(per_s: float) -> str:
    """A rate to three digits: `139/s`; no more are known of where something gives out."""
    return formats.rate(float(f"{per_s:.3g}"))


def listed(names: Sequence[str]) -> str:
    """`Products, Orders and 3 more`."""
    if len(names) <= MOST_NAMES:
        head, last = names[:-1], names[-1] if names else ""
        return f"{', '.join(head)} and {last}" if head else last
    return f"{', '.join(names[: MOST_NAMES - 1])} and {len(names) - MOST_NAMES + 1} more"


def missed_by(evidence: RunEvidence, *endpoints: Endpoint) -> tuple[str, ...]:
    """The ids of limits to answering that these endpoints did not keep, or the run as a whole."""
    names = (None, *(each.name for each in endpoints))
    return ids([each for each in evidence.too_slow if each.endpoint in names])
