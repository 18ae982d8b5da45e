"""A chart of bars: how many of something there are of each size; laid out for a frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from . import formats
from .charts import Scale, nice_ticks
from .drawing import Frame, Label, Table

__all__ = ["Bar", "BarChart", "BarDrawing", "draw_bars"]

GAP = 1.5
"""Between two bars."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar.

    Attributes:
        edge: What its right edge stands for: `5 ms`.
        value: How many.
        words: The whole of it, as it is told when pointed at.
        look: `l1`, or `over` where it lies on the bad side of the limit.
    """

    edge: str
    value: int
    words: str
    look: str = "l1"


@dataclass(frozen=True, slots=True)
class BarChart:
    """Bars side by side, in an order that means something.

    Attributes:
        title: What it shows.
        caption: What it says, in a sentence or two.
        unit: What is counted.
        bars: From left to right.
        limit_after: So many bars lie on the good side of the limit; None without one.
        limit_label: The limit's name.
        table: The figures behind it.
    """

    title: str
    caption: str
    unit: str
    bars: tuple[Bar, ...]
    limit_after: int | None
    limit_label: str
    table: Table


@dataclass(frozen=True, slots=True)
class PlacedBar:
    """A bar in its place."""

    x: float
    y: float
    width: float
    height: float
    look: str
    words: str


@dataclass(frozen=True, slots=True)
class BarDrawing:
    """A chart of bars in a frame."""

    frame: Frame
    left: float
    right: float
    base: float
    unit: str
    rows: tuple[Label, ...]
    columns: tuple[Label, ...]
    bars: tuple[PlacedBar, ...]
    limit_x: float | None
    label: Label | None


def draw_bars(chart: BarChart, frame: Frame) -> BarDrawing:
    """Lay a chart of bars out in a frame."""
    ticks = nice_ticks(max((each.value for each in chart.bars), default=0))
    figures = [formats.number(tick) for tick in ticks]
    left = max(frame.left, 10 + frame.digit * max(map(len, figures)))
    # The last edge's name is centred below it.
    right = frame.width - 4 - frame.letter * max((len(b.edge) for b in chart.bars), default=0) / 2
    base = float(frame.height - frame.bottom)
    y = Scale(0, ticks[-1], base, frame.top)
    x = Scale(0, len(chart.bars) or 1, left, right)
    limit_x = None
    if chart.limit_after is not None and 0 < chart.limit_after < len(chart.bars):
        limit_x = x(chart.limit_after)
    return BarDrawing(
        frame=frame,
        left=left,
        right=right,
        base=base,
        unit=chart.unit,
        rows=tuple(
            Label(left - 8, y(tick) + 4, figure)
            for tick, figure in zip(ticks, figures, strict=True)
        ),
        columns=tuple(_columns(chart.bars, frame, x, base)),
        bars=tuple(_placed(place, each, x, y) for place, each in enumerate(chart.bars)),
        limit_x=limit_x,
        label=_limit_label(chart, limit_x, left, frame) if limit_x is not None else None,
    )


def _limit_label(chart: BarChart, limit_x: float, left: float, frame: Frame) -> Label:
    """Beside the limit's line, and beside the unit that stands in the corner."""
    width = len(chart.limit_label) * frame.letter
    leftmost = left + len(chart.unit) * frame.letter
    return Label(max(limit_x - width, leftmost), frame.top - 6.0, chart.limit_label, "limit")


def _placed(place: int, bar: Bar, x: Scale, y: Scale) -> PlacedBar:
    start, end, top = x(place), x(place + 1), y(bar.value)
    return PlacedBar(start + GAP / 2, top, end - start - GAP, y(0) - top, bar.look, bar.words)


def _columns(bars: Sequence[Bar], frame: Frame, x: Scale, base: float) -> list[Label]:
    """The edges' names, as many as there is room for."""
    widest = max((len(each.edge) for each in bars), default=1) * frame.letter + 8
    step = max(1, -(-int(widest) // max(1, int(x(1) - x(0)))))
    return [
        Label(x(place), base + 19, bars[place - 1].edge)
        for place in range(step, len(bars) + 1, step)
    ]
