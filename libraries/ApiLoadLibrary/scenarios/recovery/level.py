"""How the server was when all was well: what later answers are measured against."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

__all__ = ["Level", "level_of", "nearest_rank"]

FEWEST = 20
"""Fewer good answers say nothing of how the server usually is."""

LEAST_GOOD = 0.9
"""A server that fails more often than that is not well, whatever comes then."""

SETTLING_NS = 1_000_000_000
"""At first connections are opened and caches filled."""

SLACK_NS = 10_000_000
"""So much longer is nothing that a customer notices, even if it is many times as long."""


class _Answered(Protocol):
    @property
    def at_ns(self) -> int: ...
    @property
    def latency_ns(self) -> int: ...
    @property
    def good(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Level:
    """The server when all was well.

    Attributes:
        p50_ns, p95_ns: Of its good answers.
        answers: How many there were, good or not.
        good_share: How many of them were good, 0 to 1.
        slow_above_ns: What is slow against that.
    """

    p50_ns: int
    p95_ns: int
    answers: int
    good_share: float
    slow_above_ns: int


def level_of(answers: Sequence[_Answered], slow_down: float) -> Level | str:
    """The level, or why there is none: the tail of a sentence.

    Args:
        answers: From the start until the trouble began, in order.
        slow_down: How many times the 95th percentile is still no slow answer.
    """
    settled = [each for each in answers if each.at_ns >= SETTLING_NS]
    looked_at = settled if len(settled) >= FEWEST else answers
    times = sorted(each.latency_ns for each in looked_at if each.good)
    share = len(times) / max(1, len(looked_at))
    if looked_at and share < LEAST_GOOD:
        return (
            f"{100 * (1 - share):.3g} % of the probes failed before the trouble began: there is "
            "no healthy level to compare with"
        )
    if len(times) < FEWEST:
        return (
            f"only {len(times)} probes were answered before the trouble began, and {FEWEST} "
            "at least are needed: let the healthy time last longer, or probe more often"
        )
    p95_ns = nearest_rank(times, 0.95)
    slow_above_ns = max(round(slow_down * p95_ns), p95_ns + SLACK_NS)
    return Level(nearest_rank(times, 0.5), p95_ns, len(looked_at), share, slow_above_ns)


def nearest_rank(ordered: Sequence[int], share: float) -> int:
    """The percentile of ordered values, by nearest rank."""
    return ordered[max(1, math.ceil(round(share * len(ordered), 9))) - 1]
