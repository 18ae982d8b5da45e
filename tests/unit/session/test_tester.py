"""A load run is kept, however it ends; and it does end."""

from __future__ import annotations

import time
from collections.abc import Sequence

import pytest

from ApiLoadLibrary.engine.plan import ShardPlan, ShardResult, Tallies
from ApiLoadLibrary.errors import EngineFailed
from ApiLoadLibrary.measurement.progress import Progress
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.monitor.monitor import Monitor
from ApiLoadLibrary.scenarios.run import LoadRun
from ApiLoadLibrary.session import going, tester
from ApiLoadLibrary.session.config import LoadTestConfig
from ApiLoadLibrary.session.identity import Identity
from ApiLoadLibrary.session.showing import plan_html, plan_lines
from ApiLoadLibrary.session.tester import LoadPlan, LoadTester, Moment, sustained
from ApiLoadLibrary.values import Duration, Rate
from ApiLoadLibrary.workload.endpoint import Endpoint

SERVER = "http://127.0.0.1:1/base"


class FakeHost:
    """Shards that do nothing, and end when they are told to."""

    def __init__(self, problem: BaseException | None = None) -> None:
        self.problem = problem
        self.running = False
        self.stopped = False
        self.tallies: Tallies = []

    def slots(self) -> Sequence[int]:
        return [1]

    def start(self, plans: Sequence[ShardPlan]) -> int:
        if self.problem:
            raise self.problem
        self.running = True
        self.tallies = [plans[0].empty_tallies()]
        return time.monotonic_ns()

    def progress(self) -> Progress:
        return Progress()

    def end_at(self, offset_ns: int) -> None:
        self.running = False

    def stop(self) -> None:
        self.running = False
        self.stopped = True

    def so_far(self) -> Tallies:
        return self.tallies

    def pids(self) -> list[int]:
        return []

    def results(self) -> list[ShardResult]:
        return [ShardResult(self.tallies, None, "It said nothing.")]


@pytest.fixture(autouse=True)
def no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is sent, so nothing need be there."""
    monkeypatch.setattr(tester, "require_reachable", lambda origin, config, through_requests: None)


def watch_nothing(moment: Moment) -> None:
    """A watcher that looks away."""


def load_tester(host: FakeHost) -> LoadTester:
    config = LoadTestConfig().changed(base_url=SERVER, timeout=Duration.parse("1 s"))
    return LoadTester(config, Identity(lambda: config), host)


def plan_of(makes: LoadTester, path: str = "/") -> LoadPlan:
    endpoints = [Endpoint("A", "GET", path)]
    return makes.plan(endpoints, sustained(Rate.parse("10/s"), Duration.parse("1 s")), "run")


def run_on(host: FakeHost, kept: list[RunResult], watch: tester.Watcher = watch_nothing) -> None:
    makes = load_tester(host)
    makes.run(plan_of(makes), "test", watch, kept.append)


def end(host: FakeHost) -> tester.Watcher:
    """A watcher in whose time the run comes to its end."""

    def watch(moment: Moment) -> None:
        host.running = False

    return watch


def broken(problem: BaseException) -> object:
    """A method that raises."""

    def fail(*_: object) -> None:
        raise problem

    return fail


def test_a_run_that_does_not_end_is_ended_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(going, "SLACK_S", -6.9)  # of 1 s, 5 s of grace and 1 s of time-out
    host, kept = FakeHost(), []
    run_on(host, kept)
    assert host.stopped
    assert kept[0].stopped == "the load generator did not end in time"


def test_a_generator_that_cannot_start_leaves_no_run() -> None:
    kept: list[RunResult] = []
    with pytest.raises(EngineFailed, match="out of memory"):
        run_on(FakeHost(EngineFailed("out of memory")), kept)
    assert kept == []


def test_what_is_watched_may_fail_to_start_but_no_shard_stays_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Monitor, "start", broken(KeyboardInterrupt("Ctrl-C")))
    host, kept = FakeHost(), []
    with pytest.raises(KeyboardInterrupt):
        run_on(host, kept)
    assert host.stopped
    assert kept[0].stopped == "Ctrl-C"


def test_a_host_that_cannot_be_watched_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Monitor, "seen", broken(OSError("no such interface")))
    host, kept = FakeHost(), []
    run_on(host, kept, end(host))
    assert kept[0].host is None
    assert kept[0].stopped is None


def test_a_run_is_kept_whatever_breaks_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Monitor, "stop", broken(KeyboardInterrupt()))
    host, kept = FakeHost(), []
    with pytest.raises(KeyboardInterrupt):
        run_on(host, kept, end(host))
    assert kept[0].name == "run"


@pytest.mark.parametrize(
    "path, url", [("/x", f"{SERVER}/x"), ("http://127.0.0.1:1/y", "http://127.0.0.1:1/y")]
)
def test_a_plan_shows_where_its_requests_go(path: str, url: str) -> None:
    plan = plan_of(load_tester(FakeHost()), path)
    assert f"A: GET {url}, 10/s, 10 requests" in plan_lines(plan, SERVER)
    assert f"{url}<" in plan_html(plan, SERVER)
    far = "transport http1 from the cluster at tcp://scheduler:8786; nothing is sent."
    assert far in plan_lines(plan, SERVER, "tcp://scheduler:8786")
    assert "the cluster at tcp://scheduler:8786" in plan_html(plan, SERVER, "tcp://scheduler:8786")


def test_who_hears_late_of_a_runs_end_has_been_told_to_send_more() -> None:
    host = FakeHost()
    run = LoadRun(plan_of(load_tester(host)), host, "test")
    run.start()
    run.finish()
    host.tallies[0][0].outcomes[200] = 9
    assert run.seal(None).planned == 9
