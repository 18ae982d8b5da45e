"""What a probe sends when, and what a contract allows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.scenarios.rate_limit.contract import Contract
from ApiLoadLibrary.scenarios.rate_limit.probe import SINGLE_NS, probe_of
from ApiLoadLibrary.values import NS_PER_S, Rate
from strategies import same_every_time

contracts = st.builds(
    Contract,
    st.builds(lambda n, s: Rate.parse(f"{n}/{s} s"), st.integers(1, 500), st.integers(1, 60)),
    st.none() | st.integers(1, 500),
)


def contract(rate: str = "50/5 s", burst: int | None = None) -> Contract:
    return Contract(Rate.parse(rate), burst)


def test_a_window_allows_its_limit_and_as_much_at_once_before() -> None:
    assert contract().allowed_in(15 * NS_PER_S) == 200
    assert contract().most_in_window == 50
    assert contract().span_ns == 5 * NS_PER_S


def test_a_bucket_allows_its_burst_and_its_rate() -> None:
    bucket = contract("10/s", 20)
    assert bucket.allowed_in(3 * NS_PER_S) == 50
    assert bucket.most_in_window == 30
    assert bucket.span_ns == 2 * NS_PER_S


def test_a_burst_of_none_is_refused() -> None:
    with pytest.raises(BadInput, match="burst=0 lets nothing pass: write 1 or more"):
        contract(burst=0)


def test_the_probe_of_a_usual_limit() -> None:
    probe = probe_of(contract())
    start, end = probe.above_ns
    below = [each for each in probe.offsets if each < start]
    above = [each for each in probe.offsets if start <= each < end]
    assert (below[0], len(below)) == (0, 40)
    assert below[-1] < 5 * NS_PER_S, "the rest takes a window at least"
    assert (start, end) == (10_100_000_000, 22_850_000_000)
    assert len(above) == 255
    assert above[0] == start
    assert probe.length_ns <= 32 * NS_PER_S


@same_every_time
@given(contracts)
def test_any_probe_can_be_sent(contract: Contract) -> None:
    probe = probe_of(contract)
    start, end = probe.above_ns
    assert list(probe.offsets) == sorted(probe.offsets)
    assert list(probe.bystanders) == sorted(probe.bystanders)
    assert 0 <= probe.bystanders[0] < start <= probe.bystanders[-1] < end
    assert probe.offsets[-1] < probe.length_ns
    below = [each for each in probe.offsets if each < start]
    assert start - below[-1] >= contract.span_ns
    singles = [each for each in probe.offsets if each >= end]
    assert singles[0] == end + SINGLE_NS
    assert singles[-1] >= end + contract.span_ns + NS_PER_S
    load = probe.load(2)
    assert [each.name for each in load.phases if each.judged] == ["above"]
    assert len(load.schedules) == 3


@same_every_time
@given(contracts)
def test_no_window_below_the_limit_holds_more_than_the_limit(contract: Contract) -> None:
    probe = probe_of(contract)
    below = [each for each in probe.offsets if each < probe.above_ns[0]]
    for first, moment in enumerate(below):
        within = [each for each in below[first:] if each < moment + contract.window_ns]
        assert len(within) <= max(1, contract.limit)
