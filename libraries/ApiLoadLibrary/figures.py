"""How a measured figure is written for people: `1,234`, `12.3`, `0.00123`, never `1.23e+03`."""

from __future__ import annotations

import math

__all__ = ["figure"]

NOTHING_MUCH = 1e-9
"""In any unit less than can be measured, and nothing that anybody would read as so many zeros."""


def figure(value: float, digits: int = 3) -> str:
    """A plain decimal with thousands separated, and no zeros at its end.

    Args:
        value: What was measured.
        digits: How many count; those before the point are all kept.
    """
    if not math.isfinite(value):
        return str(value)
    if abs(value) < NOTHING_MUCH:
        return "0"
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if decimals else text
