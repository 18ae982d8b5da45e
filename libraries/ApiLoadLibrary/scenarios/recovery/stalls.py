"""When the generator itself stood still, so that its lateness is not taken for the server's."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate

from ApiLoadLibrary.measurement.exchange import Exchange

__all__ = ["Stalls", "stalls_of"]

LATE_NS = 10_000_000
"""What is sent later than that was held up."""

Span = tuple[int, int]


class Stalls:
    """Stretches of time in which the generator did nothing.

    Args:
        spans: Starts and ends; they may overlap.
        waited: Numbers of the arrivals that were late for want of a worker: the server's doing.
    """

    def __init__(self, spans: Iterable[Span], waited: Iterable[int] = ()) -> None:
        self.spans = _joined(spans)
        self._waited = frozenset(waited)
        self._starts = [start for start, _ in self.spans]
        self._ends = [end for _, end in self.spans]
        self._sums = [0, *accumulate(end - start for start, end in self.spans)]

    @property
    def total_ns(self) -> int:
        """All of them together."""
        return self._sums[-1]

    @property
    def longest_ns(self) -> int:
        """The longest of them; 0 without any."""
        return max((end - start for start, end in self.spans), default=0)

    def waited(self, exchange: Exchange) -> bool:
        """Whether this request had to wait for a worker, that is for the server."""
        return exchange.arrival in self._waited

    def within_ns(self, start_ns: int, end_ns: int) -> int:
        """How much of a stretch of time the generator stood still."""
        first, behind = bisect_right(self._ends, start_ns), bisect_left(self._starts, end_ns)
        if first >= behind:
            return 0
        whole = self._sums[behind] - self._sums[first]
        before = max(0, start_ns - self._starts[first])
        after = max(0, self._ends[behind - 1] - end_ns)
        return whole - before - after


def stalls_of(trace: Sequence[Exchange], workers: int) -> Stalls:
    """When the generator stood still: requests were due, workers were free, nothing was sent.

    Args:
        trace: All requests of one endpoint.
        workers: How many could be under way at once.
    """
    sent = sorted(each.sent_ns for each in trace)
    done = sorted(each.done_ns for each in trace)

    def workers_free(moment_ns: int) -> bool:
        return bisect_right(sent, moment_ns) - bisect_right(done, moment_ns) < workers

    late = [each for each in trace if each.sent_ns - each.scheduled_ns > LATE_NS]
    held = {each.arrival for each in late if workers_free(each.scheduled_ns)}
    return Stalls(
        ((each.scheduled_ns, each.sent_ns) for each in late if each.arrival in held),
        (each.arrival for each in late if each.arrival not in held),
    )


def _joined(spans: Iterable[Span]) -> list[Span]:
    joined: list[Span] = []
    for start, end in sorted(spans):
        if joined and start <= joined[-1][1]:
            joined[-1] = joined[-1][0], max(end, joined[-1][1])
        else:
            joined.append((start, end))
    return joined
