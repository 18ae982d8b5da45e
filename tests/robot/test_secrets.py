"""What a suite itself says of a secret is masked in every file and on the console."""

from __future__ import annotations

from pathlib import Path

import pytest

from rig.process import ROOT
from rig.robot_run import RobotRun, run_robot

SUITES = ROOT / "tests" / "robot"
SECRET = 'planted/Secret-with-a-"quote"'


def run_with_secret(folder: Path, suite: str) -> RobotRun:
    """Run a suite at level TRACE, with every kind of output."""
    outputs = ("--loglevel", "TRACE", "--debugfile", "debug.txt", "--xunit", "xunit.xml")
    return run_robot(folder, *outputs, str(SUITES / suite), env={"PLANTED": SECRET})


@pytest.mark.parametrize("suite", ["secrets.robot", "secret_setup.robot"])
def test_a_secret_in_a_failure_is_nowhere(tmp_path: Path, suite: str) -> None:
    run = run_with_secret(tmp_path, suite)
    assert run.code > 0
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    names = {path.name for path in files}
    assert {"output.xml", "log.html", "report.html", "xunit.xml", "debug.txt"} <= names
    texts = {path.name: path.read_bytes().decode(errors="replace") for path in files}
    # Only its beginning is looked for: the rest is spelt differently from file to file.
    assert [name for name, text in texts.items() if "planted/Secret" in text] == []
    assert "planted/Secret" not in run.console
    assert "&lt;secret&gt;" in texts["output.xml"]
    assert "<secret>" in run.console


def test_a_masked_failure_stays_what_it_was(tmp_path: Path) -> None:
    run = run_with_secret(tmp_path, "secrets.robot")
    assert run.tests["Fails With A Secret"].message == (
        "told <secret> and '<secret>' and \"<secret>\""
    )
    assert run.tests["Passes Early"].status == "PASS"
    assert run.tests["Is Ended By Something Fatal"].message == "a fatal <secret>"
    assert "fatal error" in run.tests["Is Never Reached"].message
