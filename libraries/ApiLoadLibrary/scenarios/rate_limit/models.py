"""Kinds of limiters as arithmetic: what each would have decided, for many settings at once.

A model is given what a limiter really decided until then, and says what it would decide next
(one step ahead), so that one request on the edge does not put all later ones wrong.  Its
settings are arrays: each step of a replay is done for all of them together.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from .decisions import Decisions, Floats, Ints

__all__ = ["MODELS", "Model", "Settings"]

Settings = Mapping[str, Floats]
"""By name, one value for each setting that is tried: `limit`, `window_s`, `phase_s`, `rate_per_s`,
`burst`."""

Held = Callable[[Floats, Floats, Decisions], Iterator[Floats]]
"""Of windows and their phases, what counts at each request: valid until the next is asked for."""

EDGE = 1e-9
"""Of a token: what rounding may do to one that has just become whole."""
BLOCK = 65_536
"""So many settings and the misses of each stay in a processor's cache."""


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


def _fixed_by_clock(settings: Settings, seen: Decisions) -> Ints:
    below = np.nextafter(settings["limit"], -np.inf)
    return _by_clock(settings, seen, below, _in_this_window)


def _in_this_window(window: Floats, phase: Floats, seen: Decisions) -> Iterator[Floats]:
    last, count = np.full(len(window), -np.inf), np.zeros(len(window))
    for at, accepted in zip(seen.at_s.tolist(), seen.accepted.tolist(), strict=True):
        number = np.floor((at - phase) / window)
        count[number != last] = 0
        last = number
        yield count
        count += accepted


def _counter_by_clock(settings: Settings, seen: Decisions, *, all_count: bool) -> Ints:
    held = partial(_in_two_windows, all_count=all_count)
    return _by_clock(settings, seen, settings["limit"] + EDGE, held)


def _in_two_windows(
    window: Floats, phase: Floats, seen: Decisions, *, all_count: bool
) -> Iterator[Floats]:
    """The request itself included."""
    last, number = np.full(len(window), -np.inf), np.empty(len(window))
    before, current = np.zeros(len(window)), np.zeros(len(window))
    windows = np.empty(len(window))
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
        yield weight
        last, number = number, last
        if all_count or accepted:
            current += 1


def _by_clock(settings: Settings, seen: Decisions, most: Floats, held: Held) -> Ints:
    """Misses of a model that passes a request if what is held is no more than `most`.

    What is held depends on a window and its phase alone, so it is worked out once for all limits:
    each clock has a column of them, and where there are fewer, zeros fill it up.
    It is done block by block, as a processor's cache holds them: no model has as many settings.
    """
    clocks, column = np.unique(settings["window_s"] + 1j * settings["phase_s"], return_inverse=True)
    row = _places(column)
    rows = int(row.max(initial=0)) + 1
    limits = np.zeros((rows, len(clocks)))
    limits[row, column] = most
    misses = np.zeros(limits.shape, np.int64)
    for first in range(0, len(clocks), width := max(1, BLOCK // rows)):
        block = slice(first, first + width)
        now = held(clocks.real[block], clocks.imag[block], seen)
        misses[:, block] = _misses(now, limits[:, block].copy(), seen)
    return misses[row, column]


def _places(groups: Ints) -> Ints:
    """How many of its own group come before each."""
    order = np.argsort(groups, kind="stable")
    ordered, places = groups[order], np.empty_like(groups)
    places[order] = np.arange(len(groups)) - np.searchsorted(ordered, ordered)
    return places


def _misses(held: Iterator[Floats], most: Floats, seen: Decisions) -> NDArray[np.int32]:
    missed, misses = np.empty(most.shape, np.bool_), np.zeros(most.shape, np.int32)
    for each, accepted in zip(held, seen.accepted.tolist(), strict=True):
        (np.greater if accepted else np.less_equal)(each, most, out=missed)
        misses += missed
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
