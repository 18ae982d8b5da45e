"""When requests start: pure arithmetic from an arrival's number to its offset.

A schedule knows no clock and no socket.  Arrivals are numbered from 0 for each
endpoint; offsets are whole nanoseconds from the run's start and never fall.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Protocol

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.values import NS_PER_S, Duration, Rate

__all__ = ["Arrival", "Constant", "Schedule", "arrivals_of_shard", "shard_of"]

Arrival = tuple[int, int, int]
"""Offset in ns, the endpoint's place in the run, the arrival's number there."""


class Schedule(Protocol):
    """When one endpoint's requests start."""

    @property
    def count(self) -> int:
        """How many arrivals there are."""
        ...

    @property
    def length_ns(self) -> int:
        """How long the schedule is; every offset is below it."""
        ...

    def offset_ns(self, arrival: int) -> int:
        """When this arrival starts."""
        ...


@dataclass(frozen=True, slots=True)
class Constant:
    """Evenly spaced arrivals.

    Arrival k starts at (k + phase) / rate, rounded down to a nanosecond, where
    `phase` is the share of an interval by which this endpoint comes after the
    first: endpoint e of m has e / m, so that m endpoints take even turns.

    | symbol | here      | unit                      |
    | ------ | --------- | ------------------------- |
    | rate   | `rate`    | requests per time, exact  |
    | phase  | `phase`   | intervals, 0 <= phase < 1 |
    | length | `length`  | ns                        |
    """

    rate: Rate
    length: Duration
    phase: Fraction = Fraction(0)

    def __post_init__(self) -> None:
        if self.length.ns <= 0:
            raise BadInput(f"duration='{self.length}' is too short: write a time above 0.")
        if not 0 <= self.phase < 1:
            raise BadInput(f"phase={self.phase} must be 0 or more, and below 1.")
        if self.count == 0:
            raise BadInput(
                f"A rate of {self.rate} has no arrival within {self.length}: "
                "raise the rate or the duration."
            )

    @property
    def _interval_ns(self) -> Fraction:
        return NS_PER_S / self.rate.per_second

    @property
    def count(self) -> int:
        """The smallest k whose offset is not below the length."""
        # (k + phase) * interval < length  <=>  k < length / interval - phase
        return max(0, -((self.phase - self.length.ns / self._interval_ns) // 1))

    @property
    def length_ns(self) -> int:
        """The length as given."""
        return self.length.ns

    def offset_ns(self, arrival: int) -> int:
        """(arrival + phase) x interval, rounded down."""
        return int((arrival + self.phase) * self._interval_ns)

    def offsets_ns(self) -> Iterator[int]:
        """All offsets, without the cost of a fraction for each."""
        interval = self._interval_ns
        divisor = self.phase.denominator * interval.denominator
        step = self.phase.denominator * interval.numerator
        at = self.phase.numerator * interval.numerator
        for _ in range(self.count):
            yield at // divisor
            at += step


def shard_of(arrival: int, endpoint: int, shards: int) -> int:
    """Which shard sends an arrival: exact, without messages, every endpoint in every shard."""
    return (arrival + endpoint) % shards


def arrivals_of_shard(schedules: Sequence[Constant], shard: int, shards: int) -> Iterator[Arrival]:
    """All arrivals of one shard, by time."""

    def of_endpoint(endpoint: int, schedule: Constant) -> Iterator[Arrival]:
        for arrival, offset in enumerate(schedule.offsets_ns()):
            if shard_of(arrival, endpoint, shards) == shard:
                yield offset, endpoint, arrival

    return heapq.merge(*(of_endpoint(*numbered) for numbered in enumerate(schedules)))
