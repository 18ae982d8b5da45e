"""Values by the second, as arrays."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["Doubles", "numbers"]

Doubles = NDArray[np.float64]


def numbers(values: Sequence[float | None]) -> Doubles:
    """The values; nan where there is none."""
    return np.array([np.nan if each is None else each for each in values], np.float64)
