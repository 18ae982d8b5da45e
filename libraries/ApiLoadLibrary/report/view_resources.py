"""What the watched hosts did, as the page shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from . import formats
from .charts import trend
from .document import Document, ResourceUse

__all__ = ["Gauge", "ResourceView", "view_resources"]


@dataclass(frozen=True, slots=True)
class Gauge:
    """One figure of a host: its name, what it came to, and its trend in a box of 100 by 24."""

    name: str
    words: str
    trend: str


@dataclass(frozen=True, slots=True)
class ResourceView:
    """A host during one run."""

    title: str
    gauges: tuple[Gauge, ...]


def view_resources(document: Document) -> Iterator[ResourceView]:
    """What the watched hosts were doing, run by run."""
    names = {run.id: run.name for run in document.runs}
    for use in document.resources:
        yield ResourceView(f"{use.host}, during “{names.get(use.run, use.run)}”", _gauges(use))


def _gauges(use: ResourceUse) -> tuple[Gauge, ...]:
    def over_time(name: str, high: float | None = None) -> str:
        return trend([getattr(each, name) for each in use.samples], high)

    used, traffic = use.memory_used_bytes.peak, use.received_bytes_per_s
    return (
        Gauge("Processor", _average_and_peak(use, "cpu_percent"), over_time("cpu_percent", 100)),
        Gauge(
            "Memory",
            f"{_average_and_peak(use, 'memory_percent')}: {formats.size(used)}",
            over_time("memory_percent", 100),
        ),
        Gauge(
            "Disk", f"{formats.percent(use.disk_percent.peak)} used", over_time("disk_percent", 100)
        ),
        Gauge(
            "Network",
            f"{formats.byte_rate(traffic.peak)} in and "
            f"{formats.byte_rate(use.sent_bytes_per_s.peak)} out at the peak",
            over_time("received_bytes_per_s"),
        ),
    )


def _average_and_peak(use: ResourceUse, name: str) -> str:
    summary = getattr(use, name)
    average, peak = formats.percent(summary.average), formats.percent(summary.peak)
    return f"{average} on average, {peak} at the peak"
