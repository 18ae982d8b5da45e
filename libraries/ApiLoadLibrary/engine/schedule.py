"""When requests start: pure arithmetic from an arrival's number to its offset.

A schedule knows no clock and no socket.  Arrivals are numbered from 0 for each
endpoint; offsets are whole nanoseconds from the run's start and never fall.

    level, ramp → Piece → Curve → Regular or Poisson → arrivals_of_shard

A `Curve` says how many arrivals are due until a moment, N(t); a schedule says at
which heights of it they are: at every whole number, or at random.  All of it is
whole numbers and fractions, so that no arrival is lost, doubled or moved where two
pieces meet, and shards agree without a message.
"""

from __future__ import annotations

import itertools
import threading
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from math import gcd, isqrt, lcm
from operator import itemgetter
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.values import Duration, Rate

__all__ = [
    "Arrival",
    "Constant",
    "Curve",
    "Piece",
    "Poisson",
    "Regular",
    "Schedule",
    "arrivals_of_shard",
    "level",
    "ramp",
    "shard_of",
]

Arrival = tuple[int, int, int]
"""Offset in ns, the endpoint's place in the run, the arrival's number there."""

BLOCK = 400  # arrivals computed at a time: they hold up the sending for 0.1 to 0.4 ms
FIRST_SPAN_NS = 1_000_000
CHUNK = 2048  # random points made at a time
FINE = 2**32  # of which their heights are multiples: whole numbers add up alike everywhere


class Schedule(Protocol):
    """When one endpoint's requests start."""

    @property
    def count(self) -> int:
        """How many arrivals there are."""

    @property
    def length_ns(self) -> int:
        """How long the schedule is; every offset is below it."""

    def count_before(self, offset_ns: int) -> int:
        """How many arrivals have an offset below this one."""

    def offsets_ns(self, arrivals: range) -> list[int]:
        """When these arrivals start; their numbers rise, and all are below `count`."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of time in which the rate changes evenly, or not at all.

    Attributes:
        low: The rate at its start; None for none at all.
        high: The rate at its end, which may also be the lower one; None for none at all.
        length: Above 0.
    """

    low: Rate | None
    high: Rate | None
    length: Duration

    def __post_init__(self) -> None:
        if self.length.ns <= 0:
            name = "duration" if self.low == self.high else "over"
            raise BadInput(f"{name}='{self.length}' is too short: write a time above 0.")
        if self.low is None and self.high is None:
            raise BadInput("A ramp from 0 to 0 sends nothing: one of its rates must be above 0.")

    def __str__(self) -> str:
        if self.low == self.high:
            return f"rate of {self.low}"
        return f"ramp from {self.low or 0} to {self.high or 0}"


def level(rate: Rate, length: Duration) -> Piece:
    """The same rate all the time."""
    return Piece(rate, rate, length)


def ramp(low: Rate | None, high: Rate | None, length: Duration) -> Piece:
    """A rate that rises or falls evenly from `low` to `high`; None is a rate of 0."""
    return Piece(low, high, length)


class _Segment(NamedTuple):
    """A piece in its place: u ns after its start the curve is at (a + b·u + c·u²) / d."""

    start_ns: int
    a: int
    b: int
    c: int
    d: int

    def height(self, offset_ns: int, unit: int) -> int:
        """The curve's height at a moment, rounded up to a whole multiple of 1 / unit."""
        u = offset_ns - self.start_ns
        return -(-unit * (self.a + u * (self.b + u * self.c)) // self.d)

    def moments_ns(self, heights: Sequence[int], unit: int) -> list[int]:
        """When the curve reaches heights of this segment, as `Curve.moments_ns` says."""
        start, b = self.start_ns, self.b * unit
        if self.c == 0:
            # u = (height·d - a·unit) / (b·unit), in lowest terms for its speed
            common = gcd(self.d, b)
            rise, divisor = self.d // common, b // common
            shift = start * divisor + -self.a * unit // common
            return [each // divisor for each in _linear(heights, rise, shift)]
        # c·u² + b·u = height·d / unit - a, and of its two roots the one with a rate above 0:
        # u = (√(b² + 4c·(height·d / unit - a)) - b) / 2c, with whole numbers below the root sign.
        rise = 4 * self.c * self.d * unit
        shift = b * b - 4 * self.c * self.a * unit * unit
        divisor = 2 * abs(self.c) * unit
        # Where the rate falls the root is taken off, so it is rounded up: √x to 1 + ⌊√(x - 1)⌋.
        sign, less = (1, 0) if self.c > 0 else (-1, 1)
        before = start * divisor - sign * b - less
        roots = map(isqrt, _linear(heights, rise, shift - less))
        return [(before + sign * root) // divisor for root in roots]


def _linear(numbers: Sequence[int], rise: int, shift: int) -> Sequence[int]:
    """number·rise + shift of each; of a range a range, which costs nothing."""
    if isinstance(numbers, range):
        start, stop = numbers.start * rise + shift, numbers.stop * rise + shift
        return range(start, stop, numbers.step * rise)
    return [each * rise + shift for each in numbers]


@dataclass(frozen=True)
class Curve:
    """How many arrivals are due until each moment: N(t), exact, from pieces of linear rate.

    N(t) is the area below the rate from 0 to t ns.  It rises all the time, so that each
    height is reached at one moment.  Heights are whole multiples of 1 / unit, for a unit
    that the caller chooses.  On a piece that starts at t₀, with the rate going from
    r to s (per ns) over a length of L ns, and with u = t - t₀:

        N(t) = N(t₀) + r·u + (s - r) / 2L · u²

    and the moment of a height is the root of that.
    """

    pieces: tuple[Piece, ...]

    def __post_init__(self) -> None:
        if not self.pieces:
            raise BadInput("A load without pieces has no length: give it one at least.")

    @cached_property
    def length_ns(self) -> int:
        """All pieces together."""
        return sum(each.length.ns for each in self.pieces)

    @cached_property
    def _segments(self) -> list[_Segment]:
        """The pieces in their places; where one ends the next one starts, in time and height."""
        segments, end_ns, end = [], 0, Fraction()
        for piece in self.pieces:
            ends = (piece.low, piece.high)
            low, high = (each.count / each.per.ns if each else Fraction() for each in ends)
            bend = (high - low) / (2 * piece.length.ns)
            d = lcm(end.denominator, low.denominator, bend.denominator)
            segments.append(_Segment(end_ns, int(end * d), int(low * d), int(bend * d), d))
            end_ns += piece.length.ns
            end += (low + high) / 2 * piece.length.ns
        return segments

    def height(self, offset_ns: int, unit: int) -> int:
        """N at a moment, rounded up to a whole multiple of 1 / unit.

        So it is also how many multiples, from 0 on, are reached before that moment.
        """
        offset_ns = min(max(offset_ns, 0), self.length_ns)
        place = bisect_right(self._segments, offset_ns, key=itemgetter(0)) - 1
        return self._segments[place].height(offset_ns, unit)

    def moments_ns(self, heights: Sequence[int], unit: int) -> list[int]:
        """When N reaches each of these heights, rounded down to a nanosecond.

        Args:
            heights: Multiples of 1 / unit that do not fall; from 0 on, and below N at the end.
        """
        moments: list[int] = []
        for segment in reversed(self._segments):
            first = bisect_left(heights, segment.height(segment.start_ns, unit))
            if first < len(heights):
                moments[:0] = segment.moments_ns(heights[first:], unit)
                heights = heights[:first]
        return moments


@dataclass(frozen=True)
class _OnCurve(Schedule):
    """What all schedules over a curve have in common."""

    curve: Curve

    @property
    def count(self) -> int:
        """How many arrivals there are below N at the end."""
        return self.count_before(self.length_ns)

    @property
    def length_ns(self) -> int:
        """The curve's length."""
        return self.curve.length_ns

    def _nothing_to_send(self) -> BadInput:
        what = ", then a ".join(map(str, self.curve.pieces))
        length = Duration(self.length_ns)
        return BadInput(f"A {what} has no arrival within {length}: raise the rate or the duration.")


@dataclass(frozen=True)
class Regular(_OnCurve):
    """Arrivals at even heights of a curve: at a constant rate, evenly spaced in time.

    Arrival k starts when N(t) = k + phase, rounded down to a nanosecond, so the phase
    (0 or more, below 1) is the share of an interval by which this endpoint comes after the
    first: endpoint e of m has e / m, so that m endpoints take even turns on all pieces.

    Raises:
        BadInput: Another phase, or no arrival at all.
    """

    phase: Fraction = Fraction(0)

    def __post_init__(self) -> None:
        if not 0 <= self.phase < 1:
            raise BadInput(f"phase={self.phase} must be 0 or more, and below 1.")
        if self.count == 0:
            raise self._nothing_to_send()

    def count_before(self, offset_ns: int) -> int:
        """How many k there are with k + phase below N at this moment."""
        shift, unit = self.phase.numerator, self.phase.denominator
        return -((shift - self.curve.height(offset_ns, unit)) // unit)

    def offsets_ns(self, arrivals: range) -> list[int]:
        """When N reaches k + phase."""
        shift, unit = self.phase.numerator, self.phase.denominator
        start, stop = (each * unit + shift for each in (arrivals.start, arrivals.stop))
        return self.curve.moments_ns(range(start, stop, arrivals.step * unit), unit)


class Constant(Regular):
    """Evenly spaced arrivals: arrival k starts at (k + phase) / rate."""

    def __init__(self, rate: Rate, length: Duration, phase: Fraction = Fraction(0)) -> None:
        super().__init__(Curve((level(rate, length),)), phase)


@dataclass(frozen=True)
class Poisson(_OnCurve):
    """Arrivals at random, independent of each other, with the curve as their mean.

    Arrival k starts when N(t) = E(k), where E(0), E(1) … are the points of a Poisson process
    of rate one: sums of exponential gaps.  That makes it a Poisson process of the curve's rate
    (by inversion: Klein and Roberts, "A time-varying Poisson arrival process generator", 1984).
    `count` is random as well, with N at the end as its mean and its variance; but the seed
    fixes all of it, for every shard and on every machine.  Each endpoint of a run needs a
    seed of its own, 0 or more.

    Raises:
        BadInput: A negative seed, or no arrival at all.
    """

    seed: int

    def __post_init__(self) -> None:
        if self.seed < 0:
            raise BadInput(f"seed={self.seed} must be 0 or more.")
        if self._points.heights(range(1))[0] >= self.curve.height(self.length_ns, FINE):
            raise self._nothing_to_send()

    def __reduce__(self) -> tuple[type[Poisson], tuple[Curve, int]]:
        return Poisson, (self.curve, self.seed)

    @cached_property
    def _points(self) -> _Points:
        return _Points(self.seed)

    def count_before(self, offset_ns: int) -> int:
        """How many points there are below N at this moment."""
        return self._points.count_below(self.curve.height(offset_ns, FINE))

    def offsets_ns(self, arrivals: range) -> list[int]:
        """When N reaches each point."""
        return self.curve.moments_ns(self._points.heights(arrivals), FINE)


class _Points:
    """The points of a Poisson process of rate one, as multiples of 1 / FINE.

    Only where each chunk starts is kept: from a generator of its own it can be made again.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._starts = [0]
        self._growing = threading.Lock()
        self._sums = lru_cache(maxsize=2)(self._make_sums)

    def _make_sums(self, chunk: int) -> NDArray[np.int64]:
        """The points of a chunk, from its start, which is the last point before it."""
        seed = np.random.SeedSequence(self._seed, spawn_key=(chunk,))
        gaps = np.random.Generator(np.random.PCG64(seed)).standard_exponential(CHUNK)
        return np.cumsum((gaps * FINE).astype(np.int64))

    def _start(self, chunk: int) -> int:
        with self._growing:
            while len(self._starts) <= chunk:
                last = self._sums(len(self._starts) - 1)[-1]
                self._starts.append(self._starts[-1] + int(last))
        return self._starts[chunk]

    def count_below(self, height: int) -> int:
        """How many points are below a height."""
        chunk = len(self._starts) - 1
        while self._start(chunk) < height:
            chunk += 1
        chunk = max(0, bisect_left(self._starts, height) - 1)
        below = self._sums(chunk).searchsorted(height - self._starts[chunk])
        return chunk * CHUNK + int(below)

    def heights(self, arrivals: range) -> list[int]:
        """The heights of these points."""
        heights: list[int] = []
        while arrivals:
            chunk = arrivals[0] // CHUNK
            first = chunk * CHUNK
            here = arrivals[: bisect_left(arrivals, first + CHUNK)]
            sums = self._sums(chunk)[here.start - first : here.stop - first : here.step]
            start = self._start(chunk)
            heights += [start + each for each in sums.tolist()]
            arrivals = arrivals[len(here) :]
        return heights


def shard_of(arrival: int, endpoint: int, shards: int) -> int:
    """Which shard sends an arrival: exact, without messages, every endpoint in every shard."""
    return (arrival + endpoint) % shards


def arrivals_of_shard(schedules: Sequence[Schedule], shard: int, shards: int) -> Iterator[Arrival]:
    """All arrivals of one shard, by time and then by endpoint, computed shortly before."""
    return itertools.chain.from_iterable(_blocks(schedules, shard, shards))


def _blocks(schedules: Sequence[Schedule], shard: int, shards: int) -> Iterator[list[Arrival]]:
    """The same in blocks of time, as long as makes them hold about BLOCK arrivals."""
    end_ns = max(each.length_ns for each in schedules)
    start_ns, span_ns = 0, FIRST_SPAN_NS
    done = [0] * len(schedules)
    while start_ns < end_ns:
        until = [each.count_before(start_ns + span_ns) for each in schedules]
        size = (sum(until) - sum(done)) // shards
        if size <= 2 * BLOCK or span_ns == 1:
            yield _block(schedules, map(range, done, until), shard, shards)
            start_ns += span_ns
            done = until
        span_ns = max(1, min(2 * span_ns, span_ns * BLOCK // max(size, 1)))


def _block(
    schedules: Sequence[Schedule], due: Iterator[range], shard: int, shards: int
) -> list[Arrival]:
    """The shard's part of the arrivals that are due, by time."""
    block: list[Arrival] = []
    for endpoint, (schedule, numbers) in enumerate(zip(schedules, due, strict=True)):
        mine = numbers[(shard - shard_of(numbers.start, endpoint, shards)) % shards :: shards]
        block += zip(schedule.offsets_ns(mine), itertools.repeat(endpoint), mine)
    block.sort(key=itemgetter(0))
    return block
