"""Judging a criterion on a load run, and measuring without a verdict."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from ApiLoadLibrary.errors import BadCriterion, BadInput
from ApiLoadLibrary.measurement.histogram import nearest_rank
from ApiLoadLibrary.measurement.resources import average
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.values import Duration

from .burst import burst_reading, judge_burst
from .confidence import FEWEST_SAMPLES
from .figures import (
    achieved_percent,
    judge_achieved_rate,
    judge_generator_cpu,
    judge_throughput,
    throughput,
)
from .finding import Finding, enough
from .grammar import EACH_ENDPOINT, EVERYTHING, Criterion, not_of_everything, parse_metric, spelled
from .judgement import Judgement, Verdict
from .latency import judge_latency
from .limits import Limit
from .metrics import NS_PER_MS, Dimension, Figure, Latency, Metric, Share
from .observed import Observed
from .readings import judge_observed, reading_of
from .shares import judge_share, share_percent
from .subject import Subject, subjects
from .telling import Asked, judgement_on
from .watched import judge_watched, seen_of, watched_subjects
from .windows import badness, judge_windows

__all__ = ["Measured", "evaluate", "measure"]

_UNITS = {
    Dimension.SHARE: "%",
    Dimension.SPAN: "ms",
    Dimension.FACTOR: "times",
    Dimension.COUNT: "",
    Dimension.TRAFFIC: "MB/s",
    Dimension.THROUGHPUT: "/s",
}
FEWEST_SECONDS = 3
"""Fewer seconds of a host's load are a glimpse, not an average."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A metric's value, without a verdict.

    Attributes:
        value: In `unit`; None when nothing could be measured.
        unit: `ms`, `%`, `/s`, `MB/s` or `times`; empty of a count; the achieved rate is in
            percent of its target.
        samples: How many requests, or seconds of a resource, it rests on.
        endpoint: Whose it is; None for a metric of the whole run.
    """

    value: float | None
    unit: str
    samples: int
    endpoint: str | None


def evaluate(criterion: Criterion, run: RunResult) -> Judgement:
    """Judge a criterion on a load run.

    Where several endpoints are judged, the worst decides: the one with the worst
    verdict, and of these the one with the smallest margin.

    Args:
        criterion: From `parse`.
        run: The load run.

    Raises:
        UnknownName: The run has no endpoint, group or phase of this name.
        BadCriterion: It asks for a threshold where none is registered.
    """
    part, window = criterion.when.part_of(run), criterion.when.window
    if window is None:
        findings = [_of_all(criterion, subject) for subject in _subjects(criterion, part)]
    else:
        findings = judge_windows(
            window,
            part,
            lambda each: _of_windows(criterion, part, each),
            lambda finding, samples: _enough_in_window(criterion, finding, samples),
            criterion.when.after_s,
        )
    return judgement_on(_asked(criterion), findings, max(findings, key=badness))


def _subjects(criterion: Criterion, run: RunResult) -> list[Subject]:
    found = _found(criterion.metric, criterion.scope, run)
    if criterion.target is None and criterion.scope in (None, EACH_ENDPOINT):
        # A journey has a threshold only if it was given one of its own.
        own = [each for each in run.journeys if each.threshold_ns is not None]
        found += [Subject(run, (each,), each.name) for each in own]
    return found


def _found(metric: Metric, scope: str | None, run: RunResult) -> list[Subject]:
    if isinstance(metric, Figure) and metric.watched:
        return watched_subjects(metric, None if scope == EVERYTHING else scope, run)
    return subjects(metric, scope, run)


def _of_all(criterion: Criterion, subject: Subject) -> Finding:
    """The finding on all of a run, or of a part of it; a point estimate takes some samples."""
    finding = _judge(criterion, subject, criterion.confidence)
    if _is_of_host(criterion.metric):
        return enough(finding, FEWEST_SECONDS, "samples, one a second", finding.samples)
    is_point = finding.interval is None and finding.verdict is Verdict.PASS
    if isinstance(criterion.metric, Observed):
        return finding  # its scenario knows how few are too few
    return enough(finding, FEWEST_SAMPLES, "requests", finding.samples) if is_point else finding


def _of_windows(criterion: Criterion, part: RunResult, window: RunResult) -> list[Finding]:
    """The findings on one window of a part of a run, a subject each."""
    pairs = zip(_subjects(criterion, window), _subjects(criterion, part), strict=True)
    return [_judge(criterion, replace(here, within=whole), None) for here, whole in pairs]


def _enough_in_window(criterion: Criterion, finding: Finding, samples: int) -> Finding:
    """The same, unless it rests on so few samples that it decides nothing.

    A percentile of few requests is their maximum, and a share of few is none or much.  A
    failure stands when it would break the limit with as many more good ones as are missing.
    """
    metric, whole = criterion.metric, finding.subject.within
    if finding.measured is None or _is_of_host(metric):
        return finding
    needed = _needed(metric, finding.limit)
    if samples < needed and not (
        finding.verdict is Verdict.FAIL and _breaks(finding, metric, needed)
    ):
        return enough(finding, needed, "requests in this window", samples)
    assert whole is not None
    if finding.verdict is Verdict.PASS and whole.requests < FEWEST_SAMPLES:
        return enough(finding, FEWEST_SAMPLES, "requests", whole.requests)
    return finding


def _needed(metric: Metric, limit: Limit) -> int:
    """How many requests it takes to see a percentile or a share at all: p99 and 1 % take 100."""
    part = 1.0
    if isinstance(metric, Latency) and metric.share is not None:
        part = 1 - metric.share
    if isinstance(metric, Share) and 0 < limit.value < 100:
        part = min(limit.value, 100 - limit.value) / 100
    return math.ceil(round(1 / part, 6))


def _breaks(finding: Finding, metric: Metric, needed: int) -> bool:
    """Whether the limit would be broken with as many more good requests as it takes."""
    limit, subject = finding.limit, finding.subject
    if isinstance(metric, Share):
        hits = (share_percent(metric, subject) or 0) / 100 * subject.requests
        good = 0 if limit.wants_less else needed - subject.requests
        return not limit.met(100 * (hits + good) / needed)
    if isinstance(metric, Latency) and metric.share is not None and limit.wants_less:
        above = metric.histogram(subject.tally()).count_above(round(limit.value * NS_PER_MS))
        return above > needed - nearest_rank(metric.share, needed)
    return False


def _judge(criterion: Criterion, subject: Subject, confidence: float | None) -> Finding:
    metric, limit = criterion.metric, _limit(criterion, subject)
    if isinstance(metric, Latency):
        return judge_latency(metric, limit, subject, confidence)
    if isinstance(metric, Share):
        return judge_share(metric, limit, subject, confidence)
    return _judge_figure(metric, limit, subject)


def _judge_figure(metric: Figure, limit: Limit, subject: Subject) -> Finding:
    if isinstance(metric, Observed):
        return (judge_burst if metric.of_burst else judge_observed)(metric, limit, subject)
    if metric.dimension is Dimension.RATE:
        return judge_achieved_rate(limit, subject)
    if metric.dimension is Dimension.THROUGHPUT:
        return judge_throughput(limit, subject)
    if metric.name == "generator cpu":
        return judge_generator_cpu(limit, subject)
    return judge_watched(metric, limit, subject)


def _is_of_host(metric: Metric) -> bool:
    """Whether it is judged on samples of what was watched."""
    return isinstance(metric, Figure) and metric.watched


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


def _asked(criterion: Criterion) -> Asked:
    when = criterion.when
    return Asked(
        criterion=str(criterion),
        metric=criterion.metric.name,
        title=criterion.metric.title,
        confidence=criterion.confidence,
        scope=criterion.scope,
        when=str(when),
        window_s=when.window.seconds if when.window else None,
        part=when.part,
    )


def measure(metric: str, scope: str | None, run: RunResult) -> Measured:
    """A metric's value, as a point estimate without a verdict.

    Args:
        metric: `p95`, `error rate` ….
        scope: As in a criterion; without one, of latencies the worst endpoint.
        run: The load run.

    Raises:
        BadCriterion: There is no such metric.
        UnknownName: The run has no endpoint of this name.
        BadInput: The metric has no endpoints.
    """
    found = parse_metric(metric)
    if scope and not found.has_endpoints and not _is_of_host(found):
        raise BadInput(f"{found.title} is known of all of it: leave out '{scope}'.")
    if isinstance(found, Observed) and spelled(scope) == EVERYTHING:
        raise BadInput(not_of_everything(found))
    all_of_them = [_measured(found, subject) for subject in _found(found, spelled(scope), run)]
    if found.dimension in (Dimension.RATE, Dimension.THROUGHPUT):
        return min(all_of_them, key=lambda each: math.inf if each.value is None else each.value)
    return max(all_of_them, key=lambda each: -1 if each.value is None else each.value)


def _measured(metric: Metric, subject: Subject) -> Measured:
    requests, name = subject.requests, subject.name
    if isinstance(metric, Latency):
        histogram = metric.histogram(subject.tally())
        return Measured(metric.value_ms(histogram), "ms", histogram.count, name)
    if isinstance(metric, Share):
        return Measured(share_percent(metric, subject), "%", requests, name)
    return _measured_figure(metric, subject)


def _measured_figure(metric: Figure, subject: Subject) -> Measured:
    requests, name = subject.requests, subject.name
    if isinstance(metric, Observed):
        found = burst_reading(metric, subject) if metric.of_burst else reading_of(metric, subject)
        value, samples = (found.value, found.samples) if found else (None, 0)
        return Measured(value, _UNITS[metric.dimension], samples, name)
    if metric.dimension is Dimension.RATE:
        return Measured(achieved_percent(subject), "%", requests, name)
    if metric.dimension is Dimension.THROUGHPUT:
        return Measured(throughput(subject), "/s", requests, name)
    if metric.name == "generator cpu":
        return Measured(subject.run.generator.cpu_percent, "%", requests, name)
    unit = _UNITS.get(metric.dimension, "%")
    values = seen_of(metric, subject, unit)
    return Measured(average(values), unit, len(values), name)
