"""How response times are spread: how many requests took how long."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from ApiLoadLibrary.measurement.histogram import Histogram
from ApiLoadLibrary.measurement.result import merged

from . import formats
from .bars import Bar, BarChart
from .document import Criterion, Run
from .drawing import Table
from .figures import strictest

__all__ = ["distribution_chart"]

STEPS = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0)
"""Edges within a decade: bars grow about alike, and each has a name that people know."""

NS_PER_MS = 1_000_000
FEWEST = 20
"""Fewer requests have no shape."""


def distribution_chart(run: Run, criteria: Sequence[Criterion] = ()) -> BarChart | None:
    """The requests of a run by their response time; None of a handful.

    Args:
        criteria: Of this run; one that holds for all of its requests gives the limit.
    """
    histogram = merged(Histogram.decode(each.histogram) for each in run.endpoints if each.histogram)
    if histogram.count < FEWEST or not histogram.max_ns:
        return None
    low, high = (histogram.min_ns or 1) / NS_PER_MS, histogram.max_ns / NS_PER_MS
    edges = _edges(low, high)
    _, limit = strictest(run, criteria)
    if limit is not None and low < limit.value < high:
        edges = sorted({*edges, limit.value})  # no bar lies on both sides of it
    above = [histogram.count, *(histogram.count_above(round(e * NS_PER_MS)) for e in edges)]
    counts = [before - after for before, after in pairwise(above)]
    within = None if limit is None else sum(edge <= limit.value for edge in edges)
    names = [formats.limit(edge, "ms") for edge in edges]
    words = [f"up to {names[0]}", *(f"{low} to {high}" for low, high in pairwise(names))]
    return BarChart(
        title="How response times are spread",
        caption=_caption(histogram),
        unit="requests",
        bars=tuple(
            Bar(
                name,
                count,
                f"{text}: {formats.plural(count, 'request')}",
                "over" if within is not None and place >= within else "l1",
            )
            for place, (name, text, count) in enumerate(zip(names, words, counts, strict=True))
        ),
        limit_after=within,
        limit_label=limit.label if limit else "",
        table=_table(words, counts, histogram.count),
    )


def _edges(low_ms: float, high_ms: float) -> list[float]:
    """Right edges of bars, each above the one before, from the shortest time to the longest."""
    exponents = range(-4, 9)
    edges = [float(f"{step * 10.0**power:.6g}") for power in exponents for step in STEPS]
    first = next(place for place, edge in enumerate(edges) if edge >= low_ms)
    last = next(place for place, edge in enumerate(edges) if edge >= high_ms)
    return edges[first : last + 1]


def _caption(histogram: Histogram) -> str:
    half, most = (formats.milliseconds(_ms(histogram.quantile(share))) for share in (0.5, 0.99))
    longest = formats.milliseconds(_ms(histogram.max_ns))
    return f"Half took up to {half}, 99 of 100 up to {most}; the longest took {longest}."


def _ms(value_ns: int | None) -> float | None:
    return None if value_ns is None else value_ns / NS_PER_MS


def _table(words: Sequence[str], counts: Sequence[int], total: int) -> Table:
    rows = []
    passed = 0
    for text, count in zip(words, counts, strict=True):
        passed += count
        share = formats.percent(100 * passed / total)
        rows.append((text, formats.count(count), share))
    return Table("Response times by size", ("Time", "Requests", "So far"), tuple(rows))
