"""What makes a measurement one that cannot be trusted, whatever its value.

A run cut short, a load generator at fault, a plan with too few workers: in none of
these cases did the system under test carry the load that was promised, so that
nothing measured then may pass.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from ApiLoadLibrary.figures import figure
from ApiLoadLibrary.measurement.outcomes import Blame, Failure, FailureKind, describe
from ApiLoadLibrary.measurement.result import EndpointResult, RunResult

from .subject import Subject

__all__ = [
    "all_workers",
    "busy_arrivals",
    "doubt",
    "generator_fault",
    "is_servers_fault",
    "more_workers",
    "own_failures",
    "too_few_workers",
    "waiting",
]

TOLERATED_SHARE = 0.02
"""The rate may fall short of its target by so much, as in `achieved rate >= 98 % of target`."""

NOT_LET_IN = (401, 403)
"""How a server answers a token that has run out."""

WORKERS_IN_RESERVE = 2
"""Arrivals and service times vary: twice the mean number of busy workers carries the peaks."""


def doubt(subject: Subject) -> str | None:
    """Why nothing that was measured on this subject may pass; None when it may."""
    whole = subject.within or subject
    run = whole.run
    if run.stopped is not None:
        return f"the run was cut short: {run.stopped}"
    return generator_fault(run) or too_few_workers(whole)


def generator_fault(run: RunResult) -> str | None:
    """What the load generator did wrong, and the remedy; None when it did its part."""
    if run.generator.reasons:
        return "; ".join(run.generator.reasons)
    lost = max(0, run.planned - run.requests)
    own = run.generator_failures() + lost
    if own <= TOLERATED_SHARE * run.planned:
        return None
    return (
        f"the load generator sent {own:,} of {run.planned:,} requests late or never, by its own "
        "fault; give it more cores, or a machine of its own"
    )


def too_few_workers(subject: Subject) -> str | None:
    """Why its load was not carried for want of workers, and the remedy; None when it was."""
    busy = sum(map(busy_arrivals, subject.endpoints))
    if busy <= TOLERATED_SHARE * subject.planned:
        return None
    return more_workers(subject.run, busy, subject.planned)


def busy_arrivals(endpoint: EndpointResult) -> int:
    """Arrivals that were late, or never sent, because every worker was busy."""
    tally = endpoint.tally
    return tally.late_workers_busy + tally.outcomes[Failure.DROPPED_WORKERS_BUSY]


def more_workers(run: RunResult, busy: int, planned: int) -> str:
    """What happened to so many arrivals, and how many workers would do.

    Little's law: the mean number of busy workers is the sum over all endpoints of
    rate x mean service time.
    """
    needed = sum(
        each.offered_rate_per_s * (each.tally.service.all().mean_ns or 0) / 1e9
        for each in run.endpoints
    )
    # When the mean would fit, it is the peaks that did not.
    workers = math.ceil(WORKERS_IN_RESERVE * max(needed, run.generator.workers) / 10) * 10
    return (
        f"{busy:,} of {planned:,} requests had to wait because {all_workers(run)} busy; "
        f"set workers={workers}"
    )


def waiting(subject: Subject) -> str:
    """Why requests waited before they were sent, and the remedy."""
    fault = generator_fault(subject.run)
    if fault:
        return fault
    busy = sum(map(busy_arrivals, subject.endpoints))
    if busy:
        return more_workers(subject.run, busy, subject.planned)
    delay = subject.run.schedule_delay().quantile(0.99) or 0
    return (
        f"the load generator started requests late (p99 {figure(delay / 1e6)} ms); "
        "give it more cores, or a machine of its own"
    )


def own_failures(
    endpoint: EndpointResult, run: RunResult, holds: Callable[[int], bool] = lambda _: True
) -> int:
    """Failures of this endpoint, among those that hold, that are not the server's or network's.

    Drops for want of a worker are the plan's, unless the server was too slow.  Who had no
    time to read the answers has made their time-outs himself, and who showed a token that had run
    out, its refusal.
    """
    tally = endpoint.tally
    servers, overloaded = is_servers_fault(endpoint, run), run.generator.overloaded

    def is_own(outcome: int) -> bool:
        if outcome == Failure.DROPPED_WORKERS_BUSY:
            return not servers
        failure = describe(outcome)
        late_read = overloaded and failure.kind is FailureKind.TIMEOUT
        turned_away = run.generator.expired and outcome in NOT_LET_IN
        return late_read or turned_away or failure.blame is Blame.GENERATOR

    return sum(
        count
        for outcome, count in tally.outcomes.items()
        if outcome not in tally.expected and holds(outcome) and is_own(outcome)
    )


def is_servers_fault(endpoint: EndpointResult, run: RunResult) -> bool:
    """Whether busy workers are the server's doing: its p95 service time breaks the threshold.

    Without a threshold nobody has said what too slow is, and the plan was too small.  A
    generator that had no time to read the answers kept its workers busy itself.
    """
    if run.generator.overloaded:
        return False
    p95 = endpoint.tally.service.judged().quantile(0.95)
    return endpoint.threshold_ns is not None and p95 is not None and p95 >= endpoint.threshold_ns


def all_workers(run: RunResult) -> str:
    """`all 50 workers were`, or `the one worker was`."""
    workers = run.generator.workers
    return f"all {workers:,} workers were" if workers > 1 else "the one worker was"
