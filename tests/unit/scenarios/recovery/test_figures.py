"""The figures of a recovery, and what is said where one has no value."""

from __future__ import annotations

import pytest

from ApiLoadLibrary.measurement.exchange import Exchange
from ApiLoadLibrary.scenarios.recovery.figures import Figure, Figures
from ApiLoadLibrary.scenarios.recovery.findings import findings_of
from ApiLoadLibrary.scenarios.recovery.timeline import Fault
from simulated_recovery import MS, Breaker, S, exchange, found, probing, shedder

INTERVAL = 20 * MS


def figures(
    trace: list[Exchange],
    began: float | None = 3.0,
    ended: float | None = 8.0,
    stopped: str | None = None,
) -> dict[str, Figure]:
    """All figures of a trace."""
    return Figures(found(trace, (began, ended)), stopped).all()


def steady(length_s: float = 20.0) -> list[Exchange]:
    """A server with which all is well."""
    return [exchange(number, INTERVAL, 20.0) for number in range(round(length_s * 50))]


def failing(
    from_s: float, to_s: float, took_ms: float = 320.0, length_s: float = 20.0
) -> list[Exchange]:
    """A server that fails slowly for some time."""
    trace = steady(length_s)
    for number in range(round(from_s * 50), round(to_s * 50)):
        trace[number] = exchange(number, INTERVAL, took_ms, 500)
    return trace


class TestRecovery:
    def test_counts_from_the_end_of_the_trouble_to_the_first_stable_stretch(self) -> None:
        trace = failing(3.0, 9.5)
        trace[430] = exchange(430, INTERVAL, 20.0)  # a first success is none
        assert figures(trace)["recovery"] == Figure(
            pytest.approx(1500),
            600,
            "until then 98.7 % of the probes failed (74 × status 500)",
        )

    def test_is_immediate_where_all_was_well_before_the_end(self) -> None:
        assert figures(failing(3.0, 6.0), ended=7.99)["recovery"].value == 0

    def test_waits_for_95_of_100_to_be_as_quick_as_before(self) -> None:
        trace = steady()
        for number in range(400, 600, 5):  # every fifth, for four seconds
            trace[number] = exchange(number, INTERVAL, 200.0)
        assert figures(trace)["recovery"].value == pytest.approx(3500, abs=510)

    def test_waits_for_99_of_100_to_succeed(self) -> None:
        trace = steady()
        for number in range(400, 600, 30):
            trace[number] = exchange(number, INTERVAL, 20.0, 500)
        assert figures(trace)["recovery"].value == pytest.approx(3000, abs=650)

    def test_never_comes_where_requests_go_on_failing(self) -> None:
        never = figures(failing(3.0, 20.0))["recovery"]
        assert never.never
        assert never.reason == (
            "in the last 3 s of the 12 s watched after it 100 % of the probes failed "
            "(150 × status 500)"
        )

    def test_never_comes_where_requests_stay_slow(self) -> None:
        trace = steady()
        for number in range(150, 1000):
            trace[number] = exchange(number, INTERVAL, 200.0)
        never = figures(trace)["recovery"]
        assert never.never
        assert never.reason == (
            "in the last 3 s of the 12 s watched after it 95 of 100 probes took 200 ms, and "
            "20 ms when all was well"
        )

    def test_is_unknown_where_it_came_too_late_to_be_called_stable(self) -> None:
        unknown = figures(failing(3.0, 18.5))["recovery"]
        assert (unknown.value, unknown.never) == (None, False)
        assert unknown.reason == (
            "all was well from 10.5 s after it, but the probing ended less than 3 s later, too "
            "soon to call that stable: probe for longer"
        )

    def test_is_unknown_where_it_was_hardly_watched(self) -> None:
        unknown = figures(failing(3.0, 20.0), ended=19.0)["recovery"]
        assert (unknown.value, unknown.never) == (None, False)
        assert unknown.reason == "it was watched for only 1 s after its end"

    def test_is_unknown_where_the_probing_was_cut_short(self) -> None:
        unknown = figures(failing(3.0, 20.0), stopped="Ctrl-C")["recovery"]
        assert (unknown.value, unknown.never) == (None, False)
        assert unknown.reason == "the probing was cut short: Ctrl-C"

    def test_is_unknown_where_nobody_noted_the_end(self) -> None:
        unknown = figures(failing(3.0, 8.0), ended=None)["recovery"]
        assert (unknown.value, unknown.never) == (None, False)
        assert "Note End Of Fault" in unknown.reason

    def test_tells_how_long_a_breaker_held_it_up(self) -> None:
        breaker = Breaker(3.0, 8.3)
        recovery = figures(breaker.trace(20, INTERVAL), ended=8.3)["recovery"]
        assert recovery.reason == "the circuit breaker stayed open for 1.9 s of that time"
        assert recovery.value == pytest.approx(1860, abs=70)


class TestCircuitBreaker:
    def test_has_its_figures(self) -> None:
        breaker = Breaker(3.0, 8.3)
        got = figures(breaker.trace(20, INTERVAL), ended=8.3)
        opened, closed = breaker.truth[2][1], breaker.truth[-1][1]
        assert got["detection"].value == pytest.approx(1000 * (opened - 3.0), abs=70)
        assert got["failures before opening"].value == pytest.approx(21, abs=1)
        assert got["open time"].value == pytest.approx(1000 * (closed - opened), abs=140)
        assert got["fast failure time"].value == pytest.approx(0.6, abs=0.1)
        assert got["open time"].reason == "3 tries were let through"

    def test_never_opened_where_all_failures_were_tried(self) -> None:
        got = figures(failing(3.0, 8.0))
        for name in ("detection", "failures before opening", "open time", "fast failure time"):
            assert got[name].never
            assert got[name].reason == (
                "no circuit breaker opened: all 250 failures were tried to the end, and 95 of "
                "100 took 320 ms"
            )

    def test_is_not_what_sheds_load(self) -> None:
        got = figures(shedder(20, (3, 8), 0.7))
        assert got["detection"].never
        assert got["detection"].reason.startswith("no circuit breaker opened: ")
        assert got["fast failure time"].value == pytest.approx(2.6, abs=0.1)

    def test_had_nothing_to_open_for_where_nothing_failed(self) -> None:
        got = figures(steady())
        assert not got["detection"].never
        assert got["detection"].reason == "no probe failed, so there was nothing to open for"


class TestErrors:
    def test_are_counted_while_the_trouble_lasts(self) -> None:
        got = figures(failing(4.0, 6.0))
        assert got["errors under overload"] == Figure(40.0, 250, "100 × status 500")

    def test_are_unknown_where_nobody_noted_it(self) -> None:
        got = figures(failing(4.0, 6.0), began=None)
        assert "Note Start Of Fault" in got["errors under overload"].reason

    def test_remain_after_the_recovery(self) -> None:
        trace = failing(3.0, 9.0)
        for number in range(600, 1000, 10):
            trace[number] = exchange(number, INTERVAL, 20.0, 500)
        residual = figures(trace)["residual errors"]
        assert residual.value == pytest.approx(100 * 40 / residual.samples)
        assert residual.reason == "40 × status 500"

    def test_never_become_residual_without_a_recovery(self) -> None:
        residual = figures(failing(3.0, 20.0))["residual errors"]
        assert residual.never
        assert residual.reason.startswith("it was not seen to recover: in the last 3 s")


def test_a_herd_is_seen_in_the_first_seconds_back() -> None:
    trace = failing(3.0, 8.0)
    for number in range(400, 450):
        trace[number] = exchange(number, INTERVAL, 80.0)
    overshoot = figures(trace)["overshoot"]
    assert overshoot.value == pytest.approx(4.0)
    assert overshoot.reason == (
        "in its first 3 s back 95 of 100 probes took 80 ms, and 20 ms when all was well"
    )


def without(trace: list[Exchange]) -> object:
    """Why nothing is found in it."""
    return findings_of(trace, probing(), Fault(3 * S, 8 * S))


def test_nothing_is_found_in_no_answers() -> None:
    assert without([]) == "no probe was answered"


def test_nothing_is_found_without_a_healthy_time() -> None:
    assert without(steady(0.3)) == (
        "only 15 probes were answered before the trouble began, and 20 at least are needed: "
        "let the healthy time last longer, or probe more often"
    )


def test_nothing_is_found_where_nothing_was_ever_healthy() -> None:
    assert without(failing(0.0, 20.0)) == (
        "100 % of the probes failed before the trouble began: there is no healthy level to "
        "compare with"
    )
