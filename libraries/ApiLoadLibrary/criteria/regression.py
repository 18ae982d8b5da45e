"""Judging whether a run is slower than earlier ones.

Each endpoint is compared twice: the whole of its response times, and their slowest 5 % (see
`shift`).  A slow-down is a *fail* when it is larger than the tolerance and, with the whole of
its interval, above zero; it is a *pass* when the whole of its interval is within the tolerance;
in between it is inconclusive.  So is all but a fail when more requests failed than before, by
more percentage points than the tolerance, for only times of those that succeed are compared; and
when the baseline has an endpoint that the run has not.

With three earlier runs or more the interval holds the noise between runs.  With one or two
it cannot: they do not show it.  The verdict then is about these runs, and another pair of the
same system may differ by more; the sentence says so.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from statistics import fmean

from ApiLoadLibrary.figures import figure
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.values import Percent

from .baseline import Baseline, EarlierRun, as_earlier
from .comparison import Comparison, comparable, missing, more_errors, too_few, why_nothing
from .doubt import generator_fault, is_servers_fault, too_few_workers
from .finding import LONGEST_FACTOR, Finding, doubted, unmeasured
from .judgement import Judgement, Verdict
from .limits import Limit
from .sentences import between, join, span
from .shift import PARTS, Level, Part, Shift, levels, percent, shift
from .subject import Subject
from .telling import Asked, judgement_on

__all__ = ["METRIC", "judge_regression"]

METRIC = "slow-down"


def judge_regression(
    run: RunResult, baseline: Baseline, tolerance: Percent, confidence: float = 0.95
) -> Judgement:
    """Judge whether a run is slower than earlier ones by more than is tolerated.

    The worst decides, of each endpoint's whole and slowest 5 %: the one with the worst
    verdict, and of these the one with the largest slow-down; of inconclusive ones, the one
    that may be the largest.

    Args:
        run: The load run.
        baseline: Earlier runs; this run itself is none of them.
        tolerance: How much slower it may be.
        confidence: How sure a verdict must be.
    """
    limit = Limit.of("<=", tolerance)
    earlier = [each for each in baseline.runs if each.id != run.id]
    compared = len(PARTS) * len(run.endpoints)
    findings = [
        finding
        for endpoint, now in zip(run.endpoints, as_earlier(run).endpoints, strict=True)
        for finding in _findings(
            Comparison(
                subject=Subject(run, (endpoint,), endpoint.name),
                limit=limit,
                confidence=confidence,
                compared=compared,
                now=now,
                earlier=comparable(now, run, earlier),
            ),
            earlier,
        )
    ]
    criterion = f"{METRIC} against {baseline.name} <= {tolerance}"
    absent = missing(run, earlier)
    asked = Asked(criterion, METRIC, METRIC.capitalize(), confidence, part=_not_measured(absent))
    decisive = max(findings, key=_badness)
    if absent and decisive.verdict is Verdict.PASS:
        reason = "no verdict without all that the baseline has"
        decisive = replace(decisive, verdict=Verdict.INCONCLUSIVE, reason=reason)
    return judgement_on(asked, findings, decisive)


def _not_measured(names: Sequence[str]) -> str:
    """`Create Order was not measured this time`, or nothing."""
    if not names:
        return ""
    return f"{join(names)} {'was' if len(names) == 1 else 'were'} not measured this time"


def _findings(comparison: Comparison, runs: Sequence[EarlierRun]) -> list[Finding]:
    """Of each part; or a single one that says why there is nothing to compare."""
    problem = why_nothing(comparison, runs)
    if problem:
        return [unmeasured(comparison.subject, comparison.limit, problem)]
    now = levels(comparison.now.blocks)
    earlier = [levels(each.blocks) for each in comparison.earlier]
    return [
        _finding(comparison, part, now[number], [each[number] for each in earlier])
        for number, part in enumerate(PARTS)
    ]


def _finding(comparison: Comparison, part: Part, level: Level, earlier: Sequence[Level]) -> Finding:
    """The finding on one part of one endpoint's response times."""
    subject, limit, now = comparison.subject, comparison.limit, comparison.now
    place = f"{subject.name} ({part.words})" if part.words else subject.name
    errors, few = more_errors(comparison), too_few(comparison, part)
    if few:
        unknown = unmeasured(subject, limit, errors or few)
        return replace(unknown, place=place, basis=comparison.basis)
    found = shift(level, earlier, comparison.confidence, comparison.compared)
    finding = Finding(
        subject,
        limit,
        found.percent,
        now.samples,
        _verdict(limit, found),
        interval=found.interval,
        basis=comparison.basis,
        place=place,
    )
    if finding.verdict is Verdict.FAIL:
        return _blamed(finding, comparison, part, level.log - found.log)
    if errors:
        finding = replace(finding, verdict=Verdict.INCONCLUSIVE, reason=errors)
    elif finding.verdict is Verdict.INCONCLUSIVE:
        finding = replace(finding, reason=_why_unsure(comparison, found))
    return doubted(finding)


def _verdict(limit: Limit, found: Shift) -> Verdict:
    """A slow-down must be significant *and* larger than the tolerance to be a failure."""
    if limit.met(found.interval.high):
        return Verdict.PASS
    if limit.met(found.percent) or found.interval.low <= 0:
        return Verdict.INCONCLUSIVE
    return Verdict.FAIL


def _why_unsure(comparison: Comparison, found: Shift) -> str:
    """What makes the interval wide, and the remedy."""
    limit = comparison.limit
    if math.isinf(found.interval.high):
        return "nothing bounds it: times vary too much for so little data; run longer"
    if found.noisy:
        return _why_noisy(found)
    truth = f"the true value lies {between(found.interval, limit, comparison.confidence)}"
    # To pass it must be seen to be within the tolerance, and to fail, to be above zero.
    allowed = math.log1p(limit.value / 100)
    gap = allowed - found.log if limit.met(found.percent) else found.log
    if LONGEST_FACTOR * gap**2 <= found.reach**2:
        return f"{truth}, too near the limit for longer runs to tell"
    seconds = comparison.subject.run.length_ns / 1e9 * (found.reach / gap) ** 2
    return f"{truth}; runs of about {span(seconds)}, the earlier ones too, would tell"


def _why_noisy(found: Shift) -> str:
    """It names the smallest tolerance that this run would have passed with, if one can be set."""
    enough = math.ceil(found.interval.high)
    allow = f", or allow at least {enough} %" if enough <= 100 else ""
    return (
        f"the earlier runs differ by as much as {figure(percent(found.range), 2)} % among "
        f"themselves; add more of them{allow}"
    )


def _blamed(finding: Finding, comparison: Comparison, part: Part, then_log: float) -> Finding:
    """A failure stands when neither the load generator nor too few workers can have made it."""
    subject = finding.subject
    reason = (
        generator_fault(subject.run)
        or _busy_workers(subject)
        or _own_slowness(comparison, part, finding, math.exp(then_log))
    )
    return replace(finding, verdict=Verdict.INCONCLUSIVE, reason=reason) if reason else finding


def _busy_workers(subject: Subject) -> str | None:
    slow = is_servers_fault(subject.endpoints[0], subject.run)
    return None if slow else too_few_workers(subject)


def _own_slowness(
    comparison: Comparison, part: Part, finding: Finding, then_ns: float
) -> str | None:
    """Whether the generator's own delay has grown by as much as explains the slow-down.

    Who is late with a request by his own fault is as late with reading the answer: twice
    the delay, in the middle of the part, is what he may have added.
    """
    own, *others = (
        each.own_delay.quantile((part.low + part.high) / 2) or 0
        for each in (comparison.now, *comparison.earlier)
    )
    grown = max(0.0, own - fmean(others))
    assert finding.measured is not None
    beyond = then_ns * (finding.measured - finding.limit.value) / 100
    if beyond > 2 * grown:
        return None
    return (
        f"the load generator itself was {figure(grown / 1e6)} ms later than in the earlier runs, "
        "which may be all of it; give it more cores, or a machine of its own"
    )


def _badness(finding: Finding) -> tuple[int, float]:
    """Grows with the verdict's severity, then with the slow-down that was, or may have been."""
    severity, measured = finding.verdict.severity, finding.measured
    if measured is None:
        return severity, math.inf
    if finding.verdict is Verdict.INCONCLUSIVE and finding.interval:
        return severity, finding.interval.high
    return severity, measured
