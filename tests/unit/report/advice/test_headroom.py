"""At which rate what gives out, and what cannot be told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from ApiLoadLibrary.report.advice import headrooms
from ApiLoadLibrary.report.advice.bounds import Bound, bounds_of, reach
from ApiLoadLibrary.report.advice.evidence import RunEvidence
from ApiLoadLibrary.report.advice.headroom import BETWEEN, FULL, IDLE, UNKNOWN
from ApiLoadLibrary.report.advice.levels import Level, levels_of
from ApiLoadLibrary.report.document import Document, Hold
from unit.report.advice.documents import endpoint_of as an_endpoint
from unit.report.advice.documents import judged, passing, rising, run_of, spoken, steady

RAMP = [10 + round(190 * second / 119) for second in range(120)]
STEPS = [rate for rate in (50, 100, 150, 200) for _ in range(15)]


def row(document: Document, part: str) -> Hold:
    """The line about something."""
    (found,) = headrooms(document)
    (line,) = [each for each in found.holds if part in each.what]
    return line


def slow_above(limit: int) -> Callable[[int], float]:
    return lambda rate: 12.0 if rate <= limit else 300.0


def proportional(percent: float, spread: float = 1.0) -> Callable[[int], float]:
    """So much of the processor at 200 requests a second, and some noise."""
    random = np.random.default_rng(4)
    return lambda rate: 5 + (percent - 5) * rate / 200 + float(random.normal(0, spread))


def test_from_one_constant_rate_nothing_is_told_but_that() -> None:
    document = passing()
    (found,) = headrooms(document)
    assert found.sentence == (
        "Only 60/s was tried. At which rate the service gives out cannot be told from one "
        "constant rate; load that rises, with `Ramp From … To …`, shows it."
    )
    assert {each.sentence for each in found.holds} == {
        "Held at 60/s. When it gives out cannot be told from one constant rate."
    }
    assert all(each.broken_from_per_s is None for each in found.holds)
    assert all(each.expected_from_per_s is None for each in found.holds)


@pytest.mark.parametrize("limit", [60, 100, 150])
def test_a_ramp_brackets_the_rate_at_which_a_limit_breaks(limit: int) -> None:
    line = row(rising(RAMP, slow_above(limit)), "95 of 100 requests to")
    held, broken = line.held_up_to_per_s, line.broken_from_per_s
    assert held is not None
    assert broken is not None
    assert held <= limit <= broken
    assert broken - held <= 2 * 190 / 20


def test_steps_are_told_as_they_stood() -> None:
    document = rising(STEPS, slow_above(120), scenario="steps")
    assert row(document, "95 of 100 requests to").sentence == "Held up to 100/s; not from 150/s on."
    (found,) = headrooms(document)
    assert found.sentence == "Between 100 and 150 requests a second the service gives out."


@pytest.mark.parametrize("random", [False, True])
def test_steps_are_told_apart_evenly_sent_or_at_random(random: bool) -> None:
    noise = np.random.default_rng(8)
    rates = [int(noise.poisson(each)) if random else each for each in STEPS]
    (run,) = rising(rates, slow_above(999), scenario="steps").runs
    levels = levels_of(RunEvidence(passing(), replace(run, length_s=60.0)))
    assert [each.rate for each in levels] == pytest.approx([50, 100, 150, 200], abs=8)


@pytest.mark.parametrize(
    "p95_ms, cpu, words",
    [
        (lambda rate: 2.0 if rate < 150 else 30.0, None, "answers begin to take far longer"),
        (lambda _rate: 2.0, lambda rate: rate / 2, "the processor of pos-1 is full"),
        (lambda rate: 20.0 if rate < 100 else 65.0, None, "the service gives out"),
    ],
    ids=["bend", "processor", "limit"],
)
def test_what_gives_out_first_is_named(p95_ms, cpu, words: str) -> None:
    (found,) = headrooms(rising(STEPS, p95_ms, scenario="steps", cpu=cpu))
    assert found.sentence.endswith(f" requests a second {words}.")


def test_what_held_everywhere_is_said_to_hold_no_further() -> None:
    line = row(rising(STEPS, slow_above(999), scenario="steps"), "95 of 100 requests to")
    assert line.sentence == (
        "Held up to 200/s, the highest rate tried. Beyond that nothing can be told."
    )


def test_what_held_nowhere_is_said_so() -> None:
    line = row(rising(STEPS, slow_above(1), scenario="steps"), "95 of 100 requests to")
    assert line.sentence == "Not held at any rate from 50/s on, the lowest that was tried."


def test_what_breaks_and_holds_again_is_not_told() -> None:
    document = rising(STEPS, lambda rate: 300.0 if rate == 100 else 12.0, scenario="steps")
    assert row(document, "95 of 100 requests to").sentence == (
        "Not held at some rates, but held at 200/s, the highest tried: cannot be told."
    )


def test_failures_give_out_too() -> None:
    document = rising(
        STEPS, slow_above(999), scenario="steps", errors=lambda rate: rate // 10 * (rate > 150)
    )
    assert row(document, "fail").sentence == "Held up to 150/s; not from 200/s on."


@pytest.mark.parametrize("count, requests, held", [(1, 30, True), (3, 30, False), (50, 900, False)])
def test_one_of_few_requests_proves_nothing(count: int, requests: int, held: bool) -> None:
    level = Level(10.0, requests, count, count, 1.0, 1.0, 1.0, {}, {})
    found = [reach(bound, [level]) for bound in bounds_of(())]
    assert [each is not None and each.held is not None for each in found] == [held, held]


@pytest.mark.parametrize("percent", [45.0, 60.0, 80.0])
def test_a_processor_that_works_in_proportion_is_told_ahead_with_its_doubt(percent: float) -> None:
    document = rising(RAMP, slow_above(999), cpu=proportional(percent))
    line = row(document, "processor of pos-1")
    truth = 200 * 85 / (percent - 5)
    soonest, latest = line.expected_from_per_s, line.expected_until_per_s
    assert soonest is not None
    assert latest is not None
    assert soonest <= truth <= latest
    assert latest - soonest < 0.2 * truth


def test_the_doubt_holds_the_truth_as_often_as_is_said() -> None:
    """The rate at which the line reaches the limit lies inside, and a little more often."""
    random, hits = np.random.default_rng(11), 0
    bound = Bound("cpu", lambda level: level.cpu_percent["pos-1"], 90.0, grows=True)
    for _ in range(200):
        levels = [
            Level(rate, 100, 0, 0, 1.0, 1.0, 1.0, {}, {"pos-1": 0.3 * rate + random.normal(0, 3)})
            for rate in np.linspace(20, 200, 20).tolist()
        ]
        found = reach(bound, levels)
        assert found is not None
        assert found.expected is not None
        hits += found.expected[0] <= 300 <= (found.expected[1] or np.inf)
    assert hits >= 190


@pytest.mark.parametrize(
    "cpu",
    [
        lambda _rate: 30.0,  # does not depend on the rate
        proportional(20.0),  # reaches its limit beyond three times what was tried
        proportional(60.0, spread=60.0),  # nothing but noise
    ],
    ids=["flat", "far off", "noise"],
)
def test_a_processor_is_not_told_ahead_without_ground(cpu: Callable[[int], float]) -> None:
    document = rising(RAMP, slow_above(999), cpu=lambda rate: min(max(cpu(rate), 0), 85))
    assert row(document, "processor of pos-1").expected_from_per_s is None


def test_a_ramp_that_falls_says_nothing_of_low_rates() -> None:
    assert headrooms(rising(RAMP[::-1], slow_above(60))) == ()


def test_runs_at_several_rates_are_seen_together_and_runs_on_other_endpoints_are_not() -> None:
    slow, fast = (
        replace(run_of(an_endpoint(steady(ms, per_s), seconds=40, per_s=per_s)), id=f"run-{per_s}")
        for ms, per_s in ((10, 10), (90, 40))
    )
    other = replace(run_of(an_endpoint(steady(10), "Orders", seconds=40)), id="run-3")
    found = headrooms(judged(slow, fast, other, criteria=("p95 < 50 ms",)))
    assert [each.runs for each in found] == [("run-10", "run-40"), ("run-3",)]
    assert (found[0].lowest_rate_per_s, found[0].highest_rate_per_s) == (10, 40)
    assert found[0].holds[0].sentence == "Held up to 10/s; not from 40/s on."


def test_a_run_whose_generator_was_not_up_to_it_is_left_out() -> None:
    document = rising(STEPS, slow_above(120), scenario="steps")
    (run,) = document.runs
    ill = replace(run, generator=replace(run.generator, healthy=False))
    assert headrooms(replace(document, runs=(ill,))) == ()


@pytest.mark.parametrize(
    "cpu, advice",
    [
        (lambda rate: min(98.0, rate * 0.75), FULL),
        (lambda _rate: 20.0, IDLE),
        (lambda _rate: 72.0, BETWEEN),
        (None, UNKNOWN),
    ],
    ids=["full", "idle", "between", "unwatched"],
)
def test_the_advice_at_the_limit_depends_on_what_was_used_up_there(cpu, advice: str) -> None:
    document = rising(RAMP, slow_above(120), cpu=cpu)
    (found,) = spoken(document, of="gives out")["gives out"]
    assert found.advice == advice
    assert found.finding.startswith("Between ")


def test_a_processor_that_the_load_generator_worked_on_too_is_left_out() -> None:
    document = rising(STEPS, slow_above(999), scenario="steps", cpu=lambda rate: rate / 2)
    alone = replace(document, environment={"generator_host": "ci-7"})
    shared = replace(document, environment={"generator_host": "pos-1"})
    hosts = [{hold.host for hold in headrooms(each)[0].holds} for each in (alone, shared)]
    assert hosts == [{None, "pos-1"}, {None}]
