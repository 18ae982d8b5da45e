"""What the watched hosts did while load ran."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ResourceSecond", "ResourceUse", "Summary"]


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
