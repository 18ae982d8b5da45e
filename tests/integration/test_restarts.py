"""A server that is killed and started again, ten times, under load."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from ApiLoadLibrary.measurement.outcomes import Failure
from ApiLoadLibrary.session.acceptance import AcceptanceSession
from ApiLoadLibrary.session.place import Place
from ApiLoadLibrary.session.recovery import Probes, ProbeSettings, now_ns
from ApiLoadLibrary.values import Duration, Factor, Percent, Rate
from integration.loads import get, steady, watch_nothing
from rig.restarted import RestartedServer, restarted_server
from rig.robot_run import RobotRun, command

TIMES = 10
AWAY_S, BACK_S = 0.1, 0.15
LOST = {Failure.REFUSED, Failure.RESET, Failure.CLOSED_EARLY, Failure.ANSWER_TIMEOUT}


def killed_and_started(server: RestartedServer) -> None:
    for _ in range(TIMES):
        server.kill()
        time.sleep(AWAY_S)
        server.start()
        time.sleep(BACK_S)


@pytest.mark.slow
@pytest.mark.quiet
def test_nothing_is_lost_and_recovery_is_shown(tmp_path: Path) -> None:
    with restarted_server(tmp_path) as server:
        session = AcceptanceSession()
        session.use_server(server.address, timeout=Duration.parse("2 s"))
        session.place = Place("Suite", "Suite.Test")
        session.endpoints.define(get("/"))
        settings = ProbeSettings(Rate.parse("50/s"), Duration.parse("1 s"), Percent(99), Factor(2))
        probes = Probes(session, "Get /", settings)
        probes.begin(probes.plan(Duration.parse("1 min")))
        load = session.begin(session.plan(steady("300/s", "1 min"), "Get /", "Load"))
        probes.go_on(Duration.parse("1 s"), watch_nothing)
        probes.note_start(now_ns())
        killed_and_started(server)
        probes.note_end(now_ns())
        probes.go_on(Duration.parse("2500 ms"), watch_nothing)
        load.finish()
        probes.finish()
        read = server.read
    runs = {each.name: each for each in session.verdicts.runs}
    found, probed = runs["Load"], runs["Recovery of Get /"]
    for run in (found, probed):
        assert set(run.outcomes) <= {200, *LOST}
        assert run.requests == run.planned
    good = found.outcomes[200] + probed.outcomes[200]
    # What was read just before a kill may never have been answered, or been sent once more.
    assert good <= read <= good + 2 * TIMES * found.generator.workers
    assert found.outcomes[Failure.REFUSED] > 10 * TIMES
    recovery = next(each for each in probed.readings if each.metric == "recovery")
    assert recovery.value is not None
    assert recovery.value < 500
    lost = next(each for each in probed.readings if each.metric == "errors under overload")
    assert lost.value is not None
    assert 5 < lost.value < 95


SUITE = """*** Settings ***
Library    ApiLoadLibrary
*** Test Cases ***
The Server Stays Up
    Use Server    {address}    timeout=2 s
    Define Endpoint    Front    GET    /
    Sustain 100 Requests Per Second On Front    duration=6 s
    Verify Error Rate Below 1 %
    Verify Achieved Rate At Least 10 % Of Target
"""


@pytest.mark.slow
@pytest.mark.quiet
def test_robot_says_so_and_ends_with_the_right_code(tmp_path: Path) -> None:
    suite = tmp_path / "restarts.robot"
    with restarted_server(tmp_path) as server:
        suite.write_text(SUITE.format(address=server.address))
        robot = subprocess.Popen(
            command(tmp_path / "results", str(suite)), stdout=subprocess.PIPE, text=True
        )
        _wait_until(lambda: server.read > 50)
        killed_and_started(server)
        console, _ = robot.communicate(timeout=60)
    run = RobotRun(tmp_path / "results", robot.returncode, console)
    assert run.code == 1
    assert run.report["verdict"] == "fail"
    assert [each["verdict"] for each in run.report["criteria"]] == ["fail", "pass"]
    assert run.report["runs"][0]["requests"] == 600
    assert "Traceback" not in console


def _wait_until(true: Callable[[], bool], within_s: float = 30) -> None:
    end = time.monotonic() + within_s
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)
