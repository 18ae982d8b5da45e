"""What a rate limit promises: so many requests in so much time, and how many at once."""

from __future__ import annotations

from dataclasses import dataclass

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.values import NS_PER_S, Rate

__all__ = ["Contract"]


@dataclass(frozen=True, slots=True)
class Contract:
    """A limit, as it was stated, told by headers, or found.

    Attributes:
        rate: The limit and the time that it is for: `50/5 s`.
        burst: How many may come at once, of a bucket; None of a limit that is a window's.
        source: Who says so: `stated`, `headers` or `found`.

    Raises:
        BadInput: A burst of none.
    """

    rate: Rate
    burst: int | None = None
    source: str = "stated"

    def __post_init__(self) -> None:
        if self.burst is not None and self.burst < 1:
            raise BadInput(f"burst={self.burst} lets nothing pass: write 1 or more.")

    @property
    def limit(self) -> float:
        """Requests in a window."""
        return float(self.rate.count)

    @property
    def window_ns(self) -> int:
        """What the limit is for."""
        return self.rate.per.ns

    @property
    def span_ns(self) -> int:
        """How long it takes a limiter to forget: a window, or what fills the bucket again."""
        refill_ns = 0.0 if self.burst is None else self.burst * self.window_ns / self.limit
        return round(max(self.window_ns, refill_ns))

    @property
    def late_after_ns(self) -> int:
        """Requests that start this much late hit a limiter as they should all the same."""
        return min(self.span_ns // 20, NS_PER_S // 4)

    @property
    def most_in_window(self) -> float:
        """What any stretch as long as a window may hold: of a bucket, what it holds besides."""
        return self.limit + (self.burst or 0)

    def allowed_in(self, length_ns: int) -> float:
        """The most that a limiter which keeps this contract can accept in such a time.

        That is the rate for as long as it lasts, and what may come at once before: the burst,
        or a whole window's worth where none is stated, since windows begin when they like.
        """
        at_once = self.limit if self.burst is None else self.burst
        return at_once + self.limit * length_ns / self.window_ns

    def __str__(self) -> str:
        return f"{self.rate}" if self.burst is None else f"{self.rate}, {self.burst:,} at once"
