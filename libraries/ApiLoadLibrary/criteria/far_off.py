"""Whether a limit is so far from what was seen that a short run decides about it, too.

A few seconds know little of how much requests depend on each other, and so of what they are
worth.  But far from the limit dependence cannot decide: it moves a value among those that were
seen, and what was not seen at all, no discount for dependence would show.

A percentile goes by how many requests are slow, and an average by how slow they are.  So one
stall of the machine does not bring a percentile near its limit: what comes near has to be rarer
by a wide margin than what the percentile lets through, and the bound on how rare it is counts
the stall's requests as the one event that they are.
"""

from __future__ import annotations

from ApiLoadLibrary.measurement.tally import Tally

from .confidence import Interval, quantile_interval
from .dependence import worth_of_slower
from .limits import Limit
from .metrics import NS_PER_MS, Latency

__all__ = ["is_far", "what_was_seen"]

FAR_OFF = 2.0
"""What comes within this factor of a limit is near it."""

RARER = 6.0
"""What comes near is rare when it is so many times rarer than what the percentile lets through."""


def is_far(limit: Limit, seen: Interval) -> bool:
    """Whether nothing that counts as seen comes within a factor of two of the limit."""
    return limit.value > FAR_OFF * seen.high or limit.value < seen.low / FAR_OFF


def what_was_seen(metric: Latency, limit: Limit, tally: Tally, confidence: float) -> Interval:
    """What counts as seen, from lowest to highest, in milliseconds.

    The samples; of a percentile, less those that come near the limit if they are rare; of an
    average, the seconds' averages: one slow request moves it by its share of it alone.
    """
    histogram = metric.histogram(tally)
    seen = Interval(histogram.min_ns or 0, histogram.max_ns or 0)
    if metric.by_second:
        seen = (
            _of_averages(metric, tally)
            if metric.share is None
            else _without_rare(metric, metric.share, limit, tally, confidence)
        )
    return seen.scaled(1 / NS_PER_MS)


def _of_averages(metric: Latency, tally: Tally) -> Interval:
    """The range of the seconds' averages, in nanoseconds."""
    counted = [(each, int(metric.cells(each).counts.sum())) for each in tally.seconds.values()]
    averages = [metric.sum_ns(each) / count for each, count in counted if count]
    return Interval(min(averages), max(averages))


def _without_rare(
    metric: Latency, share: float, limit: Limit, tally: Tally, confidence: float
) -> Interval:
    """The range of the samples, less those near the limit if they are rare; in nanoseconds.

    The percentile that lets through a sixth as many tells: its interval, as wide as it takes
    for requests that are slow together, has to end before the first of them.
    """
    histogram = metric.histogram(tally)
    lowest, highest = histogram.min_ns or 0, histogram.max_ns or 0
    limit_ns = limit.value * NS_PER_MS
    is_above = limit_ns > (histogram.quantile(share) or 0)
    near_ns = limit_ns / FAR_OFF if is_above else limit_ns * FAR_OFF
    extreme = 1 - (1 - share) / RARER if is_above else share / RARER
    worth = worth_of_slower(metric, tally, near_ns, confidence) * histogram.count
    rest = quantile_interval(histogram, extreme, confidence, worth)
    if is_above:
        return Interval(lowest, min(highest, rest.high))
    return Interval(max(lowest, rest.low), highest)
