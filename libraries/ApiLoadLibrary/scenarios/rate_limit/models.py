"""Kinds of limiters as arithmetic: what each would have decided, for many settings at once.

A model is given what a limiter really decided until then, and says what it would decide next
(one step ahead), so that one request on the edge does not put all later ones wrong.  Its
settings are arrays: each step of a replay is done for all of them together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from .decisions import Decisions, Floats, Ints

__all__ = ["MODELS", "Model", "Settings"]

Settings = Mapping[str, Floats]
"""By name, one value for each setting that is tried: `limit`, `window_s`, `phase_s`, `rate_per_s`,
`burst`."""

EDGE = 1e-9
"""Of a token: what rounding may do to one that has just become whole."""
BLOCK = 32_768
"""So many settings and what is counted for them stay in a processor's cache."""


@dataclass(frozen=True, slots=True)
class Model:
    """A kind of limiter.

    Attributes:
        name: Its key in reports.
        words: How a person calls it.
        settings: Their names.
        misses: How many decisions it would have made otherwise, for each setting.
        punishes: Whether refused requests count as well.
    """

    name: str
    words: str
    settings: tuple[str, ...]
    misses: Callable[[Settings, Decisions], Ints]
    punishes: bool = False


def _fixed_by_clock(settings: Settings, seen: Decisions) -> Ints:
    limit, window, phase = settings["limit"], settings["window_s"], settings["phase_s"]
    last = np.full(len(limit), -np.inf)
    count, misses = np.zeros(len(limit)), np.zeros(len(limit), np.int64)
    for at, accepted in zip(seen.at_s.tolist(), seen.accepted.tolist(), strict=True):
        number = np.floor((at - phase) / window)
        count[number != last] = 0
        last = number
        misses += (count < limit) != accepted
        count += accepted
    return misses


def _fixed_from_first_hit(settings: Settings, seen: Decisions) -> Ints:
    limit, window = settings["limit"], settings["window_s"]
    ends = np.full(len(limit), -np.inf)
    count, misses = np.zeros(len(limit)), np.zeros(len(limit), np.int64)
    for at, accepted in zip(seen.at_s.tolist(), seen.accepted.tolist(), strict=True):
        over = at >= ends
        count[over] = 0
        ends = np.where(over, at + window, ends)
        misses += (count < limit) != accepted
        count += accepted
    return misses


def _log(settings: Settings, seen: Decisions, counted: Floats) -> Ints:
    """Of each request, those of the counted ones that came in a window's time before it."""
    before = np.searchsorted(counted, seen.at_s, side="left")
    misses = np.empty(len(settings["limit"]), np.int64)
    for window in np.unique(settings["window_s"]):
        recent = before - np.searchsorted(counted, seen.at_s - window, side="right")
        where = np.flatnonzero(settings["window_s"] == window)
        passed = recent < settings["limit"][where, None]
        misses[where] = np.count_nonzero(passed != seen.accepted, axis=1)
    return misses


def _sliding_log(settings: Settings, seen: Decisions) -> Ints:
    return _log(settings, seen, seen.at_s[seen.accepted])


def _punishing_log(settings: Settings, seen: Decisions) -> Ints:
    return _log(settings, seen, seen.at_s)


def _counter_by_clock(settings: Settings, seen: Decisions, *, all_count: bool) -> Ints:
    """Block by block, as a processor's cache holds them: no model has as many settings to try."""
    parts = []
    for first in range(0, max(1, len(settings["limit"])), BLOCK):
        block = {name: each[first : first + BLOCK] for name, each in settings.items()}
        parts.append(_counter_by_clock_in_place(block, seen, all_count=all_count))
    return np.concatenate(parts)


def _counter_by_clock_in_place(settings: Settings, seen: Decisions, *, all_count: bool) -> Ints:
    limit, window, phase = settings["limit"], settings["window_s"], settings["phase_s"]
    most = limit + EDGE
    last, number = np.full(len(limit), -np.inf), np.empty(len(limit))
    before, current = np.zeros(len(limit)), np.zeros(len(limit))
    windows, misses = np.empty(len(limit)), np.zeros(len(limit), np.int64)
    for at, accepted in zip(seen.at_s.tolist(), seen.accepted.tolist(), strict=True):
        np.subtract(at, phase, out=windows)
        windows /= window
        np.floor(windows, out=number)
        new = np.flatnonzero(number != last)
        before[new] = np.where(number[new] - last[new] == 1, current[new], 0.0)
        current[new] = 0
        weight = np.subtract(1, windows, out=windows)
        weight += number
        weight *= before
        weight += current
        weight += 1
        misses += (weight <= most) != accepted
        last, number = number, last
        if all_count or accepted:
            current += 1
    return misses


def _counter_from_first_hit(settings: Settings, seen: Decisions, *, all_count: bool) -> Ints:
    limit, window = settings["limit"], settings["window_s"]
    start = np.full(len(limit), -np.inf)
    before, current = np.zeros(len(limit)), np.zeros(len(limit))
    misses = np.zeros(len(limit), np.int64)
    for at, accepted in zip(seen.at_s.tolist(), seen.accepted.tolist(), strict=True):
        age = at - start
        one, two = age >= window, age >= 2 * window
        before = np.where(two, 0.0, np.where(one, current, before))
        current[one] = 0
        start = np.where(two, at, np.where(one, start + window, start))
        weight = before * (1 - (at - start) / window) + current
        misses += (weight + 1 <= limit + EDGE) != accepted
        current += 1 if all_count else accepted
    return misses


def _bucket(settings: Settings, seen: Decisions) -> Ints:
    rate, burst = settings["rate_per_s"], settings["burst"]
    tokens = burst.copy()
    misses = np.zeros(len(rate), np.int64)
    then = seen.at_s[0] if len(seen) else 0.0
    for at, accepted in zip(seen.at_s.tolist(), seen.accepted.tolist(), strict=True):
        tokens = np.minimum(burst, tokens + rate * (at - then))
        then = at
        misses += (tokens >= 1 - EDGE) != accepted
        if accepted:
            tokens = np.maximum(tokens - 1, 0.0)
    return misses


WINDOW = ("limit", "window_s")
MODELS = (
    Model("token_bucket", "token bucket (or GCRA)", ("rate_per_s", "burst"), _bucket),
    Model("sliding_log", "sliding log", WINDOW, _sliding_log),
    Model(
        "fixed_window_from_first_hit",
        "fixed window from the first hit",
        WINDOW,
        _fixed_from_first_hit,
    ),
    Model(
        "fixed_window_by_clock",
        "fixed window by the clock",
        (*WINDOW, "phase_s"),
        _fixed_by_clock,
    ),
    Model(
        "sliding_counter",
        "sliding counter",
        (*WINDOW, "phase_s"),
        lambda settings, seen: _counter_by_clock(settings, seen, all_count=False),
    ),
    Model(
        "sliding_counter_from_first_hit",
        "sliding counter",
        WINDOW,
        lambda settings, seen: _counter_from_first_hit(settings, seen, all_count=False),
    ),
    Model(
        "penal_sliding_log",
        "sliding log that counts refused requests too",
        WINDOW,
        _punishing_log,
        punishes=True,
    ),
    Model(
        "penal_sliding_counter",
        "sliding counter that counts refused requests too",
        (*WINDOW, "phase_s"),
        lambda settings, seen: _counter_by_clock(settings, seen, all_count=True),
        punishes=True,
    ),
    Model(
        "penal_sliding_counter_from_first_hit",
        "sliding counter that counts refused requests too",
        WINDOW,
        lambda settings, seen: _counter_from_first_hit(settings, seen, all_count=True),
        punishes=True,
    ),
)
"""The simplest first: it wins where several explain all equally well."""
