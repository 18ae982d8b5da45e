"""How much the requests of a run depend on each other, from its data second by second.

Each function gives what one request is worth: effective samples divided by samples.
Only response times that criteria use are kept by second; the other durations of the
same requests are taken to depend on each other as these do.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ApiLoadLibrary.measurement.histogram import Cells, cell_of
from ApiLoadLibrary.measurement.tally import Second, Tally

from .confidence import effective_samples
from .metrics import ERROR_RATE, Latency, Share

__all__ = ["worth_for_mean", "worth_for_quantile", "worth_for_share", "worth_of_slower"]

Doubles = NDArray[np.float64]
T = TypeVar("T")


def worth_for_quantile(tally: Tally, share: float, confidence: float) -> float:
    """For a quantile: by how many requests of each second lie above it."""
    quantile = tally.response.judged().quantile(share)
    if quantile is None:
        return 1.0
    cell = int(cell_of(np.array([quantile], np.int64))[0])
    above = _by_second(tally.seconds, lambda second: _count_above(second.judged, cell))
    return _worth_of_hits(above, _by_second(tally.seconds, _judged), confidence)


def worth_of_slower(metric: Latency, tally: Tally, value_ns: float, confidence: float) -> float:
    """For the share of requests that take longer than this: by how many each second has."""
    cell = int(cell_of(np.array([value_ns], np.int64))[0])
    slower = _by_second(tally.seconds, lambda second: _count_above(metric.cells(second), cell))
    counts = _by_second(tally.seconds, lambda second: int(metric.cells(second).counts.sum()))
    return _worth_of_hits(slower, counts, confidence, clusters=True)


def worth_for_mean(tally: Tally, confidence: float) -> float:
    """For the average: by the sum of each second's response times."""
    judged = tally.response.judged()
    if judged.mean_ns is None:
        return 1.0
    counts = _by_second(tally.seconds, _judged)
    sums = _by_second(tally.seconds, lambda second: second.judged_sum_ns)
    effective = effective_samples(
        sums - judged.mean_ns * counts, judged.count, judged.variance(), confidence, allowed=0.0
    )
    return effective / judged.count


def worth_for_share(
    tallies: Sequence[Tally], confidence: float, share: Share = ERROR_RATE
) -> float:
    """For a share such as the error rate: by the hits of each second, over all these endpoints."""
    seconds: dict[int, tuple[int, int]] = {}
    for tally in tallies:
        for number, second in tally.seconds.items():
            hits, count = seconds.get(number, (0, 0))
            seconds[number] = hits + share.hits(second), count + second.requests
    return _worth_of_hits(
        _by_second(seconds, lambda each: each[0]),
        _by_second(seconds, lambda each: each[1]),
        confidence,
        clusters=True,
    )


def _worth_of_hits(
    hits: Doubles, counts: Doubles, confidence: float, *, clusters: bool = False
) -> float:
    """By the hits of each second.

    Args:
        hits: How many requests of each second have the property.
        counts: How many requests each second has.
        confidence: Of the interval to come.
        clusters: Whether few large clusters are to be reckoned with.  For quantiles that
            has not been needed: see the table in docs/confidence.md.
    """
    count = int(counts.sum())
    share = float(hits.sum()) / count
    variance = share * (1 - share)
    # What is rare is what is skewed: hits below one half, misses above.
    deviations = (hits - share * counts) * (1 if share < 0.5 else -1)
    allowed = abs(1 - 2 * share) / math.sqrt(variance) if clusters and variance else math.inf
    return effective_samples(deviations, count, variance, confidence, allowed) / count


def _by_second(seconds: Mapping[int, T], figure: Callable[[T], float]) -> Doubles:
    """One number for each second from the first to the last, 0 where nothing was scheduled."""
    numbers = sorted(seconds)
    values = np.zeros(numbers[-1] - numbers[0] + 1)
    for number in numbers:
        values[number - numbers[0]] = figure(seconds[number])
    return values


def _judged(second: Second) -> int:
    return int(second.judged.counts.sum())


def _count_above(cells: Cells, cell: int) -> int:
    return int(cells.counts[np.searchsorted(cells.numbers, cell, side="right") :].sum())
