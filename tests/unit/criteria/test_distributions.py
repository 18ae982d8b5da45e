"""Our distributions against scipy's, to 1e-9."""

import itertools
import math

import pytest
from scipy import stats

from ApiLoadLibrary.criteria.distributions import (
    beta_cdf,
    beta_quantile,
    binomial_cdf,
    normal_quantile,
    student_quantile,
)

NEAR = 1e-9
SHAPES = (0.5, 1.0, 2.5, 30.0, 999.5, 20_000.0)


@pytest.mark.parametrize("a, b", list(itertools.product(SHAPES, SHAPES)))
def test_the_beta_distribution_is_scipys(a: float, b: float) -> None:
    spread = stats.beta(a, b)
    for share in (1e-6, 0.025, 0.5, 0.95, 0.999):
        x = float(spread.ppf(share))
        assert beta_cdf(x, a, b) == pytest.approx(spread.cdf(x), rel=NEAR, abs=1e-12)
        assert beta_quantile(share, a, b) == pytest.approx(x, rel=NEAR)


def test_all_of_a_beta_distribution_lies_between_0_and_1() -> None:
    assert (beta_cdf(0, 2, 3), beta_cdf(-1, 2, 3)) == (0, 0)
    assert (beta_cdf(1, 2, 3), beta_cdf(2, 2, 3)) == (1, 1)


@pytest.mark.parametrize("trials", [1, 20, 500, 100_000])
@pytest.mark.parametrize("share", [0.5, 0.95, 0.999])
def test_the_binomial_distribution_is_scipys(trials: int, share: float) -> None:
    near_mean = int(trials * share)
    for hits in {0, near_mean // 2, near_mean - 1, near_mean, near_mean + 1, trials - 1, trials}:
        expected = float(stats.binom.cdf(hits, trials, share))
        assert binomial_cdf(hits, trials, share) == pytest.approx(expected, rel=NEAR, abs=1e-12)


@pytest.mark.parametrize("share, trials", [(0.95, 10**6), (0.9999, 10**6), (0.5, 10**7)])
def test_the_binomial_distribution_is_scipys_for_millions_of_requests(
    share: float, trials: int
) -> None:
    """Where logarithms of factorials have lost their last digits."""
    spread = math.sqrt(trials * share * (1 - share))
    for deviations in (-3, -1, 0, 1, 3):
        hits = int(trials * share + deviations * spread)
        expected = float(stats.binom.cdf(hits, trials, share))
        assert binomial_cdf(hits, trials, share) == pytest.approx(expected, rel=NEAR)


@pytest.mark.parametrize("freedom", [1, 2, 5, 14, 28, 1_000])
@pytest.mark.parametrize("share", [0.6, 0.95, 0.975, 0.9995])
def test_students_t_is_scipys(freedom: int, share: float) -> None:
    expected = float(stats.t.ppf(share, freedom))
    assert student_quantile(share, freedom) == pytest.approx(expected, rel=NEAR)


@pytest.mark.parametrize("share", [0.001, 0.5, 0.95, 0.975, 0.9995])
def test_the_normal_distribution_is_scipys(share: float) -> None:
    assert normal_quantile(share) == pytest.approx(float(stats.norm.ppf(share)), rel=NEAR)
