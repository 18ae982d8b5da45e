"""A schedule that begins later."""

from __future__ import annotations

from dataclasses import dataclass

from .schedule import Schedule

__all__ = ["Later"]


@dataclass(frozen=True)
class Later(Schedule):
    """The arrivals of another schedule, each so much later.

    Attributes:
        schedule: The other one.
        by_ns: How much later.
        length: Of this one, in ns; no shorter than the other one's end.
    """

    schedule: Schedule
    by_ns: int
    length: int

    @property
    def count(self) -> int:
        """As many."""
        return self.schedule.count

    @property
    def length_ns(self) -> int:
        """How long the schedule is."""
        return self.length

    def count_before(self, offset_ns: int) -> int:
        """How many come earlier."""
        return self.schedule.count_before(offset_ns - self.by_ns) if offset_ns > self.by_ns else 0

    def offsets_ns(self, arrivals: range) -> list[int]:
        """When these start."""
        return [each + self.by_ns for each in self.schedule.offsets_ns(arrivals)]
