"""However a session ends, its report is written and does not say more than was shown."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from rig.process import ROOT, counts, rig_server
from rig.robot_run import RobotRun, command, run_robot

SUITE = str(ROOT / "tests" / "robot" / "endings.robot")
SOON_S = 10  # two alone; of a machine that does other things besides


@pytest.fixture
def rig() -> Iterator[str]:
    """The address of a rig server."""
    with rig_server() as address:
        yield address


def run_test(rig: str, folder: Path, *names: str) -> RobotRun:
    """Run these tests of the suite."""
    tests = [option for name in names for option in ("--test", name)]
    return run_robot(folder, "--variable", f"RIG:{rig}", *tests, SUITE)


@pytest.mark.quiet
def test_what_was_judged_and_passed_passes(rig: str, tmp_path: Path) -> None:
    run = run_test(rig, tmp_path, "Judged")
    assert run.code == 0
    assert run.report["verdict"] == "pass"
    assert [each["verdict"] for each in run.report["criteria"]] == ["pass", "pass"]
    first = run.report["criteria"][0]
    assert (first["requirement"], first["owner"], first["clause"]) == ("PERF-9", "Somebody", "4.2")
    assert (tmp_path / "acceptance-report.html").read_text().startswith("<!doctype html>")
    assert (
        counts(rig)["received"]
        == {"GET /ok": run.report["runs"][0]["requests"]}
        == {"GET /ok": 100}
    )


def test_tests_that_were_excluded_are_listed_as_not_judged(rig: str, tmp_path: Path) -> None:
    run = run_test(rig, tmp_path, "Judged")
    not_judged = {each["what"] for each in run.report["not_judged"]}
    assert "Endings.Patient" in not_judged
    assert "Endings.Judged" not in not_judged


def test_a_run_nobody_judged_is_not_passed(rig: str, tmp_path: Path) -> None:
    run = run_test(rig, tmp_path, "Not Judged")
    assert run.code == 0
    assert run.report["verdict"] == "inconclusive"
    assert "Load" in {each["what"] for each in run.report["not_judged"]}


@pytest.mark.quiet
def test_a_test_that_fails_at_sign_in_is_not_passed(rig: str, tmp_path: Path) -> None:
    run = run_test(rig, tmp_path, "Judged", "Cannot Sign In")
    assert run.code == 1
    assert run.report["verdict"] != "pass"
    assert "status 401" in str(run.report)


@pytest.mark.quiet
def test_a_test_that_fails_beside_its_criteria_is_not_passed(rig: str, tmp_path: Path) -> None:
    run = run_test(rig, tmp_path, "Fails Beside Its Criteria")
    assert run.code == 1
    assert [each["verdict"] for each in run.report["criteria"]] == ["pass"]
    assert run.report["verdict"] != "pass"
    assert "The kettle is cold." in str(run.report)


@pytest.mark.quiet
def test_a_skipped_test_is_listed_as_not_judged(rig: str, tmp_path: Path) -> None:
    run = run_test(rig, tmp_path, "Judged", "Left Aside")
    assert run.code == 0
    reasons = {each["what"]: each["reason"] for each in run.report["not_judged"]}
    assert reasons["Left Aside"] == "There is nothing to test today."


def test_a_robot_time_out_ends_the_load_and_keeps_what_was_measured(
    rig: str, tmp_path: Path
) -> None:
    with started(rig, tmp_path, "Held Up") as process:
        children = children_under_load(process, rig, 20)
        began = time.monotonic()
        console, _ = process.communicate(timeout=20)
    # The time-out is 3 s after the test's start: what is left of it, and to write the reports.
    assert time.monotonic() - began < 3 + SOON_S
    assert not [child for child in children if child.is_running()]
    run = RobotRun(tmp_path, process.returncode, console)
    assert run.code == 1
    assert run.tests["Held Up"].message == "Test timeout 3 seconds exceeded."
    assert run.report["verdict"] == "inconclusive"
    measured = run.report["runs"][0]["requests"]
    assert measured == counts(rig)["received"]["GET /ok"] >= 20
    assert_reports_are_written(tmp_path)


def test_ctrl_c_ends_the_load_writes_the_report_and_leaves_no_process(
    rig: str, tmp_path: Path
) -> None:
    run = interrupted(rig, tmp_path, "Patient", after=100)
    assert run.report["runs"][0]["requests"] == counts(rig)["received"]["GET /ok"]


def test_ctrl_c_ends_load_in_the_background_too(rig: str, tmp_path: Path) -> None:
    run = interrupted(rig, tmp_path, "Meanwhile", after=100)
    (load,) = run.report["runs"]
    assert load["requests"] == counts(rig)["received"]["GET /ok"]
    assert load["stopped"] == "what had begun it was over before the load was"


def test_ctrl_c_ends_calls_that_hang_too(rig: str, tmp_path: Path) -> None:
    path = ("--pythonpath", str(ROOT / "tests"))
    run = interrupted(rig, tmp_path, "Hanging", *path, after=5)
    (failure,) = run.report["runs"][0]["endpoints"][0]["failures"]
    assert (failure["kind"], failure["count"]) == ("stopped", 5)


def interrupted(rig: str, folder: Path, test: str, *options: str, after: int) -> RobotRun:
    """Run a test of the suite, and press Ctrl-C after so many requests."""
    with started(rig, folder, test, *options) as process:
        children = children_under_load(process, rig, after)
        os.killpg(process.pid, signal.SIGINT)
        began = time.monotonic()
        console, _ = process.communicate(timeout=20)
    assert time.monotonic() - began < SOON_S
    assert not [child for child in children if child.is_running()]
    run = RobotRun(folder, process.returncode, console)
    assert run.code != 0
    assert run.report["verdict"] == "inconclusive"
    assert "Traceback" not in console
    assert_reports_are_written(folder)
    return run


@contextmanager
def started(rig: str, folder: Path, test: str, *options: str) -> Iterator[subprocess.Popen[str]]:
    """Robot, at work on a test of the suite."""
    process = subprocess.Popen(
        command(folder, *options, "--variable", f"RIG:{rig}", "--test", test, SUITE),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # A group of its own, as a terminal makes one: Ctrl-C reaches robot and shards alike.
        process_group=0,
        env={**os.environ, "RIG": rig},
    )
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def children_under_load(
    process: subprocess.Popen[str], rig: str, requests: int
) -> list[psutil.Process]:
    """The processes that robot has started, once so many requests have come."""
    _wait_for_load(rig, requests)
    children = psutil.Process(process.pid).children(recursive=True)
    assert children
    return children


def assert_reports_are_written(folder: Path) -> None:
    """They were, before robot ended; the interim one has then done its duty."""
    assert (folder / "acceptance-report.html").read_text().rstrip().endswith("</html>")
    assert not (folder / "acceptance-interim.json").exists()


def _wait_for_load(rig: str, requests: int) -> None:
    for _ in range(400):
        if counts(rig)["received"].get("GET /ok", 0) >= requests:
            return
        time.sleep(0.05)  # until robot has started and load has come
    raise AssertionError("no load came")


def test_a_dry_run_sends_nothing_and_writes_no_report(rig: str, tmp_path: Path) -> None:
    run = run_robot(tmp_path, "--dryrun", "--variable", f"RIG:{rig}", SUITE)
    assert run.code == 0
    assert counts(rig)["received"] == {}
    assert not (tmp_path / "acceptance-report.html").exists()
