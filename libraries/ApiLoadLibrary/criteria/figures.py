"""Judging the figures that a run has of its own: error rate, achieved rate, the host's load."""

from __future__ import annotations

from dataclasses import replace

from ApiLoadLibrary.measurement.outcomes import Failure
from ApiLoadLibrary.measurement.resources import average, peak
from ApiLoadLibrary.measurement.result import EndpointResult, RunResult

from .confidence import Interval, samples_needed, share_interval
from .dependence import worth_for_share
from .doubt import all_workers, busy_arrivals, doubt, is_servers_fault, own_failures, waiting
from .finding import Finding, doubted, enough, unmeasured, unsure, weighed
from .judgement import Verdict
from .limits import Limit
from .metrics import Figure
from .sentences import counted_failures, join, quantity, span
from .subject import Subject

__all__ = [
    "achieved_percent",
    "error_percent",
    "judge_achieved_rate",
    "judge_error_rate",
    "judge_resource",
    "resource_percents",
]

RESOURCE_SAMPLES = 3
"""Fewer seconds of a host's load are a glimpse, not an average."""


def error_percent(subject: Subject) -> float | None:
    """Failed requests in percent of all; None without requests."""
    return 100 * subject.errors / subject.requests if subject.requests else None


def achieved_percent(subject: Subject) -> float | None:
    """Requests sent in their time, in percent of those planned; None without requests."""
    return 100 * subject.in_time / subject.planned if subject.requests else None


def resource_percents(metric: Figure, subject: Subject) -> list[float]:
    """CPU or memory of the system under test's host, a value per second; empty if not watched."""
    host = subject.run.host
    return [getattr(each, f"{metric.name}_percent") for each in host.samples] if host else []


def judge_error_rate(_: Figure, limit: Limit, subject: Subject, confidence: float) -> Finding:
    """The finding on the share of failed requests.

    Errors that are the load generator's own count, but they alone fail nothing.
    """
    measured = error_percent(subject)
    if measured is None:
        return unmeasured(subject, limit, "no requests were made")
    requests = subject.requests
    basis = (subject.basis(requests),)
    verdict = limit.point_verdict(measured)
    finding = Finding(subject, limit, measured, requests, verdict, basis=basis)
    if _is_count(limit):
        finding = enough(replace(finding, basis=(*basis, "point estimate")))
    else:
        finding = _estimated(finding, confidence)
    return _blamed(finding, confidence) if finding.verdict is Verdict.FAIL else doubted(finding)


def _is_count(limit: Limit) -> bool:
    """No number of requests proves that there is no error at all: there the count decides."""
    return limit.value in {0, 100}


def _estimated(finding: Finding, confidence: float) -> Finding:
    subject = finding.subject
    interval = _error_interval(subject, subject.errors, subject.requests, confidence)
    found = weighed(finding, interval)
    if found.verdict is not Verdict.INCONCLUSIVE:
        return found
    if not subject.errors:
        return replace(found, reason=_too_few_without_error(finding, confidence))
    return unsure(found, interval, confidence)


def _error_interval(subject: Subject, errors: int, requests: int, confidence: float) -> Interval:
    """In percent."""
    worth = worth_for_share([each.tally for each in subject.endpoints], confidence)
    return share_interval(errors, requests, confidence, worth * requests).scaled(100)


def _too_few_without_error(finding: Finding, confidence: float) -> str:
    needed = samples_needed(1 - finding.limit.value / 100, confidence)
    seconds = finding.subject.run.length_ns / 1e9 * (needed / finding.samples - 1)
    return (
        f"too few requests: it takes {needed:,} without an error to show that "
        f"with {100 * confidence:g} % confidence; run about {span(seconds)} longer at this rate"
    )


def _blamed(finding: Finding, confidence: float) -> Finding:
    """A failure stands when what the server and the network did breaks the limit by itself."""
    subject, limit = finding.subject, finding.limit
    failures = counted_failures(subject.failures())
    own = sum(own_failures(each, subject.run) for each in subject.endpoints)
    errors, requests = subject.errors - own, subject.requests - own
    if not own or _breaks(limit, subject, errors, requests, confidence):
        return replace(finding, reason=failures)
    reason = (
        f"{own:,} of its {subject.errors:,} errors are not the server's; {failures}; "
        f"{doubt(subject) or waiting(subject)}"
    )
    return replace(finding, verdict=Verdict.INCONCLUSIVE, reason=reason)


def _breaks(limit: Limit, subject: Subject, errors: int, requests: int, confidence: float) -> bool:
    if not requests:
        return False
    if _is_count(limit):
        return not limit.met(100 * errors / requests)
    interval = _error_interval(subject, errors, requests, confidence)
    return limit.verdict(interval) is Verdict.FAIL


def judge_achieved_rate(_: Figure, limit: Limit, subject: Subject, __: float) -> Finding:
    """The finding on the rate at which requests were sent in their time: counted, not estimated.

    Only a server that kept all workers busy with service times beyond an endpoint's
    threshold can fail it; what else was not sent in time says nothing of the server.
    """
    if not subject.requests:
        return unmeasured(subject, limit, "no requests were made")
    if subject.run.closed and limit.unit == "%":
        return unmeasured(subject, limit, _NO_TARGET)
    measured = _rate(limit, subject, subject.in_time)
    finding = Finding(
        subject,
        limit,
        measured,
        subject.requests,
        limit.point_verdict(measured),
        aside=" of target" if limit.unit == "%" else "",
        basis=(subject.basis(subject.requests),),
    )
    if finding.verdict is Verdict.PASS:
        return doubted(enough(finding))
    return _closed_shortfall(finding) if subject.run.closed else _shortfall(finding)


def _shortfall(finding: Finding) -> Finding:
    """Less than wanted of a planned rate: whose fault it was."""
    subject, limit = finding.subject, finding.limit
    if not limit.met(_rate(limit, subject, subject.planned)):
        reason = f"no more than {subject.rate} was offered"
        return replace(finding, verdict=Verdict.INCONCLUSIVE, reason=reason)
    if limit.met(_rate(limit, subject, subject.in_time + _excused(subject))):
        reason = doubt(subject) or waiting(subject)
        return replace(finding, verdict=Verdict.INCONCLUSIVE, reason=reason)
    return replace(finding, reason=_slow_server(subject))


def _closed_shortfall(finding: Finding) -> Finding:
    """Less than wanted by workers that sent as soon as they were answered: the server's doing,
    unless the load is in doubt."""
    subject = finding.subject
    reason = doubt(subject)
    if reason:
        return replace(finding, verdict=Verdict.INCONCLUSIVE, reason=reason)
    return replace(finding, reason=f"{all_workers(subject.run)} sending all the time")


def _rate(limit: Limit, subject: Subject, arrivals: int) -> float:
    """So many arrivals in the limit's unit."""
    if limit.unit == "%":
        return 100 * arrivals / subject.planned
    return arrivals * 1e9 / subject.run.length_ns


def _excused(subject: Subject) -> int:
    """Arrivals that were not sent in time through no fault of the server."""
    ended = max(0, subject.planned - subject.requests)
    return ended + sum(_excused_of(each, subject.run) for each in subject.endpoints)


def _excused_of(endpoint: EndpointResult, run: RunResult) -> int:
    tally = endpoint.tally
    own = tally.late - tally.late_workers_busy + tally.outcomes[Failure.DROPPED_GENERATOR]
    return own if is_servers_fault(endpoint, run) else own + busy_arrivals(endpoint)


_NO_TARGET = (
    "load as fast as possible has no target; give a rate, as in achieved rate >= 100/s, "
    "or send a rate with Sustain …"
)
_TOO_SHORT = f"too few samples, one a second; run for at least {RESOURCE_SAMPLES + 1} s"
_NOT_MONITORED = (
    "the host of the system under test is not monitored; only a server on this machine "
    "can be watched from here, so read what the host's own monitoring shows"
)


def _slow_server(subject: Subject) -> str:
    slow = [each.name for each in subject.endpoints if is_servers_fault(each, subject.run)]
    return (
        f"{all_workers(subject.run)} busy, because the p95 service time "
        f"of {join(slow)} is beyond its threshold"
    )


def judge_resource(metric: Figure, limit: Limit, subject: Subject, _: float) -> Finding:
    """The finding on the CPU or memory of the system under test's host, averaged over the run."""
    values = resource_percents(metric, subject)
    mean, top, host = average(values), peak(values), subject.run.host
    if mean is None or top is None or host is None:
        return unmeasured(subject, limit, _TOO_SHORT if host else _NOT_MONITORED)
    count = len(values)
    finding = Finding(
        subject,
        limit,
        mean,
        count,
        limit.point_verdict(mean),
        aside=f" on average, {quantity(top, limit)} at its peak",
        basis=(f"{count} sample{'' if count == 1 else 's'}, one a second",),
        place=host.name,
    )
    if count < RESOURCE_SAMPLES:
        reason = _TOO_SHORT
        return replace(finding, verdict=Verdict.INCONCLUSIVE, reason=reason)
    return doubted(finding)
