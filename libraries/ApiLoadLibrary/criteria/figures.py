"""Judging the figures that a run has of its own: rates, and the load generator's."""

from __future__ import annotations

from dataclasses import replace

from ApiLoadLibrary.measurement.outcomes import Failure
from ApiLoadLibrary.measurement.result import EndpointResult, RunResult

from .doubt import (
    all_workers,
    busy_arrivals,
    doubt,
    is_servers_fault,
    own_failures,
    waiting,
)
from .finding import Finding, doubted, unmeasured
from .judgement import Verdict
from .limits import Limit
from .sentences import join
from .subject import Subject

__all__ = [
    "achieved_percent",
    "judge_achieved_rate",
    "judge_generator_cpu",
    "judge_throughput",
    "throughput",
]


def achieved_percent(subject: Subject) -> float | None:
    """Requests sent in their time, in percent of those planned; None without requests."""
    return 100 * subject.in_time / subject.planned if subject.requests else None


def throughput(subject: Subject) -> float | None:
    """Complete answers per second, whatever their status; None without requests."""
    answered = sum(each.tally.answered for each in subject.endpoints)
    return answered * 1e9 / subject.run.length_ns if subject.requests else None


def judge_achieved_rate(limit: Limit, subject: Subject) -> Finding:
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
        return doubted(finding)
    if limit.wants_less:
        return finding
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


def _slow_server(subject: Subject) -> str:
    slow = [each.name for each in subject.endpoints if is_servers_fault(each, subject.run)]
    return (
        f"{all_workers(subject.run)} busy, because the p95 service time "
        f"of {join(slow)} is beyond its threshold"
    )


def judge_throughput(limit: Limit, subject: Subject) -> Finding:
    """The finding on the answers per second: counted, not estimated.

    A server can answer no more than it is asked: what it was not asked, or what was lost by
    the load generator's own fault, says nothing of it.
    """
    measured = throughput(subject)
    if measured is None:
        return unmeasured(subject, limit, "no requests were made")
    verdict = limit.point_verdict(measured)
    basis = (subject.basis(subject.requests),)
    finding = Finding(subject, limit, measured, subject.requests, verdict, basis=basis)
    if verdict is Verdict.PASS:
        return doubted(finding)
    return finding if limit.wants_less else _too_few_answers(finding, measured)


def _too_few_answers(finding: Finding, measured: float) -> Finding:
    """Less than wanted was answered: whose fault it was."""
    subject, limit = finding.subject, finding.limit
    run, seconds = subject.run, subject.run.length_ns / 1e9
    lost = max(0, subject.planned - subject.requests)
    own = lost + sum(own_failures(each, run) for each in subject.endpoints)
    if not run.closed and not limit.met(subject.planned / seconds):
        reason: str | None = f"no more than {subject.rate} was offered"
    elif own and limit.met(measured + own / seconds):
        reason = doubt(subject) or waiting(subject)
    else:
        reason = doubt(subject) if run.closed else None
    return replace(finding, verdict=Verdict.INCONCLUSIVE, reason=reason) if reason else finding


def judge_generator_cpu(limit: Limit, subject: Subject) -> Finding:
    """The finding on the processor use of the load generator's busiest process."""
    measured, shards = subject.run.generator.cpu_percent, subject.run.generator.shards
    if not subject.requests:
        return unmeasured(subject, limit, "no requests were made")
    if not shards:
        return unmeasured(subject, limit, "no part of the load generator has lived to tell it")
    finding = Finding(
        subject,
        limit,
        measured,
        subject.requests,
        limit.point_verdict(measured),
        aside=" of a core",
        basis=(f"the busiest of {shards:,} processes" if shards > 1 else "its one process",),
    )
    return doubted(finding)
