"""How far response times have shifted between runs, and how sure that is.

A regression is a ratio: "8 % slower" means the same at 2 ms and at 2 s.  So levels are
compared as logarithms.  The level of a part of the distribution is the mean of ln(time)
over the ranks in it, a trimmed mean:

    level = 1 / (b - a)  x  integral from a to b of ln Q(u) du,     Q the quantile function

The *whole* is the ranks from 5 % to 95 %, the *tail* those from 95 % to 99.5 %.  When the
slowest 5 % take twice as long, p95 itself hardly moves, nor does the whole; the tail moves
by ln 2.  The last 0.5 % are left out: they are few, and one stall would decide.

A shift has two sources of uncertainty.

* Within a run: a request counts with its influence on the level, which for a trimmed mean
  is its winsorized value, clip(ln t, ln Q(a), ln Q(b)) / (b - a) (Huber, Robust Statistics,
  3.3).  The level then is as sure as a mean of influences, of requests that resemble each
  other: `confidence.effective_samples` says from 15 stretches of the run what they are worth.
* Between runs: another start, another neighbour on the machine.  Three earlier runs or more
  show it: a further run of the same system lies within t x s x sqrt(1 + 1/k) of their mean,
  where s is the standard deviation of k levels (a prediction interval).  Each of its ends may
  err with all of the error that is allowed: no run is both too slow and too fast.  One or two
  runs do not show it; then the interval is that within the runs alone, and promises no more.

A block bootstrap over the same stretches was tried beside it, on pairs of equal runs of 60 s
at 17 requests a second, AR(1) with rho 0.5, of six shapes (log-normal, a few slow ones in
between, bursts): its 95 % intervals left out the truth in 7.5 % of all pairs, these in 5 %.
It also needs random numbers, and a hundred times as long.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from statistics import fmean, stdev

import numpy as np
from numpy.typing import NDArray

from ApiLoadLibrary.measurement.histogram import Cells, Histogram, upper_edge

from .confidence import Interval, effective_samples
from .distributions import normal_quantile, student_quantile

__all__ = [
    "PARTS",
    "RUNS_THAT_SHOW_NOISE",
    "TAIL",
    "WHOLE",
    "Level",
    "Part",
    "Shift",
    "levels",
    "percent",
    "shift",
]

Doubles = NDArray[np.float64]

RUNS_THAT_SHOW_NOISE = 3
"""Two runs would bound the noise between runs with t = 12.7: in practice not at all."""

BEYOND_ALL = 50.0
"""Two durations of 64 bits differ by less than e^44: beyond it nothing is bounded."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a distribution.

    Attributes:
        words: What a sentence calls it; empty for the whole.
        low: Where it begins, as a share of the ranks.
        high: Where it ends.
    """

    words: str
    low: float
    high: float


WHOLE = Part("", 0.05, 0.95)
TAIL = Part("the slowest 5 %", 0.95, 0.995)
PARTS = (WHOLE, TAIL)


@dataclass(frozen=True, slots=True)
class Level:
    """Where a part of one run's response times lies.

    Attributes:
        log: The mean of ln(ns) over the part's ranks.
        count: How many samples the run has, in all parts.
        spread: The variance of one sample's influence on `log`.
        sums: The influences' sum in each stretch of the run.
    """

    log: float
    count: int
    spread: float
    sums: Doubles

    def variance(self, confidence: float) -> float:
        """Of `log`: such that an interval with the normal distribution has this confidence."""
        return self.spread / effective_samples(self.sums, self.count, self.spread, confidence)


def levels(blocks: Sequence[Histogram]) -> list[Level]:
    """The level of each of the `PARTS` of a run that was cut into stretches, all with samples."""
    logs, counts = _table([each.cells() for each in blocks])
    return [_level(logs, counts, part) for part in PARTS]


def _table(blocks: Sequence[Cells]) -> tuple[Doubles, Doubles]:
    """ln(ns) of each cell that is occupied, and how many samples of each block it holds."""
    numbers = reduce(Cells.merged, blocks).numbers
    counts = np.zeros((len(blocks), len(numbers)))
    for row, cells in zip(counts, blocks, strict=True):
        row[np.searchsorted(numbers, cells.numbers)] = cells.counts
    # A duration of 0 ns has no logarithm; 1 ns is as good.
    return np.log([max(upper_edge(cell), 1) for cell in numbers.tolist()]), counts


def _level(logs: Doubles, counts: Doubles, part: Part) -> Level:
    total = counts.sum(axis=0)
    log, influence = _trimmed_mean(logs, total, part)
    count = int(total.sum())
    return Level(log, count, float(total @ influence**2) / count, counts @ influence)


def _trimmed_mean(logs: Doubles, counts: Doubles, part: Part) -> tuple[float, Doubles]:
    """The mean of the part's ranks, and the influence of a sample in each cell on it."""
    ranks = np.cumsum(counts)
    low, high = part.low * ranks[-1], part.high * ranks[-1]
    # A cell that lies across an edge of the part counts with the share that is inside.
    inside = np.diff(np.clip(ranks, low, high), prepend=low)
    ends = logs[np.searchsorted(ranks, [low, high])]
    influence = np.clip(logs, *ends) / (part.high - part.low)
    return float(inside @ logs / (high - low)), influence - counts @ influence / ranks[-1]


@dataclass(frozen=True, slots=True)
class Shift:
    """How much slower a run is than the mean of the earlier ones, as ln(now / then).

    Attributes:
        log: The shift that was measured.
        reach: How far the true one may be from it, to either side.
        range: How much the earlier runs differ among themselves.
        noisy: Whether it is their noise that makes the reach.
    """

    log: float
    reach: float
    range: float
    noisy: bool

    @property
    def percent(self) -> float:
        """How much longer requests take."""
        return percent(self.log)

    @property
    def interval(self) -> Interval:
        """Where the true slow-down lies, in percent."""
        return Interval(percent(self.log - self.reach), percent(self.log + self.reach))


def percent(log: float) -> float:
    """ln(now / then) as a slow-down in percent: 0.0953 is 10 %."""
    return 100 * math.expm1(log) if log < BEYOND_ALL else math.inf


def shift(now: Level, earlier: Sequence[Level], confidence: float, compared: int) -> Shift:
    """How far a run is from the mean of earlier ones.

    Noise within the runs is another one in each comparison, so that many comparisons have
    to share the error (Bonferroni).  What makes a run differ from its like, a machine or a
    moment, moves all of its endpoints together: that error is not shared.

    Args:
        now: The run's level.
        earlier: The levels of the earlier runs; one at least.
        confidence: 0.95 for 95 %, over all comparisons.
        compared: How many comparisons there are.
    """
    logs = [each.log for each in earlier]
    # The confidence of one comparison's interval, each end of which may err.
    within = _reach_within(now, earlier, 1 - 2 * (1 - confidence) / compared)
    between = _reach_between(logs, confidence)
    reach = max(within, between)
    return Shift(now.log - fmean(logs), reach, max(logs) - min(logs), between > within)


def _reach_within(now: Level, earlier: Sequence[Level], confidence: float) -> float:
    """Of the difference between a level and the mean of others."""
    others = sum(each.variance(confidence) for each in earlier) / len(earlier) ** 2
    z = normal_quantile((1 + confidence) / 2)
    return z * math.sqrt(now.variance(confidence) + others)


def _reach_between(logs: Sequence[float], upper: float) -> float:
    """Of a further run around the mean of these; 0 when they are too few to show it."""
    number = len(logs)
    if number < RUNS_THAT_SHOW_NOISE:
        return 0.0
    return student_quantile(upper, number - 1) * stdev(logs) * math.sqrt(1 + 1 / number)
