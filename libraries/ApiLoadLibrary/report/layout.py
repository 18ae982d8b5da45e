"""Laying a chart of lines out in a frame: every coordinate the template needs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from . import formats
from .charts import Point, Scale, area, nice_ticks, path, pieces, spread, thinned, time_step
from .drawing import Chart, Drawing, Frame, Hint, Label, Line, Span, Stretch

__all__ = ["draw"]

UNITS = {"/s": "a second"}
LABEL_GAP = 16
LIMIT_REACH = 4
"""A limit over so many times the highest value is named at the top: drawn, it would flatten all."""


def draw(chart: Chart, frame: Frame) -> Drawing:
    """Lay a chart out in a frame."""
    highest, shown = _reach(chart)
    divisor, unit = _unit(chart, highest)
    ticks = nice_ticks(highest / divisor)
    figures = [formats.number(tick) for tick in ticks]
    names = [*(line.label for line in chart.lines), _limit_label(chart, shown=shown)]
    left = max(frame.left, 10 + frame.digit * max(map(len, figures)))
    right = frame.width - 16 - frame.letter * max(map(len, names))
    base = frame.height - frame.bottom
    x = Scale(0, chart.length_s or 1, left, right)
    y = Scale(0, ticks[-1] * divisor, base, frame.top)
    points = [_points(chart, line, frame) for line in chart.lines]
    return Drawing(
        frame=frame,
        left=left,
        right=right,
        base=base,
        unit=unit,
        rows=tuple(
            Label(left - 8, y(tick * divisor) + 4, figure)
            for tick, figure in zip(ticks, figures, strict=True)
        ),
        columns=tuple(_columns(chart, frame, x, base)),
        band=area(points[0], points[-1], x, y) if _can_band(chart, points) else "",
        lines=tuple(
            (line.role, path(each, x, y)) for line, each in zip(chart.lines, points, strict=True)
        ),
        limit_y=y(chart.limit.value) if chart.limit and shown else None,
        labels=tuple(_labels(chart, points, y, right + 10, frame, shown=shown)),
        hints=tuple(_hints(chart, frame, x)),
        spans=tuple(_span(each, frame, x) for each in chart.stretches),
    )


def _points(chart: Chart, line: Line, frame: Frame) -> list[Point]:
    if chart.at_rates:
        return list(zip(chart.at_rates, line.values, strict=True))
    return thinned(line.values, frame.most_points, chart.step_s)


def _span(stretch: Stretch, frame: Frame, x: Scale) -> Span:
    start, end = x(stretch.start_s), x(stretch.end_s)
    fits = len(stretch.label) * frame.letter <= end - start
    return Span(start, end - start, stretch.label if fits else "", stretch.look)


def _unit(chart: Chart, highest: float) -> tuple[int, str]:
    """What values are divided by, and the unit they are shown in."""
    if chart.unit == "ms" and highest >= 2_000:
        return 1_000, "s"
    return 1, UNITS.get(chart.unit, chart.unit)


def _reach(chart: Chart) -> tuple[float, bool]:
    """The highest value to be shown, and whether the limit is near enough to be drawn."""
    highest = max((v for line in chart.lines for v in line.values if v is not None), default=0.0)
    if chart.limit is None:
        return highest, False
    shown = chart.limit.value <= LIMIT_REACH * highest
    return (max(highest, chart.limit.value) if shown else highest), shown


def _can_band(chart: Chart, points: Sequence[Sequence[Point]]) -> bool:
    """Whether first and last line have their gaps in the same places."""
    return chart.band and len(pieces(points[0])) == len(pieces(points[-1]))


def _columns(chart: Chart, frame: Frame, x: Scale, base: float) -> list[Label]:
    if chart.of_lengths or chart.at_rates:
        words = formats.rate if chart.at_rates else formats.duration
        ticks = nice_ticks(chart.length_s, frame.time_steps)
        shown = [tick for tick in ticks if tick <= chart.length_s]
        return [Label(x(tick), base + 19, words(tick)) for tick in shown]
    step = time_step(chart.length_s, frame.time_steps)
    return [
        Label(x(second), base + 19, formats.clock(second))
        for second in range(0, int(chart.length_s) + 1, step)
    ]


def _labels(
    chart: Chart,
    points: Sequence[Sequence[Point]],
    y: Scale,
    x: float,
    frame: Frame,
    *,
    shown: bool,
) -> list[Label]:
    """Each line's name beside its end, none over another."""
    named = [
        (line.label, line.role, _end(each)) for line, each in zip(chart.lines, points, strict=True)
    ]
    wanted = [(label, role, y(end)) for label, role, end in named if end is not None]
    if chart.limit:
        place = y(chart.limit.value) if shown else float(frame.top)
        wanted.append((_limit_label(chart, shown=shown), "limit", place))
    places = spread(
        [place for _, _, place in wanted], LABEL_GAP, frame.top, frame.height - frame.bottom
    )
    return [
        Label(x, place + 4, label, role)
        for (label, role, _), place in zip(wanted, places, strict=True)
    ]


def _limit_label(chart: Chart, *, shown: bool) -> str:
    """The limit's name, with an arrow where it lies above all that is drawn."""
    return f"{chart.limit.label}{'' if shown else ' ↑'}" if chart.limit else ""


def _end(points: Sequence[Point]) -> float | None:
    """The last value there is."""
    return next((value for _, value in reversed(points) if value is not None), None)


def _hints(chart: Chart, frame: Frame, x: Scale) -> list[Hint]:
    """Columns of equal width; one of several steps tells its step with the highest value."""
    if not frame.most_hints or not chart.lines:
        return []
    if chart.at_rates:
        return _hints_at_rates(chart, x)
    steps, step_s = len(chart.lines[0].values), chart.step_s
    width = -(-steps // frame.most_hints)
    hints = []
    for start in range(0, steps, width or 1):
        worst = max(range(start, min(start + width, steps)), key=lambda each: _top(chart, each))
        if told := _told(chart, worst):
            when = formats.duration if chart.of_lengths else formats.clock
            text = f"{when(worst * step_s)}: {told}"
            hints.append(Hint(x(start * step_s), x(width * step_s) - x(0), text))
    return hints


def _hints_at_rates(chart: Chart, x: Scale) -> list[Hint]:
    """A column for each rate, as far as half of the way to the next."""
    places = [x(each) for each in chart.at_rates]
    edges = [x(0), *((a + b) / 2 for a, b in pairwise(places)), x(chart.length_s)]
    return [
        Hint(start, end - start, f"{formats.rate(rate)}: {_told(chart, place)}")
        for place, (rate, (start, end)) in enumerate(
            zip(chart.at_rates, pairwise(edges), strict=True)
        )
    ]


def _told(chart: Chart, place: int) -> str:
    figures = [(line.label, line.values[place]) for line in reversed(chart.lines)]
    return ", ".join(
        f"{label} {formats.amount(value, chart.unit)}"
        for label, value in figures
        if value is not None
    )


def _top(chart: Chart, step: int) -> float:
    return max((line.values[step] or 0.0 for line in chart.lines), default=0.0)
