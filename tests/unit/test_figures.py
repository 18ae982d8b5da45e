"""Measured figures, as people write them."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ApiLoadLibrary.figures import figure


@pytest.mark.parametrize(
    "value, digits, written",
    [
        (32_847.3, 4, "32,847"),
        (1_234.5, 3, "1,234"),
        (-1_500.0, 3, "-1,500"),
        (223.46, 4, "223.5"),
        (12.345, 3, "12.3"),
        (8.0, 3, "8"),
        (9.996, 3, "10"),
        (0.001234, 3, "0.00123"),
        (1e-12, 3, "0"),
        (math.inf, 3, "inf"),
    ],
)
def test_a_figure_is_a_plain_decimal(value: float, digits: int, written: str) -> None:
    assert figure(value, digits) == written


@given(st.floats(min_value=1e-9, max_value=1e15))
def test_it_says_what_was_measured(value: float) -> None:
    written = figure(value)
    assert "e" not in written
    assert float(written.replace(",", "")) == pytest.approx(value, rel=0.5e-2)
