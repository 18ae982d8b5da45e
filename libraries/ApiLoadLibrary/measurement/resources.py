"""What a host was doing while load ran: one sample a second, and their summary."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["ResourceSample", "average", "peak"]


@dataclass(frozen=True, slots=True)
class ResourceSample:
    """A host in one second.

    Attributes:
        at_s: Seconds from the run's start.
        cpu_percent: Busy share of all cores together, 0 to 100.
        memory_percent: Share of the memory in use, 0 to 100.
        memory_used_bytes: The same in bytes.
        disk_percent: Share of the disk in use, 0 to 100.
        sent_bytes_per_s: Network traffic out, over all interfaces.
        received_bytes_per_s: Network traffic in.
    """

    at_s: float
    cpu_percent: float
    memory_percent: float
    memory_used_bytes: int
    disk_percent: float
    sent_bytes_per_s: float
    received_bytes_per_s: float


def average(values: Sequence[float]) -> float | None:
    """The mean, or None of nothing."""
    return sum(values) / len(values) if values else None


def peak(values: Sequence[float]) -> float | None:
    """The largest, or None of nothing."""
    return max(values, default=None)
