"""A histogram of durations in HDR's layout, filled in batches.

Values are whole nanoseconds.  A cell is exact up to 2,047 ns; above, each
doubling of the value is divided into 1,024 cells, so that no value is stored
more than 1/1,024 (0.098 %) below its cell's upper edge.  For example:
1,000,000 ns has 20 bits, 9 more than a cell number holds, so cells there are
2**9 = 512 ns wide and the value lies in the cell 999,936 to 1,000,447.

The layout is Gil Tene's HdrHistogram with 3 significant digits and a unit of
1 ns; `encode` writes its V2 format, which every HDR tool reads.  Ours is an
array beneath, because recording one value at a time costs more than sending
the request that it measures.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ApiLoadLibrary.errors import BadInput

__all__ = ["Cells", "Histogram", "nearest_rank"]

SUB_BITS = 10
"""Cells per doubling, as a power of two."""

Longs = NDArray[np.int64]
Flags = NDArray[np.bool_]


def cell_of(values: Longs) -> Longs:
    """The cell number of each value: its top 11 bits, and how many it was shifted by."""
    # The exponent of a float is where the top bit of the integer stands.  One of more than
    # 53 bits is rounded up, at worst to the next power of two, hence the 62.
    exponent = (values.astype(np.float64).view(np.int64) >> 52) - 1023
    shift = np.clip(exponent, SUB_BITS, 62) - SUB_BITS
    cells: Longs = (shift << SUB_BITS) + (values >> shift)
    return cells


def upper_edge(cell: int) -> int:
    """The largest value that falls into a cell."""
    shift = max((cell >> SUB_BITS) - 1, 0)
    return ((cell - (shift << SUB_BITS) + 1) << shift) - 1


_NO_NUMBERS: NDArray[np.uint16] = np.empty(0, np.uint16)
_NO_COUNTS: NDArray[np.uint32] = np.empty(0, np.uint32)


@dataclass(frozen=True, slots=True)
class _Packed:
    """Cells without the room between them: most steps are small, and most counts too.

    Attributes:
        width: The type that holds every count.
        length: How many cells there are.
        data: The steps from number to number, and the counts, compressed.
    """

    width: str
    length: int
    data: bytes

    @classmethod
    def of(cls, numbers: NDArray[np.uint16], counts: NDArray[np.uint32]) -> _Packed:
        """These cells, packed."""
        steps = np.diff(numbers, prepend=np.uint16(0)).astype(np.uint16)
        width = np.min_scalar_type(int(counts.max())).str
        data = zlib.compress(steps.tobytes() + counts.astype(width).tobytes(), level=1)
        return cls(width, len(numbers), data)

    def numbers(self) -> NDArray[np.uint16]:
        """Their numbers."""
        steps = np.frombuffer(zlib.decompress(self.data), np.uint16, self.length)
        return np.cumsum(steps, dtype=np.uint16)

    def counts(self) -> NDArray[np.uint32]:
        """How many values each of them holds."""
        offset = self.length * _NO_NUMBERS.itemsize
        found = np.frombuffer(zlib.decompress(self.data), self.width, self.length, offset)
        return found.astype(np.uint32)


class Cells:
    """The occupied cells of a histogram, ascending: what a second of a timeline keeps."""

    __slots__ = ("_counts", "_numbers", "_packed")

    def __init__(self, numbers: NDArray[np.uint16], counts: NDArray[np.uint32]) -> None:
        self._numbers = numbers
        self._counts = counts
        self._packed: _Packed | None = None

    @property
    def numbers(self) -> NDArray[np.uint16]:
        """Cell numbers (16 bits hold every one there can be)."""
        return self._numbers if self._packed is None else self._packed.numbers()

    @property
    def counts(self) -> NDArray[np.uint32]:
        """How many values each of them holds."""
        return self._counts if self._packed is None else self._packed.counts()

    def pack(self) -> None:
        """Take about an eighth of the room from now on; each look at them takes 50 us then."""
        if self._packed is None and len(self._numbers):
            self._packed = _Packed.of(self._numbers, self._counts)
            self._numbers, self._counts = _NO_NUMBERS, _NO_COUNTS

    @classmethod
    def none(cls) -> Cells:
        """No cell occupied."""
        return cls(_NO_NUMBERS, _NO_COUNTS)

    @classmethod
    def of(cls, values: Longs) -> Cells:
        """The cells that these values (ns) occupy."""
        if not len(values):
            return cls.none()
        numbers = cell_of(values)
        first = int(numbers.min())
        counts = np.bincount(numbers - first)
        occupied = np.flatnonzero(counts)
        return cls((occupied + first).astype(np.uint16), counts[occupied].astype(np.uint32))

    @property
    def _is_empty(self) -> bool:
        return self._packed is None and not len(self._numbers)

    def merged(self, other: Cells) -> Cells:
        """These and those together."""
        if other._is_empty:
            return self
        if self._is_empty:
            return other
        # Spread over all numbers between them: twice as fast as sorting.
        both = np.concatenate((self.numbers, other.numbers)).astype(np.intp)
        first = int(both.min())
        counts = np.bincount(both - first, np.concatenate((self.counts, other.counts)))
        occupied = np.flatnonzero(counts)
        return Cells((occupied + first).astype(np.uint16), counts[occupied].astype(np.uint32))

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Cells):
            return NotImplemented
        return np.array_equal(self.numbers, other.numbers) and np.array_equal(
            self.counts, other.counts
        )

    __hash__ = None  # type: ignore[assignment]


class Histogram:
    """Counts of durations by cell, with exact count, sum, minimum and maximum.

    An empty histogram has no minimum, maximum, mean or quantile: they are None,
    never 0.
    """

    __slots__ = ("_cells", "count", "max_ns", "min_ns", "sum_ns")

    def __init__(self, values: Iterable[int] = ()) -> None:
        self._cells = Cells.none()
        self.count = 0
        self.sum_ns = 0
        self.min_ns: int | None = None
        self.max_ns: int | None = None
        self.record_many(np.fromiter(values, np.int64))

    @classmethod
    def from_cells(cls, cells: Iterable[Cells], sum_ns: int | None = None) -> Histogram:
        """A histogram of occupied cells; each value stands at its cell's upper edge.

        Args:
            sum_ns: The values' exact sum, where it is known.
        """
        histogram = cls()
        for each in cells:
            histogram._cells = histogram._cells.merged(each)
        if len(histogram._cells.numbers):
            counts = histogram._cells.counts.tolist()
            edges = [upper_edge(cell) for cell in histogram._cells.numbers.tolist()]
            histogram.count = sum(counts)
            rounded = sum(map(int.__mul__, edges, counts))
            histogram.sum_ns = rounded if sum_ns is None else sum_ns
            histogram.min_ns, histogram.max_ns = edges[0], edges[-1]
        return histogram

    def record_many(self, values: Longs) -> None:
        """Count these values (ns).

        Raises:
            ValueError: One of them is negative; none is counted then.
        """
        if not len(values):
            return
        low, high = int(values.min()), int(values.max())
        if low < 0:
            raise ValueError(f"A duration of {low} ns cannot be recorded: it is negative.")
        self._add(Cells.of(values), len(values), int(values.sum()), low, high)

    def record(self, value: int) -> None:
        """Count one value (ns); of many, `record_many` is far faster."""
        self.record_many(np.array([value], np.int64))

    def merge(self, other: Histogram) -> None:
        """Add another histogram's counts to this one."""
        if other.min_ns is not None and other.max_ns is not None:
            self._add(other._cells, other.count, other.sum_ns, other.min_ns, other.max_ns)

    def _add(self, cells: Cells, count: int, total: int, low: int, high: int) -> None:
        self._cells = self._cells.merged(cells)
        self.count += count
        self.sum_ns += total
        self.min_ns = low if self.min_ns is None else min(self.min_ns, low)
        self.max_ns = high if self.max_ns is None else max(self.max_ns, high)

    def quantile(self, share: float) -> int | None:
        """The nearest-rank quantile in ns: the smallest value that `share` of all do not exceed.

        Args:
            share: 0 to 1; 0.95 is the 95th percentile.
        """
        return self.value_at_rank(nearest_rank(share, self.count)) if self.count else None

    def value_at_rank(self, rank: int) -> int:
        """The value (ns) of the sample that is `rank`-th from below, counted from 1."""
        if self.min_ns is None or self.max_ns is None:
            raise ValueError("An empty histogram has no samples to rank.")
        place = int(np.searchsorted(np.cumsum(self._cells.counts), rank))
        return min(max(upper_edge(int(self._cells.numbers[place])), self.min_ns), self.max_ns)

    def count_above(self, value_ns: int) -> int:
        """How many samples lie in cells above that of `value_ns`."""
        cell = int(cell_of(np.array([value_ns], np.int64))[0])
        return int(self._cells.counts[self._cells.numbers > cell].sum())

    @property
    def mean_ns(self) -> float | None:
        """The exact mean of what was recorded."""
        return self.sum_ns / self.count if self.count else None

    def variance(self) -> float:
        """The variance in ns², to the resolution of the cells; 0 when empty."""
        cells = self.cells()
        if not self.count:
            return 0.0
        edges = np.array([upper_edge(cell) for cell in cells.numbers.tolist()], np.float64)
        mean = float(np.average(edges, weights=cells.counts))
        return float(np.average((edges - mean) ** 2, weights=cells.counts))

    def cells(self) -> Cells:
        """The occupied cells."""
        return self._cells

    def encode(self) -> str:
        """HDR V2, zlib-compressed, base64: the field's format for exchange."""
        from hdrh.histogram import HdrHistogram

        highest = max(self.max_ns or 0, 2)
        encoder = HdrHistogram(1, highest, 3)
        cells = self.cells()
        for cell, count in zip(cells.numbers.tolist(), cells.counts.tolist(), strict=True):
            encoder.record_value(min(upper_edge(cell), highest), count)
        return str(encoder.encode().decode("ascii"))

    @classmethod
    def decode(cls, text: str) -> Histogram:
        """The histogram that `encode` wrote (values at their cells' upper edges).

        Raises:
            BadInput: The text is damaged.
        """
        from hdrh import codec

        try:
            return cls._decoded(text)
        except (
            *(ValueError, TypeError, IndexError, RuntimeError, AssertionError, OverflowError),
            *(codec.HdrCookieException, codec.HdrLengthException, zlib.error),
            codec.HdrHistogramSettingsException,
        ):
            raise BadInput(f"'{text[:20]}…' is no histogram: its text is damaged.") from None

    @classmethod
    def _decoded(cls, text: str) -> Histogram:
        from hdrh.histogram import HdrHistogram

        decoded = HdrHistogram.decode(text.encode("ascii"))
        counts = np.ctypeslib.as_array(decoded.counts)
        # Not its iterator, which steps through every cell there could be: 50 ms each.
        occupied = np.flatnonzero(counts)
        values = [
            decoded.get_highest_equivalent_value(decoded.get_value_from_index(place))
            for place in occupied.tolist()
        ]
        numbers, places = np.unique(cell_of(np.array(values, np.int64)), return_inverse=True)
        sums = np.bincount(places, counts[occupied], len(numbers))
        return cls.from_cells([Cells(numbers.astype(np.uint16), sums.astype(np.uint32))])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Histogram):
            return NotImplemented
        totals = (self.count, self.sum_ns, self.min_ns, self.max_ns)
        others = (other.count, other.sum_ns, other.min_ns, other.max_ns)
        return totals == others and self.cells() == other.cells()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"Histogram(count={self.count}, min_ns={self.min_ns}, max_ns={self.max_ns})"


def nearest_rank(share: float, count: int) -> int:
    """The rank of a quantile among `count` samples: ceil(share x count), at least 1.

    A share such as 0.95 is a little off in binary; a product within 1e-9 of a
    whole number is that number.
    """
    exact = share * count
    return max(1, min(count, int(np.ceil(exact - 1e-9 * max(1.0, exact)))))
