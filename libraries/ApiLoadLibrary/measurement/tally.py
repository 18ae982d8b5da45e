"""What an endpoint's requests came to: histograms, counts, and a sparse second by second.

A tally is made from nine numbers for each request (see `Recorder`), a batch at a time.
Memory grows with the run's length, not with the number of requests.

All times are nanoseconds, offsets from the start of the phase that is counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ApiLoadLibrary.values import NS_PER_S

from .histogram import Cells, Flags, Histogram, Longs
from .outcomes import (
    FAILURES,
    FIRST_CHECK,
    MOST_CHECKS,
    NEVER_LEFT,
    is_dropped,
    is_status,
    is_waited,
)

__all__ = [
    "COLUMNS",
    "Answers",
    "Sample",
    "Second",
    "Tally",
    "merged_tallies",
    "occurring",
    "picked",
]

COLUMNS = 9
OUTCOME, SCHEDULED, SENT, FIRST_BYTE, DONE, WAITED_FOR, ARRIVAL, SENT_BYTES, RECEIVED_BYTES = range(
    COLUMNS
)
NOTHING, WORKERS_BUSY, CAPPED = range(3)
"""What a request had to wait for after it was due."""

CONNECTION_COLUMNS = 4
OUTCOMES = FIRST_CHECK + MOST_CHECKS
"""Every outcome is below it."""

UNACCEPTED_KEPT = 10_000
"""Of an endpoint: who has more failures does not ask which of them was stored."""

FAILURES_KEPT = 3
SLOWEST_KEPT = 5
_WAITED = [failure for failure in FAILURES if is_waited(failure)]


@dataclass(slots=True)
class Answers:
    """Durations, kept apart by how the request ended.

    Attributes:
        success: Requests that did what their endpoint expects.
        waited: Timeouts and drops, with the time that they waited in vain.
        failed: All other failures, and what was refused as expected: a fast refusal must not
            flatter a percentile.
    """

    success: Histogram = field(default_factory=Histogram)
    waited: Histogram = field(default_factory=Histogram)
    failed: Histogram = field(default_factory=Histogram)

    def judged(self) -> Histogram:
        """What latency criteria use: successes and those who waited in vain."""
        return _sum_of(self.success, self.waited)

    def all(self) -> Histogram:
        """Every request, fast refusals included."""
        return _sum_of(self.success, self.waited, self.failed)

    def merge(self, other: Answers) -> None:
        """Add another's counts."""
        self.success.merge(other.success)
        self.waited.merge(other.waited)
        self.failed.merge(other.failed)


def _sum_of(*histograms: Histogram) -> Histogram:
    total = Histogram()
    for each in histograms:
        total.merge(each)
    return total


@dataclass(slots=True)
class Second:
    """One second of one endpoint; a request belongs to the second it was *scheduled* in.

    Attributes:
        outcomes: How many arrivals ended in each status or `Failure`.
        errors: How many of them failed.
        in_time: Sent, and not late.
        late: Sent, but late.
        late_workers_busy: Late because no worker was free.
        judged: Cells of the response times that latency criteria use.
        judged_sum_ns: Their exact sum.
        served: Cells of the service times of the same requests, as far as they were sent.
        served_sum_ns: Their exact sum.
    """

    outcomes: Counter[int] = field(default_factory=Counter)
    errors: int = 0
    in_time: int = 0
    late: int = 0
    late_workers_busy: int = 0
    judged: Cells = field(default_factory=Cells.none)
    judged_sum_ns: int = 0
    served: Cells = field(default_factory=Cells.none)
    served_sum_ns: int = 0

    @property
    def requests(self) -> int:
        """Arrivals that ended, dropped ones included."""
        return self.outcomes.total()

    @property
    def dropped(self) -> int:
        """Arrivals that were never sent."""
        return dropped_of(self.outcomes)

    def merge(self, other: Second) -> None:
        """Add another's counts."""
        self.outcomes.update(other.outcomes)
        self.errors += other.errors
        self.in_time += other.in_time
        self.late += other.late
        self.late_workers_busy += other.late_workers_busy
        self.judged = self.judged.merged(other.judged)
        self.judged_sum_ns += other.judged_sum_ns
        self.served = self.served.merged(other.served)
        self.served_sum_ns += other.served_sum_ns


def dropped_of(outcomes: Counter[int]) -> int:
    """How many of these were never sent."""
    return sum(count for outcome, count in outcomes.items() if is_dropped(outcome))


@dataclass(frozen=True, slots=True)
class Sample:
    """One request worth showing: among the first failures, or the slowest.

    Attributes:
        outcome: Its HTTP status, or a `Failure`.
        arrival: Its number; with the run and the endpoint it makes the request's id.
        scheduled_ns: When it was due, from the phase's start.
        response_ns: How long the customer would have waited.
        service_ns: How long the server took; None when it was never sent.
    """

    outcome: int
    arrival: int
    scheduled_ns: int
    response_ns: int
    service_ns: int | None


@dataclass(slots=True)
class Tally:
    """All that one endpoint's requests came to.  Tallies of shards merge into one.

    Attributes:
        expected: The statuses that count as success.
        late_after_ns: A schedule delay above this is late.
        outcomes: How many requests ended in each status or `Failure`.
        in_time: How many were sent, and not late.
        late: How many were sent late, `late_workers_busy` of them because no worker was
            free, `late_capped` because the cap held them back; the others are the
            generator's own fault.
        own_delay: The schedule delay that was the generator's own: 0 for a request that had
            to wait for a worker or for the cap.
        seconds: By second of the schedule.
        reconnects: Connections opened again after the server had closed an idle one.
        unaccepted: Arrivals that did not end as expected, with how they ended; of very many the
            first.
        refused: Those among the expected statuses that turn a request away: no failures, but
            no successes either.
        packed: Seconds before this one are packed.
    """

    expected: frozenset[int]
    late_after_ns: int
    outcomes: Counter[int] = field(default_factory=Counter)
    in_time: int = 0
    late: int = 0
    late_workers_busy: int = 0
    late_capped: int = 0
    response: Answers = field(default_factory=Answers)
    service: Answers = field(default_factory=Answers)
    schedule_delay: Histogram = field(default_factory=Histogram)
    own_delay: Histogram = field(default_factory=Histogram)
    first_byte: Histogram = field(default_factory=Histogram)
    connect: Histogram = field(default_factory=Histogram)
    tls: Histogram = field(default_factory=Histogram)
    seconds: dict[int, Second] = field(default_factory=dict)
    bytes_sent: int = 0
    bytes_received: int = 0
    reconnects: int = 0
    unaccepted: list[tuple[int, int]] = field(default_factory=list)
    failures: list[Sample] = field(default_factory=list)
    slowest: list[Sample] = field(default_factory=list)
    refused: frozenset[int] = frozenset()
    packed: int = field(default=0, compare=False)

    def fresh(self) -> Tally:
        """One for the same requests, with nothing counted yet."""
        return Tally(self.expected, self.late_after_ns, refused=self.refused)

    @property
    def requests(self) -> int:
        """Arrivals that ended, dropped ones included."""
        return self.outcomes.total()

    @property
    def dropped(self) -> int:
        """Arrivals that were never sent."""
        return dropped_of(self.outcomes)

    @property
    def errors(self) -> int:
        """Requests that did not do what is expected."""
        return sum(n for outcome, n in self.outcomes.items() if outcome not in self.expected)

    @property
    def turned_away(self) -> int:
        """Requests that were refused where that was expected."""
        return sum(self.outcomes[each] for each in self.refused)

    @property
    def answered(self) -> int:
        """Requests that got a complete answer, whatever its status."""
        return sum(count for outcome, count in self.outcomes.items() if is_status(outcome))

    def pack_before(self, second: int) -> None:
        """Let earlier seconds, to which nothing is added any more, take less room."""
        for number in range(self.packed, second):
            if number in self.seconds:
                self.seconds[number].judged.pack()
                self.seconds[number].served.pack()
        self.packed = max(self.packed, second)

    def merge(self, other: Tally) -> None:
        """Add another shard's part of the same endpoint."""
        self.outcomes.update(other.outcomes)
        self.in_time += other.in_time
        self.late += other.late
        self.late_workers_busy += other.late_workers_busy
        self.late_capped += other.late_capped
        self.response.merge(other.response)
        self.service.merge(other.service)
        for name in ("schedule_delay", "own_delay", "first_byte", "connect", "tls"):
            getattr(self, name).merge(getattr(other, name))
        for number, second in other.seconds.items():
            self.seconds.setdefault(number, Second()).merge(second)
        self.bytes_sent += other.bytes_sent
        self.bytes_received += other.bytes_received
        self.reconnects += other.reconnects
        self.unaccepted += other.unaccepted[: UNACCEPTED_KEPT - len(self.unaccepted)]
        self._keep_samples(other.failures, other.slowest)

    def add_connections(self, columns: Longs) -> None:
        """Count connections that were opened for requests.

        Args:
            columns: When the request was due, how long connecting and the TLS handshake
                took (-1 without TLS), and whether the server had closed an idle one before.
        """
        _, connect, tls, reconnected = columns
        self.connect.record_many(connect)
        self.tls.record_many(tls[tls >= 0])
        self.reconnects += int(reconnected.sum())

    def add(self, columns: Longs) -> None:
        """Count a batch of requests (see `Recorder`), their times from the phase's start."""
        outcome, scheduled, sent_at, first_byte, done, waited_for, _, out, into = columns
        ok = _among(outcome, self.expected)
        served = ok & ~_among(outcome, self.refused)
        waited = _among(outcome, _WAITED)
        sent = sent_at >= 0
        delay = np.maximum(sent_at - scheduled, 0)
        late = sent & (delay > self.late_after_ns)
        response = done - scheduled

        self.outcomes.update(_counted(outcome))
        self.late += int(np.count_nonzero(late))
        late_busy = late & (waited_for == WORKERS_BUSY)
        self.late_workers_busy += int(np.count_nonzero(late_busy))
        self.late_capped += int(np.count_nonzero(late & (waited_for == CAPPED)))
        in_time = sent & ~late & ~_among(outcome, NEVER_LEFT)
        self.in_time += int(np.count_nonzero(in_time))
        self.bytes_sent += int(out.sum())
        self.bytes_received += int(into.sum())
        self._add_durations(self.response, response, served, waited)
        self._add_durations(
            *(self.service, picked(done - sent_at, sent)),
            *(picked(served, sent), picked(waited, sent)),
        )
        self.schedule_delay.record_many(picked(delay, sent))
        self.own_delay.record_many(picked(np.where(waited_for == NOTHING, delay, 0), sent))
        self.first_byte.record_many(picked(first_byte - sent_at, first_byte >= 0))
        fates = {
            "errors": ~ok,
            "in_time": in_time,
            "late": late,
            "late_workers_busy": late_busy,
        }
        self._add_seconds(columns, served | waited, fates)
        self._add_samples(columns, response, ok)
        self._add_unaccepted(columns[ARRIVAL][~served], outcome[~served])

    def _add_unaccepted(self, arrivals: Longs, outcomes: Longs) -> None:
        left = UNACCEPTED_KEPT - len(self.unaccepted)
        pairs = zip(arrivals[:left].tolist(), outcomes[:left].tolist(), strict=True)
        self.unaccepted += pairs

    @staticmethod
    def _add_durations(answers: Answers, values: Longs, ok: Flags, waited: Flags) -> None:
        answers.success.record_many(picked(values, ok))
        if not ok.all():
            answers.waited.record_many(values[waited])
            answers.failed.record_many(values[~ok & ~waited])

    def _add_seconds(self, columns: Longs, judged: Flags, fates: dict[str, Flags]) -> None:
        outcome, scheduled, sent_at, _, done, *_ = columns
        numbers = scheduled // NS_PER_S
        for number in occurring(numbers):
            here = numbers == number
            response = (done - scheduled)[here & judged]
            service = (done - sent_at)[here & judged & (sent_at >= 0)]
            batch = Second(
                outcomes=_counted(outcome[here]),
                judged=Cells.of(response),
                judged_sum_ns=int(response.sum()),
                served=Cells.of(service),
                served_sum_ns=int(service.sum()),
                **{fate: int(np.count_nonzero(here & flags)) for fate, flags in fates.items()},
            )
            self.seconds.setdefault(number, Second()).merge(batch)

    def _add_samples(self, columns: Longs, response: Longs, ok: Flags) -> None:
        failed = np.flatnonzero(~ok)
        failed = failed[np.argsort(columns[SCHEDULED, failed], kind="stable")]
        # The first of each outcome in this batch are enough to find the first of all.
        outcomes = columns[OUTCOME, failed]
        first = [
            index
            for outcome in set(outcomes.tolist())
            for index in failed[outcomes == outcome][:FAILURES_KEPT].tolist()
        ]
        top = np.argpartition(response, -min(SLOWEST_KEPT, len(response)))[-SLOWEST_KEPT:]
        self._keep_samples(
            [_sample(columns[:, index]) for index in first],
            [_sample(columns[:, index]) for index in top.tolist()],
        )

    def _keep_samples(self, failures: list[Sample], slowest: list[Sample]) -> None:
        kept: Counter[int] = Counter()
        candidates = sorted(self.failures + failures, key=lambda each: each.scheduled_ns)
        self.failures = []
        for each in candidates:
            kept[each.outcome] += 1
            if kept[each.outcome] <= FAILURES_KEPT:
                self.failures.append(each)
        ranked = sorted(self.slowest + slowest, key=lambda each: (each.scheduled_ns, each.arrival))
        self.slowest = sorted(ranked, key=lambda each: -each.response_ns)
        del self.slowest[SLOWEST_KEPT:]


def _counted(outcomes: Longs) -> Counter[int]:
    """How often each of them occurs."""
    counts = np.bincount(outcomes)
    codes = np.flatnonzero(counts)
    return Counter(dict(zip(codes.tolist(), counts[codes].tolist(), strict=True)))


def occurring(numbers: Longs) -> list[int]:
    """Which numbers there are, ascending; they are close to each other."""
    if not len(numbers):
        return []
    first = int(numbers.min())
    found: list[int] = (np.flatnonzero(np.bincount(numbers - first)) + first).tolist()
    return found


def picked(values: NDArray[Any], flags: Flags) -> NDArray[Any]:
    """The columns that are flagged; when all are, no copy is made."""
    return values if flags.all() else values[..., flags]


def _among(outcomes: Longs, codes: Iterable[int]) -> Flags:
    """Which outcomes are among these codes; `np.isin` takes ten times as long."""
    table = np.zeros(OUTCOMES, bool)
    table[list(codes)] = True
    flags: Flags = table[outcomes]
    return flags


def _sample(request: Longs) -> Sample:
    outcome, scheduled, sent, _, done, _, arrival, *_ = request.tolist()
    return Sample(outcome, arrival, scheduled, done - scheduled, done - sent if sent >= 0 else None)


def merged_tallies(parts: Iterable[Sequence[Tally]]) -> list[Tally]:
    """The tallies of several shards, endpoint by endpoint; there is one shard at least."""
    first, *others = parts
    totals = [each.fresh() for each in first]
    for part in (first, *others):
        for total, each in zip(totals, part, strict=True):
            total.merge(each)
    return totals
