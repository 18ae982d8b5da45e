"""One direction of a bad line, over time that is made up."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from ApiLoadLibrary.faults.flow import MOST_HELD, Flow
from ApiLoadLibrary.faults.line import HEALTHY, Faults, Line
from ApiLoadLibrary.values import NS_PER_S

MS = 1_000_000


def flow(**faults: int) -> Flow:
    return Flow(Faults(**faults), 0, random.Random(1))


def drained(way: Flow, now: int, until: int) -> list[tuple[int, bytes]]:
    """All that goes out, and when, if it is asked as often as it wants to be."""
    out = []
    while now <= until:
        while data := way.ready(now):
            way.sent(len(data), now)
            out.append((now, data))
        following = way.next_ns(now)
        if following is None:
            break
        now = following
    return out


def test_a_healthy_line_passes_on_at_once() -> None:
    way = flow()
    way.take(b"abc", 5)
    assert way.ready(5) == b"abc"
    way.sent(2, 5)
    assert (way.ready(5), way.held, way.passed) == (b"c", 1, 2)
    assert way.breaks(10**15) is None


def test_latency_delays_data_and_its_end() -> None:
    way = flow(latency_ns=300 * MS)
    way.take(b"a", 10 * MS)
    way.end(20 * MS)
    assert way.ready(309 * MS) == b""
    assert way.next_ns(20 * MS) == 310 * MS
    assert drained(way, 20 * MS, NS_PER_S) == [(310 * MS, b"a")]
    assert not way.over(319 * MS)
    assert way.over(320 * MS)


@given(st.lists(st.integers(0, 50 * MS), max_size=30), st.integers(0, 2**32))
def test_with_jitter_nothing_overtakes_and_nothing_is_lost(pauses: list[int], seed: int) -> None:
    way = Flow(Faults(latency_ns=100 * MS, jitter_ns=80 * MS), 0, random.Random(seed))
    now, came = 0, []
    for number, pause in enumerate(pauses):
        now += pause
        came.append((now, b"%03d" % number))
        way.take(came[-1][1], now)
    out = drained(way, now, 10 * NS_PER_S)
    # Those that fell due while others came in go out with the first look, later than they might.
    assert [data for _, data in out] == [data for _, data in came]
    assert all(left - entered >= 20 * MS for (left, _), (entered, _) in zip(out, came, strict=True))


def test_a_narrow_line_lets_so_much_pass_in_a_second() -> None:
    way = flow(bytes_per_s=1_000)
    way.take(b"x" * 3_000, 0)
    out = drained(way, 0, 10 * NS_PER_S)
    for second in (1, 2):
        passed = sum(len(data) for at, data in out if at < second * NS_PER_S)
        assert passed == second * 1_000
    assert max(len(data) for _, data in out) == 20


def test_a_line_that_hangs_holds_what_it_was_given_until_it_heals() -> None:
    way = flow(timeout_ns=0)
    way.take(b"a", 0)
    way.end(0)
    assert (way.ready(10**12), way.next_ns(0), way.breaks(10**12)) == (b"", None, None)
    assert not way.over(10**12)
    way.meet(HEALTHY, 10**12)
    assert way.ready(10**12) == b"a"


def test_connections_end_when_their_time_has_come() -> None:
    way = flow(timeout_ns=500 * MS)
    assert way.next_ns(0) == 500 * MS
    assert (way.breaks(499 * MS), way.breaks(500 * MS)) == (None, "closed")
    way = flow(reset_ns=200 * MS)
    assert (way.breaks(199 * MS), way.breaks(200 * MS)) == (None, "reset")
    assert flow(reset_ns=0).breaks(0) == "reset"


def test_a_connection_ends_after_so_many_bytes_from_when_the_fault_came() -> None:
    way = flow()
    way.take(b"x" * 10, 0)
    way.sent(10, 0)
    way.meet(Faults(limit_bytes=4), 1)
    way.take(b"abcdef", 1)
    assert way.breaks(1) is None
    assert way.ready(1) == b"abcd"
    way.sent(4, 1)
    assert (way.breaks(1), way.ready(1)) == ("closed", b"")


def test_a_sender_is_not_read_when_too_much_is_held() -> None:
    way = flow(latency_ns=NS_PER_S)
    way.take(b"x" * MOST_HELD, 0)
    assert way.full


def test_faults_add_up_and_travel_as_text() -> None:
    line = Line().worse("downstream", latency_ns=5).worse("downstream", bytes_per_s=7)
    line = line.worse("upstream", reset_ns=0)
    assert line.downstream == Faults(latency_ns=5, bytes_per_s=7)
    assert Line.read(line.written()) == line
    assert not line.healthy
    assert not Line(down=True).healthy
    assert Line().healthy
