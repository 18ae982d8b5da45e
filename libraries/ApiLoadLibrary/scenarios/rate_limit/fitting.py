"""Finds the settings with which a model explains best what a limiter decided.

First a grid over all that is likely, then finer and finer grids around the best of it.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from .decisions import Decisions, Floats, Ints
from .models import Model

__all__ = ["PHASES", "Axes", "Fit", "Hint", "bucket_axes", "fit", "fit_among", "limit_axis"]

Axes = Mapping[str, Floats]
"""The values that are tried of each setting."""

SHORTEST, LONGEST = 0.4, 2.5
"""How far off the hint on the window may be."""

WINDOW_STEP = 0.004
"""Relative, of the first grid: over a dozen windows it puts edges wrong by a few hundredths."""
PHASES = 40
KEPT = 8
"""So many of a grid's best are looked at more closely."""

FINER, ROUNDS, AROUND = 4.0, 4, 3
"""Each finer grid has steps so many times as small, and so many of them to each side."""
MOST_LIMITS = 12
WHOLE_REACH, WHOLE_STEPS = 1.5, 800

PLATEAU, PLATEAU_STEPS = 0.08, 160
"""How far to each side of the best settings others may explain as much; looked at so finely."""


@dataclass(frozen=True, slots=True)
class Hint:
    """What is known before: requests in a window, and how long it is in seconds."""

    limit: float
    window_s: float


@dataclass(frozen=True, slots=True)
class Fit:
    """A model with its best settings.

    Attributes:
        misses: Decisions that it would have made otherwise.
        decisions: How many there were.
    """

    model: Model
    settings: Mapping[str, float]
    misses: int
    decisions: int

    @property
    def mismatch_percent(self) -> float:
        """Misses as a share of all decisions."""
        return 100 * self.misses / max(1, self.decisions)

    @property
    def score(self) -> float:
        """Schwarz's criterion (BIC): how unlikely the misses are, and what the settings cost."""
        n, wrong = max(1, self.decisions), max(self.misses, 0.5)
        share = min(wrong / n, 0.5)
        surprise = -2 * (wrong * math.log(share) + (n - wrong) * math.log(1 - share))
        return surprise + len(self.settings) * math.log(n)


def fit(model: Model, seen: Decisions, hint: Hint) -> Fit:
    """The model with the settings that explain most."""
    return fit_among(model, _axes(model, seen, hint), seen)


def fit_among(model: Model, axes: Axes, seen: Decisions) -> Fit:
    """The same among these settings, and what lies between them.

    Args:
        axes: What is tried of each; a phase as a share of the window.
    """
    grid = _product(axes)
    best, misses = _best(grid, model.misses(grid, seen))
    steps = {name: _step(name, axis) for name, axis in axes.items()}
    for _ in range(ROUNDS):
        steps = {name: step / FINER for name, step in steps.items()}
        grid = _around(best, steps)
        best, misses = _best(grid, model.misses(grid, seen))
    winner = {name: float(values[0]) for name, values in best.items()}
    fewest = int(misses[0])
    if "burst" in winner:
        winner, fewest = _whole_burst(model, winner, fewest, seen)
    winner = _middle(model, winner, fewest, seen)
    if "limit" in winner:
        winner["limit"] = float(math.floor(winner["limit"]))
    return Fit(model, winner, fewest, len(seen))


def _axes(model: Model, seen: Decisions, hint: Hint) -> Axes:
    if "burst" in model.settings:
        return bucket_axes(seen, hint)
    count = round(math.log(LONGEST / SHORTEST) / WINDOW_STEP)
    axes = {
        "limit": limit_axis(model, seen, hint),
        "window_s": hint.window_s * np.geomspace(SHORTEST, LONGEST, count),
    }
    if "phase_s" in model.settings:
        axes["phase_s"] = np.arange(PHASES) / PHASES  # of a window; see `_product`
    return axes


def bucket_axes(seen: Decisions, hint: Hint) -> Axes:
    """A burst is seen as a run of accepted requests; while it goes on, some are refilled."""
    runs = seen.run_lengths() or [1]
    first, most = runs[0], max(runs)
    expected = hint.limit / hint.window_s
    bursts = np.unique(
        np.concatenate((np.geomspace(1, most + 1, 30), np.arange(max(1, first - 3), first + 2)))
    )
    return {
        "rate_per_s": expected * np.geomspace(SHORTEST / 2, 2 * LONGEST, 600),
        "burst": bursts.astype(np.float64),
    }


def limit_axis(model: Model, seen: Decisions, hint: Hint) -> Floats:
    """Limits that are likely: as many were accepted in a row, or as many as the hint says."""
    runs = seen.run_lengths()
    first = runs[:1]
    common = [length for length, _ in Counter(runs).most_common(MOST_LIMITS)]
    near = [each + more for each in first for more in (-1, 0, 1)]
    likely = [*near, *common, *([max(runs)] if runs else []), round(hint.limit)]
    limits = np.unique([float(each) for each in likely if each >= 1])
    if "counter" not in model.name:
        return limits
    # Some round the weight of the last window down: as if a little more were allowed.
    return np.concatenate((limits, limits + 0.999))  # whole ones first: they win ties


def _product(axes: Mapping[str, Floats]) -> dict[str, Floats]:
    """Every combination; a phase becomes seconds of its own window."""
    mesh = np.meshgrid(*axes.values(), indexing="ij")
    grid = {name: each.ravel().astype(np.float64) for name, each in zip(axes, mesh, strict=True)}
    if "phase_s" in grid:
        grid["phase_s"] = grid["phase_s"] * grid["window_s"]
    return grid


def _best(grid: Mapping[str, Floats], misses: Ints) -> tuple[dict[str, Floats], Ints]:
    """The best few."""
    kept = np.argsort(misses, kind="stable")[:KEPT]
    return {name: values[kept] for name, values in grid.items()}, misses[kept]


def _step(name: str, axis: Floats) -> float:
    """The first grid's step: relative, but of a burst in tokens, and of a phase in windows."""
    if name == "limit":
        return 0.0
    if name == "phase_s":
        return 1 / PHASES
    if name == "burst":
        return float(np.max(np.diff(axis), initial=0.0))
    return float(axis[1] / axis[0] - 1) if len(axis) > 1 else 0.0


def _around(best: Mapping[str, Floats], steps: Mapping[str, float]) -> dict[str, Floats]:
    """Finer grids around each of the best, the best included."""
    places = np.arange(-AROUND, AROUND + 1)
    moved = [places if steps[name] else np.zeros(1) for name in best]
    mesh = [each.ravel() for each in np.meshgrid(*moved, indexing="ij")]
    grid: dict[str, Floats] = {}
    for (name, values), shift in zip(best.items(), mesh, strict=True):
        by = shift.astype(np.float64) * steps[name]
        if name == "phase_s":
            found = values[:, None] + by * best["window_s"][:, None]
        elif name == "burst":
            found = np.maximum(values[:, None] + by, 1.0)
        else:
            found = values[:, None] * (1 + by)
        grid[name] = found.ravel()
    return grid


def _whole_burst(
    model: Model, best: dict[str, float], misses: int, seen: Decisions
) -> tuple[dict[str, float], int]:
    """The same with a whole number of tokens, where that explains as much: sizes are whole."""
    for burst in (max(1.0, math.floor(best["burst"])), float(math.ceil(best["burst"]))):
        # Of few tokens a part of one changes the rate that goes with it by as large a share.
        rates = best["rate_per_s"] * np.geomspace(1 / WHOLE_REACH, WHOLE_REACH, WHOLE_STEPS)
        grid = {"rate_per_s": rates, "burst": np.full(len(rates), burst)}
        tried = model.misses(grid, seen)
        if tried.min() <= misses + max(1, len(seen) // 400):
            return {"rate_per_s": float(rates[tried.argmin()]), "burst": burst}, int(tried.min())
    return best, misses


def _middle(model: Model, best: dict[str, float], misses: int, seen: Decisions) -> dict[str, float]:
    """The same, but in the middle of all settings that explain as much: the truth lies there."""
    whole = float(best.get("burst", 0.5)).is_integer()
    for name in [each for each in best if each != "limit" and not (each == "burst" and whole)]:
        reach = best["window_s"] if name == "phase_s" else best[name]
        tried = best[name] + reach * np.linspace(-PLATEAU, PLATEAU, 2 * PLATEAU_STEPS + 1)
        grid = {each: np.full(len(tried), value) for each, value in best.items()}
        grid[name] = np.maximum(tried, 1.0) if name == "burst" else tried
        worse = np.flatnonzero(model.misses(grid, seen) > misses)
        low = max(worse[worse < PLATEAU_STEPS], default=-1) + 1
        high = min(worse[worse > PLATEAU_STEPS], default=len(tried)) - 1
        best = {**best, name: float((grid[name][low] + grid[name][high]) / 2)}
    return best
