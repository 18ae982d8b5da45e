"""Judging what was watched: hosts, processes and an application's own gauges."""

from __future__ import annotations

from collections.abc import Sequence

from ApiLoadLibrary.errors import UnknownName
from ApiLoadLibrary.measurement.resources import ResourceSample, average, peak
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.measurement.watched import GAUGE, Watched, WatchedKind

from .figure import Figure
from .finding import Finding, doubted, unmeasured
from .limits import Limit
from .sentences import join, quantity
from .subject import Subject

__all__ = ["judge_watched", "seen_of", "watched_subjects"]

# What a metric in a limit's unit is called where it was watched; several are summed.
FIGURES = {
    ("cpu", "%"): ("cpu_percent",),
    ("memory", "%"): ("memory_percent",),
    ("memory", "MB"): ("memory_used_bytes",),
    ("disk", "%"): ("disk_percent",),
    ("network", "MB/s"): ("sent_bytes_per_s", "received_bytes_per_s"),
    ("swap", "%"): ("swap_percent",),
    ("open files", ""): ("open_files",),
}
MILLIONS = ("MB", "MB/s")
TOO_SHORT = "the run was too short for a sample, one a second"
NOT_MONITORED = (
    "the host of the system under test is not monitored; one on another machine can be watched "
    "through a Prometheus node exporter there: Monitor Host    pos-1    http://pos-1:9100/metrics"
)


def watched_subjects(metric: Figure, scope: str | None, run: RunResult) -> list[Subject]:
    """What a metric is judged on: what the scope names, or each host of the system under test.

    Raises:
        UnknownName: Nothing of this name was watched.
    """
    seen = run.seen
    if scope is None:
        hosts = [each for each in seen if each.of_system and each.kind is WatchedKind.HOST]
        found = [each for each in hosts if _figures(metric, each)]
        none: list[Watched | None] = [None]
        return [Subject(run, run.endpoints, watched=each) for each in found or hosts or none]
    if metric.name == "gauge":
        named = {gauge: each for each in seen for gauge in each.gauges}
    else:
        named = {each.name: each for each in seen}
    for name, each in named.items():
        if name.casefold() == scope.casefold():
            return [Subject(run, run.endpoints, name, watched=each)]
    kind = "gauge" if metric.name == "gauge" else "monitored host or process"
    raise UnknownName(kind, scope, named)


def _figures(metric: Figure, watched: Watched) -> bool:
    """Whether it knows the metric at all."""
    return any(
        name in watched.figures
        for (each, _), names in FIGURES.items()
        if each == metric.name
        for name in names
    )


def seen_of(metric: Figure, subject: Subject, unit: str) -> list[float]:
    """What was seen in this unit, a value for each second in which it was."""
    watched, host = subject.watched, subject.run.host
    if watched is None:  # a result that knows no more of the host than this
        return [_of_sample(metric, unit, each) for each in host.samples] if host else []
    if metric.name == "gauge":
        return watched.values(_gauge(subject))
    columns = [watched.figures.get(name, ()) for name in FIGURES[metric.name, unit]]
    rows = [row for row in zip(*columns, strict=False) if None not in row]
    return [_scaled(sum(each or 0.0 for each in row), unit) for row in rows]


def _gauge(subject: Subject) -> str:
    assert subject.watched is not None
    names = {each.casefold(): each for each in subject.watched.gauges}
    return GAUGE + names[(subject.name or "").casefold()]


def _of_sample(metric: Figure, unit: str, sample: ResourceSample) -> float:
    names = FIGURES[metric.name, unit]
    return _scaled(sum(getattr(sample, each, 0.0) for each in names), unit)


def _scaled(value: float, unit: str) -> float:
    return value / 1e6 if unit in MILLIONS else value


def judge_watched(metric: Figure, limit: Limit, subject: Subject) -> Finding:
    """The finding on what was watched, averaged over the run."""
    watched, host = subject.watched, subject.run.host
    values = seen_of(metric, subject, limit.unit)
    place = _place(subject)
    mean, top = average(values), _worst(values, limit)
    if mean is None or top is None:
        if watched is None and host is None:
            return unmeasured(subject, limit, NOT_MONITORED)
        return unmeasured(subject, limit, _why_not(metric, watched))
    count = len(values)
    extreme = "at its peak" if limit.wants_less else "at its lowest"
    finding = Finding(
        subject,
        limit,
        mean,
        count,
        limit.point_verdict(mean),
        aside=f" on average, {quantity(top, limit)} {extreme}",
        basis=(f"{count} sample{'' if count == 1 else 's'}, one a second",),
        place=place,
    )
    return doubted(finding)


def _place(subject: Subject) -> str | None:
    if subject.watched is not None:
        return subject.name or subject.watched.name
    return subject.run.host.name if subject.run.host else None


def _worst(values: Sequence[float], limit: Limit) -> float | None:
    return peak(values) if limit.wants_less else min(values, default=None)


def _why_not(metric: Figure, watched: Watched | None) -> str:
    if watched is None or not watched.at_s:
        return TOO_SHORT
    if watched.gaps:
        return f"{watched.name} could not be seen: {join(list(watched.gaps))}"
    return f"{watched.name} does not tell its {metric.name}"
