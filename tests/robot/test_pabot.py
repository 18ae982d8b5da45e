"""Suites that pabot runs beside each other: one command makes one report of theirs."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from robot.api import ExecutionResult

from ApiLoadLibrary.session.command_line import main
from rig.process import ROOT, counts, rig_server

SUITE = """\
*** Settings ***
Library    ApiLoadLibrary
Library    RequestsLibrary

*** Test Cases ***
{name}
    Use Server    ${{RIG}}
    Define Endpoint    Ok    GET    /ok
    Sustain 40 Requests Per Second On Ok    duration=1 s    name={name}
    Verify P50 Below {limit}    confidence=point estimate
    Repeat Keyword    30    GET    ${{RIG}}/status/200
"""
LISTENER = "ApiLoadLibrary.Timing:p50 of the run < 10 s as point estimate"


def run_pabot(folder: Path, suites: Path, rig: str) -> int:
    """Run a folder of suites in two processes; returns pabot's exit code."""
    robot = ["--command", sys.executable, "-m", "robot", "--end-command"]
    own = ["--processes", "2", "--no-pabotlib"]  # whose port would be a fixed one
    options = ["--pythonpath", str(ROOT / "libraries"), "--outputdir", str(folder)]
    options += ["--listener", LISTENER, "--variable", f"RIG:{rig}"]
    process = subprocess.run(
        [sys.executable, "-m", "pabot.pabot", *robot, *own, *options, str(suites)],
        cwd=suites,  # it leaves a file there
        capture_output=True,
        timeout=120,
        check=False,
    )
    return process.returncode


@pytest.mark.slow
@pytest.mark.quiet
def test_one_command_makes_one_report_of_all_processes(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    suites, results = tmp_path / "shop", tmp_path / "results"
    suites.mkdir()
    (suites / "one.robot").write_text(SUITE.format(name="First", limit="10 s"))
    (suites / "two.robot").write_text(SUITE.format(name="Second", limit="1 us"))
    with rig_server() as rig:
        assert run_pabot(results, suites, rig) == 1
        received = counts(rig)["received"]
    parts = results / "pabot_results"
    assert main(["merge", str(parts), "-o", str(results)]) == 0
    assert capsys.readouterr().out.startswith("Not ready: 3 of 4 requirements met, 1 not met")
    report = json.loads((results / "acceptance-report.json").read_text("utf-8"))
    assert_all_parts_count(report, received)
    merged = ExecutionResult(results / "output.xml").suite
    tags = {test.name: [*map(str, test.tags)] for test in merged.all_tests}
    assert (tags["First"], tags["Second"]) == (["verdict:pass"], ["verdict:fail"])
    assert "Acceptance" not in merged.metadata  # that of a part would speak for the whole
    # A process that was killed leaves no report, but an interim one.
    (parts / "1" / "acceptance-report.json").rename(parts / "1" / "acceptance-interim.json")
    assert main(["merge", str(parts), "-o", str(tmp_path / "again")]) == 0
    shutil.rmtree(parts / "0")
    assert main(["merge", str(parts), "-o", str(tmp_path / "alone")]) == 0


def assert_all_parts_count(report: Any, received: Any) -> None:
    """No part is taken for a rerun of another, and no test for one left out."""
    requests: dict[str, int] = {}
    for run in report["runs"]:
        requests[run["name"]] = requests.get(run["name"], 0) + run["requests"]
    assert requests == {"First": 40, "Second": 40, "Requests of the suite itself": 60}
    assert received == {"GET /ok": 80, "GET /status/200": 60}
    verdicts = {each["test"]: each["verdict"] for each in report["criteria"]}
    criterion = "Shop.p50 of the run < 10 s as point estimate"
    assert verdicts == {
        "Shop.One.First": "pass",
        "Shop.Two.Second": "fail",
        f"{criterion} (part 0)": "pass",
        f"{criterion} (part 1)": "pass",
    }
    assert (report["attempts"], report["left_out"]) == ([], 0)


def test_a_folder_without_reports_is_told_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["merge", str(tmp_path), "-o", str(tmp_path)]) == 3
    assert capsys.readouterr().err == (
        f"{tmp_path} holds no acceptance-report.json: name the folder that pabot made.\n"
    )
