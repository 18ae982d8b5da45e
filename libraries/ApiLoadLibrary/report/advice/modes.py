"""Whether response times come in two kinds, told from their histogram.

The histogram is read on a logarithmic scale, four bars to each doubling, and smoothed.  Two
humps count as two kinds when the valley between them is at most half as high as the
lower of them, by more than chance would dig; when each side holds at least a fiftieth of all
requests, and thirty; and when the humps lie a factor of three apart.  A long tail, however
long, has no second hump.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ApiLoadLibrary.measurement.histogram import Histogram, upper_edge

from .arrays import Doubles

__all__ = ["TwoKinds", "two_kinds_of"]

BARS_PER_DOUBLING = 4
SMOOTHING = np.array([1.0, 2.0, 3.0, 2.0, 1.0]) / 9
LEAST_SHARE = 0.02
LEAST_COUNT = 30
LEAST_FACTOR = 3.0
DEEPEST_OF_ONE = 0.5
BEYOND_CHANCE = 4.0
NS_PER_MS = 1_000_000


@dataclass(frozen=True, slots=True)
class TwoKinds:
    """Quick requests and slow ones, with next to nothing between.

    Attributes:
        quick_ms: Where the quick ones heap up.
        slow_ms: Where the slow ones do.
        between_ms: Where there are fewest between them.
        slow: How many are slow.
        share: What part of all that is, 0 to 1.
    """

    quick_ms: float
    slow_ms: float
    between_ms: float
    slow: int
    share: float


def two_kinds_of(histogram: Histogram) -> TwoKinds | None:
    """The two kinds of times in a histogram; None where there is only one."""
    if histogram.count < 2 * LEAST_COUNT:
        return None
    first, bars = _bars(histogram)
    smooth = np.convolve(np.pad(bars, 2), SMOOTHING, "same")
    valley = _valley(smooth)
    if valley is None:
        return None
    before, after = smooth[:valley], smooth[valley + 1 :]
    quick, slow = int(before.argmax()), valley + 1 + int(after.argmax())
    between_ms = _edge_ms(first + valley - 2, 0.5)
    above = histogram.count_above(round(between_ms * NS_PER_MS))
    fewest = max(LEAST_COUNT, LEAST_SHARE * histogram.count)
    far = slow - quick >= BARS_PER_DOUBLING * math.log2(LEAST_FACTOR)
    if not far or min(above, histogram.count - above) < fewest:
        return None
    return TwoKinds(
        quick_ms=_edge_ms(first + quick - 2, 0.5),
        slow_ms=_edge_ms(first + slow - 2, 0.5),
        between_ms=between_ms,
        slow=above,
        share=above / histogram.count,
    )


def _bars(histogram: Histogram) -> tuple[int, Doubles]:
    """The number of the first bar, and how many requests each holds."""
    cells = histogram.cells()
    edges = np.array([upper_edge(cell) for cell in cells.numbers.tolist()], np.float64)
    places = np.floor(np.log2(np.maximum(edges, 1.0)) * BARS_PER_DOUBLING).astype(np.int64)
    first = int(places.min())
    return first, np.bincount(places - first, cells.counts).astype(np.float64)


def _valley(smooth: Doubles) -> int | None:
    """The deepest place between two humps, if it is deep enough; the middle of a flat one."""
    left = np.concatenate(([0.0], np.maximum.accumulate(smooth)[:-1]))
    right = np.concatenate((np.maximum.accumulate(smooth[::-1])[::-1][1:], [0.0]))
    lower = np.minimum(left, right)
    is_deep = (lower > 0) & (smooth <= DEEPEST_OF_ONE * lower)
    # What is drawn is the mean of about four bars, whose counts vary by their square roots.
    is_deep &= lower - smooth > BEYOND_CHANCE * np.sqrt(lower / 4)
    if not is_deep.any():
        return None
    depth = np.where(is_deep, lower - smooth, -1.0)
    deepest = np.flatnonzero(depth == depth.max())
    return int(deepest[len(deepest) // 2])


def _edge_ms(bar: int, within: float) -> float:
    return float(2.0 ** ((bar + within) / BARS_PER_DOUBLING)) / NS_PER_MS
