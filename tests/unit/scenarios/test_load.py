"""What a load sentence asks for, before anything is sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.scenarios.load import Load, as_fast_as_possible, ramped, stepped, sustained
from ApiLoadLibrary.scenarios.plan import LATE_NS, LoadPlan, Transport, plan_load
from ApiLoadLibrary.values import NS_PER_S, Duration, Rate
from ApiLoadLibrary.workload.endpoint import Endpoint
from ApiLoadLibrary.workload.origin import Origin
from ApiLoadLibrary.workload.request import RequestTemplate
from ApiLoadLibrary.workload.tracing import RequestIds

ORIGIN = Origin("http", "127.0.0.1", 1)


def rate(text: str) -> Rate:
    return Rate.parse(text)


def time(text: str) -> Duration:
    return Duration.parse(text)


def plan_of(load: Load, endpoints: int = 1, cap: str | None = None) -> LoadPlan:
    """The load on so many endpoints, each with a seed of its own."""
    requests = [
        (
            Endpoint(f"E{n}", "GET", "/"),
            RequestTemplate(ORIGIN, "GET", (b"GET /",), None, n, RequestIds("0", n)),
        )
        for n in range(endpoints)
    ]
    allowed = frozenset({ORIGIN})
    transport = Transport(50, time("1 s"), allowed, max_rate=rate(cap) if cap else None)
    return plan_load("run", "run", load, requests, transport)


def by_second(load: Load) -> list[int]:
    """How many arrivals each second has."""
    schedule = load.schedule(0, 1, seed=0)
    assert schedule is not None
    ends = range(0, schedule.length_ns + 1, NS_PER_S)
    before = [schedule.count_before(end) for end in ends]
    return [after - first for first, after in pairwise(before)]


@pytest.mark.parametrize(
    "load, expected",
    [
        (sustained(rate("3/s"), time("3 s")), [3, 3, 3]),
        # t² per second: 1, 4 - 1, 9 - 4, and what is due at the very start
        (ramped(None, rate("6/s"), time("3 s")), [1, 3, 5]),
        (ramped(rate("6/s"), None, time("3 s")), [5, 3, 1]),
        (ramped(None, rate("6/s"), time("3 s"), hold=time("2 s")), [1, 3, 5, 6, 6]),
        (stepped(rate("1/s"), rate("5/s"), 3, time("1 s")), [1, 3, 5]),
        (stepped(rate("5/s"), rate("1/s"), 2, time("2 s")), [5, 5, 1, 1]),
        (stepped(rate("2/s"), rate("4/s"), 2, time("1 s"), warm_up=time("2 s")), [2, 2, 2, 4]),
        (sustained(rate("3/s"), time("1 s"), warm_up=time("1 s")), [3, 3]),
    ],
)
def test_each_second_has_the_arrivals_that_the_rate_asks_for(
    load: Load, expected: list[int]
) -> None:
    assert by_second(load) == expected


def test_a_warm_up_is_counted_apart_and_what_comes_after_it_is_judged() -> None:
    plan = plan_of(ramped(rate("2/s"), rate("4/s"), time("2 s"), warm_up=time("3 s")))
    before, load = plan.load.phases
    assert (before.name, before.judged, before.length_ns) == ("warm-up", False, 3 * NS_PER_S)
    assert (load.name, load.judged, load.length_ns) == ("load", True, 2 * NS_PER_S)
    assert [plan.items[0].planned_in(phase) for phase in (before, load)] == [6, 6]
    assert plan.load.length == time("5 s")


@given(st.integers(2, 40), st.integers(1, 500), st.integers(1, 500), st.integers(1, 5))
def test_steps_rise_evenly_from_the_first_rate_to_the_last(
    steps: int, low: int, high: int, seconds: int
) -> None:
    if low == high:
        high += 1
    first, last = rate(f"{low}/s"), rate(f"{high}/s")
    load = stepped(first, last, steps, Duration(seconds * NS_PER_S))
    rates = [each.low.per_second for each in load.pieces if each.low]
    assert (rates[0], rates[-1], len(rates)) == (low, high, steps)
    gaps = {after - before for before, after in pairwise(rates)}
    assert gaps == {Fraction(high - low, steps - 1)}
    assert all(each.low == each.high for each in load.pieces)


@pytest.mark.parametrize(
    "load, words",
    [
        (sustained(rate("1,000/min"), time("1 s")), "1,000/min"),
        (sustained(rate("9/s"), time("1 s")).randomly(), "9/s at random"),
        (ramped(None, rate("9/s"), time("2 s")), "from 0 to 9/s over 2 s"),
        (
            ramped(rate("9/s"), rate("1/s"), time("1 min"), hold=time("3 s")),
            "from 9/s to 1/s over 1 min, held for 3 s",
        ),
        (stepped(rate("1/s"), rate("9/s"), 3, time("2 s")), "from 1/s to 9/s in 3 steps of 2 s"),
        (as_fast_as_possible(time("1 s")), "as fast as possible"),
    ],
)
def test_a_load_says_what_is_asked_for(load: Load, words: str) -> None:
    assert load.words == words


def test_random_arrivals_differ_between_endpoints_and_not_between_shards() -> None:
    plan = plan_of(sustained(rate("500/s"), time("4 s")).randomly(), endpoints=2)
    one, other = (each.schedule for each in plan.items)
    assert one is not None
    assert other is not None
    assert one.offsets_ns(range(50)) != other.offsets_ns(range(50))
    planned = plan.planned
    assert planned is not None
    assert sum(plan.planned_of(shard, 3) or 0 for shard in range(3)) == planned
    assert 3_500 < planned < 4_500  # eight standard deviations around 4,000
    assert len(set(one.offsets_ns(range(100)))) > 90


@pytest.mark.parametrize(
    "load, late_after_ms",
    [
        (sustained(rate("1,000/s"), time("1 s")), 10),
        (sustained(rate("2/s"), time("1 s")), 500),
        (ramped(None, rate("4/s"), time("9 s")), 250),
        (as_fast_as_possible(time("1 s")), 10),
    ],
)
def test_late_is_over_ten_milliseconds_or_the_interval_at_the_highest_rate(
    load: Load, late_after_ms: int
) -> None:
    assert plan_of(load).late_after_ns == late_after_ms * LATE_NS // 10


def test_the_highest_rate_decides_on_shards_and_on_the_cap() -> None:
    ramp = ramped(rate("10/s"), rate("30,000/s"), time("1 s"))
    assert len(plan_of(ramp).split(8)) == 2
    assert len(plan_of(as_fast_as_possible(time("1 s"))).split(8)) == 8
    with pytest.raises(BadInput, match="30,000/s on 2 endpoints is more than max_rate=50,000/s"):
        plan_of(ramp, endpoints=2, cap="50,000/s")
    assert plan_of(ramp, cap="30,000/s").planned == 15_005


def test_each_machine_takes_part() -> None:
    slow, fast = (sustained(rate(each), time("1 s")) for each in ("10/s", "100,000/s"))
    assert [len(plan_of(slow).split(8, machines)) for machines in (1, 3)] == [1, 3]
    assert len(plan_of(fast).split(8, 3)) == 5
    assert len(plan_of(slow, cap="20/s").split(8, 3)) == 3
    probing = replace(slow, one_source=True)
    assert len(plan_of(probing).split(8, 3)) == 1


@pytest.mark.parametrize(
    "make, problem",
    [
        (lambda: ramped(rate("5/s"), rate("5/s"), time("1 s")), "both are 5/s: .* `Sustain"),
        (lambda: ramped(None, None, time("1 s")), "both are 0"),
        (lambda: ramped(None, rate("5/s"), time("0 s")), "over='0 s' is too short"),
        (lambda: ramped(rate("5/s"), None, time("1 s"), hold=time("1 s")), "hold='1 s' holds"),
        (
            lambda: ramped(None, rate("5/s"), time("1 s"), warm_up=time("9 s")),
            "warm_up='9 s' would send nothing",
        ),
        (
            lambda: sustained(rate("5/s"), time("1 s"), warm_up=time("0 s")),
            "warm_up='0 s' is too short",
        ),
        (lambda: sustained(rate("5/s"), time("0 s")), "duration='0 s' is too short"),
        (lambda: as_fast_as_possible(time("0 s")), "duration='0 s' is too short: write"),
        (lambda: as_fast_as_possible(time("1 s")).randomly(), "arrivals=random needs a rate"),
        (lambda: stepped(rate("1/s"), rate("2/s"), 1, time("1 s")), "steps=1 must be from 2"),
        (lambda: stepped(rate("2/s"), rate("2/s"), 2, time("1 s")), "both are 2/s"),
        (lambda: stepped(rate("1/s"), rate("2/s"), 2, time("0 s")), "every='0 s' is too short"),
        (
            lambda: ramped(None, rate("5/s"), time("1 s"), hold=time("0 s")),
            "hold='0 s' is too short",
        ),
        (
            lambda: as_fast_as_possible(time("1 s"), warm_up=time("0 s")),
            "warm_up='0 s' is too short: write",
        ),
    ],
)
def test_a_load_that_cannot_be_says_what_to_write(make: Callable[[], Load], problem: str) -> None:
    with pytest.raises(BadInput, match=problem):
        make()
