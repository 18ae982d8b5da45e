"""A straight line through points, and how well it is known.

Least squares, with the errors that every textbook gives (Draper and Smith, Applied Regression
Analysis, 3rd ed. 1998, chapters 1 and 3).  Student's t pays for few points.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

import numpy as np

from ApiLoadLibrary.criteria.distributions import student_quantile

from .arrays import Doubles

__all__ = ["Line", "batches", "line", "rises"]

BEYOND_CHANCE = 4.0
"""Standard errors: seconds resemble their neighbours, so that two would often be chance."""

FEWEST = 4


@dataclass(frozen=True, slots=True)
class Line:
    """A straight line y = height + slope (x - middle).

    Attributes:
        slope: How much y grows with x.
        error: The standard error of the slope.
        height: The mean of y.
        middle: The mean of x.
        spread: How far points lie from it: the standard deviation of what it leaves unexplained.
        count: How many points it rests on.
        squares: The sum of squares of x about its mean.
    """

    slope: float
    error: float
    height: float
    middle: float
    spread: float
    count: int
    squares: float

    @property
    def is_clear(self) -> bool:
        """Whether it rises or falls beyond chance."""
        return self.slope != 0 and abs(self.slope) > BEYOND_CHANCE * self.error

    def at(self, x: float) -> float:
        """Its y."""
        return self.height + self.slope * (x - self.middle)

    def doubt_at(self, x: float, confidence: float = 0.95) -> float:
        """How far a new y may lie from it, either way, with this confidence."""
        beyond = (x - self.middle) ** 2 / self.squares
        student = _student(confidence, self.count - 2)
        return student * self.spread * math.sqrt(1 + 1 / self.count + beyond)


@cache
def _student(confidence: float, freedom: int) -> float:
    return student_quantile((1 + confidence) / 2, freedom)


def line(x: Doubles, y: Doubles) -> Line | None:
    """The line through these points; None of fewer than four, or if all have the same x."""
    known = ~(np.isnan(x) | np.isnan(y))
    x, y = x[known], y[known]
    if len(x) < FEWEST:
        return None
    middle, height = float(x.mean()), float(y.mean())
    squares = float(((x - middle) ** 2).sum())
    if squares <= 0:
        return None
    slope = float(((x - middle) * (y - height)).sum()) / squares
    rest = float(((y - height - slope * (x - middle)) ** 2).sum()) / (len(x) - 2)
    error = math.sqrt(rest / squares)
    return Line(slope, error, height, middle, math.sqrt(rest), len(x), squares)


def batches(values: Doubles, length: int) -> Doubles:
    """The medians of so many values each, nan where there are none; an uneven end is left out."""
    whole = values[: len(values) // length * length].reshape(-1, length)
    known = ~np.isnan(whole).all(axis=1)
    medians = np.full(len(whole), np.nan)
    medians[known] = np.nanmedian(whole[known], axis=1)
    return medians


def rises(values: Doubles) -> Line | None:
    """The line through evenly spaced values, if it rises beyond chance and to the end.

    That is: each third is above the one before, by its median, and the last third still climbs
    at half of the line's pace or more.  A bump, a step that was taken once, or a curve that
    levels off is no rise.
    """
    found = line(np.arange(len(values), dtype=np.float64), values)
    if found is None or not found.is_clear or found.slope <= 0 or len(values) < 3 * FEWEST:
        return None
    parts = np.array_split(values, 3)
    if any(np.isnan(part).all() for part in parts):
        return None
    first, middle, last = (float(np.nanmedian(part)) for part in parts)
    end = line(np.arange(len(parts[2]), dtype=np.float64), parts[2])
    still = end is not None and end.slope >= found.slope / 2
    return found if first < middle < last and still else None
