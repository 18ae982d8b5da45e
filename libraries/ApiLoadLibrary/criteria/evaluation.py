"""Judging a criterion on a load run, and measuring without a verdict."""

from __future__ import annotations

import math
from dataclasses import dataclass

from ApiLoadLibrary.errors import BadCriterion, BadInput
from ApiLoadLibrary.measurement.resources import average
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.values import Duration

from .figures import (
    achieved_percent,
    error_percent,
    judge_achieved_rate,
    judge_error_rate,
    judge_resource,
    resource_percents,
)
from .finding import Finding
from .grammar import EACH_ENDPOINT, Criterion, parse_metric
from .judgement import Judgement, Verdict
from .latency import judge_latency
from .limits import Limit
from .metrics import Dimension, Figure, Latency, Metric
from .sentences import join, quantity, sentence
from .subject import Subject, subjects

__all__ = ["Measured", "evaluate", "measure"]

_JUDGES = {
    Dimension.SHARE: judge_error_rate,
    Dimension.RATE: judge_achieved_rate,
    Dimension.RESOURCE: judge_resource,
}


@dataclass(frozen=True, slots=True)
class Measured:
    """A metric's value, without a verdict.

    Attributes:
        value: In `unit`; None when nothing could be measured.
        unit: `ms` or `%`; the achieved rate is in percent of its target.
        samples: How many requests, or seconds of a resource, it rests on.
        endpoint: Whose it is; None for a metric of the whole run.
    """

    value: float | None
    unit: str
    samples: int
    endpoint: str | None


def evaluate(criterion: Criterion, run: RunResult, confidence: float = 0.95) -> Judgement:
    """Judge a criterion on a load run.

    Where several endpoints are judged, the worst decides: the one with the worst
    verdict, and of these the one with the smallest margin.

    Args:
        criterion: From `parse`.
        run: The load run.
        confidence: How sure a verdict must be, for values that are estimates.

    Raises:
        UnknownName: The run has no endpoint of this name.
        BadCriterion: It asks for a threshold where none is registered.
    """
    findings = [
        _judge(criterion.metric, _limit(criterion, subject), subject, confidence)
        for subject in subjects(criterion.metric, criterion.scope, run)
    ]
    decisive = max(findings, key=_badness)
    return _judgement(criterion, decisive, findings, confidence)


def _judge(metric: Metric, limit: Limit, subject: Subject, confidence: float) -> Finding:
    if isinstance(metric, Latency):
        return judge_latency(metric, limit, subject, confidence)
    return _JUDGES[metric.dimension](metric, limit, subject, confidence)


def _limit(criterion: Criterion, subject: Subject) -> Limit:
    """The criterion's own limit, or the threshold registered for the endpoint."""
    if criterion.target is not None:
        return Limit.of(criterion.operator, criterion.target)
    threshold_ns = subject.endpoints[0].threshold_ns
    if threshold_ns is None:
        text = str(criterion)
        raise BadCriterion(
            text,
            text.rindex("threshold"),
            f"'{subject.name}' has none: give it one where the endpoint is defined, "
            "or all of them one in Use Server.",
        )
    return Limit.of(criterion.operator, Duration(threshold_ns))


def _badness(finding: Finding) -> tuple[int, float]:
    """Grows with the verdict's severity, then as the margin shrinks."""
    if finding.measured is None:
        return finding.verdict.severity, math.inf
    limit = finding.limit
    return finding.verdict.severity, -limit.distance(finding.measured) / (limit.value or 1)


def _judgement(
    criterion: Criterion, decisive: Finding, findings: list[Finding], confidence: float
) -> Judgement:
    limit, measured, interval = decisive.limit, decisive.measured, decisive.interval
    bounded = interval is not None and math.isfinite(interval.high)
    reason = _reason(decisive, findings)
    return Judgement(
        criterion=str(criterion),
        metric=criterion.metric.name,
        endpoint=decisive.subject.name,
        run_id=decisive.subject.run.id,
        operator=criterion.operator,
        target=limit.value,
        unit=limit.unit,
        measured=measured,
        interval=(interval.low, interval.high) if interval and bounded else None,
        confidence=confidence if interval else None,
        margin=None if measured is None else limit.margin(measured),
        samples=decisive.samples,
        verdict=decisive.verdict,
        reason=reason,
        sentence=_sentence(criterion.metric, decisive, len(findings), reason),
    )


def _reason(decisive: Finding, findings: list[Finding]) -> str:
    """Its own, and which other endpoints fail as well."""
    others = [
        str(each.subject.name)
        for each in findings
        if each is not decisive and each.verdict is Verdict.FAIL
    ]
    also = [f"also broken by {join(others)}"] if others else []
    return "; ".join([*filter(None, [decisive.reason]), *also])


def _sentence(metric: Metric, finding: Finding, compared: int, reason: str) -> str:
    place = finding.place or finding.subject.name
    basis = list(finding.basis)
    if compared > 1 and basis:
        basis.append(f"the worst of {compared} endpoints")
    measured = finding.measured
    words = None if measured is None else quantity(measured, finding.limit) + finding.aside
    subject = f"{metric.title} of {place}" if place else metric.title
    return sentence(
        subject, words, finding.limit, basis=basis, verdict=finding.verdict, reason=reason
    )


def measure(metric: str, scope: str | None, run: RunResult) -> Measured:
    """A metric's value, as a point estimate without a verdict.

    Args:
        metric: `p95`, `error rate` ….
        scope: An endpoint's name; None or `Each Endpoint` for what a criterion
            without one would judge, which for latencies is the worst endpoint.
        run: The load run.

    Raises:
        BadCriterion: There is no such metric.
        UnknownName: The run has no endpoint of this name.
        BadInput: The metric has no endpoints.
    """
    found = parse_metric(metric)
    if scope and isinstance(found, Figure) and not found.has_endpoints:
        raise BadInput(f"{found.title} is that of a host: leave out the endpoint '{scope}'.")
    if scope is not None and scope.casefold() == EACH_ENDPOINT.casefold():
        scope = EACH_ENDPOINT
    all_of_them = [_measured(found, subject) for subject in subjects(found, scope, run)]
    if found.dimension is Dimension.RATE:
        return min(all_of_them, key=lambda each: math.inf if each.value is None else each.value)
    return max(all_of_them, key=lambda each: -1 if each.value is None else each.value)


def _measured(metric: Metric, subject: Subject) -> Measured:
    if isinstance(metric, Latency):
        histogram = metric.histogram(subject.endpoints[0].tally)
        return Measured(metric.value_ms(histogram), "ms", histogram.count, subject.name)
    if metric.dimension is Dimension.RESOURCE:
        values = resource_percents(metric, subject)
        return Measured(average(values), "%", len(values), subject.name)
    percent = error_percent if metric.dimension is Dimension.SHARE else achieved_percent
    return Measured(percent(subject), "%", subject.requests, subject.name)
