"""From what was watched in a load run to the document: figures by second, and alerts."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Sequence

from ApiLoadLibrary.measurement.resources import average, peak
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.measurement.watched import GAUGE, Watched

from .document import Alert, Monitored, MonitoredFigure

__all__ = ["build_alerts", "build_monitored"]

DIGITS = 6
"""Significant ones; nobody measures finer, and a report of an hour holds 100,000 values."""


def build_monitored(run: RunResult) -> Iterator[Monitored]:
    """What was watched, as far as anything was seen."""
    for each, judged in zip(run.watched, run.seen, strict=True):
        if each.at_s:
            yield Monitored(
                run=run.id,
                name=each.name,
                kind=each.kind,
                of_system=each.of_system,
                at_s=each.at_s,
                figures=tuple(_figure(name, each, judged) for name in each.figures),
                gaps=each.gaps,
            )


def _figure(name: str, all_of_it: Watched, judged: Watched) -> MonitoredFigure:
    values = [each for each in judged.values(name) if math.isfinite(each)]
    return MonitoredFigure(
        name=name.removeprefix(GAUGE),
        gauge=name.startswith(GAUGE),
        average=_rounded(average(values)),
        lowest=_rounded(min(values, default=None)),
        peak=_rounded(peak(values)),
        values=_all(all_of_it.figures[name]),
    )


def _all(values: Sequence[float | None]) -> tuple[float | None, ...]:
    return tuple(map(_rounded, values))


def _rounded(value: float | None) -> float | None:
    """JSON knows neither nan nor infinity, which an application may well tell of itself."""
    if value is None or not math.isfinite(value):
        return None
    return float(f"{value:.{DIGITS}g}") if abs(value) < 10**DIGITS else float(round(value))


def build_alerts(run: RunResult) -> Iterator[Alert]:
    """What went out of bounds."""
    for each in run.alerts:
        yield Alert(run=run.id, **dataclasses.asdict(each))
