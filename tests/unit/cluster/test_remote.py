"""A shard on a cluster, as its parent knows it: what counts, and when it is given up."""

from __future__ import annotations

import pytest

from ApiLoadLibrary.cluster import remote
from ApiLoadLibrary.cluster.messages import Died, HostLoad, News
from ApiLoadLibrary.cluster.remote import RemoteShard, Seat, hosts_now
from ApiLoadLibrary.engine.plan import ShardEnd
from ApiLoadLibrary.engine.shard import READY
from ApiLoadLibrary.measurement.generators import HostNow
from integration.loads import get, load_tester, steady

END = ShardEnd(0, 0, 0.0, 0.0, None, 0.0, stopped=False)


class Clock:
    """Stands until it is moved."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def monotonic(self) -> float:
        return self.now_s


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(remote, "time", clock)
    return clock


@pytest.fixture
def shard(clock: Clock) -> RemoteShard:
    plan = load_tester("http://shop").plan([get("/ok")], steady("10/s", "1 s"), "x")
    return RemoteShard(plan.split(1)[0], Seat("tcp://w1:1", "w1"))


def news(number: int, *said: object, attempt: str = "first") -> News:
    return News(0, attempt, number, said, HostLoad(50.0, 20), None)


def look_for(shard: RemoteShard, clock: Clock, seconds: float) -> None:
    """Ten times a second."""
    for _ in range(round(seconds * 10)):
        clock.now_s += 0.1
        shard.look()


def test_the_first_attempt_counts_and_no_other(shard: RemoteShard) -> None:
    assert shard.hear(news(0, READY))
    assert not shard.hear(news(0, END, attempt="second"))
    assert shard.running
    assert shard.hear(news(1, END))
    assert not shard.running
    assert shard.result().end == END


def test_a_gap_in_its_news_is_a_loss_and_what_comes_after_it_does_not_count(
    shard: RemoteShard,
) -> None:
    shard.hear(news(0, READY))
    shard.hear(news(2, END))
    assert shard.result().end is None
    assert shard.result().last_words == "some of its news were lost on their way"


def test_the_last_words_of_its_process_are_told(shard: RemoteShard) -> None:
    shard.hear(news(0, Died("Killed.")))
    assert (shard.running, shard.result().last_words) == (False, "Killed.")


def test_three_seconds_of_silence_are_too_long(shard: RemoteShard, clock: Clock) -> None:
    shard.hear(news(0, READY))
    look_for(shard, clock, 2.8)
    assert shard.running
    shard.hear(news(1))
    look_for(shard, clock, 2.8)
    assert shard.running
    look_for(shard, clock, 0.4)
    assert shard.lost == "the worker on w1 has not been heard of for 3 s"


def test_who_is_heard_of_again_was_only_slow_unless_something_is_missing(
    shard: RemoteShard, clock: Clock
) -> None:
    shard.hear(news(0, READY))
    look_for(shard, clock, 4)
    assert not shard.running
    shard.hear(news(1))
    assert shard.running
    look_for(shard, clock, 4)
    shard.hear(news(3))
    shard.hear(news(4, END))
    assert not shard.running
    assert shard.result().end is None


def test_who_has_not_said_anything_yet_is_waited_for(shard: RemoteShard, clock: Clock) -> None:
    look_for(shard, clock, 20)
    assert shard.running


def test_a_parent_that_stood_still_does_not_take_that_for_silence(
    shard: RemoteShard, clock: Clock
) -> None:
    shard.hear(news(0, READY))
    clock.now_s += 60
    shard.look()
    assert shard.running


def test_who_has_ended_cannot_be_given_up(shard: RemoteShard, clock: Clock) -> None:
    shard.hear(news(0, READY, END))
    shard.give_up("it did not end in time")
    look_for(shard, clock, 20)
    assert shard.lost is None
    assert shard.result().end == END


def test_how_a_machine_is_comes_from_all_of_its_shards(shard: RemoteShard, clock: Clock) -> None:
    plan = load_tester("http://shop").plan([get("/ok")], steady("10/s", "1 s"), "x")
    other = RemoteShard(plan.split(1)[0], shard.seat)
    assert hosts_now([shard, other]) == {"w1": HostNow(None, 2, 0)}
    shard.hear(News(0, "first", 0, (), HostLoad(50.0, 20), 0))
    other.hear(News(0, "other", 0, (), HostLoad(60.0, 20), 0))
    assert hosts_now([shard, other]) == {"w1": HostNow(60.0, 2, 0)}
    other.give_up("it died")
    assert hosts_now([shard, other]) == {"w1": HostNow(50.0, 2, 1)}
