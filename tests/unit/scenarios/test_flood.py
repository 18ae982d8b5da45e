"""What is asked for in a flood, and what it came to."""

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.measurement.sockets import End, SocketFindings, Stay
from ApiLoadLibrary.scenarios.crowd import Crowd
from ApiLoadLibrary.scenarios.flood import Flood
from ApiLoadLibrary.scenarios.flood_details import stretches
from ApiLoadLibrary.values import NS_PER_S, Duration
from ApiLoadLibrary.workload.message import MESSAGE, MessageRate

moments = st.integers(0, 1_000)
stays = st.lists(st.tuples(moments, moments).map(sorted).filter(lambda each: each[0] < each[1]))


def flood(**changes: Any) -> Flood:
    asked = Flood(
        count=10,
        over=Duration(5 * NS_PER_S),
        hold=Duration(10 * NS_PER_S),
        messages=MessageRate.parse("20/s"),
        message=MESSAGE,
    )
    return replace(asked, **changes)


def test_connections_open_evenly_and_messages_fill_the_hold():
    load = flood().load()
    connections, messages = load.schedules
    assert connections.offsets_ns(range(10)) == [n * NS_PER_S // 2 for n in range(10)]
    assert messages.count == 200
    assert messages.offsets_ns(range(1)) == [5 * NS_PER_S]
    assert messages.count_before(15 * NS_PER_S) == 200
    assert [(each.name, each.end_ns) for each in load.phases] == [("load", 15 * NS_PER_S)]
    assert not load.closed
    assert load.words == "10 connections over 5 s, held for 10 s, with 20/s messages"


def test_a_storm_opens_all_again_at_one_moment_after_a_second_of_silence():
    asked = flood(reconnect=Duration(4 * NS_PER_S))
    load = asked.load()
    connections, messages = load.schedules
    assert connections.count == 20
    assert connections.offsets_ns(range(10, 20)) == [16 * NS_PER_S] * 10
    assert messages.count_before(15 * NS_PER_S) == messages.count
    assert [(each.name, each.judged) for each in load.phases] == [
        ("load", True),
        ("reconnect", False),
    ]
    assert load.length.ns == 20 * NS_PER_S
    assert asked.sockets().times == 2


def test_without_messages_there_is_one_endpoint():
    assert len(flood(messages=None).load().schedules) == 1


@pytest.mark.parametrize(
    "changes, said",
    [
        ({"count": 0}, "count=0 must be from 1 to 100,000."),
        ({"over": Duration(0)}, "over='0 s' is too short: write 1 ns or longer."),
        ({"hold": Duration(5)}, "hold='5 ns' is too short: write 100 ms or longer."),
        ({"reconnect": Duration(0)}, "reconnect='0 s' is too short: write 100 ms or longer."),
        ({"ping": Duration(1000)}, "ping='1 us' is too short: write 100 ms or longer."),
    ],
)
def test_what_makes_no_flood_is_refused(changes, said):
    with pytest.raises(BadInput) as refused:
        flood(**changes)
    assert str(refused.value) == said


def open_at(held: list[list[int]], moment: int) -> int:
    return sum(opened <= moment < ended for opened, ended in held)


@given(stays, moments, moments)
def test_peak_and_least_are_those_of_counting_at_every_moment(held, one, other):
    crowd = Crowd(Stay(opened, ended, End.GOODBYE, 1000) for opened, ended in held)
    start, end = sorted((one, other))
    at = [open_at(held, moment) for moment in range(1_001)]
    assert crowd.peak == max(at)
    assert crowd.least(start, end) == min(at[start:end] or [at[start]])
    assert [crowd.at(moment) for moment in (start, end)] == [at[start], at[end]]


@given(stays, st.integers(1, 20))
def test_so_many_are_back_when_the_last_of_them_has_been_opened(held, count):
    crowd = Crowd(Stay(opened, ended, End.GOODBYE, 1000) for opened, ended in held)
    opened = sorted(each[0] for each in held)
    assert crowd.back_ns(count) == (opened[count - 1] if count <= len(opened) else None)


def test_findings_of_shards_add_up():
    one = SocketFindings(
        [Stay(1, 2, End.LOST, 1006)], duplicated=1, reordered=2, held=3, all_asked_ns=7
    )
    other = SocketFindings([Stay(3, 4, End.GOODBYE, 1000)], duplicated=10, others=5, held=4)
    total = SocketFindings.merged([one, other])
    assert Counter(each.how for each in total.stays) == {End.LOST: 1, End.GOODBYE: 1}
    assert (total.duplicated, total.reordered, total.others, total.held) == (11, 2, 5, 7)
    assert total.all_asked_ns == 7
    assert SocketFindings.merged([]) == SocketFindings()


def test_stretches_of_the_picture_follow_each_other():
    asked = flood(reconnect=Duration(4 * NS_PER_S))
    found = stretches(asked, asked.length_ns)
    assert [each["name"] for each in found] == ["opening", "held", "reconnect"]
    assert all(one["end_s"] == next_one["start_s"] for one, next_one in pairwise(found))
    assert (found[0]["start_s"], found[-1]["end_s"]) == (0, 20)


def test_a_run_that_ended_early_has_no_stretches_after_that():
    found = stretches(flood(reconnect=Duration(4 * NS_PER_S)), 7 * NS_PER_S)
    assert [(each["name"], each["end_s"]) for each in found] == [("opening", 5), ("held", 7)]
