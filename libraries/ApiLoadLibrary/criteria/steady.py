"""From when on a run was in steady state, by MSER-5.

A server that has just been started answers slowly: caches are cold, code is not compiled
yet.  The Marginal Standard Error Rule (White, Simulation 69, 1997, p. 323) cuts as much of
the beginning as makes the mean of the rest known best; with batches of five observations
it is called MSER-5 (Franklin and White, Winter Simulation Conference 2008, p. 541, say why
it works).  Here an observation is a second, so that a batch is five of them:

    MSER(d) = sum over batches after the d-th of (batch - their mean)^2 / (batches - d)^2

It always cuts somewhere, be it for noise alone.  So what is cut counts only when its mean
differs from that of the rest by more than a tenth and by more than four standard errors.
A run has not settled when the cut is half of it or more, or when what remains goes on
rising or falling by as much.  How well that works is in docs/confidence.md.

Nothing is cut from criteria for it: who wants that says `after the first 30 s`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ApiLoadLibrary.measurement.tally import Second

__all__ = ["SHORTEST_S", "SteadyState", "steady_state"]

BATCH_S = 5

LEAST_KEPT = 5
"""Batches that are never cut: fewer may agree by chance."""

SHORTEST_S = 8 * BATCH_S
"""A shorter run has less than these and three to cut: nobody can tell."""

NEARLY = 1.25
"""Of all cuts whose MSER is within a quarter of the least, the first: the others are noise."""

WORTH_TELLING = 0.1
"""A difference of less than a tenth of the mean matters to nobody."""

BEYOND_CHANCE = 4.0
"""Standard errors.  Two are the usual ones, but here the cut is the best out of many."""

Doubles = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class SteadyState:
    """Whether a run settled, and when.

    Attributes:
        settled: Whether there was a steady state in at least half of the run.
        warm_up_s: Seconds from the start until then; 0 when it was steady from the start,
            and 0 when it never settled.
    """

    settled: bool
    warm_up_s: int = 0


def steady_state(seconds: Mapping[int, Second]) -> SteadyState | None:
    """When the response times of an endpoint settled; None when its run is too short to tell.

    Args:
        seconds: Of the run, by number; those without a response do not count.
    """
    starts, batches = _batches(seconds)
    if len(batches) * BATCH_S < SHORTEST_S:
        return None
    cut = _cut(batches)
    if cut and _differ(batches[:cut], batches[cut:]):
        if 2 * cut >= len(batches) or _moves(batches[cut:]):
            return SteadyState(settled=False)
        return SteadyState(settled=True, warm_up_s=starts[cut])
    return SteadyState(settled=not _moves(batches))


def _batches(seconds: Mapping[int, Second]) -> tuple[list[int], Doubles]:
    """When each batch begins, in seconds, and its mean response time; an uneven end is left out."""
    last = max(seconds, default=-1) + 1
    starts, means = [], []
    for start in range(0, last - BATCH_S + 1, BATCH_S):
        inside = [seconds[each] for each in range(start, start + BATCH_S) if each in seconds]
        count = sum(int(each.judged.counts.sum()) for each in inside)
        if count:
            starts.append(start)
            means.append(sum(each.judged_sum_ns for each in inside) / count)
    return starts, np.array(means)


def _cut(batches: Doubles) -> int:
    """How many batches MSER cuts."""
    errors = [
        float(np.sum((batches[cut:] - batches[cut:].mean()) ** 2)) / (len(batches) - cut) ** 2
        for cut in range(len(batches) - LEAST_KEPT + 1)
    ]
    return next(cut for cut, error in enumerate(errors) if error <= NEARLY * min(errors))


def _differ(before: Doubles, after: Doubles) -> bool:
    """Whether their means differ by what matters, and by more than chance."""
    difference = abs(float(before.mean() - after.mean()))
    error = float(after.std(ddof=1)) * math.sqrt(1 / len(before) + 1 / len(after))
    return difference > max(WORTH_TELLING * float(after.mean()), BEYOND_CHANCE * error)


def _moves(batches: Doubles) -> bool:
    """Whether a straight line through them rises or falls by what matters, beyond chance."""
    time = np.arange(len(batches)) - (len(batches) - 1) / 2
    squares = float(time @ time)
    slope = float(time @ batches) / squares
    residuals = batches - batches.mean() - slope * time
    error = math.sqrt(float(residuals @ residuals) / (len(batches) - 2) / squares)
    change = abs(slope) * len(batches)
    return change > WORTH_TELLING * float(batches.mean()) and abs(slope) > BEYOND_CHANCE * error
