"""The listener for suites that use RequestsLibrary alone, compared with what the servers saw."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import time
from pathlib import Path

import numpy as np
import pytest

from rig.process import ROOT, counts, rig_server, took_ns, truthful_server
from rig.robot_run import RobotRun, command, run_robot

SUITE = str(ROOT / "tests" / "robot" / "timing.robot")
LISTENER = "ApiLoadLibrary.Timing"
CHEAP = "p50 < 10 s as point estimate"
CRITERIA = (
    "p50 of waits GET /wait/{id} > 1 ms as point estimate",
    "p50 of waits < 1 ms as point estimate",
    "error rate of shop < 1 %",
    "p95 of shop < 10 s",
    "p95 of the run < 10 s as point estimate",
    "p95 of nowhere < 1 s",
    "p95 < 300",
)


@pytest.mark.quiet
def test_counts_and_times_are_those_of_the_servers(tmp_path: Path) -> None:
    """What a suite is told is what became of its criteria, a test each."""
    with truthful_server() as waits, rig_server() as rig:
        servers = ("-v", f"WAITS:{waits}", "-v", f"RIG:{rig}")
        run = run_robot(tmp_path, "--listener", f"{LISTENER};{';'.join(CRITERIA)}", *servers, SUITE)
        took_ms = np.array(took_ns(waits)) / 1e6
        received = counts(rig)["received"]
    endpoints = {each["name"]: each for each in run.report["runs"][0]["endpoints"]}
    assert_times_are_those(endpoints.pop("waits GET /wait/{id}"), took_ms)
    assert_counts_are_those(endpoints, received)
    assert_criteria_are_tests(run)
    assert [each["name"] for each in run.report["failed_tests"]] == [
        "Timing.A Failure Quotes An Address",
        "Timing.A Test Gives Up",
        "Timing.p95 of nowhere < 1 s",
        "Timing.p95 < 300",
    ]
    assert "kept-to-oneself" not in json.dumps(run.report) + run.html
    assert run.report["system_under_test"]["base_url"] == waits
    assert "One caller sent one request at a time" in run.html
    assert "of the suite itself, one at a time" in run.html


def assert_times_are_those(endpoint: dict, took_ms: np.ndarray) -> None:
    """No answer came before the server's dice let it, and all soon after it was sent.

    What the server says that it took ends after it has written: the caller may have read by then.
    """
    dice = random.Random(7)  # as the server's
    least_ms = [1000 * dice.expovariate(1000 / 4) for _ in range(100)]
    times = endpoint["response_time_ms"]
    assert (endpoint["requests"], times["count"]) == (100, 100) == (len(took_ms),) * 2
    for name, share in (("min", 0), ("median", 50), ("p95", 95), ("max", 100)):
        least, took = (
            float(np.percentile(each, share, method="inverted_cdf")) for each in (least_ms, took_ms)
        )
        assert least < times[name] * 1.001 < took + 100, name


def assert_counts_are_those(endpoints: dict, received: dict) -> None:
    """By status and by failure; redirects are a part of their request."""
    counted = {
        name: (each["requests"], each["errors"], each["status_codes"])
        for name, each in endpoints.items()
    }
    assert counted == {
        "shop GET /status/{id}": (5, 3, {"404": 1, "418": 1, "500": 1, "503": 1}),
        "shop POST /status/{id}": (1, 0, {"201": 1}),
        "shop GET /moved/{id}": (1, 0, {"200": 1}),
        "shop GET /reset": (1, 1, {}),
        "shop GET /silent": (2, 2, {}),
        "127.0.0.1 GET /ok": (1, 0, {"200": 1}),
    }
    assert sum(received.values()) == 11 + 1  # and one more, where a redirect led
    kinds = [each["kind"] for each in endpoints["shop GET /silent"]["failures"]]
    assert kinds == ["timeout"]


def assert_criteria_are_tests(run: RobotRun) -> None:
    """They pass and fail as criteria do, count in the exit code, and have their tags."""
    tests = {name: run.tests[name] for name in CRITERIA}
    assert [test.status for test in tests.values()] == [
        *("PASS", "FAIL", "FAIL", "FAIL", "PASS", "FAIL", "FAIL")
    ]
    assert run.code == 7  # of them five, and two of the suite's own
    messages = [test.message for test in tests.values()]
    assert messages[1].startswith("P50 of waits GET /wait/{id} was ")
    assert messages[3].startswith("INCONCLUSIVE: ")
    assert "There is: waits GET /wait/{id}, " in messages[5]
    assert "'300' has no unit" in messages[6]
    tags = [[*map(str, test.tags)] for test in tests.values()]
    assert tags[:2] == [["verdict:pass"], ["verdict:fail"]]
    assert tags[3] == ["verdict:inconclusive"]
    verdicts = [each["verdict"] for each in run.report["criteria"]]
    assert verdicts == ["pass", "fail", "fail", "inconclusive", "pass"]


def test_a_dry_run_sends_nothing_and_reads_the_criteria(tmp_path: Path) -> None:
    options = ("--dryrun", "-v", "WAITS:x", "-v", "RIG:x")
    run = run_robot(tmp_path, *options, "--listener", f"{LISTENER};{';'.join(CRITERIA)}", SUITE)
    failed = [name for name, test in run.tests.items() if not test.passed]
    assert failed == ["p95 < 300"]
    assert not (tmp_path / "acceptance-report.json").exists()


def test_without_requests_or_criteria_nothing_is_proved(tmp_path: Path) -> None:
    suite = tmp_path / "idle.robot"
    suite.write_text("*** Test Cases ***\nIdle\n    No Operation\n")
    silent = run_robot(tmp_path / "a", "--listener", LISTENER, str(suite))
    assert (silent.code, silent.report["verdict"]) == (0, "inconclusive")
    judged = run_robot(tmp_path / "b", "--listener", f"{LISTENER}:p95 < 1 s", str(suite))
    assert judged.code == 1
    assert judged.tests["p95 < 1 s"].message.startswith("INCONCLUSIVE: no request")
    assert judged.report["verdict"] == "inconclusive"


def test_a_suite_that_sends_load_as_well_has_one_report(tmp_path: Path) -> None:
    suite = tmp_path / "both.robot"
    suite.write_text(
        "*** Settings ***\nLibrary    ApiLoadLibrary\nLibrary    RequestsLibrary\n"
        "*** Test Cases ***\nBoth\n"
        "    Use Server    ${RIG}\n"
        "    Define Endpoint    Ok    GET    /ok\n"
        "    Sustain 40 Requests Per Second On Ok    duration=1 s    name=Load\n"
        "    Verify Error Rate Below 50 %    confidence=point estimate\n"
        "    Repeat Keyword    40    GET    ${RIG}/ok\n"
        "Cold\n    Fail    The kettle is cold.\n"
    )
    with rig_server() as rig:
        listener = f"{LISTENER}:{CHEAP}"
        run = run_robot(tmp_path, "--listener", listener, "-v", f"RIG:{rig}", str(suite))
    runs = {each["name"]: each for each in run.report["runs"]}
    assert {name: each["requests"] for name, each in runs.items()} == {
        "Load": 40,
        "Requests of the suite itself": 40,
    }
    verdicts = {each["test"]: each["verdict"] for each in run.report["criteria"]}
    assert list(verdicts) == ["Both.Both", f"Both.{CHEAP}"]
    assert verdicts[f"Both.{CHEAP}"] == "pass"
    assert "Both.Cold" in {each["name"] for each in run.report["failed_tests"]}
    assert run.console.count("acceptance-report.html") == 1


def test_ctrl_c_leaves_a_report_of_what_was_sent(tmp_path: Path) -> None:
    suite = tmp_path / "long.robot"
    suite.write_text(
        "*** Settings ***\nLibrary    RequestsLibrary\n*** Test Cases ***\nLong\n"
        "    FOR    ${n}    IN RANGE    1000\n        GET    ${RIG}/delay/20\n    END\n"
    )
    with rig_server() as rig:
        options = ("--listener", f"{LISTENER}:p50 < 10 s", "-v", f"RIG:{rig}", str(suite))
        process = subprocess.Popen(
            command(tmp_path, *options), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        deadline = time.monotonic() + 20
        while counts(rig)["received"].get("GET /delay/20", 0) < 20:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        console, _ = process.communicate(timeout=20)
        received = counts(rig)["received"]["GET /delay/20"]
    run = RobotRun(tmp_path, process.returncode, console)
    requests = run.report["runs"][0]["requests"]
    assert 20 <= received <= requests <= received + 1  # one may just have been on its way
    assert run.report["interrupted"]
    assert run.code >= 1
