"""What Robot's own output tells of verdicts, and what becomes of tests that are run again."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from robot.api import ExecutionResult

from ApiLoadLibrary.session.command_line import main
from rig.process import ROOT, rig_server
from rig.robot_run import RobotRun, run_robot

pytestmark = pytest.mark.quiet

SUITE = str(ROOT / "tests" / "robot" / "again.robot")


@pytest.mark.slow
def test_verdicts_are_told_and_what_is_run_again_is_an_attempt(tmp_path: Path) -> None:
    with rig_server() as rig:
        first = run_robot(tmp_path / "first", "-v", f"RIG:{rig}", SUITE)
        assert_a_tag_tells_fail_from_inconclusive(first)
        assert_messages_say_what_was_met(first)
        assert_the_suite_tells_its_verdict_and_leads_to_the_report(first)
        assert_what_is_run_again_overwrites_nothing(rig, first, tmp_path / "whole")


def verdicts(run: RobotRun) -> dict[str, list[str]]:
    return {name: [str(tag) for tag in test.tags] for name, test in run.tests.items()}


def assert_a_tag_tells_fail_from_inconclusive(first: RobotRun) -> None:
    assert first.code == 3
    assert verdicts(first) == {
        "Met At Once": ["verdict:pass"],
        "Met When Tried Again": ["verdict:fail"],
        "Cannot Be Decided": ["verdict:inconclusive"],
        "Stumbles Beside Its Criterion": [],
        "Judges Nothing": [],
    }


def assert_messages_say_what_was_met(first: RobotRun) -> None:
    assert first.tests["Met At Once"].message == "All 2 requirements met."
    assert first.tests["Judges Nothing"].message == ""
    assert first.tests["Met When Tried Again"].message.startswith("P50 of Quick was ")
    assert first.tests["Stumbles Beside Its Criterion"].message == "The kettle is cold."


def assert_the_suite_tells_its_verdict_and_leads_to_the_report(first: RobotRun) -> None:
    suite = ExecutionResult(first.folder / "output.xml").suite
    assert suite.metadata["Acceptance"] == (
        "Not ready: 3 of 5 requirements met, 1 not met, 1 could not be judged. "
        "[acceptance-report.html|Acceptance report]"
    )


def assert_what_is_run_again_overwrites_nothing(rig: str, first: RobotRun, output: Path) -> None:
    before = (first.folder / "acceptance-report.json").read_text("utf-8")
    failed = first.folder / "output.xml"
    options = ("--rerunfailed", str(failed), "--output", "rerun.xml", "-v", "LIMIT:2 s")
    again = run_robot(first.folder, *options, "-v", f"RIG:{rig}", SUITE)
    assert again.code == 2
    report = again.report
    assert (report["suite"], report["left_out"]) == ("Again", 2)
    (attempt,) = report["attempts"]
    assert report["history"] == []
    assert (first.folder / "history" / attempt["file"]).read_text("utf-8") == before
    assert {each["test"]: each["verdict"] for each in attempt["criteria"]} == {
        "Again.Met When Tried Again": "fail",
        "Again.Cannot Be Decided": "inconclusive",
        "Again.Stumbles Beside Its Criterion": "pass",
    }
    assert attempt["failed_tests"] == ["Again.Stumbles Beside Its Criterion"]
    assert "Met only when tried again: C1." in again.html
    assert len(list((first.folder / "history").iterdir())) == 2
    assert json.loads(before)["attempts"] == []
    whole = merged_with(first.folder / "history" / attempt["file"], again.folder, output)
    assert {each["test"]: each["verdict"] for each in whole["criteria"]} == {
        "Again.Met At Once": "pass",
        "Again.Met When Tried Again": "pass",
        "Again.Cannot Be Decided": "inconclusive",
        "Again.Stumbles Beside Its Criterion": "pass",
    }
    assert (whole["left_out"], len(whole["attempts"]), len(whole["runs"])) == (0, 1, 4)


def merged_with(first: Path, folder: Path, output: Path) -> Any:
    """The report of a suite and of what was run again of it, as one."""
    path = folder / "acceptance-report.json"
    assert main(["merge", str(first), str(path), "-o", str(output)]) == 0
    return json.loads((output / "acceptance-report.json").read_text("utf-8"))
