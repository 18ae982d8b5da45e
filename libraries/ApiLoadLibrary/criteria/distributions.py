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
NEAR_MEAN = 0.1


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
    front = _front(x, a, b)
    # The fraction converges fast on this side of the mean only.
    if x < (a + 1) / (a + b + 2):
        return front * _continued_fraction(x, a, b) / a
    return 1 - front * _continued_fraction(1 - x, b, a) / b


def _front(x: float, a: float, b: float) -> float:
    """x^a (1-x)^b / B(a, b), by Stirling's formula, whose large terms are cancelled by hand.

    Logarithms of gamma functions of a million differ in their last digits by 1e-9.
    """
    off = (x * (a + b) - a) / a
    if abs(off) * max(1.0, a / b) < NEAR_MEAN:
        exponent = a * math.log1p(off) + b * math.log1p(-off * a / b)
    else:
        exponent = a * math.log(x * (a + b) / a) + b * (math.log1p(-x) + math.log((a + b) / b))
    rest = _stirling_rest(a + b) - _stirling_rest(a) - _stirling_rest(b)
    return math.sqrt(a / (a + b) * b / (2 * math.pi)) * math.exp(exponent + rest)


def _stirling_rest(z: float) -> float:
    """What Stirling's formula lacks of the logarithm of the gamma function of z (DLMF, 5.11.1)."""
    if z < 15:
        return math.lgamma(z) - (z - 0.5) * math.log(z) + z - math.log(2 * math.pi) / 2
    square = z * z
    return (1 / 12 - (1 / 360 - (1 / 1260 - 1 / 1680 / square) / square) / square) / z


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
