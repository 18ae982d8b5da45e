"""Whether a server kept pace with the load, and whether it has come to rest after one.

A server that is asked for more than it can carry lets requests wait, each longer than the one
before.  If waiting grows by `e` seconds in a second, of the requests that come in `1 + e` seconds
only those of one second are answered meanwhile: a share of `1 / (1 + e)` is carried (a fluid
queue).  So growing answer times show a rate that is too high long before any limit is broken, and
at which rate it would have been right.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from ApiLoadLibrary.measurement.histogram import Cells, Histogram
from ApiLoadLibrary.measurement.progress import Progress
from ApiLoadLibrary.measurement.result import EndpointResult, RunResult
from ApiLoadLibrary.values import NS_PER_S

__all__ = ["NOTICED_NS", "AtRest", "carried_share", "least_ns", "usual_ns"]

TOLERATED = 0.02
"""The rate may fall short by so much, as in `achieved rate >= 98 % of target`."""

LOOKS = 5
SLOWER = 2.0
NOTICED_NS = 10_000_000
"""Answers that take so much longer than usual are still as usual."""

AT_REST = "all is as before"


def usual_ns(run: RunResult) -> int:
    """How long it takes to be served when nobody waits, as far as a run that held shows it."""
    return min(_quantile(each.tally.service.judged(), 0.5) for each in run.endpoints)


def least_ns(run: RunResult) -> int:
    """The same of a run that did not hold: its quickest requests came before there was a queue."""
    parts = [each for phase in run.phases for each in phase.endpoints] or run.endpoints
    found = [_quantile(each.tally.service.judged(), 0.05) for each in parts if each.tally.requests]
    return min(found, default=0)


def carried_share(run: RunResult, usual: int) -> float | None:
    """What share of the load a server that fell behind has carried; None where it kept pace.

    The first and the last half of the seconds are compared, endpoint by endpoint.  Response times
    show that there was too much load: they grew so much that less than 98 % was carried, and three
    of four requests of the last half took longer than three of four of the first; chance does not
    do that.  Service times show that it was too much for the server, and not for the workers that
    sent it: they grew in the same way, or are far longer than usual.

    Args:
        usual: How long it takes to be served when nobody waits, in ns.
    """
    shares = [share for each in run.endpoints if (share := _share(each, usual)) is not None]
    return min(shares, default=None)


def _share(endpoint: EndpointResult, usual: int) -> float | None:
    whole = endpoint.length_ns // NS_PER_S
    half = whole // 2
    seconds = endpoint.tally.seconds
    first = [seconds[each] for each in range(half) if each in seconds]
    last = [seconds[each] for each in range(whole - half, whole) if each in seconds]
    waited = _growth((each.judged for each in first), (each.judged for each in last), whole - half)
    served = _growth((each.served for each in first), (each.served for each in last), whole - half)
    slow = _quantile(endpoint.tally.service.judged(), 0.5) > SLOWER * usual + NOTICED_NS
    if waited < TOLERATED or (served < TOLERATED and not slow):
        return None
    return 1 / (1 + waited)


def _growth(first: Iterable[Cells], last: Iterable[Cells], apart_s: int) -> float:
    """By how many seconds times grew in a second; 0 where nothing shows that they did."""
    before, after = Histogram.from_cells(first), Histogram.from_cells(last)
    if not (before.count and after.count):
        return 0.0
    if _quantile(after, 0.25) <= _quantile(before, 0.75):
        return 0.0
    return (_quantile(after, 0.5) - _quantile(before, 0.5)) / NS_PER_S / apart_s


def _quantile(histogram: Histogram, share: float) -> int:
    return histogram.quantile(share) or 0


class AtRest:
    """Whether single requests are answered as quickly as before the load: no queue is left.

    Args:
        usual: How long it takes to be served when nobody waits, in ns.
    """

    def __init__(self, usual: int) -> None:
        self._quick_ns = SLOWER * usual + NOTICED_NS
        self._latest: deque[int] = deque(maxlen=LOOKS)

    def __call__(self, progress: Progress, _elapsed_s: float) -> str | None:
        """Why the wait can end, once most of the latest requests were quick and none failed."""
        slowest = progress.response.max_ns
        if progress.errors:
            self._latest.clear()
        elif slowest is not None:
            self._latest.append(slowest)
        quick = sum(each <= self._quick_ns for each in self._latest)
        return AT_REST if quick > LOOKS // 2 else None
