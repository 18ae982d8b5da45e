"""What happened at about one rate."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Level"]


@dataclass(frozen=True, slots=True)
class Level:
    """Seconds of about the same rate.

    Attributes:
        rate: Requests due per second.
        requests: How many were due in all.
        unsent: How many of them were not sent in their time.
        errors: How many failed.
        p50_ms, p95_ms, p99_ms: Over all endpoints: the median of the seconds' values; nan
            without answers.
        p95_of: The same of the 95th percentile of each endpoint, by name.
        cpu_percent: How busy each watched host or process was, by its name; not a host that the
            load generator worked on too.
    """

    rate: float
    requests: int
    unsent: int
    errors: int
    p50_ms: float
    p95_ms: float
    p99_ms: float
    p95_of: dict[str, float]
    cpu_percent: dict[str, float]
