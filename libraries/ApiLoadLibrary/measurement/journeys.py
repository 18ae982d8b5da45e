"""What became of journeys, besides what the tallies of them and of their steps say."""

from __future__ import annotations

from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from .histogram import Histogram

__all__ = ["JOURNEY", "JourneyFindings"]

JOURNEY = "JOURNEY"
"""Stands where an endpoint has its method."""

KEPT = 4_096


@dataclass(slots=True)
class Elapsed:
    """How long finished journeys took with all their thinking; counted in batches."""

    histogram: Histogram = field(default_factory=Histogram)
    uncounted: array[int] = field(default_factory=lambda: array("q"))

    def add(self, elapsed_ns: int) -> None:
        """One more has finished."""
        self.uncounted.append(elapsed_ns)
        if len(self.uncounted) >= KEPT:
            self.count()

    def count(self) -> Histogram:
        """All of them."""
        self.histogram.record_many(np.array(self.uncounted, np.int64))
        del self.uncounted[:]
        return self.histogram


@dataclass(slots=True)
class JourneyFindings:
    """What a run's journeys came to.

    Attributes:
        elapsed: How long finished ones took, thinking included, by the journey's place.
        most_users: The most users that were on their way at once, summed over shards.
    """

    elapsed: list[Histogram] = field(default_factory=list)
    most_users: int = 0

    @classmethod
    def merged(cls, parts: Iterable[JourneyFindings]) -> JourneyFindings:
        """Those of several shards, together."""
        total = cls()
        for part in parts:
            total.most_users += part.most_users
            while len(total.elapsed) < len(part.elapsed):
                total.elapsed.append(Histogram())
            for mine, other in zip(total.elapsed, part.elapsed, strict=False):
                mine.merge(other)
        return total
