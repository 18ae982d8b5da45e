"""What the watched hosts did while load ran."""

from __future__ import annotations

from dataclasses import dataclass

from ApiLoadLibrary.measurement.watched import WatchedKind

__all__ = ["Monitored", "MonitoredFigure", "ResourceSecond", "ResourceUse", "Summary"]


@dataclass(frozen=True, slots=True)
class Summary:
    """A figure over a run.

    Attributes:
        average: The mean over its seconds.
        peak: The largest.
    """

    average: float
    peak: float


@dataclass(frozen=True, slots=True)
class ResourceSecond:
    """A host in one second.

    Attributes:
        at_s: Seconds from the run's start.
        cpu_percent: Busy share of all cores together, 0 to 100.
        memory_percent: Share of the memory in use, 0 to 100.
        memory_used_bytes: The same in bytes.
        disk_percent: Share of the disk in use, 0 to 100.
        sent_bytes_per_s: Network traffic out.
        received_bytes_per_s: Network traffic in.
    """

    at_s: float
    cpu_percent: float
    memory_percent: float
    memory_used_bytes: int
    disk_percent: float
    sent_bytes_per_s: float
    received_bytes_per_s: float


@dataclass(frozen=True, slots=True)
class ResourceUse:
    """What a watched host was doing during one run.

    Attributes:
        run: The load run's id.
        host: The host's name.
        cpu_percent: Busy share of all cores together, 0 to 100.
        memory_percent: Share of the memory in use, 0 to 100.
        memory_used_bytes: The same in bytes.
        disk_percent: Share of the disk in use, 0 to 100.
        sent_bytes_per_s: Network traffic out.
        received_bytes_per_s: Network traffic in.
        samples: One a second.
    """

    run: str
    host: str
    cpu_percent: Summary
    memory_percent: Summary
    memory_used_bytes: Summary
    disk_percent: Summary
    sent_bytes_per_s: Summary
    received_bytes_per_s: Summary
    samples: tuple[ResourceSecond, ...]


@dataclass(frozen=True, slots=True)
class MonitoredFigure:
    """One figure of something that was watched, over a run.

    Attributes:
        name: With its unit: `cpu_percent`, `open_files`; of a gauge the name that the suite gave.
        gauge: Whether the suite has named it; its unit is then the application's own.
        average: The mean of the judged phase; null where nothing was seen in it.
        lowest: The smallest there.
        peak: The largest there.
        values: One for each moment of `at_s`; null where it could not be seen.
    """

    name: str
    gauge: bool
    average: float | None
    lowest: float | None
    peak: float | None
    values: tuple[float | None, ...]


@dataclass(frozen=True, slots=True)
class Monitored:
    """A host, a process with its children, or an application, watched during one run.

    Attributes:
        run: The load run's id.
        name: How criteria call it.
        kind: `host`, `process`, or `generator` for the load generator itself.
        of_system: Whether it is part of the system under test.
        at_s: When it was looked at, in seconds from the start of the run's judged phase; what came
            before that phase is negative.
        figures: What was seen.
        gaps: Why something could not be seen.
    """

    run: str
    name: str
    kind: WatchedKind
    of_system: bool
    at_s: tuple[float, ...]
    figures: tuple[MonitoredFigure, ...]
    gaps: tuple[str, ...] = ()
