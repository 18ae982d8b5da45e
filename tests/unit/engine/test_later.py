"""A schedule that begins later is the same one, later."""

from hypothesis import given
from hypothesis import strategies as st

from ApiLoadLibrary.engine.later import Later
from ApiLoadLibrary.engine.schedule import Constant, arrivals_of_shard
from ApiLoadLibrary.values import NS_PER_S, Duration, Rate

SHIFT = 3 * NS_PER_S


@given(st.integers(1, 300), st.integers(1, 4))
def test_all_arrivals_are_there_each_so_much_later(per_s, shards):
    plain = Constant(Rate.parse(f"{per_s}/s"), Duration(2 * NS_PER_S))
    later = Later(plain, SHIFT, 5 * NS_PER_S)
    assert later.count == plain.count
    sent = sorted(
        each for shard in range(shards) for each in arrivals_of_shard([later], shard, shards)
    )
    offsets = plain.offsets_ns(range(plain.count))
    assert [offset for offset, *_ in sent] == [each + SHIFT for each in offsets]


def test_none_comes_before_it_begins():
    later = Later(Constant(Rate.parse("10/s"), Duration(NS_PER_S)), SHIFT, 4 * NS_PER_S)
    assert [later.count_before(at) for at in (0, SHIFT, SHIFT + 1, 4 * NS_PER_S)] == [0, 0, 1, 10]
