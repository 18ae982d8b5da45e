"""Chart geometry: plain arithmetic from figures to the coordinates of an SVG.

Nothing here knows colours, HTML or the report document.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = [
    "TIME_STEPS_S",
    "Point",
    "Scale",
    "area",
    "nice_step",
    "nice_ticks",
    "path",
    "spread",
    "thin",
    "thinned",
    "time_step",
    "trend",
]

Point = tuple[float, float | None]
"""x and y; a y of None is a gap."""

TREND_POINTS = 150
TIME_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400)


@dataclass(frozen=True, slots=True)
class Scale:
    """A straight line from figures to coordinates: `low` falls on `start`, `high` on `end`."""

    low: float
    high: float
    start: float
    end: float

    def __call__(self, value: float) -> float:
        share = (value - self.low) / ((self.high - self.low) or 1.0)
        return self.start + share * (self.end - self.start)


def nice_step(high: float, most: int) -> float:
    """The smallest of 1, 2, 2.5 or 5 times a power of ten that reaches `high` in `most` steps."""
    if not high > 0:
        return 1.0
    rough = high / most
    power = 10.0 ** math.floor(math.log10(rough))
    for factor in (1.0, 2.0, 2.5, 5.0):
        if factor * power * most >= high * (1 - 1e-9):
            return factor * power
    return 10 * power


def nice_ticks(high: float, most: int = 4) -> tuple[float, ...]:
    """Ticks from 0 to the first nice one at or above `high`, with at most so many steps."""
    step = nice_step(high, most)
    steps = max(1, math.ceil(high / step - 1e-9))
    return tuple(float(f"{number * step:.12g}") for number in range(steps + 1))


def time_step(length_s: float, most: int = 6) -> int:
    """Seconds between ticks of time: a step that a clock has."""
    for step in TIME_STEPS_S:
        if step * most >= length_s:
            return step
    return math.ceil(length_s / most / 86_400) * 86_400


def path(points: Sequence[Point], x: Scale, y: Scale) -> str:
    """The line through the points as SVG path data; a lone point becomes a dot."""
    return "".join(
        f"M{' '.join(_at(point, x, y) for point in piece)}{'h0' if len(piece) == 1 else ''}"
        for piece in pieces(points)
    )


def area(upper: Sequence[Point], lower: Sequence[Point], x: Scale, y: Scale) -> str:
    """The surface between two lines that have their gaps in the same places."""
    return "".join(
        f"M{' '.join(_at(point, x, y) for point in (*above, *reversed(below)))}Z"
        for above, below in zip(pieces(upper), pieces(lower), strict=True)
        if len(above) > 1
    )


def pieces(points: Sequence[Point]) -> list[list[tuple[float, float]]]:
    """The points without gaps: one list for each stretch between them."""
    found: list[list[tuple[float, float]]] = [[]]
    for x, y in points:
        if y is None:
            found.append([])
        else:
            found[-1].append((x, y))
    return [piece for piece in found if piece]


def _at(point: tuple[float, float], x: Scale, y: Scale) -> str:
    return f"{coordinate(x(point[0]))},{coordinate(y(point[1]))}"


def coordinate(value: float) -> str:
    """A tenth of a pixel is finer than anybody sees."""
    text = f"{value:.1f}".removesuffix(".0")
    return "0" if text == "-0" else text


def thin(points: Sequence[tuple[float, float]], most: int) -> list[tuple[float, float]]:
    """At most so many of the points (3 or more), with the shape kept: peaks stay.

    Largest triangle three buckets, from Sveinn Steinarsson's thesis "Downsampling
    Time Series for Visual Representation" (University of Iceland, 2013): first and
    last point stay; the others fall into equal buckets, and each bucket keeps the
    point that spans the largest triangle with the point kept before it and the
    average of the bucket behind it.
    """
    if len(points) <= most:
        return list(points)
    kept = [points[0]]
    width = (len(points) - 2) / (most - 2)
    edges = [1 + int(number * width) for number in range(most - 1)] + [len(points)]
    for start, end, after in zip(edges, edges[1:], edges[2:], strict=False):
        target = _middle(points[end:after])
        corner = kept[-1]
        kept.append(max(points[start:end], key=lambda each: _surface(corner, each, target)))
    return [*kept, points[-1]]


def thinned(values: Sequence[float | None], most: int, step: float = 1.0) -> list[Point]:
    """Values as points in the middles of their steps, about `most` at most; gaps stay gaps."""
    points: list[Point] = [((place + 0.5) * step, value) for place, value in enumerate(values)]
    if len(points) <= most:
        return points
    stretches = pieces(points)
    share = most / sum(map(len, stretches)) if stretches else 1.0
    thinned: list[Point] = []
    for stretch in stretches:
        thinned += thin(stretch, max(3, round(len(stretch) * share)))
        thinned.append((stretch[-1][0], None))
    return thinned


def _middle(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    return sum(x for x, _ in points) / len(points), sum(y for _, y in points) / len(points)


def _surface(a: tuple[float, float], b: tuple[float, float], c: tuple[float, float]) -> float:
    return abs((a[0] - c[0]) * (b[1] - a[1]) - (a[0] - b[0]) * (c[1] - a[1]))


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places near the wanted ones, at least `gap` apart and between low and high.

    Where they do not all fit, they stand as far apart as they can.
    """
    if not wanted:
        return []
    gap = min(gap, (high - low) / max(len(wanted) - 1, 1))
    order = sorted(range(len(wanted)), key=lambda each: wanted[each])
    groups: list[list[float]] = []  # [sum of where each would put the first one, how many]
    for rank, index in enumerate(order):
        groups.append([wanted[index] - rank * gap, 1])
        while len(groups) > 1 and groups[-2][0] / groups[-2][1] > groups[-1][0] / groups[-1][1]:
            total, number = groups.pop()
            groups[-1][0] += total
            groups[-1][1] += number
    highest = high - (len(wanted) - 1) * gap
    bases = [
        min(max(total / size, low), highest) for total, size in groups for _ in range(int(size))
    ]
    places = [0.0] * len(wanted)
    for rank, index in enumerate(order):
        places[index] = bases[rank] + rank * gap
    return places


def trend(values: Sequence[float | None], high: float | None = None) -> str:
    """Values as a path in a box of 100 by 24, from 0 to `high`, or to the highest of them."""
    top = high or max((each for each in values if each is not None), default=0.0)
    x, y = Scale(0, max(len(values), 1), 0, 100), Scale(0, top, 23, 1)
    return path(thinned(values, TREND_POINTS), x, y)
