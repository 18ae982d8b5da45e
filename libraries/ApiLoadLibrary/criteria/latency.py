"""Judging response times, service times and the other times that are measured."""

from __future__ import annotations

import math
from dataclasses import replace

from ApiLoadLibrary.figures import figure
from ApiLoadLibrary.measurement.outcomes import Failure
from ApiLoadLibrary.measurement.tally import Tally

from .confidence import (
    FEWEST_SAMPLES,
    Interval,
    mean_interval,
    quantile_interval,
    samples_needed,
    seconds_needed,
)
from .dependence import worth_for_mean, worth_for_quantile
from .doubt import generator_fault, waiting
from .far_off import is_far, what_was_seen
from .finding import Finding, doubted, unmeasured, unsure, weighed
from .judgement import Verdict
from .limits import Limit
from .metrics import NS_PER_MS, Clock, Latency
from .sentences import counted_failures, quantity, span
from .subject import Subject

__all__ = ["judge_latency"]

_NEVER_CONNECTED = (
    *(Failure.CONNECT_TIMEOUT, Failure.REFUSED, Failure.UNREACHABLE, Failure.NAME_NOT_FOUND),
    Failure.TLS_FAILED,
    Failure.NOT_TRUSTED,
)


def judge_latency(
    metric: Latency, limit: Limit, subject: Subject, confidence: float | None
) -> Finding:
    """The finding on the times of one endpoint, or of several taken as one.

    A response time that breaks its limit while the service time meets it was spent
    waiting for the load generator: that is not the server's failure.

    Args:
        confidence: Of its interval; None for a point estimate.
    """
    tally = subject.tally()
    histogram = metric.histogram(tally)
    value = metric.value_ms(histogram)
    if value is None:
        return unmeasured(subject, limit, _why_nothing(metric, subject))
    basis = (subject.basis(histogram.count),)
    verdict = limit.point_verdict(value)
    finding = Finding(subject, limit, value, histogram.count, verdict, basis=basis)
    if metric.has_interval and confidence is not None:
        finding = _estimated(finding, metric, tally, confidence)
    else:
        finding = replace(finding, basis=(*basis, "point estimate"))
    if finding.verdict is not Verdict.FAIL:
        return doubted(_unless_unconnected(finding, metric, tally))
    if metric.clock is Clock.DELAY:
        return finding  # nobody's but the generator's, and it is asked about that
    if metric.clock is Clock.RESPONSE:
        finding = _unless_waiting(finding, metric.of_service(), tally)
    return _unless_slowed(finding, metric, tally)


def _why_nothing(metric: Latency, subject: Subject) -> str:
    if not subject.requests:
        return "no requests were made"
    if not metric.clock.by_fate:
        return f"no {metric.clock.value.replace('tls', 'TLS')} was measured in any request"
    failures = counted_failures(subject.failures(), subject.describe)
    return f"none of {subject.requests:,} requests succeeded: {failures}"


def _estimated(finding: Finding, metric: Latency, tally: Tally, confidence: float) -> Finding:
    """The same with the verdict of its interval, and why when there is none."""
    worth = _worth(metric, tally, confidence) * finding.samples
    interval = _interval(metric, tally, confidence, worth)
    found = weighed(finding, interval)
    if found.verdict is Verdict.INCONCLUSIVE:
        seen = what_was_seen(metric, finding.limit, tally, confidence)
        if is_far(finding.limit, seen):
            found = weighed(finding, _interval_far_off(metric, tally, confidence, seen))
    if found.verdict is not Verdict.INCONCLUSIVE:
        return found
    if math.isinf(interval.high):
        return replace(found, reason=_too_few(finding, metric, worth, confidence))
    return unsure(found, interval, confidence)


def _interval_far_off(metric: Latency, tally: Tally, confidence: float, seen: Interval) -> Interval:
    """As if all samples were independent; if that bounds the value, all that was seen does."""
    count = metric.histogram(tally).count
    bounded = not math.isinf(_interval(metric, tally, confidence, count).high)
    return seen if bounded else Interval(0.0, math.inf)


def _worth(metric: Latency, tally: Tally, confidence: float) -> float:
    if metric.share is None:
        return worth_for_mean(tally, confidence)
    return worth_for_quantile(tally, metric.share, confidence)


def _interval(metric: Latency, tally: Tally, confidence: float, worth: float) -> Interval:
    """In milliseconds."""
    histogram = metric.histogram(tally)
    if metric.share is None:
        mean = histogram.mean_ns or 0.0
        interval = mean_interval(mean, histogram.variance(), confidence, worth)
    else:
        interval = quantile_interval(histogram, metric.share, confidence, worth)
    return Interval(interval.low / NS_PER_MS, interval.high / NS_PER_MS)


def _too_few(finding: Finding, metric: Latency, worth: float, confidence: float) -> str:
    """How many requests are needed, and how much longer that takes."""
    share = metric.share
    needed = FEWEST_SAMPLES if share is None else samples_needed(share, confidence)
    sure = f"{100 * confidence:g} % confidence"
    what = f"it takes {needed:,} independent requests to bound the {metric.statistic} with {sure}"
    seconds = finding.subject.run.length_ns / 1e9
    longer = seconds_needed(needed, finding.samples, worth, seconds, confidence) - seconds
    dependent = (
        f"; as requests of the same moment resemble each other, these are worth {int(worth):,}"
        if worth < needed <= finding.samples
        else ""
    )
    return f"too few requests: {what}{dependent}; run about {span(longer)} longer at this rate"


def _unless_unconnected(finding: Finding, metric: Latency, tally: Tally) -> Finding:
    """A pass of connect or TLS times does not stand on the connections alone that were made."""
    if metric.clock not in (Clock.CONNECT, Clock.TLS):
        return finding
    never = sum(tally.outcomes[each] for each in _NEVER_CONNECTED)
    tolerated = 0.0 if metric.share is None else 1 - metric.share
    if never <= tolerated * (never + finding.samples):
        return finding
    reason = f"{never:,} connections were never made, and took no time that could be measured"
    return replace(finding, verdict=Verdict.INCONCLUSIVE, reason=reason)


def _unless_waiting(finding: Finding, service: Latency, tally: Tally) -> Finding:
    """A failure stands when the service time breaks the limit too."""
    limit = finding.limit
    value = service.value_ms(service.histogram(tally))
    if value is not None and not limit.met(value):
        return finding
    own = (
        "nothing was sent"
        if value is None
        else f"its service time, {quantity(value, limit)}, meets it"
    )
    reason = f"{own}; {waiting(finding.subject)}"
    return replace(finding, verdict=Verdict.INCONCLUSIVE, reason=reason)


def _unless_slowed(finding: Finding, metric: Latency, tally: Tally) -> Finding:
    """A failure stands when the generator's own slowness cannot have made it.

    Who is late with a request by his own fault is as late with reading the answer: twice
    his own delay, at the same percentile, is what he may have added.
    """
    if finding.verdict is not Verdict.FAIL:
        return finding
    run, limit = finding.subject.run, finding.limit
    served = metric.of_service() if metric.clock is Clock.RESPONSE else metric
    value = served.value_ms(served.histogram(tally))
    own = metric.value_ms(tally.own_delay) or 0.0
    if value is None or not (run.generator.overloaded or limit.met(value - 2 * own)):
        return finding
    fault = generator_fault(run) or (
        f"the load generator itself was up to {figure(own)} ms late, which is more than the limit "
        "was missed by; give it more cores, or a machine of its own"
    )
    return replace(finding, verdict=Verdict.INCONCLUSIVE, reason=fault)
