"""The states of a server with a known timeline are found where they are, through noise too."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ApiLoadLibrary.measurement.exchange import Exchange
from ApiLoadLibrary.measurement.outcomes import Failure
from ApiLoadLibrary.scenarios.recovery.shutting import Defence
from ApiLoadLibrary.scenarios.recovery.timeline import State
from simulated_recovery import MS, Breaker, S, Truth, exchange, found, shedder, states
from strategies import same_every_time as every_time

same_every_time = settings(every_time, max_examples=40)
INTERVAL = 20 * MS
BOUND_S = 0.05


def assert_found(truth: Truth, seen: Truth, interval_ns: int) -> None:
    """The same states, each begun within a probe's interval and 50 ms of the truth."""
    truth = sorted(truth, key=lambda each: each[1])
    assert [state for state, _ in seen] == [state for state, _ in truth]
    for (state, there_s), (_, here_s) in zip(truth, seen, strict=True):
        assert abs(there_s - here_s) <= interval_ns / S + BOUND_S, (state, there_s, here_s)


breakers = st.builds(
    Breaker,
    began_s=st.floats(2.0, 4.0),
    ended_s=st.floats(7.5, 12.0),
    failures=st.integers(2, 12),
    open_s=st.floats(1.0, 2.2),
    healthy_ms=st.floats(4, 60),
    failing_ms=st.floats(200, 500),
    told=st.booleans(),
)


@same_every_time
@given(breakers, st.sampled_from([5, 10, 20, 50]), st.integers(0, 99))
def test_each_boundary_is_found_within_an_interval(
    breaker: Breaker, interval_ms: int, seed: int
) -> None:
    interval_ns = interval_ms * MS
    trace = breaker.trace(20, interval_ns, seed)
    findings = found(trace, (breaker.began_s, breaker.ended_s), interval_ns)
    assert findings.shutting.defence is Defence.BREAKER, findings.shutting.reason
    assert_found(breaker.truth, states(findings), interval_ns)


@same_every_time
@given(
    breakers, st.floats(1.0, 20.0), st.sampled_from([(500, 503), (502, 503)]), st.integers(0, 99)
)
def test_a_dependency_may_fail_at_once_too(
    breaker: Breaker, failing_ms: float, statuses: tuple[int, int], seed: int
) -> None:
    """Then the status, or Retry-After, tells a try from a refusal."""
    breaker.failing_ms, breaker.told = failing_ms, True
    breaker.failing, breaker.refused = statuses
    breaker.healthy_ms = 20.0
    trace = breaker.trace(20, INTERVAL, seed)
    findings = found(trace, (breaker.began_s, breaker.ended_s))
    assert findings.shutting.defence is Defence.BREAKER, findings.shutting.reason
    truth = {state for state, _ in breaker.truth}
    assert {state for state, _ in states(findings)} == truth


@same_every_time
@given(breakers, st.integers(0, 99))
def test_nobody_need_have_noted_the_trouble(breaker: Breaker, seed: int) -> None:
    breaker.began_s += 3
    breaker.ended_s = breaker.began_s + 5
    trace = breaker.trace(22, INTERVAL, seed)
    assert_found(breaker.truth, states(found(trace, (None, None))), INTERVAL)


def _slow_now_and_then(trace: list[Exchange], seed: int, share: float) -> list[Exchange]:
    """With answers that took up to 60 ms longer for no reason."""
    chance = random.Random(seed)
    return [
        each._replace(done_ns=each.done_ns + int(chance.uniform(10, 60)) * MS)
        if chance.random() < share
        else each
        for each in trace
    ]


@same_every_time
@given(breakers, st.integers(0, 99))
def test_single_slow_answers_change_nothing(breaker: Breaker, seed: int) -> None:
    trace = breaker.trace(20, INTERVAL, seed)
    noisy = _slow_now_and_then(trace, seed, share=0.01)
    findings = found(noisy, (breaker.began_s, breaker.ended_s))
    truth = sorted(breaker.truth, key=lambda each: each[1])
    assert [state for state, _ in states(findings)] == [state for state, _ in truth]
    # A slow answer right at a boundary may move it by as many probes.
    for (_, there_s), (_, here_s) in zip(truth, states(findings), strict=True):
        assert abs(there_s - here_s) <= 3 * INTERVAL / S + BOUND_S


def _stalled(trace: list[Exchange], from_s: float, for_s: float) -> list[Exchange]:
    """As if the generator had stood still: what was due then is sent, and read, at its end."""
    start_ns, end_ns = int(from_s * S), int((from_s + for_s) * S)

    def held(moment_ns: int) -> int:
        return end_ns if start_ns <= moment_ns < end_ns else moment_ns

    return [
        each._replace(
            sent_ns=held(each.sent_ns),
            done_ns=max(held(each.done_ns), held(each.sent_ns) + each.done_ns - each.sent_ns),
        )
        for each in trace
    ]


@same_every_time
@given(st.floats(0.5, 17.0), st.floats(0.03, 0.6), st.integers(0, 99))
def test_a_stall_of_the_generator_is_no_state(from_s: float, for_s: float, seed: int) -> None:
    """Boundaries within it are found where it ends."""
    breaker = Breaker(3.0, 9.0)
    trace = _stalled(breaker.trace(20, INTERVAL, seed), from_s, for_s)
    findings = found(trace, (3.0, 9.0))
    truth = sorted(breaker.truth, key=lambda each: each[1])
    seen = states(findings)
    assert [state for state, _ in seen] == [state for state, _ in truth]
    for (_, there_s), (_, here_s) in zip(truth, seen, strict=True):
        # A try that it holds up is answered later, too.
        within = from_s - BOUND_S <= there_s <= from_s + for_s + 0.4 + BOUND_S
        assert abs(there_s - here_s) <= INTERVAL / S + BOUND_S + (for_s if within else 0)


@pytest.mark.parametrize("share", [0.2, 0.5, 0.8, 0.95, 1.0])
@pytest.mark.parametrize("seed", range(10))
def test_a_load_shedder_is_no_breaker(share: float, seed: int) -> None:
    findings = found(shedder(20, (3, 8), share, seed=seed), (3, 8))
    assert findings.shutting.defence in {Defence.SHEDDING, Defence.UNKNOWN}
    assert not {state for state, _ in states(findings)} & {State.HALF_OPEN}
    assert states(findings)[-1][0] is State.RECOVERED
    assert states(findings)[-1][1] == pytest.approx(8.0, abs=INTERVAL / S + BOUND_S)


@pytest.mark.parametrize("seed", range(30))
def test_nor_is_one_whose_served_requests_fail_slowly(seed: int) -> None:
    """It looks like a breaker's tries, but for the rhythm."""
    chance = random.Random(seed)
    trace = []
    for number in range(1000):
        busy = 150 <= number < 400
        served = not busy or chance.random() < 0.06
        took_ms = 2.0 if not served else 320.0 if busy else 20.0
        status = 503 if not served else 500 if busy else 200
        trace.append(exchange(number, INTERVAL, took_ms, status))
    trace[150:155] = [exchange(number, INTERVAL, 320.0, 500) for number in range(150, 155)]
    assert found(trace, (3, 8)).shutting.defence is not Defence.BREAKER


def test_a_breaker_that_never_closes_is_not_known_to_be_one() -> None:
    breaker = Breaker(3.0, 60.0)
    findings = found(breaker.trace(20, INTERVAL), (3.0, None))
    assert findings.shutting.defence is Defence.UNKNOWN
    assert "none of that ended with all being served again" in findings.shutting.reason


def test_without_a_try_in_between_nobody_can_tell() -> None:
    breaker = Breaker(3.0, 4.5, open_s=2.0)
    findings = found(breaker.trace(20, INTERVAL), (3.0, 4.5))
    assert findings.shutting.defence is Defence.UNKNOWN
    assert "let the trouble last longer" in findings.shutting.reason


def test_several_tries_at_once_are_one_half_open_moment() -> None:
    """Ten permitted calls, as some breakers have it."""
    trace = [exchange(number, INTERVAL, 20.0) for number in range(900)]
    for number in range(150, 500):
        trace[number] = exchange(number, INTERVAL, 0.5, 503)
    for number in [*range(150, 170), *range(300, 310)]:
        trace[number] = exchange(number, INTERVAL, 320.0, 500)
    findings = found(trace, (3.0, 9.9))
    assert [state for state, _ in states(findings)] == [
        *(State.HEALTHY, State.DEGRADED, State.FAST_FAILING, State.HALF_OPEN),
        *(State.FAST_FAILING, State.HALF_OPEN, State.RECOVERED),
    ]
    assert findings.shutting.tries == 11


def test_slow_successes_are_degraded_and_then_recovering() -> None:
    """A queue that drains after the overload."""
    trace = [exchange(number, INTERVAL, 20.0) for number in range(900)]
    for number in range(150, 400):
        trace[number] = exchange(number, INTERVAL, 300.0)
    findings = found(trace, (3.0, 7.0))
    assert states(findings) == [
        (State.HEALTHY, 0.0),
        (State.DEGRADED, 3.0),
        (State.RECOVERING, 7.0),
        (State.RECOVERED, 8.0),
    ]


def test_a_server_that_is_gone_does_not_fail_fast() -> None:
    """Connection refused comes at once, but nobody is there to defend anything."""
    trace = [exchange(number, INTERVAL, 20.0) for number in range(900)]
    for number in range(150, 400):
        trace[number] = exchange(number, INTERVAL, 0.2, int(Failure.REFUSED))
    findings = found(trace, (3.0, 8.0))
    assert findings.shutting.defence is Defence.NONE
    assert [state for state, _ in states(findings)] == [
        *(State.HEALTHY, State.DEGRADED, State.RECOVERED)
    ]


def test_what_the_generator_could_not_send_says_nothing() -> None:
    trace = [exchange(number, INTERVAL, 20.0) for number in range(900)]
    for number in range(150, 400):
        trace[number] = exchange(number, INTERVAL, 0.2, int(Failure.NO_PORTS))
    findings = found(trace, (3.0, 8.0))
    assert [state for state, _ in states(findings)] == [State.HEALTHY]


def test_one_slow_answer_in_good_times_is_no_trouble() -> None:
    trace = [exchange(number, INTERVAL, 900.0 if number == 300 else 20.0) for number in range(900)]
    assert states(found(trace, (3.0, 8.0))) == [(State.HEALTHY, 0.0)]
