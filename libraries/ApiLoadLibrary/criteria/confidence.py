"""How sure a measured value is: intervals for quantiles, means and shares.

Requests of one run are not independent: a slow second is slow for all of its
requests, so that 10,000 of them may tell no more than 1,000 independent ones
would.  The textbook interval for p95 then covers the truth in half of all runs
where it claims 95 % (AR(1), rho 0.9).  Therefore each interval here is the exact
one for independent samples, applied to the *effective* number of samples:

    deff = variance of the total over blocks of time / what independence would give
                x (1 + r) / (1 - r), where r is how much a block resembles the one before
    n*   = n / deff x (z / t)^2,  deff at least 1; less where blocks are skewed

where z and t are the quantiles of the normal distribution and of Student's t with
blocks - 1 degrees of freedom: few blocks know deff badly, and t pays for that.
For shares this is the interval of Korn and Graubard (Survey Methodology 24, 1998,
p. 193); for quantiles it is theirs inverted, after Woodruff (Journal of the
American Statistical Association 47, 1952, p. 635).  The factor of r is for slowness
that outlasts a block, and that of skewness for what is rare and heavy; both are
taken from Skart (Tafazzoli, Wilson, Lada and Steiger, INFORMS Journal on Computing
23, 2011, p. 297).

How often the intervals cover the truth is measured by tests/benchmarks/coverage.py;
its table, beside what a bootstrap over blocks and plain order statistics do, is in
docs/confidence.md.  The bootstrap covers less, needs random numbers, and does not
notice that a run of few seconds knows little of itself.

No interval splits its error evenly if that leaves the side unbounded which one
needs: zero errors, or too few samples for both bounds, put all of it on one side.
That is why 299 requests without an error prove "< 1 %" at 95 %, and not 368.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from ApiLoadLibrary.measurement.histogram import Histogram

from .distributions import beta_quantile, binomial_cdf, normal_quantile, student_quantile

__all__ = [
    "FEWEST_SAMPLES",
    "Interval",
    "effective_samples",
    "mean_interval",
    "quantile_interval",
    "samples_needed",
    "seconds_needed",
    "share_interval",
]

BLOCKS = 15
"""A run is cut into about so many blocks: as long as can be while t stays near z."""

MOST_ALIKE = 0.9
"""Blocks that resemble each other more are taken for such: 1 - r must not come near 0."""

FEWEST_SAMPLES = 30
"""Below so many a mean is not yet distributed normally, and a point estimate is a glimpse."""


@dataclass(frozen=True, slots=True)
class Interval:
    """Where the true value lies: `low` is 0 and `high` infinite where nothing bounds it."""

    low: float
    high: float

    def scaled(self, factor: float) -> Interval:
        """The same in another unit."""
        return Interval(self.low * factor, self.high * factor)


def samples_needed(share: float, confidence: float) -> int:
    """How many independent samples it takes to bound a quantile from above.

    The largest of n exceeds the quantile with a probability of 1 - share^n.  For
    p95, p99 and p99.9 at 95 % that takes 59, 299 and 2,995.
    """
    return math.ceil(math.log1p(-confidence) / math.log(share))


def effective_samples(
    deviations: NDArray[np.float64],
    count: int,
    variance: float,
    confidence: float,
    allowed: float = math.inf,
) -> float:
    """How many independent samples would tell as much: n* of the module's docstring.

    Args:
        deviations: Per second, the sum of (sample - mean of all) over its samples.
        count: How many samples there are.
        variance: Of one sample.
        confidence: Of the interval to come, two-sided.
        allowed: How skewed a sample may be by what the interval assumes: 0 for a mean, which
            is taken for normally distributed.  By default skewness costs nothing.
    """
    if variance <= 0:
        return float(count)
    blocks = _block_sums(deviations)
    number = len(blocks)
    of_total = float(blocks @ blocks) * number / max(number - 1, 1)
    deff = max(of_total * _lasting(blocks) / (count * variance), 1.0)
    worth = count / deff * _caution(number, confidence)
    return worth / _lopsided(blocks, allowed / math.sqrt(worth / number), confidence)


def _lasting(blocks: NDArray[np.float64]) -> float:
    """(1 + r) / (1 - r), at least 1: the variance of a total that blocks alone do not show.

    r is the correlation of each block with the next one.  Measured about the mean of so few
    it comes out low, by (1 + 4 r) / blocks (Marriott and Pope, Biometrika 41, 1954, p. 390).
    """
    squares, number = float(blocks @ blocks), len(blocks)
    measured = float(blocks[1:] @ blocks[:-1]) / squares if squares else 0.0
    # Solved for the true r where there are blocks enough: this has its pole at 4.
    spare = number - 4 if number >= BLOCKS else number
    alike = min(max(measured + (1 + 4 * measured) / spare, 0.0), MOST_ALIKE)
    return (1 + alike) / (1 - alike)


def _lopsided(blocks: NDArray[np.float64], allowed: float, confidence: float) -> float:
    """By how much the square of an interval's reach has to grow, because blocks are skewed.

    A run that happened to miss what is rare and large has both a mean and a variance that
    are too low: its interval ends too early, by Edgeworth's second term (Hall, Journal of
    the Royal Statistical Society B 54, 1992, p. 221).
    """
    spread = float(np.mean(blocks**2))
    found = float(np.mean((blocks / math.sqrt(spread)) ** 3)) if spread else 0.0
    z = normal_quantile((1 + confidence) / 2)
    beyond = max(found - allowed, 0.0) / math.sqrt(len(blocks))
    return (1 + beyond * (1 + 2 * z**2) / (6 * z)) ** 2


@cache
def _caution(blocks: int, confidence: float) -> float:
    """(z / t)^2; a single block says nothing of deff, and is taken for two that agree."""
    upper = (1 + confidence) / 2
    return (normal_quantile(upper) / student_quantile(upper, max(blocks - 1, 1))) ** 2


def seconds_needed(
    needed: int, count: int, effective: float, seconds: float, confidence: float
) -> int:
    """How long a run must be to be worth so many independent samples, at the same rate.

    Args:
        needed: The samples that it should be worth.
        count: The samples of a run that was too short.
        effective: What they were worth.
        seconds: How long that run was.
        confidence: As for `effective_samples`.
    """
    undiscounted = effective / _caution(_blocks(int(seconds)), confidence)
    per_second = min(undiscounted, count) / seconds
    longer = int(seconds) + 1
    while per_second * longer * _caution(_blocks(longer), confidence) < needed:
        longer += 1 + longer // 50
    return longer


def _blocks(seconds: int) -> int:
    """How many blocks a run is cut into: one per second, or 15 to 29 of longer runs."""
    return seconds // max(1, seconds // BLOCKS)


def _block_sums(per_second: NDArray[np.float64]) -> NDArray[np.float64]:
    """Even blocks, whole seconds each."""
    seconds = len(per_second)
    blocks = _blocks(seconds)
    starts = -(-np.arange(blocks) * seconds // blocks)
    sums: NDArray[np.float64] = np.add.reduceat(per_second, starts)
    return sums


def quantile_interval(
    histogram: Histogram, share: float, confidence: float, effective: float | None = None
) -> Interval:
    """Where the true quantile lies, in ns; exact whatever the distribution.

    The r-th of n sorted samples lies above the quantile when fewer than r samples
    are below it, which is a binomial probability (David and Nagaraja, Order
    Statistics, 7.1).  Where n is too small for both bounds, the upper one gets
    all of the error; where even that does not do, there is none.

    Args:
        histogram: The samples.
        share: Which quantile: 0.95 for p95.
        confidence: 0.95 for 95 %.
        effective: How many independent samples these are worth; None for all.
    """
    count = histogram.count
    if not count:
        return Interval(0.0, math.inf)
    worth = max(1, min(count, int(count if effective is None else effective)))
    tail = (1 - confidence) / 2
    low, high = _lower_rank(worth, share, tail), _upper_rank(worth, share, tail)
    if high is None and (high := _upper_rank(worth, share, 2 * tail)) is not None:
        low = 0
    return Interval(
        histogram.value_at_rank((low - 1) * count // worth + 1) if low else 0.0,
        math.inf if high is None else histogram.value_at_rank(-(-high * count // worth)),
    )


def _lower_rank(count: int, share: float, tail: float) -> int:
    """The highest rank that exceeds the quantile with a probability of `tail` at most, or 0."""
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        if binomial_cdf(middle, count, share) > tail:
            high = middle
        else:
            low = middle + 1
    return low


def _upper_rank(count: int, share: float, tail: float) -> int | None:
    """The lowest rank that is below the quantile with a probability of `tail` at most."""
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        if binomial_cdf(middle, count, share) >= 1 - tail:
            high = middle
        else:
            low = middle + 1
    return low + 1 if low < count else None


def mean_interval(mean: float, variance: float, confidence: float, effective: float) -> Interval:
    """Where the true mean lies: mean +- z x sqrt(variance / n*), by the central limit theorem.

    Args:
        mean: Of the samples.
        variance: Of one sample.
        confidence: 0.95 for 95 %.
        effective: How many independent samples these are worth; fewer than
            `FEWEST_SAMPLES` bound nothing.
    """
    if effective < FEWEST_SAMPLES:
        return Interval(0.0, math.inf)
    reach = normal_quantile((1 + confidence) / 2) * math.sqrt(variance / effective)
    return Interval(mean - reach, mean + reach)


def share_interval(hits: int, count: int, confidence: float, effective: float) -> Interval:
    """Where the true share of hits lies, 0 to 1: Clopper and Pearson's exact interval.

    Exact, because error rates live near 0, where Wilson's covers less than it
    says.  Without any hit (or miss) the bound that is certain needs no error, and
    the other gets all of it.

    Args:
        hits: How many of the samples have the property.
        count: How many samples there are; at least 1.
        confidence: 0.95 for 95 %.
        effective: How many independent samples these are worth.
    """
    tail = 1 - confidence
    if hits == 0:
        return Interval(0.0, 1 - tail ** (1 / effective))
    if hits == count:
        return Interval(tail ** (1 / effective), 1.0)
    found = hits / count * effective
    missed = effective - found
    return Interval(
        beta_quantile(tail / 2, found, missed + 1), beta_quantile(1 - tail / 2, found + 1, missed)
    )
