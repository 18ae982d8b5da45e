"""How much the requests of a run depend on each other, from its data second by second.

Each function gives what one request is worth: effective samples divided by samples.
Only response times that criteria use are kept by second; the other durations of the
same requests are taken to depend on each other as these do.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from ApiLoadLibrary.measurement.histogram import cell_of
from ApiLoadLibrary.measurement.tally import Second, Tally

from .confidence import effective_samples

__all__ = ["worth_for_mean", "worth_for_quantile", "worth_for_share"]

Doubles = NDArray[np.float64]


def worth_for_quantile(tally: Tally, share: float, confidence: float) -> float:
    """For a quantile: by how many requests of each second lie above it."""
    quantile = tally.response.judged().quantile(share)
    if quantile is None:
        return 1.0
    cell = int(cell_of(np.array([quantile], np.int64))[0])
    above = _by_second(tally.seconds, lambda second: _count_above(second, cell))
    return _worth_of_hits(above, _by_second(tally.seconds, _judged), confidence)


def worth_for_mean(tally: Tally, confidence: float) -> float:
    """For the average: by the sum of each second's response times."""
    judged = tally.response.judged()
    if judged.mean_ns is None:
        return 1.0
    counts = _by_second(tally.seconds, _judged)
    sums = _by_second(tally.seconds, lambda second: second.judged_sum_ns)
    effective = effective_samples(
        sums - judged.mean_ns * counts, judged.count, judged.variance(), confidence
    )
    return effective / judged.count


def worth_for_share(tallies: Sequence[Tally], confidence: float) -> float:
    """For the error rate: by the errors of each second, over all these endpoints."""
    merged: dict[int, Second] = {}
    for tally in tallies:
        for number, second in tally.seconds.items():
            merged.setdefault(number, Second()).merge(second)
    return _worth_of_hits(
        _by_second(merged, lambda second: second.errors),
        _by_second(merged, lambda second: second.requests),
        confidence,
    )


def _worth_of_hits(hits: Doubles, counts: Doubles, confidence: float) -> float:
    count = int(counts.sum())
    share = float(hits.sum()) / count
    effective = effective_samples(hits - share * counts, count, share * (1 - share), confidence)
    return effective / count


def _by_second(seconds: Mapping[int, Second], figure: Callable[[Second], float]) -> Doubles:
    """One number for each second from the first to the last, 0 where nothing was scheduled."""
    numbers = sorted(seconds)
    values = np.zeros(numbers[-1] - numbers[0] + 1)
    for number in numbers:
        values[number - numbers[0]] = figure(seconds[number])
    return values


def _judged(second: Second) -> int:
    return int(second.judged.counts.sum())


def _count_above(second: Second, cell: int) -> int:
    cells = second.judged
    return int(cells.counts[np.searchsorted(cells.numbers, cell, side="right") :].sum())
