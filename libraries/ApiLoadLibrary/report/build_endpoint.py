"""An endpoint's result as its part of the document."""

from __future__ import annotations

from collections.abc import Iterator

from ApiLoadLibrary.measurement.histogram import Histogram, nearest_rank, upper_edge
from ApiLoadLibrary.measurement.outcomes import (
    DONE,
    Blame,
    Failure,
    FailureInfo,
    FailureKind,
    is_status,
)
from ApiLoadLibrary.measurement.result import EndpointResult
from ApiLoadLibrary.measurement.tally import Sample, Second

from . import document as doc

__all__ = ["build_endpoint", "build_samples", "distribution", "quantile_ms"]

NS_PER_MS = 1_000_000
NS_PER_S = 1_000_000_000
DECIMALS = 6
"""Of milliseconds: a nanosecond."""


def build_endpoint(result: EndpointResult, seconds: int) -> doc.Endpoint:
    """The document's form of an endpoint's part in a run of so many seconds."""
    tally = result.tally
    judged = tally.response.judged()
    return doc.Endpoint(
        name=result.name,
        method=result.method,
        path=result.path,
        rate=result.offered,
        threshold_ms=None if result.threshold_ns is None else _ms(result.threshold_ns),
        offered_rate_per_s=round(result.offered_rate_per_s, DECIMALS),
        achieved_rate_per_s=round(result.achieved_rate_per_s, DECIMALS),
        requests=tally.requests,
        errors=tally.errors,
        error_rate=result.error_rate,
        late=tally.late,
        dropped=tally.dropped,
        reconnects=tally.reconnects,
        status_codes={
            _status(outcome): number
            for outcome, number in sorted(tally.outcomes.items())
            if is_status(outcome) and number
        },
        failures=_failures(result),
        response_time_ms=distribution(judged),
        service_time_ms=distribution(tally.service.judged()),
        failed_response_time_ms=distribution(tally.response.failed),
        first_byte_ms=distribution(tally.first_byte),
        connect_ms=distribution(tally.connect),
        tls_ms=distribution(tally.tls),
        p95_ms_by_second=tuple(
            quantile_ms(tally.seconds.get(number), 0.95) for number in range(seconds)
        ),
        histogram=judged.encode() if judged.count else None,
    )


def _status(outcome: int) -> str:
    return "done" if outcome == DONE else str(outcome)


def _failures(result: EndpointResult) -> tuple[doc.FailureCount, ...]:
    """The most frequent first."""
    unexpected = [
        (outcome, number)
        for outcome, number in result.tally.outcomes.items()
        if outcome not in result.tally.expected and number
    ]
    unexpected.sort(key=lambda each: (-each[1], each[0]))
    return tuple(
        doc.FailureCount(info.kind, info.blame, info.words, number)
        for info, number in ((_told(outcome, result), number) for outcome, number in unexpected)
    )


def _told(outcome: int, result: EndpointResult) -> FailureInfo:
    """The same as `_info`, with an example where a check failed."""
    check = result.checks.get(outcome)
    return _info(outcome, result) if check is None else check.told


def _info(outcome: int, result: EndpointResult) -> FailureInfo:
    """Busy workers are the server's fault only if it was slow; else the plan was too small."""
    info = result.describe(outcome)
    if outcome != Failure.DROPPED_WORKERS_BUSY:
        return info
    p95, limit = result.tally.service.judged().quantile(0.95), result.threshold_ns
    is_slow = p95 is not None and limit is not None and p95 > limit
    blame = Blame.SERVER if is_slow else Blame.GENERATOR
    return FailureInfo(FailureKind.DROPPED, blame, info.words)


def build_samples(result: EndpointResult) -> Iterator[doc.RequestSample]:
    """The first failures of each kind, and the slowest requests."""
    for sample in result.tally.failures:
        yield _sample("failed", sample, result)
    for sample in result.tally.slowest:
        yield _sample("slow", sample, result)


def _sample(why: str, sample: Sample, result: EndpointResult) -> doc.RequestSample:
    failed = sample.outcome not in result.tally.expected
    return doc.RequestSample(
        why=why,
        endpoint=result.name,
        request_id=result.ids.of(sample.arrival) if result.ids else None,
        status=sample.outcome if is_status(sample.outcome) and sample.outcome != DONE else None,
        what=_info(sample.outcome, result).words if failed else None,
        scheduled_s=sample.scheduled_ns / NS_PER_S,
        response_time_ms=_ms(sample.response_ns),
        service_time_ms=None if sample.service_ns is None else _ms(sample.service_ns),
    )


def distribution(histogram: Histogram) -> doc.Distribution | None:
    """The figures of a histogram; None of an empty one."""
    if histogram.mean_ns is None or histogram.min_ns is None or histogram.max_ns is None:
        return None
    quantiles = {
        name: _ms(histogram.value_at_rank(nearest_rank(share, histogram.count)))
        for name, share in (
            *(("median", 0.5), ("p90", 0.9), ("p95", 0.95)),
            *(("p99", 0.99), ("p99_9", 0.999)),
        )
    }
    return doc.Distribution(
        count=histogram.count,
        mean=_ms(histogram.mean_ns),
        min=_ms(histogram.min_ns),
        max=_ms(histogram.max_ns),
        **quantiles,
    )


def _ms(ns: float) -> float:
    return round(ns / NS_PER_MS, DECIMALS)


def quantile_ms(second: Second | None, share: float) -> float | None:
    """A second's quantile in milliseconds; None without samples."""
    if second is None or not len(second.judged.counts):
        return None
    below = second.judged.counts.cumsum()
    place = int(below.searchsorted(nearest_rank(share, int(below[-1]))))
    return _ms(upper_edge(int(second.judged.numbers[place])))
