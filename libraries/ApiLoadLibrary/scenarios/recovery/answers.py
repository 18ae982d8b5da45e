"""What each probe says of the server: answered well, slowly, failed, or turned away at once."""

from __future__ import annotations

import math
import statistics
from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Sequence
from enum import IntEnum
from typing import NamedTuple

from ApiLoadLibrary.measurement.exchange import Exchange
from ApiLoadLibrary.measurement.outcomes import Blame, Failure, describe, is_status

from .level import Level
from .stalls import Stalls

__all__ = ["RETRY_AFTER", "Answer", "Kind", "classified", "seen"]

RETRY_AFTER = "retry-after"
"""The header by which a server says that it did not even try."""

CLEAN_GAP = 4.0
"""Two clusters of latencies are apart when the lowest of the upper one is so many times the
highest of the lower one."""

FEWEST = 3
"""Fewer than that are no cluster."""

SAID_SO = 4
"""Who is told to come back later was turned away, even in so many times a slow answer's time."""

_TURNED_AWAY = (429, 503)


class Kind(IntEnum):
    """What an answer says of the server's state."""

    WELL = 0
    SLOW = 1
    FAILED = 2
    FAST = 3
    """Failed without having been tried, as when a circuit breaker is open."""


class Answer(NamedTuple):
    """A probe, as far as it tells something of the server.

    Attributes:
        at_ns: When it was sent, from the run's start; when it was due, if it could not be.
        done_ns: When its answer had come.
        latency_ns: How long the server took: without what is the generator's own lateness.
        outcome: Its status, or a `Failure`.
        good: Whether it is what the endpoint expects.
        put_off: Whether the answer says when to come again.
        kind: See `Kind`; that of a success until a level is known.
    """

    at_ns: int
    done_ns: int
    latency_ns: int
    outcome: int
    good: bool
    put_off: bool
    kind: Kind = Kind.WELL


def seen(trace: Sequence[Exchange], expected: Collection[int], stalls: Stalls) -> list[Answer]:
    """What the probes saw, in the order in which they were sent.

    What failed through the generator's own fault says nothing of the server, and is left out.

    Args:
        trace: All requests of one endpoint.
        expected: The outcomes that are successes.
        stalls: When the generator itself stood still.
    """
    answers = [
        _answer(each, each.outcome in expected, stalls)
        for each in trace
        if each.outcome in expected or describe(each.outcome).blame is not Blame.GENERATOR
    ]
    return sorted(answers, key=lambda each: each.at_ns)


def _answer(exchange: Exchange, good: bool, stalls: Stalls) -> Answer:
    never_sent = exchange.sent_ns < 0 or exchange.outcome == Failure.DROPPED_WORKERS_BUSY
    waited = never_sent or stalls.waited(exchange)
    start_ns = exchange.scheduled_ns if waited else exchange.sent_ns
    latency_ns = exchange.done_ns - start_ns - stalls.within_ns(start_ns, exchange.done_ns)
    return Answer(
        at_ns=exchange.scheduled_ns if never_sent else exchange.sent_ns,
        done_ns=exchange.done_ns,
        latency_ns=max(0, latency_ns),
        outcome=exchange.outcome,
        good=good,
        put_off=exchange.outcome in _TURNED_AWAY and exchange.header(RETRY_AFTER) is not None,
    )


def classified(answers: Sequence[Answer], level: Level) -> list[Answer]:
    """The same with their kinds, measured against how the server was when all was well.

    A failure is fast when the server says that it did not try (429 or 503 with Retry-After).
    Where it never says so, it is one that took less than half of what an answer usually takes;
    or, where failures fall into two clean clusters, one of the lower cluster.  One that came
    somewhat later than that is still fast, if it looks like the others.
    """
    fast = _FastFailures(answers, level)
    return _with_late_ones([each._replace(kind=_kind(each, level, fast)) for each in answers])


def _with_late_ones(answers: list[Answer]) -> list[Answer]:
    """Failures with the status of the fast ones, in less than half the time of those tried."""
    statuses = Counter(each.outcome for each in answers if each.kind is Kind.FAST)
    tried = [each.latency_ns for each in answers if each.kind is Kind.FAILED]
    if not statuses or not tried:
        return answers
    usual, within_ns = statuses.most_common(1)[0][0], statistics.median(tried) / 2
    return [
        each._replace(kind=Kind.FAST)
        if each.kind is Kind.FAILED and each.outcome == usual and each.latency_ns < within_ns
        else each
        for each in answers
    ]


def _kind(answer: Answer, level: Level, fast: _FastFailures) -> Kind:
    if answer.good:
        return Kind.SLOW if answer.latency_ns > level.slow_above_ns else Kind.WELL
    return Kind.FAST if fast.holds(answer) else Kind.FAILED


class _FastFailures:
    """What counts as a fast failure in this trace.

    Args:
        answers: All of them.
        level: How the server was when all was well.
    """

    def __init__(self, answers: Sequence[Answer], level: Level) -> None:
        failures = [each for each in answers if not each.good and is_status(each.outcome)]
        self._told_within_ns = SAID_SO * level.slow_above_ns
        self._told = sum(map(self._is_told, failures)) >= FEWEST
        self._below_ns = _fast_below_ns(failures, level)
        self._tried = _tried_outcomes(failures)

    def holds(self, failure: Answer) -> bool:
        """Whether the request was turned away without having been tried."""
        if not is_status(failure.outcome):
            return False  # nobody answered at all: that is no defence
        if self._told:
            return self._is_told(failure)
        return failure.latency_ns < self._below_ns and failure.outcome not in self._tried

    def _is_told(self, failure: Answer) -> bool:
        return failure.put_off and failure.latency_ns <= self._told_within_ns


def _fast_below_ns(failures: Sequence[Answer], level: Level) -> float:
    """Below which latency a failure is fast."""
    usual = level.p50_ns / 2
    times = sorted(max(1, each.latency_ns) for each in failures)
    gaps = range(FEWEST, len(times) - FEWEST + 1)
    widest = max(gaps, key=lambda place: times[place] / times[place - 1], default=0)
    if not widest or times[widest] < CLEAN_GAP * times[widest - 1]:
        return usual
    if statistics.median(times[:widest]) > level.slow_above_ns:
        return usual  # all of them are slow
    return max(usual, math.sqrt(times[widest] * times[widest - 1]))


def _tried_outcomes(failures: Sequence[Answer]) -> set[int]:
    """Statuses of requests that were tried, however soon that failed.

    They came before those with the status that is the fastest, and took twice as long.
    """
    of_status: dict[int, list[Answer]] = {}
    for each in failures:
        of_status.setdefault(each.outcome, []).append(each)
    medians = {
        status: statistics.median(each.latency_ns for each in group)
        for status, group in of_status.items()
    }
    common = [each for each, group in of_status.items() if len(group) >= FEWEST]
    if not common:
        return set()
    fastest = min(common, key=lambda each: medians[each])
    return {
        status
        for status, group in of_status.items()
        if medians[status] >= 2 * medians[fastest] and group[0].at_ns < of_status[fastest][0].at_ns
    }


def first_at(answers: Sequence[Answer], moment_ns: int) -> int:
    """The place of the first answer that was sent after a moment."""
    return bisect_right(answers, moment_ns - 1, key=lambda each: each.at_ns)
