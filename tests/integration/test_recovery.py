"""Real probes of real servers that get into trouble, and say when they did."""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.session.acceptance import AcceptanceSession
from ApiLoadLibrary.session.place import Place
from ApiLoadLibrary.session.recovery import Overload, Probes, ProbeSettings
from ApiLoadLibrary.session.tester import LoadPlan
from ApiLoadLibrary.values import Duration, Factor, Percent, Rate
from integration.loads import get, watch_nothing
from rig.process import recovering_server

RATE = Rate.parse("50/s")
INTERVAL_S = 0.02
BOUND_S = INTERVAL_S + 0.05
STATES = {"open": "fast-failing", "half-open": "half-open", "closed": "recovered"}


@pytest.fixture
def server() -> Iterator[str]:
    """The address of a server that can be brought into trouble."""
    with recovering_server() as address:
        yield address


@pytest.fixture
def session(server: str) -> AcceptanceSession:
    """A session in a test of its own, that knows the server's endpoints."""
    session = AcceptanceSession()
    session.use_server(server)
    for path in ("/pay", "/pay-anyhow", "/shed"):
        session.endpoints.define(get(path))
    session.place = Place("Suite", "Suite.Test")
    return session


def settings(rate: Rate = RATE, stable: str = "1 s") -> ProbeSettings:
    return ProbeSettings(rate, Duration.parse(stable), Percent(99), Factor.parse(2))


def ask(address: str) -> Any:
    with urllib.request.urlopen(address, timeout=5) as answer:
        return answer.read()


def truth_of(server: str) -> list[tuple[str, int]]:
    return [(what, at_ns) for what, at_ns in json.loads(ask(f"{server}/truth"))["truth"]]


def reading(run: RunResult, metric: str) -> Any:
    return next(each for each in run.readings if each.metric == metric)


def through_a_fault(
    session: AcceptanceSession, server: str, path: str, *, fault_ms: int, rate: Rate = RATE
) -> tuple[RunResult, int]:
    """Probe an endpoint before, during and after a fault; with when the probes began."""
    probes = Probes(session, f"Get {path}", settings(rate))
    probes.begin(probes.plan(Duration.parse("1 min")))
    start_ns = session.background.find().going.start_ns
    probes.go_on(Duration.parse("2 s"), watch_nothing)
    ask(f"{server}/fault/{fault_ms}")
    began_ns = dict(truth_of(server))["fault"]
    probes.note_start(began_ns)
    probes.go_on(Duration(fault_ms * 1_000_000), watch_nothing)
    probes.note_end(began_ns + fault_ms * 1_000_000)
    probes.go_on(Duration.parse("3 s"), watch_nothing)
    probes.finish()
    return session.verdicts.latest_run(), start_ns


def boundary_errors(
    run: RunResult, truth: list[tuple[str, int]], start_ns: int
) -> list[tuple[str, float]]:
    """The states, in the order of the truth, and how far off they were found, in ms."""
    told = [("degraded", at) for what, at in truth if what == "fault"]
    told += [(STATES[what], at) for what, at in truth if what in STATES]
    seen = [(each["state"], each["start_s"]) for each in run.details["states"][1:]]
    assert [state for state, _ in seen] == [state for state, _ in told], (seen, told)
    return [
        (state, 1e3 * (at_s - (at_ns - start_ns) / 1e9))
        for (state, at_s), (_, at_ns) in zip(seen, told, strict=True)
    ]


@pytest.mark.quiet
@pytest.mark.slow
@pytest.mark.parametrize("rate", ["50/s", "100/s", "20/s"])
def test_each_boundary_of_a_known_timeline_is_found_within_an_interval_and_50_ms(
    session: AcceptanceSession,
    server: str,
    rate: str,
    record_testsuite_property: Callable[[str, object], None],
) -> None:
    run, start_ns = through_a_fault(session, server, "/pay", fault_ms=3_000, rate=Rate.parse(rate))
    bound_ms = 1e3 / float(Rate.parse(rate).per_second) + 50
    errors = boundary_errors(run, truth_of(server), start_ns)
    told = ", ".join(f"{state} {error:+.1f} ms" for state, error in errors)
    record_testsuite_property(f"boundary errors at {rate}", told)
    assert all(abs(error) <= bound_ms for _, error in errors), errors
    assert run.details["defence"] == "circuit breaker", run.details["defence_reason"]
    assert run.details["half_open_tries"] >= 3
    assert run.scenario == "recovery"
    assert reading(run, "fast failure time").value < 10
    assert 0.9e3 <= reading(run, "open time").value <= 5e3
    assert reading(run, "recovery").value <= 1_500
    assert not run.trace


@pytest.mark.slow
def test_without_a_breaker_none_is_seen(session: AcceptanceSession, server: str) -> None:
    run, _ = through_a_fault(session, server, "/pay-anyhow", fault_ms=2_000)
    states = [each["state"] for each in run.details["states"]]
    assert states == ["healthy", "degraded", "recovered"]
    assert reading(run, "detection").never
    assert "were tried to the end" in reading(run, "fast failure time").reason
    assert reading(run, "errors under overload").value == pytest.approx(100, abs=3)
    assert reading(run, "recovery").value <= 1e3 * BOUND_S


def the_overload(session: AcceptanceSession, path: str, **given: Any) -> Overload:
    """Twenty workers against an endpoint that carries eight."""
    named: dict[str, Any] = {
        "workers": 20,
        "each": 100,
        "probed": None,
        "healthy": Duration.parse("2 s"),
        "observe": Duration.parse("2 s"),
        "at_most": Duration.parse("20 s"),
        "settings": settings(),
    }
    return Overload(session, f"Get {path}", **{**named, **given})


def as_it_is(plan: LoadPlan) -> LoadPlan:
    return plan


@pytest.mark.slow
@pytest.mark.parametrize("workers, each", [(7, 150), (20, 2_000)])
def test_a_load_shedder_under_real_overload_is_no_breaker(
    session: AcceptanceSession, server: str, workers: int, each: int
) -> None:
    overloading = the_overload(session, "/shed", workers=workers, each=each)
    run_id = overloading.send(as_it_is, watch_nothing)
    overload, run = session.verdicts.runs
    assert (run.id, run.scenario, overload.scenario) == (run_id, "recovery", "overload")
    assert overload.requests == workers * each
    # Where all of the probes were turned away nobody can tell what did it.
    known = {"load shedding"} if workers == 7 else {"load shedding", "fast failures"}
    assert run.details["defence"] in known, run.details["defence_reason"]
    assert "half-open" not in {each["state"] for each in run.details["states"]}
    assert reading(run, "detection").value is None
    assert reading(run, "recovery").value <= 1e3 * BOUND_S
    assert reading(run, "errors under overload").value > 2
    seen_s = run.details["trouble_end_s"] - run.details["trouble_start_s"]
    assert seen_s == pytest.approx(overload.duration_s, abs=0.001)
    assert 1.9 <= run.details["trouble_start_s"] <= 10
    assert [each.name for each in session.verdicts.runs_nobody_judged()] == [run.name]


def test_what_was_probed_until_a_time_out_is_kept(session: AcceptanceSession, server: str) -> None:
    """Robot's time-out is raised in the thread that waits."""

    def watch(moment: Any) -> None:
        if moment.name.startswith("Overload") and moment.elapsed_s > 0.3:
            raise TimeoutError("Test timeout 2 seconds exceeded.")

    with pytest.raises(TimeoutError):
        the_overload(session, "/pay", each=1_000_000, healthy=Duration.parse("600 ms")).send(
            as_it_is, watch
        )
    overload, run = session.verdicts.runs
    assert overload.stopped == run.stopped == "Test timeout 2 seconds exceeded."
    assert run.requests > 30
    assert not session.background.going_on
    assert reading(run, "recovery").value is None
    assert not [each for each in threading.enumerate() if each.name == run.name]


def test_probes_that_nobody_ends_are_ended_with_their_test(session: AcceptanceSession) -> None:
    probes = Probes(session, "Get /pay", settings())
    probes.begin(probes.plan(Duration.parse("1 min")))
    time.sleep(0.7)
    session.background.end_all_of("Suite.Test")
    assert not probes.going_on
    run = session.verdicts.runs[-1]
    assert run.requests >= 20
    assert "not noted" in reading(run, "recovery").reason
