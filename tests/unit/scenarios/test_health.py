"""What shards say of themselves, and what is made of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from ApiLoadLibrary.engine.plan import ShardEnd, ShardResult, Tallies
from ApiLoadLibrary.measurement.generators import HostShare
from ApiLoadLibrary.measurement.outcomes import Failure
from ApiLoadLibrary.measurement.result import GeneratorHealth
from ApiLoadLibrary.measurement.tally import CAPPED, NOTHING, WORKERS_BUSY, Tally
from ApiLoadLibrary.scenarios.health import assess
from ApiLoadLibrary.scenarios.load import as_fast_as_possible, sustained
from ApiLoadLibrary.scenarios.plan import LoadPlan, Transport, plan_load
from ApiLoadLibrary.values import Duration, Rate
from ApiLoadLibrary.workload.endpoint import Endpoint
from ApiLoadLibrary.workload.origin import Origin
from ApiLoadLibrary.workload.request import RequestTemplate
from ApiLoadLibrary.workload.tracing import RequestIds

MS = 1_000_000
WELL = ShardEnd(
    ended_ns=10**10,
    peak_busy=3,
    wall_s=10.0,
    cpu_s=2.0,
    run_queue_wait_s=0.1,
    stood_still_s=0.01,
    stopped=False,
)
ORIGIN = Origin("http", "127.0.0.1", 1)
REQUEST = RequestTemplate(ORIGIN, "GET", (b"GET / HTTP/1.1\r\n",), None, 0, RequestIds("0", 0))


def a_plan(*, closed: bool = False) -> LoadPlan:
    """100 requests a second for ten seconds, or as many as it takes."""
    length = Duration.parse("10 s")
    load = as_fast_as_possible(length) if closed else sustained(Rate.parse("100/s"), length)
    transport = Transport(50, Duration.parse("1 s"), frozenset({ORIGIN}))
    return plan_load("run", "run", load, [(Endpoint("A", "GET", "/"), REQUEST)], transport)


def requests(
    count: int = 1_000, outcome: int = 200, delay_ms: int = 0, waited_for: int = NOTHING
) -> Tallies:
    """So many requests that ended like this; the first is on time whatever the others are."""
    tally = Tally(frozenset({200}), 10 * MS)
    due = np.arange(count, dtype=np.int64) * 10 * MS
    sent = due + delay_ms * MS if outcome < Failure.DROPPED_WORKERS_BUSY else due * 0 - 1
    same = due * 0
    tally.add(
        np.stack(
            [same + outcome, due, sent, sent, due + (delay_ms + 5) * MS, same + waited_for]
            + [same] * 3
        )
    )
    return [[tally]]


def health(
    *ends: ShardEnd | None, tallies: Tallies | None = None, closed: bool = False
) -> GeneratorHealth:
    """The health of shards that ended so; the first has told of all requests."""
    told = tallies or requests()
    results = [ShardResult(told, end, "" if end else "Killed.") for end in ends]
    return assess(a_plan(closed=closed), results, told)


def reasons(*ends: ShardEnd | None, **facts: object) -> Sequence[str]:
    """Why a generator whose shards ended so cannot be trusted."""
    return health(*ends, **facts).reasons  # type: ignore[arg-type]


def test_a_generator_that_did_its_part_is_healthy() -> None:
    found = health(WELL, replace(WELL, cpu_s=4.0, run_queue_wait_s=0.2))
    assert found.healthy
    assert not found.overloaded
    assert (found.cpu_percent, found.run_queue_wait_percent) == (40.0, 2.0)
    assert (found.shards, found.peak_busy_workers) == (2, 6)


def test_a_shard_that_waits_for_a_processor_makes_answers_look_slow() -> None:
    starved = replace(WELL, run_queue_wait_s=2.0)
    (reason,) = reasons(WELL, starved)
    assert reason.startswith("the load generator waited for a processor 20 % of the time")
    assert health(WELL, starved).overloaded


def test_a_platform_that_does_not_tell_of_waiting_is_not_held_against_it() -> None:
    assert reasons(replace(WELL, run_queue_wait_s=None)) == ()


def test_a_shard_that_stood_still_says_for_how_long() -> None:
    (reason,) = reasons(replace(WELL, stood_still_s=3.04))
    assert reason.startswith("the load generator itself stood still for 3.0 s")


BUSY = {"cpu_s": 8.5, "run_queue_wait_s": 0.7}


def test_a_generator_that_used_all_its_time_was_the_limit_when_it_was_late() -> None:
    exhausted = replace(WELL, **BUSY)  # type: ignore[arg-type]
    assert reasons(exhausted) == ()
    late = requests(delay_ms=20, waited_for=WORKERS_BUSY)
    (reason,) = reasons(exhausted, tallies=late)
    assert "itself was the limit: it started 0 of 1,000 requests in time" in reason
    assert health(exhausted, tallies=late).overloaded
    assert reasons(WELL, tallies=late) == ()  # the plan's, or the server's


def test_in_the_closed_model_it_was_the_limit_when_it_used_all_its_time() -> None:
    (reason,) = reasons(replace(WELL, **BUSY), closed=True)  # type: ignore[arg-type]
    assert "the server may be able to do more" in reason
    assert reasons(WELL, closed=True) == ()


@pytest.mark.parametrize(
    "tallies, words",
    [
        (requests(delay_ms=20), "1,000 of 1,000 requests started late or never although"),
        (requests(outcome=Failure.DROPPED_GENERATOR), "started late or never although"),
        (requests(delay_ms=20, waited_for=CAPPED), "because max_rate held them back"),
        (requests(outcome=Failure.NO_DESCRIPTORS), "ran out of open files 1,000 times"),
        (requests(outcome=Failure.NO_PORTS), "ran out of local ports 1,000 times"),
    ],
)
def test_what_it_did_wrong_is_named(tallies: Tallies, words: str) -> None:
    (reason,) = reasons(WELL, tallies=tallies)
    assert words in reason


def test_the_arrivals_of_a_shard_that_died_are_counted_as_lost() -> None:
    found = health(WELL, None, tallies=requests(300))
    (reason,) = found.reasons
    assert found.lost_shards == (1,)
    assert reason == (
        "part 2 of 2 of the load generator died after 300 of its 500 requests, and the other "
        "200 are lost: Killed"
    )


def test_shards_that_died_alike_are_told_of_together() -> None:
    """As those of a machine that lost its power: a machine may have had dozens of them."""
    (reason,) = reasons(None, WELL, None, tallies=requests(200))
    assert reason == (
        "parts 1, 3 of 3 of the load generator died after 400 of their 667 requests, and the "
        "other 267 are lost: Killed"
    )


def test_in_the_closed_model_nobody_knows_how_many_were_lost() -> None:
    (reason,) = reasons(None, tallies=requests(300), closed=True)
    assert reason == "part 1 of 1 of the load generator died after 300 requests: Killed"


def share(host: str, **carried: float) -> HostShare:
    """What a shard's machine on a cluster had to carry: not much, unless said otherwise."""
    usual = {"cpu_percent": 40.0, "descriptors": 12, "begun_late_ns": 0, "clock_doubt_ns": MS}
    return HostShare(host, **(usual | carried))  # type: ignore[arg-type]


def of_cluster(*shards: tuple[ShardEnd | None, HostShare], closed: bool = False) -> GeneratorHealth:
    """The health of shards on these machines, whose requests were late."""
    late = requests(delay_ms=20, waited_for=WORKERS_BUSY)
    results = [ShardResult(late, end, "" if end else "Gone.", share) for end, share in shards]
    return assess(a_plan(closed=closed), results, late)


def test_machines_that_did_their_part_are_told_one_by_one() -> None:
    found = of_cluster((WELL, share("b")), (WELL, share("a")), (WELL, share("b", descriptors=3)))
    assert found.healthy
    assert [(each.name, each.shards, each.lost, each.descriptors) for each in found.hosts] == [
        ("a", 1, 0, 12),
        ("b", 2, 0, 15),
    ]


NOBODY_KNOWS, NOTICED, UNNOTICED = None, 0.6, 0.4  # seconds of ten


@pytest.mark.parametrize("waited_s", [NOBODY_KNOWS, NOTICED])
def test_a_machine_whose_processors_were_full_is_named(waited_s: float | None) -> None:
    waiting = replace(WELL, run_queue_wait_s=waited_s)
    found = of_cluster((waiting, share("full", cpu_percent=97.0)), (WELL, share("idle")))
    (reason,) = found.reasons
    assert found.overloaded
    assert reason.startswith("the load generator on full had no processor time to spare (97 %")


def test_a_full_machine_that_its_shards_do_not_feel_is_let_be() -> None:
    served = replace(WELL, run_queue_wait_s=UNNOTICED)
    assert of_cluster((served, share("full", cpu_percent=99.0))).healthy


def test_who_starves_on_a_cluster_is_named_once() -> None:
    starved = replace(WELL, run_queue_wait_s=2.0)
    (reason,) = of_cluster((starved, share("a", cpu_percent=99.0)), (WELL, share("b"))).reasons
    assert reason.startswith("the load generator on a waited for a processor 20 % of the time")


@pytest.mark.parametrize("closed", [True, False])
def test_the_machine_that_was_the_limit_is_named(closed: bool) -> None:
    exhausted = replace(WELL, **BUSY)  # type: ignore[arg-type]
    (reason,) = of_cluster((WELL, share("a")), (exhausted, share("b")), closed=closed).reasons
    assert reason.startswith("the load generator on b itself was the limit")


@pytest.mark.parametrize(
    "carried, words",
    [
        ({"begun_late_ns": 45 * MS}, "the load on b began 45 ms late"),
        ({"clock_doubt_ns": 80 * MS}, "the clock of b is known to within 80 ms only"),
    ],
)
def test_a_machine_out_of_step_is_named(carried: dict[str, float], words: str) -> None:
    found = of_cluster((WELL, share("a")), (WELL, share("b", **carried)))
    (reason,) = found.reasons
    assert reason.startswith(words)
    assert not found.overloaded


def test_machines_that_fared_alike_are_told_of_in_one_sentence() -> None:
    """A cluster may have dozens of them."""
    starved = replace(WELL, run_queue_wait_s=2.0)
    two = of_cluster(*((starved, share(each)) for each in "ab")).reasons
    assert [each[:74] for each in two] == [
        "the load generator on a and b waited for a processor up to 20 % of the tim"
    ]
    behind = {"cpu_percent": 99.0, "begun_late_ns": 45 * MS, "clock_doubt_ns": 80 * MS}
    felt = replace(WELL, **BUSY)  # type: ignore[arg-type]
    many = of_cluster(*((felt, share(each, **behind)) for each in "abcdefg"), (WELL, share("h")))
    on = "a, b, c and 4 more machines"
    assert [each.split(on)[0] for each in many.reasons] == [
        "the load on ",
        "the clock of ",
        "the load generator on ",
        "the load generator on ",
    ]
    assert f"{on} itself was the limit: it started 0 of 7,000 requests in time" in many.reasons[3]


def test_what_is_usual_between_machines_is_tolerated() -> None:
    near = share("b", begun_late_ns=10 * MS, clock_doubt_ns=50 * MS)
    assert of_cluster((WELL, share("a")), (WELL, near)).healthy


def test_a_lost_machine_is_named_with_what_it_had() -> None:
    found = of_cluster((WELL, share("a")), (None, share("b", cpu_percent=99.0)))
    assert [(each.name, each.lost) for each in found.hosts] == [("a", 0), ("b", 1)]
    assert found.lost_shards == (1,)
    assert len(found.reasons) == 1  # of its processors nothing more is held against it
