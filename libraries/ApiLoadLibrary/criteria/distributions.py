"""The distributions that confidence rests on, without scipy (145 MB for five functions).

All are the regularized incomplete beta function in disguise:

    I(x; a, b) = integral from 0 to x of t^(a-1) (1-t)^(b-1) dt, divided by that from 0 to 1

It is computed by its continued fraction (NIST Digital Library of Mathematical
Functions, 8.17.22) with Lentz's method, as in Numerical Recipes 6.4; quantiles
by bisection.  Tests compare all of it with scipy, to 1e-9.
"""

from __future__ import annotations

import math
from statistics import NormalDist

__all__ = ["beta_cdf", "beta_quantile", "binomial_cdf", "normal_quantile", "student_quantile"]

TINY = 1e-300
PRECISION = 1e-15


def beta_cdf(x: float, a: float, b: float) -> float:
    """I(x; a, b): the share of a beta distribution that lies at or below x.

    Args:
        x: 0 to 1; beyond these the share is 0 or 1.
        a: Above 0.
        b: Above 0.
    """
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    front = math.exp(
        math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    )
    # The fraction converges fast on this side of the mean only.
    if x < (a + 1) / (a + b + 2):
        return front * _continued_fraction(x, a, b) / a
    return 1 - front * _continued_fraction(1 - x, b, a) / b


def _continued_fraction(x: float, a: float, b: float) -> float:
    c, d = 1.0, 1 / _nonzero(1 - (a + b) * x / (a + 1))
    value = d
    # It takes about the square root of the larger of a and b rounds.
    for m in range(1, 1_000_000):
        for term in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = 1 / _nonzero(1 + term * d)
            c = _nonzero(1 + term / c)
            value *= c * d
        if abs(c * d - 1) < PRECISION:
            break
    return value


def _nonzero(value: float) -> float:
    return value if abs(value) > TINY else TINY


def beta_quantile(share: float, a: float, b: float) -> float:
    """The x at or below which `share` of a beta distribution lies."""
    low, high = 0.0, 1.0
    middle = 0.5
    while low < middle < high:
        if beta_cdf(middle, a, b) < share:
            low = middle
        else:
            high = middle
        middle = (low + high) / 2
        if high - low < PRECISION * high:
            break
    return middle


def binomial_cdf(hits: int, trials: int, share: float) -> float:
    """The probability of at most so many hits in so many trials, each hitting with `share`."""
    if hits >= trials:
        return 1.0
    return beta_cdf(1 - share, trials - hits, hits + 1) if hits >= 0 else 0.0


def normal_quantile(share: float) -> float:
    """The standard normal value at or below which `share` lies."""
    return NormalDist().inv_cdf(share)


def student_quantile(share: float, freedom: float) -> float:
    """The value of Student's t at or below which `share` (above 0.5) lies."""
    x = beta_quantile(2 * (1 - share), freedom / 2, 0.5)
    return math.sqrt(freedom * (1 - x) / x)
