"""What was watched while load ran, as the page shows it: hosts, processes, gauges, alerts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields

from ApiLoadLibrary.measurement.watched import WatchedKind

from . import formats
from .charts import trend
from .document import Document, Monitored, MonitoredFigure, ResourceSecond, ResourceUse
from .drawing import Table

__all__ = ["AlertView", "Gauge", "ResourceView", "view_alerts", "view_resources"]

NAMES = {
    "cpu": "Processor",
    "cpu_iowait": "Processor, waiting for the disk",
    "cpu_steal": "Processor, taken by other machines",
    "cpu_cores": "Processors in use",
    "load_1_min": "Processes that want to run, over a minute",
    "tcp_in_use": "TCP connections",
    "tcp_time_wait": "TCP connections just closed (TIME_WAIT)",
    "tcp_orphaned": "TCP connections without an owner",
    "tcp_allocated": "TCP sockets",
    "udp_in_use": "UDP sockets",
    "monitor_cpu": "Processor, for watching",
    "container_throttled": "Container, held back",
    "running": "Is running",
    "restarts": "Starts anew",
}
KINDS = {
    WatchedKind.HOST: "{name}",
    WatchedKind.PROCESS: "{name}, with all that it started",
    WatchedKind.GENERATOR: "The load generator itself",
}


@dataclass(frozen=True, slots=True)
class Gauge:
    """One figure: its name, what it came to, and its trend in a box of 100 by 24."""

    name: str
    words: str
    trend: str


@dataclass(frozen=True, slots=True)
class ResourceView:
    """A host, a process or an application during one run.

    Attributes:
        folded: Whether it is shown to those only who open it: the system under test is what
            everybody wants to see.
    """

    title: str
    folded: bool
    gauges: tuple[Gauge, ...]
    table: Table
    gaps: str


@dataclass(frozen=True, slots=True)
class AlertView:
    """An alert: in which run, and what it says."""

    run: str
    message: str


def view_alerts(document: Document) -> Iterator[AlertView]:
    """What went out of bounds, in the order of runs."""
    names = {run.id: run.name for run in document.runs}
    for each in document.alerts:
        yield AlertView(names.get(each.run or "", each.run or ""), each.message)


def view_resources(document: Document) -> Iterator[ResourceView]:
    """What was watched, run by run."""
    names = {run.id: run.name for run in document.runs}
    for each in document.monitored or map(_of_older, document.resources):
        run = names.get(each.run, each.run)
        title = KINDS[each.kind].replace("{name}", each.name)
        found = {figure.name: figure for figure in each.figures if not figure.gauge}
        gauges = [*_standard(found), *_own(each)]
        if gauges:
            yield ResourceView(
                f"{title}, during “{run}”",
                each.kind is WatchedKind.GENERATOR,
                tuple(gauges),
                _table(each),
                _gaps(each),
            )


def _of_older(use: ResourceUse) -> Monitored:
    """What reports of version 1.0 tell of the system under test's host."""
    names = [each.name for each in fields(ResourceSecond) if each.name != "at_s"]
    figures = (
        MonitoredFigure(
            name=name,
            gauge=False,
            average=getattr(use, name).average,
            lowest=min((getattr(each, name) for each in use.samples), default=None),
            peak=getattr(use, name).peak,
            values=tuple(getattr(each, name) for each in use.samples),
        )
        for name in names
    )
    at_s = tuple(each.at_s for each in use.samples)
    return Monitored(
        use.run, use.host, WatchedKind.HOST, of_system=True, at_s=at_s, figures=tuple(figures)
    )


def _gaps(watched: Monitored) -> str:
    return formats.sentence("; ".join(watched.gaps)) if watched.gaps else ""


def _standard(figures: dict[str, MonitoredFigure]) -> Iterator[Gauge]:
    """The figures that everybody looks at first."""
    for title, name, high, words in _TILES:
        figure = figures.get(name)
        is_told = name == "cpu_cores" and "cpu_percent" in figures
        if figure is not None and figure.average is not None and not is_told:
            yield Gauge(title, words(figures), trend(figure.values, high))


def _own(watched: Monitored) -> Iterator[Gauge]:
    """The gauges that the suite has named."""
    for each in watched.figures:
        if each.gauge and each.average is not None and each.peak is not None:
            average, peak = (formats.number(value, 2) for value in (each.average, each.peak))
            words = f"{average} on average, {peak} at the peak"
            yield Gauge(each.name, words, trend(each.values))


Figures = dict[str, MonitoredFigure]


def _shares(name: str) -> Callable[[Figures], str]:
    def words(figures: Figures) -> str:
        found = figures[name]
        average, peak = formats.percent(found.average), formats.percent(found.peak)
        return f"{average} on average, {peak} at the peak"

    return words


def _processor(figures: Figures) -> str:
    cores = figures.get("cpu_cores")
    used = f": {formats.number(cores.peak, 2)} cores" if cores and cores.peak is not None else ""
    return f"{_shares('cpu_percent')(figures)}{used}"


def _memory(figures: Figures) -> str:
    used = figures.get("memory_used_bytes")
    size = f": {formats.size(used.peak)}" if used and used.peak is not None else ""
    if "memory_percent" not in figures:
        return f"{size.removeprefix(': ')} at the peak"
    return f"{_shares('memory_percent')(figures)}{size}"


def _disk(figures: Figures) -> str:
    free = figures.get("disk_free_bytes")
    left = f", {formats.size(free.lowest)} left" if free and free.lowest is not None else ""
    return f"{formats.percent(figures['disk_percent'].peak)} used{left}"


def _disk_traffic(figures: Figures) -> str:
    written, read = (_peak(figures, f"disk_{each}_bytes_per_s") for each in ("written", "read"))
    return f"{formats.size(written)}/s written and {formats.size(read)}/s read at the peak"


def _network(figures: Figures) -> str:
    received, sent = (_peak(figures, f"{each}_bytes_per_s") for each in ("received", "sent"))
    return f"{formats.byte_rate(received)} in and {formats.byte_rate(sent)} out at the peak"


def _peak(figures: Figures, name: str) -> float:
    found = figures.get(name)
    return found.peak or 0.0 if found else 0.0


def _cores(figures: Figures) -> str:
    used = figures["cpu_cores"]
    average, peak = (formats.number(each or 0.0, 2) for each in (used.average, used.peak))
    return f"{average} processors on average, {peak} at the peak"


def _counts(name: str, share: str = "") -> Callable[[Figures], str]:
    def words(figures: Figures) -> str:
        of_all = figures.get(share)
        tail = f", {formats.percent(of_all.peak)} of what may be" if of_all else ""
        return f"{formats.number(_peak(figures, name), 0)} at the peak{tail}"

    return words


def _sockets(figures: Figures) -> str:
    waiting = figures.get("tcp_time_wait")
    tail = f", and {formats.number(waiting.peak or 0, 0)} just closed" if waiting else ""
    return f"{formats.number(_peak(figures, 'tcp_in_use'), 0)} at the peak{tail}"


_TILES: tuple[tuple[str, str, float | None, Callable[[Figures], str]], ...] = (
    ("Processor", "cpu_percent", 100, _processor),
    ("Processors in use", "cpu_cores", None, _cores),
    ("Memory", "memory_percent", 100, _memory),
    ("Disk", "disk_percent", 100, _disk),
    ("Disk traffic", "disk_written_bytes_per_s", None, _disk_traffic),
    ("Network", "received_bytes_per_s", None, _network),
    ("Open files", "open_files", None, _counts("open_files", "open_files_percent")),
    ("TCP connections", "tcp_in_use", None, _sockets),
    ("Container memory", "container_memory_percent", 100, _shares("container_memory_percent")),
    (
        "Container held back",
        "container_throttled_percent",
        None,
        _shares("container_throttled_percent"),
    ),
)
"""Title, the figure whose trend is drawn, the top of the drawing, and what is said."""


def _table(watched: Monitored) -> Table:
    rows = tuple(
        (_name(each), *(_value(each, value) for value in (each.average, each.lowest, each.peak)))
        for each in watched.figures
    )
    return Table("Every figure", ("Figure", "Average", "Lowest", "Peak"), rows)


_SUFFIXES: tuple[tuple[str, Callable[[float], str]], ...] = (
    ("_bytes_per_s", lambda value: f"{formats.size(value)}/s"),
    ("_bytes", formats.size),
    ("_percent", formats.percent),
)


def _name(figure: MonitoredFigure) -> str:
    """`disk_free_bytes` → `Disk free`."""
    if figure.gauge:
        return figure.name
    stem = next(
        (figure.name.removesuffix(each) for each, _ in _SUFFIXES if figure.name.endswith(each)),
        figure.name,
    )
    words = stem.replace("_", " ").replace("cpu core", "Core")
    return NAMES.get(stem) or f"{words[0].upper()}{words[1:]}"


def _value(figure: MonitoredFigure, value: float | None) -> str:
    if value is None:
        return formats.NOTHING
    for suffix, words in _SUFFIXES if not figure.gauge else ():
        if figure.name.endswith(suffix):
            return words(value)
    return formats.number(value, 2)
