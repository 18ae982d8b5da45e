"""Recorder and tally: what became of each request is counted once, in the right place."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ApiLoadLibrary.measurement.histogram import Histogram
from ApiLoadLibrary.measurement.outcomes import (
    FAILURES,
    Blame,
    Failure,
    FailureKind,
    describe,
    is_dropped,
    is_status,
    is_waited,
)
from ApiLoadLibrary.measurement.phases import Phase
from ApiLoadLibrary.measurement.recorder import (
    CONNECTION_ROW,
    REQUEST_ROW,
    ROWS_PER_DIGEST,
    Recorder,
)
from ApiLoadLibrary.measurement.tally import Sample, Second, Tally
from strategies import same_every_time

MS = 1_000_000
S = 1_000 * MS
LATE = 10 * MS

Row = tuple[int, int, int, int, int, int, int, int, int]
SENT, RECEIVED = 100, 250  # bytes


def answered(
    outcome: int = 200, due: int = 0, *, delay: int = 0, service: int = 5 * MS, busy: int = 0
) -> Row:
    """A request that was sent and answered; its first byte comes after half the service time."""
    sent = due + delay
    return outcome, due, sent, sent + service // 2, sent + service, busy, due, SENT, RECEIVED


def failed(failure: Failure, due: int = 0, *, service: int = 5 * MS) -> Row:
    """A request that was sent, but not answered."""
    return failure, due, due, -1, due + service, 0, due, SENT, 0


def dropped(failure: Failure, due: int = 0, *, waited: int = S) -> Row:
    """An arrival that was never sent."""
    busy = int(failure == Failure.DROPPED_WORKERS_BUSY)
    return failure, due, -1, -1, due + waited, busy, due, 0, 0


def tally_of(*batches: Sequence[Row], expected: Sequence[int] = (200, 201)) -> Tally:
    tally = Tally(frozenset(expected), LATE)
    for batch in batches:
        if batch:
            tally.add(np.array(batch, np.int64).T)
    return tally


def test_a_success_counts_as_answered_and_its_times_as_judged() -> None:
    tally = tally_of([answered(200, delay=2 * MS, service=6 * MS)])
    assert (tally.requests, tally.errors, tally.answered, tally.dropped) == (1, 0, 1, 0)
    assert tally.response.success == tally.response.judged() == Histogram([8 * MS])
    assert tally.service.success == Histogram([6 * MS])
    assert tally.schedule_delay == Histogram([2 * MS])
    assert tally.first_byte == Histogram([3 * MS])


def test_response_time_starts_when_the_request_was_due_and_service_time_when_it_was_sent() -> None:
    tally = tally_of([answered(due=3 * S, delay=400 * MS, service=6 * MS)])
    assert tally.response.judged().max_ns == 406 * MS
    assert tally.service.judged().max_ns == 6 * MS


@pytest.mark.parametrize("failure", [Failure.ANSWER_TIMEOUT, Failure.CONNECT_TIMEOUT])
def test_a_timeout_is_an_error_that_latency_criteria_see(failure: Failure) -> None:
    tally = tally_of([answered(), failed(failure, service=S)])
    assert tally.errors == 1
    assert tally.response.waited == tally.service.waited == Histogram([S])
    assert tally.response.judged().max_ns == S


@pytest.mark.parametrize("failure", [Failure.DROPPED_GENERATOR, Failure.DROPPED_WORKERS_BUSY])
def test_a_drop_waited_in_vain_but_the_server_never_saw_it(failure: Failure) -> None:
    tally = tally_of([answered(), dropped(failure, waited=2 * S)])
    assert (tally.requests, tally.errors, tally.dropped, tally.answered) == (2, 1, 1, 1)
    assert tally.response.judged().max_ns == 2 * S
    assert tally.service.all() == Histogram([5 * MS])
    assert (tally.schedule_delay.count, tally.late) == (1, 0)


@pytest.mark.parametrize("outcome", [500, 429, Failure.REFUSED, Failure.RESET, Failure.STOPPED])
def test_a_fast_refusal_flatters_no_percentile_but_is_among_all_answers(outcome: int) -> None:
    refused = (outcome, 0, 0, -1, MS, 0, 0, SENT, 0)
    tally = tally_of([answered(), refused])
    assert tally.errors == 1
    assert tally.response.judged() == Histogram([5 * MS])
    assert tally.response.failed == Histogram([MS])
    assert tally.response.all() == Histogram([MS, 5 * MS])


def test_an_expected_refusal_is_a_success() -> None:
    tally = tally_of([answered(429)], expected=(200, 429))
    assert tally.errors == 0
    assert tally.response.judged().count == 1


def test_late_is_a_delay_above_the_bound_and_knows_whether_workers_were_busy() -> None:
    tally = tally_of(
        [
            answered(delay=LATE),
            answered(delay=LATE + 1),
            answered(delay=LATE + 1, busy=1),
            answered(delay=0, busy=1),
        ]
    )
    assert (tally.late, tally.late_workers_busy) == (2, 1)


def test_a_request_sent_before_it_was_due_has_no_delay() -> None:
    tally = tally_of([answered(due=S, delay=-3)])
    assert tally.schedule_delay == Histogram([0])


def test_a_request_belongs_to_the_second_that_it_was_scheduled_in() -> None:
    tally = tally_of(
        [
            answered(due=S - 1, service=3 * S),
            answered(500, due=S),
            answered(due=S, delay=2 * LATE),
            dropped(Failure.DROPPED_GENERATOR, due=4 * S),
        ]
    )
    assert sorted(tally.seconds) == [0, 1, 4]
    first, second, last = (tally.seconds[number] for number in (0, 1, 4))
    assert (first.requests, first.errors, first.judged_sum_ns) == (1, 0, 3 * S)
    assert (first.outcomes, second.outcomes) == ({200: 1}, {200: 1, 500: 1})
    assert (second.requests, second.errors, second.late, second.dropped) == (2, 1, 1, 0)
    assert int(second.judged.counts.sum()) == 1
    assert (last.requests, last.errors, last.dropped, last.judged_sum_ns) == (1, 1, 1, S)
    assert (len(last.served.counts), last.served_sum_ns) == (0, 0)  # it was never sent


def test_a_second_keeps_service_times_and_who_waited_for_a_worker() -> None:
    tally = tally_of([answered(delay=2 * LATE, service=3 * MS, busy=1), answered(delay=2 * LATE)])
    (second,) = tally.seconds.values()
    assert (second.late, second.late_workers_busy) == (2, 1)
    assert second.served_sum_ns == tally.service.judged().sum_ns
    assert second.judged_sum_ns == second.served_sum_ns + 4 * LATE


def test_the_first_failures_of_each_kind_are_kept_in_whatever_order_they_ended() -> None:
    rows = [answered(500, due=due) for due in (40, 10, 30, 20)]
    tally = tally_of([*rows, answered(503, due=50)], [answered(500, due=5)])
    assert [(each.outcome, each.scheduled_ns) for each in tally.failures] == [
        (500, 5),
        (500, 10),
        (500, 20),
        (503, 50),
    ]


def test_the_slowest_requests_are_kept_slowest_first() -> None:
    tally = tally_of(*([answered(due=i, service=i * MS)] for i in range(1, 20)))
    assert [each.response_ns for each in tally.slowest] == [i * MS for i in (19, 18, 17, 16, 15)]


def test_a_sample_of_a_request_never_sent_has_no_service_time() -> None:
    tally = tally_of([dropped(Failure.DROPPED_WORKERS_BUSY, due=7, waited=S)])
    assert tally.failures == [Sample(Failure.DROPPED_WORKERS_BUSY, 7, 7, S, None)]


rows = st.lists(
    st.tuples(
        st.sampled_from([200, 201, 404, 500, *Failure]),
        st.integers(0, 5 * S),
        st.integers(0, 30 * MS),
        st.integers(1, 10**10),
        st.integers(0, 1),
    ).map(
        lambda each: (
            dropped(Failure(each[0]), each[1], waited=each[3])
            if is_dropped(each[0])
            else answered(each[0], each[1], delay=each[2], service=each[3], busy=each[4])
        )
    ),
    max_size=40,
    unique_by=lambda row: row[1],
)


def everything(tally: Tally) -> dict[str, object]:
    names = ("outcomes", "late", "late_workers_busy", "response", "service", "schedule_delay")
    facts: dict[str, object] = {name: getattr(tally, name) for name in (*names, "first_byte")}
    return facts | {"failures": tally.failures, "seconds": dict(sorted(tally.seconds.items()))}


@same_every_time
@given(rows, st.integers(1, 4))
def test_merged_shards_equal_the_whole(rows: list[Row], shards: int) -> None:
    whole, merged = tally_of(rows), tally_of()
    for shard in range(shards):
        merged.merge(tally_of(rows[shard::shards]))
    assert everything(merged) == everything(whole)
    assert [each.response_ns for each in merged.slowest] == [
        each.response_ns for each in whole.slowest
    ]


@same_every_time
@given(rows)
def test_every_request_is_counted_exactly_once(rows: list[Row]) -> None:
    tally = tally_of(rows)
    seconds = tally.seconds.values()
    assert tally.requests == len(rows) == sum(each.requests for each in seconds)
    assert tally.errors == sum(each.errors for each in seconds)
    assert tally.errors == len(rows) - tally.response.success.count
    assert tally.dropped == sum(each.dropped for each in seconds)
    assert tally.response.all().count == len(rows)
    assert tally.service.all().count == tally.schedule_delay.count == len(rows) - tally.dropped
    judged = tally.response.judged()
    assert judged.count == sum(int(each.judged.counts.sum()) for each in seconds)
    assert judged.sum_ns == sum(each.judged_sum_ns for each in seconds)


def test_merging_adds_up_bytes_reconnects_and_connection_times() -> None:
    one, other = tally_of([answered(), dropped(Failure.DROPPED_GENERATOR)]), tally_of([answered()])
    for tally in (one, other):
        opened = [(0, 3 * MS, -1, False), (0, 4 * MS, 9 * MS, True)]
        tally.add_connections(np.array(opened, np.int64).T)
    one.merge(other)
    assert (one.bytes_sent, one.bytes_received, one.reconnects) == (2 * SENT, 2 * RECEIVED, 2)
    assert (one.connect, one.tls) == (Histogram([3 * MS, 4 * MS] * 2), Histogram([9 * MS] * 2))


WARMED = (Phase("warm-up", 0, S, judged=False), Phase("load", S, 3 * S))


def recorder_of(rows: Sequence[Row], start_ns: int = 0) -> Recorder:
    """A recorder of one endpoint and two phases, in which these requests have ended."""
    recorder = Recorder([tally_of()], WARMED)
    recorder.start_ns = start_ns
    for row in rows:
        times = [each + start_ns if each >= 0 else each for each in row[1:5]]
        recorder.rows[0] += REQUEST_ROW.pack(row[0], *times, *row[5:])
    return recorder


def test_a_recorder_tells_what_it_has_once_by_phase_and_with_times_from_the_phases_start() -> None:
    start_ns = 10**15
    recorder = recorder_of(
        [answered(due=S - 1), answered(due=S), dropped(Failure.DROPPED_GENERATOR, 2 * S)], start_ns
    )
    recorder.connections[0] += CONNECTION_ROW.pack(start_ns + 2 * S, MS, -1, False)
    parts = list(recorder.take(0))
    assert [(part.phase, part.endpoint, part.tally.requests) for part in parts] == [
        (0, 0, 1),
        (1, 0, 2),
    ]
    assert list(parts[0].tally.seconds) == [0]
    assert list(parts[1].tally.seconds) == [0, 1]
    assert parts[1].tally.response.success == Histogram([5 * MS])
    assert (parts[0].tally.connect.count, parts[1].tally.connect.count) == (0, 1)
    assert list(recorder.take_all()) == []


def test_what_is_due_before_the_first_phase_or_after_the_last_belongs_to_them() -> None:
    parts = list(recorder_of([answered(due=0, delay=0), answered(due=9 * S)]).take_all())
    assert [part.phase for part in parts] == [0, 1]


def test_a_recorder_digests_a_batch_at_a_time_and_loses_nothing() -> None:
    recorder = recorder_of([answered(due=S + number) for number in range(18_000)])
    sizes = [part.tally.requests for part in recorder.take_all()]
    assert sum(sizes) == 18_000
    assert max(sizes) <= ROWS_PER_DIGEST


def test_the_rows_of_an_endpoint_stay_the_same_buffer_when_they_are_digested() -> None:
    recorder = recorder_of([answered(due=S)])
    extend = recorder.rows[0].extend
    list(recorder.take(0))
    extend(REQUEST_ROW.pack(*answered(500, due=S)))
    (part,) = recorder.take_all()
    assert part.tally.outcomes == Counter({500: 1})


def test_the_fullest_endpoint_is_the_one_with_the_most_rows() -> None:
    recorder = Recorder([tally_of(), tally_of()], WARMED)
    recorder.rows[1] += REQUEST_ROW.pack(*answered())
    assert recorder.fullest() == 1


def test_an_empty_second_merges_like_zero() -> None:
    second = Second()
    outcomes = Counter({200: 1, Failure.DROPPED_GENERATOR: 1})
    second.merge(Second(outcomes=outcomes, errors=1, late=1, judged_sum_ns=5))
    assert (second.requests, second.errors, second.late, second.dropped) == (2, 1, 1, 1)


def test_each_failure_has_a_kind_a_blame_and_words() -> None:
    assert set(FAILURES) == set(Failure)
    for failure, info in FAILURES.items():
        assert describe(failure) is info
        assert info.words
        assert is_dropped(failure) == (info.kind is FailureKind.DROPPED)
        assert is_waited(failure) == (info.kind in {FailureKind.DROPPED, FailureKind.TIMEOUT})
        assert not is_status(failure)


def test_an_unexpected_status_is_blamed_on_the_server() -> None:
    info = describe(503)
    assert (info.kind, info.blame) == (FailureKind.STATUS, Blame.SERVER)
    assert info.words == "status 503 was not expected"


def test_what_is_refused_where_that_is_expected_is_neither_a_failure_nor_a_success() -> None:
    """A refusal is quick: among the successes it would make the others look better."""
    tally = Tally(frozenset({200, 429}), LATE, refused=frozenset({429}))
    rows = [answered(), answered(429, service=MS), answered(503, service=MS)]
    tally.add(np.array(rows).T)
    assert (tally.requests, tally.errors, tally.turned_away) == (3, 1, 1)
    assert tally.response.judged().count == tally.service.judged().count == 1
    assert tally.response.failed.count == 2
    assert (tally.seconds[0].errors, tally.seconds[0].judged.counts.sum()) == (1, 1)
    assert tally.fresh() == Tally(frozenset({200, 429}), LATE, refused=frozenset({429}))
