"""Rules on waiting: by Little's law, rate times time is how many requests are there at once."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ApiLoadLibrary.measurement.outcomes import Blame, FailureKind
from ApiLoadLibrary.report import formats
from ApiLoadLibrary.report.document import Run

from .evidence import RunEvidence, ids
from .rule import Found, Sure

__all__ = ["cannot_keep_up"]

WAITING_SHARE = 0.3
ALL_BUSY = 0.8


def cannot_keep_up(evidence: RunEvidence) -> Iterator[Found]:
    """Requests wait for their turn, since as many as can be are under way, and those are slow."""
    run, at_once = evidence.run, evidence.at_once
    if run.scenario == "closed" or at_once is None or not _waits(evidence):
        return
    workers = run.generator.workers
    if at_once < ALL_BUSY * workers or not _served_slowly(evidence):
        return
    yield Found(
        finding="Requests come faster than the service gets done with them",
        evidence=(_asked(run, at_once), _waited(evidence)),
        criteria=ids((*evidence.too_slow, *evidence.too_many_errors)),
        sure=Sure.HIGH if evidence.too_slow else Sure.MEDIUM,
    )


def _asked(run: Run, at_once: float) -> str:
    """How many would have to be served at once, and how many can be."""
    assert run.service_time_ms is not None
    needed = math.ceil(run.offered_rate_per_s * run.service_time_ms.mean / 1_000)
    workers = run.generator.workers
    in_use = formats.percent(min(100.0, 100 * at_once / max(workers, 1)))
    return (
        f"{formats.rate(run.offered_rate_per_s)} were asked for, and serving one took "
        f"{formats.milliseconds(run.service_time_ms.mean)} on average: {needed:,} at once "
        f"(rate times time, Little's law). There were {workers:,} connections, {in_use} in use."
    )


def _waited(evidence: RunEvidence) -> str:
    times, never = evidence.run.response_time_ms, _never_sent(evidence)
    assert times is not None
    return (
        f"With the wait before, customers had their answer after {formats.milliseconds(times.mean)}"
        f" on average{f'; {never:,} requests were never sent' if never else ''}."
    )


def _waits(evidence: RunEvidence) -> bool:
    """Whether a good part of the response time passes before a request is sent."""
    response, service = evidence.run.response_time_ms, evidence.run.service_time_ms
    if response is None or service is None or response.mean <= 0:
        return False
    return response.mean - service.mean >= WAITING_SHARE * response.mean


def _served_slowly(evidence: RunEvidence) -> bool:
    """Whether the service itself breaks a limit; else there were too few workers, and the
    verdicts say so."""
    return any(
        each.service_time_ms and each.service_time_ms.p95 > evidence.limit_ms(each)
        for each in evidence.slow
    )


def _never_sent(evidence: RunEvidence) -> int:
    return sum(
        failure.count
        for endpoint in evidence.run.endpoints
        for failure in endpoint.failures
        if failure.kind is FailureKind.DROPPED and failure.blame is Blame.SERVER
    )
