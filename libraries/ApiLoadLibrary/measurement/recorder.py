"""Where the load loop puts what it saw, and what becomes of it.

The loop appends six numbers per request to a flat array and does nothing else;
every so often it asks to `digest` one endpoint's rows, a batch at a time, into
that endpoint's `Tally`: histograms, counts, and one sparse `Second` for each
second of the schedule.  Memory grows with the run's length, not with the number
of requests.

All times are nanoseconds from the run's start.
"""

from __future__ import annotations

from array import array
from collections import Counter
from dataclasses import dataclass, field

import numpy as np

from .histogram import Cells, Flags, Histogram, Longs
from .outcomes import NEVER_LEFT, is_dropped, is_status, is_waited
from .progress import Progress

__all__ = ["Answers", "Recorder", "Sample", "Second", "Tally", "warm_up"]

NS_PER_S = 1_000_000_000
COLUMNS = 6
OUTCOME, SCHEDULED, SENT, FIRST_BYTE, DONE, WAITED_FOR = range(COLUMNS)
NOTHING, WORKERS_BUSY, CAPPED = range(3)
"""What a request had to wait for after it was due."""

ROWS_PER_DIGEST = 5_000  # a few milliseconds of work
FAILURES_KEPT = 3
SLOWEST_KEPT = 5


@dataclass(slots=True)
class Answers:
    """Durations, kept apart by how the request ended.

    Attributes:
        success: Requests that did what their endpoint expects.
        waited: Timeouts and drops, with the time that they waited in vain.
        failed: All other failures; a fast refusal must not flatter a percentile.
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
        requests: Arrivals that ended, dropped ones included.
        errors: How many of them failed.
        in_time: Sent, and not late.
        late: Sent, but late.
        dropped: Never sent.
        judged: Cells of the response times that latency criteria use.
        judged_sum_ns: Their exact sum.
    """

    requests: int = 0
    errors: int = 0
    in_time: int = 0
    late: int = 0
    dropped: int = 0
    judged: Cells = field(default_factory=Cells.none)
    judged_sum_ns: int = 0

    def merge(self, other: Second) -> None:
        """Add another's counts."""
        self.requests += other.requests
        self.errors += other.errors
        self.in_time += other.in_time
        self.late += other.late
        self.dropped += other.dropped
        self.judged = self.judged.merged(other.judged)
        self.judged_sum_ns += other.judged_sum_ns


@dataclass(frozen=True, slots=True)
class Sample:
    """One request worth showing: among the first failures, or the slowest.

    Attributes:
        outcome: Its HTTP status, or a `Failure`.
        scheduled_ns: When it was due, from the run's start.
        response_ns: How long the customer would have waited.
        service_ns: How long the server took; None when it was never sent.
    """

    outcome: int
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
        seconds: By second of the schedule.
        reconnects: Connections opened again after the server had closed an idle one.
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
    first_byte: Histogram = field(default_factory=Histogram)
    connect: Histogram = field(default_factory=Histogram)
    tls: Histogram = field(default_factory=Histogram)
    seconds: dict[int, Second] = field(default_factory=dict)
    bytes_sent: int = 0
    bytes_received: int = 0
    reconnects: int = 0
    failures: list[Sample] = field(default_factory=list)
    slowest: list[Sample] = field(default_factory=list)

    @property
    def requests(self) -> int:
        """Arrivals that ended, dropped ones included."""
        return sum(self.outcomes.values())

    @property
    def dropped(self) -> int:
        """Arrivals that were never sent."""
        return sum(count for outcome, count in self.outcomes.items() if is_dropped(outcome))

    @property
    def errors(self) -> int:
        """Requests that did not do what is expected."""
        return sum(n for outcome, n in self.outcomes.items() if outcome not in self.expected)

    @property
    def answered(self) -> int:
        """Requests that got a complete answer, whatever its status."""
        return sum(count for outcome, count in self.outcomes.items() if is_status(outcome))

    def merge(self, other: Tally) -> None:
        """Add another shard's part of the same endpoint."""
        self.outcomes.update(other.outcomes)
        self.in_time += other.in_time
        self.late += other.late
        self.late_workers_busy += other.late_workers_busy
        self.late_capped += other.late_capped
        self.response.merge(other.response)
        self.service.merge(other.service)
        for name in ("schedule_delay", "first_byte", "connect", "tls"):
            getattr(self, name).merge(getattr(other, name))
        for number, second in other.seconds.items():
            self.seconds.setdefault(number, Second()).merge(second)
        self.bytes_sent += other.bytes_sent
        self.bytes_received += other.bytes_received
        self.reconnects += other.reconnects
        self._keep_samples(other.failures, other.slowest)

    def add_connection(self, connect_ns: int, tls_ns: int, *, reconnected: bool) -> None:
        """Count a connection that was opened for a request; `tls_ns` is -1 without TLS."""
        self.connect.record(connect_ns)
        if tls_ns >= 0:
            self.tls.record(tls_ns)
        self.reconnects += reconnected

    def add(self, rows: Longs) -> Longs:
        """Count a batch of rows (see `Recorder`).

        Returns:
            Their response times (ns), as far as latency criteria use them.
        """
        outcome = rows[:, OUTCOME]
        ok = np.isin(outcome, list(self.expected))
        waited = np.fromiter(map(is_waited, outcome.tolist()), bool, len(rows))
        sent = rows[:, SENT] >= 0
        delay = np.maximum(rows[:, SENT] - rows[:, SCHEDULED], 0)
        late = sent & (delay > self.late_after_ns)
        response = rows[:, DONE] - rows[:, SCHEDULED]

        values, counts = np.unique(outcome, return_counts=True)
        self.outcomes.update(dict(zip(values.tolist(), counts.tolist(), strict=True)))
        self.late += int(late.sum())
        self.late_workers_busy += int((late & (rows[:, WAITED_FOR] == WORKERS_BUSY)).sum())
        self.late_capped += int((late & (rows[:, WAITED_FOR] == CAPPED)).sum())
        in_time = sent & ~late & ~np.isin(outcome, NEVER_LEFT)
        self.in_time += int(in_time.sum())
        self._add_durations(self.response, response, ok, waited)
        self._add_durations(
            self.service, (rows[:, DONE] - rows[:, SENT])[sent], ok[sent], waited[sent]
        )
        self.schedule_delay.record_many(delay[sent])
        answered = rows[:, FIRST_BYTE] >= 0
        self.first_byte.record_many((rows[:, FIRST_BYTE] - rows[:, SENT])[answered])
        fates = {"errors": ~ok, "in_time": in_time, "late": late, "dropped": ~sent}
        self._add_seconds(rows[:, SCHEDULED], response, ok | waited, fates)
        self._add_samples(rows, response, ok)
        judged: Longs = response[ok | waited]
        return judged

    @staticmethod
    def _add_durations(answers: Answers, values: Longs, ok: Flags, waited: Flags) -> None:
        answers.success.record_many(values[ok])
        if not ok.all():
            answers.waited.record_many(values[waited])
            answers.failed.record_many(values[~ok & ~waited])

    def _add_seconds(
        self, scheduled: Longs, response: Longs, judged: Flags, fates: dict[str, Flags]
    ) -> None:
        numbers = scheduled // NS_PER_S
        for number in np.unique(numbers).tolist():
            here = numbers == number
            values = response[here & judged]
            batch = Second(
                requests=int(here.sum()),
                judged=Cells.of(values),
                judged_sum_ns=int(values.sum()),
                **{fate: int((here & flags).sum()) for fate, flags in fates.items()},
            )
            self.seconds.setdefault(number, Second()).merge(batch)

    def _add_samples(self, rows: Longs, response: Longs, ok: Flags) -> None:
        failed = np.flatnonzero(~ok)
        failed = failed[np.argsort(rows[failed, SCHEDULED], kind="stable")]
        # The first of each outcome in this batch are enough to find the first of all.
        first = [
            index
            for outcome in np.unique(rows[failed, OUTCOME]).tolist()
            for index in failed[rows[failed, OUTCOME] == outcome][:FAILURES_KEPT].tolist()
        ]
        top = np.argsort(response)[-SLOWEST_KEPT:].tolist()
        self._keep_samples(
            [_sample(rows[index]) for index in first], [_sample(rows[index]) for index in top]
        )

    def _keep_samples(self, failures: list[Sample], slowest: list[Sample]) -> None:
        kept: Counter[int] = Counter()
        candidates = sorted(self.failures + failures, key=lambda each: each.scheduled_ns)
        self.failures = []
        for each in candidates:
            kept[each.outcome] += 1
            if kept[each.outcome] <= FAILURES_KEPT:
                self.failures.append(each)
        self.slowest = sorted(self.slowest + slowest, key=lambda each: -each.response_ns)
        del self.slowest[SLOWEST_KEPT:]


def _sample(row: Longs) -> Sample:
    outcome, scheduled, sent, _, done, _ = row.tolist()
    return Sample(outcome, scheduled, done - scheduled, done - sent if sent >= 0 else None)


def warm_up() -> None:
    """Digest once for practice: numpy loads parts of itself when first used, which takes 14 ms."""
    rows = np.array([[200, 0, 0, 0, 0, NOTHING], [503, 0, 0, 0, 0, NOTHING]], np.int64)
    Tally(frozenset({200}), late_after_ns=0).add(rows)


class Recorder:
    """The rows of a run that is going on, one flat array per endpoint.

    `rows[endpoint].extend((outcome, scheduled, sent, first_byte, done, waited_for))`
    records a request; `sent` and `first_byte` are -1 where they never happened, and
    `waited_for` is NOTHING, WORKERS_BUSY or CAPPED.

    Not thread-safe: one load loop owns one recorder.
    """

    def __init__(self, tallies: list[Tally]) -> None:
        self.tallies = tallies
        self.rows = [array("q") for _ in tallies]
        self._turn = 0
        self._recent = Progress()

    def digest_next(self) -> None:
        """Digest the rows of one endpoint, each in its turn: a short pause, not a long one."""
        self.digest(self._turn)
        self._turn = (self._turn + 1) % len(self.rows)

    def digest(self, endpoint: int) -> None:
        """Digest the rows of this endpoint."""
        rows = self.rows[endpoint]
        if rows:
            batch = np.array(rows[: ROWS_PER_DIGEST * COLUMNS], np.int64).reshape(-1, COLUMNS)
            del rows[: ROWS_PER_DIGEST * COLUMNS]
            self._tell(self.tallies[endpoint], batch)

    def _tell(self, tally: Tally, batch: Longs) -> None:
        errors, late = tally.errors, tally.late
        self._recent.response.record_many(tally.add(batch))
        self._recent.requests += len(batch)
        self._recent.errors += tally.errors - errors
        self._recent.late += tally.late - late

    def take_progress(self) -> Progress:
        """What has been digested since the last call."""
        recent, self._recent = self._recent, Progress()
        return recent

    def close(self) -> list[Tally]:
        """Digest what is left; the tallies are complete."""
        for endpoint, rows in enumerate(self.rows):
            while rows:
                self.digest(endpoint)
        return self.tallies
