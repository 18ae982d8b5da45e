"""Tests that were left out, where the suites can no longer be asked for them."""

from __future__ import annotations

from pathlib import Path

from rig.process import rig_server
from rig.robot_run import run_robot

SUITE = """
*** Settings ***
Library    ApiLoadLibrary
Library    OperatingSystem
*** Test Cases ***
Removes Its Own Suite
    Use Server    ${RIG}
    Define Endpoint    Quick    GET    /ok
    Sustain 20 Requests Per Second On Quick    duration=500 ms
    Remove File    ${SUITE SOURCE}
"""


def test_a_suite_that_cannot_be_read_again_does_not_cost_the_report(tmp_path: Path) -> None:
    source = tmp_path / "fleeting.robot"
    source.write_text(SUITE)
    with rig_server() as rig:
        run = run_robot(tmp_path, "--variable", f"RIG:{rig}", str(source))
    assert run.code == 0
    assert [each["requests"] for each in run.report["runs"]] == [10]
    reasons = {each["what"]: each["reason"] for each in run.report["not_judged"]}
    assert "could not be read again" in reasons["Tests left out of this run"]
