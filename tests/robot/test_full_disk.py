"""A disk that is full, or a folder that takes no report: the verdict is told all the same."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

import run as commands
from rig.process import ROOT, rig_server
from rig.robot_run import RobotRun, run_robot

SUITE = str(ROOT / "tests" / "robot" / "endings.robot")
TELLING_OF_INTERIM = "What is measured cannot be written down meanwhile"


@pytest.fixture
def spare(tmp_path: Path) -> Path:
    """Where reports go that cannot be written where they belong."""
    return tmp_path / "spare"


@pytest.fixture
def full(tmp_path: Path) -> Iterator[Path]:
    """A folder on a file system of its own, with no room left."""
    folder = tmp_path / "full"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)]
    if os.name != "posix" or os.geteuid() != 0:
        pytest.skip("only root can make a small file system")
    if subprocess.run(mount, check=False, capture_output=True).returncode:
        pytest.skip("no file system can be mounted here, as in most containers")
    try:
        with (folder / "fill").open("wb", buffering=0) as fill:
            while fill.write(b"x" * 4096) == 4096:
                pass
    except OSError:
        pass
    try:
        yield folder
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def run_test(name: str, folder: Path, spare: Path) -> RobotRun:
    with rig_server() as rig:
        env = {"ACCEPTANCE_SPARE_FOLDER": str(spare)}
        return run_robot(folder, "--variable", f"RIG:{rig}", "--test", name, SUITE, env=env)


@pytest.mark.quiet
def test_on_a_full_disk_the_verdict_is_told_and_the_report_is_elsewhere(
    full: Path, spare: Path
) -> None:
    """Robot itself breaks at its end, for its own output has no room either."""
    done = run_test("Judged", full, spare)
    assert "Acceptance: Ready: all 2 requirements met" in done.console
    assert "Acceptance: The report could not be written: [Errno 28]" in done.console
    assert f"Acceptance: {spare / 'acceptance-report.json'}" in done.console
    assert done.console.count(TELLING_OF_INTERIM) == 1
    report = json.loads((spare / "acceptance-report.json").read_text("utf-8"))
    assert (report["verdict"], report["runs"][0]["requests"]) == ("pass", 100)
    assert not list(full.glob(".acceptance*"))


def test_a_folder_in_the_reports_place_changes_no_verdict_and_no_exit_code(
    tmp_path: Path, spare: Path
) -> None:
    """A run that nobody judged passes for robot: without its report it would pass for all."""
    results = tmp_path / "results"
    (results / "acceptance-report.json").mkdir(parents=True)
    (results / "acceptance-interim.json").mkdir()
    done = run_test("Not Judged", results, spare)
    assert done.code == 0
    assert "Acceptance: Cannot be judged" in done.console
    assert "Acceptance: The report could not be written" in done.console
    assert done.console.count(TELLING_OF_INTERIM) == 1
    assert commands.verdict_code(done.code, commands.written_since(0, spare, results)) == 2
