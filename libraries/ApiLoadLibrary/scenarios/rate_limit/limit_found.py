"""The limit as a probe has found it: with which limit some kind of limiter explains its decisions.

The kind itself does not matter here, and a probe is too short to tell.  But each kind shows its
limit in another way: in a row after a rest, in each window, in the time between two requests.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ApiLoadLibrary.values import NS_PER_S

from .contract import Contract
from .decisions import Decisions
from .fitting import PHASES, Axes, Fit, Hint, bucket_axes, fit_among, limit_axis
from .models import MODELS, Model

__all__ = ["Found", "limit_found"]

MOST_MISMATCH_PERCENT = 5.0
SAME = 0.1
"""Relative: a window this near to the contract's is meant to be it."""


@dataclass(frozen=True, slots=True)
class Found:
    """What was found.

    Attributes:
        limit: How many the contract's window lets through.
        burst: How many may come at once, of a bucket; None of a window.
    """

    limit: float
    burst: float | None


def limit_found(seen: Decisions, contract: Contract) -> Found | None:
    """The limit that explains these decisions; None where none does, or nothing was refused.

    Args:
        seen: All decisions from the first request on, for what came before counts as well.
        contract: Its window is taken to be the limiter's, or the time that fills its bucket.
    """
    if not seen.refused:
        return None
    fits = [fit_among(model, axes, seen) for model, axes in _tried(seen, contract)]
    best = min(fits, key=lambda each: each.score)
    if best.mismatch_percent > MOST_MISMATCH_PERCENT:
        return None
    return _found(best, contract)


def _found(best: Fit, contract: Contract) -> Found:
    settings, window_s = best.settings, contract.window_ns / NS_PER_S
    if "burst" in settings:
        return Found(settings["rate_per_s"] * window_s, settings["burst"])
    windows = window_s / settings["window_s"]
    return Found(settings["limit"] * (1 if abs(windows - 1) < SAME else windows), None)


def _tried(seen: Decisions, contract: Contract) -> Iterator[tuple[Model, Axes]]:
    """Each kind, with the contract's own window."""
    windows = {contract.window_ns, contract.span_ns}
    for model in MODELS:
        for window_ns in windows if "window_s" in model.settings else {contract.window_ns}:
            window_s = window_ns / NS_PER_S
            limit = contract.limit * window_ns / contract.window_ns
            yield model, _axes(model, seen, Hint(limit, window_s))


def _axes(model: Model, seen: Decisions, hint: Hint) -> Axes:
    if "burst" in model.settings:
        return bucket_axes(seen, hint)
    axes = {"limit": limit_axis(model, seen, hint), "window_s": np.array([hint.window_s])}
    if "phase_s" in model.settings:
        axes["phase_s"] = np.arange(PHASES) / PHASES
    return axes
