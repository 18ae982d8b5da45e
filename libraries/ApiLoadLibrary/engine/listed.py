"""A schedule of moments that were chosen one by one, as those that probe a rate limit."""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass

from ApiLoadLibrary.errors import BadInput

from .schedule import Schedule

__all__ = ["Listed"]


@dataclass(frozen=True)
class Listed(Schedule):
    """Arrivals at these moments.

    Attributes:
        offsets: Of each arrival, in ns; they do not fall, and the last is below `length`.
        length: In ns.

    Raises:
        BadInput: There is no arrival.
    """

    offsets: tuple[int, ...]
    length: int

    def __post_init__(self) -> None:
        if not self.offsets:
            raise BadInput("A schedule without arrivals sends nothing: give it one at least.")

    @property
    def count(self) -> int:
        """All of them."""
        return len(self.offsets)

    @property
    def length_ns(self) -> int:
        """How long the schedule is."""
        return self.length

    def count_before(self, offset_ns: int) -> int:
        """How many come earlier."""
        return bisect_left(self.offsets, offset_ns)

    def offsets_ns(self, arrivals: range) -> list[int]:
        """When these start."""
        return [self.offsets[each] for each in arrivals]
