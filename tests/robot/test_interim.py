"""What was measured is on disk while the session lasts, whoever is killed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from rig.process import ROOT, counts, rig_server
from rig.robot_run import RobotRun, command

SUITE = str(ROOT / "tests" / "robot" / "endings.robot")
SOON_S = 8  # of a machine that does other things besides


@pytest.fixture
def rig() -> Iterator[str]:
    """The address of a rig server."""
    with rig_server() as address:
        yield address


@contextmanager
def patient_robot(rig: str, folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A robot process that sends load for a minute, and has sent some."""
    process = subprocess.Popen(
        command(folder, "--variable", f"RIG:{rig}", "--test", "Patient", SUITE),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        until(lambda: counts(rig)["received"].get("GET /ok", 0) >= 50)
        yield process
    finally:
        process.kill()
        process.communicate()


def until(found: Any, within_s: float = 30) -> Any:
    """What is found in the end."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        if value := found():
            return value
        time.sleep(0.05)  # until it is there
    raise AssertionError("it did not come")


def interim(folder: Path) -> Any:
    """The interim report, as far as it tells of a run; else None."""
    path = folder / "acceptance-interim.json"
    document = json.loads(path.read_text()) if path.exists() else None
    return document if document and document["runs"] else None


def shards_of(process: subprocess.Popen[str]) -> list[psutil.Process]:
    """The shards that robot has started."""
    children = psutil.Process(process.pid).children(recursive=True)
    return [each for each in children if "ApiLoadLibrary.engine.shard" in each.cmdline()]


def test_robot_is_killed_and_what_it_had_measured_is_on_disk(rig: str, tmp_path: Path) -> None:
    with patient_robot(rig, tmp_path) as process:
        until(lambda: (found := interim(tmp_path)) and found["runs"][0]["requests"] >= 20)
        shards = shards_of(process)
        assert shards
        process.kill()
        process.wait(10)
        _, alive = psutil.wait_procs(shards, timeout=SOON_S)
    assert not alive
    document = interim(tmp_path)
    (run,) = document["runs"]
    assert document["verdict"] == "inconclusive"
    assert document["interrupted"] == "the session had not ended yet when it was written"
    assert run["stopped"] == "it has not ended yet"
    assert 20 <= run["requests"] <= counts(rig)["received"]["GET /ok"]
    assert run["errors"] == 0
    assert "This report is partial: the session had not ended yet" in page_of_what_is_left(tmp_path)


def page_of_what_is_left(folder: Path) -> str:
    """What the command line makes of the interim report."""
    path = folder / "acceptance-interim.json"
    subprocess.run(
        [sys.executable, "-m", "ApiLoadLibrary", "report", str(path)],
        env={**os.environ, "PYTHONPATH": str(ROOT / "libraries")},
        check=True,
    )
    return path.with_suffix(".html").read_text("utf-8")


def test_a_shard_is_killed_and_what_it_had_told_is_kept_and_the_rest_named_as_lost(
    rig: str, tmp_path: Path
) -> None:
    with patient_robot(rig, tmp_path) as process:
        (shard,) = shards_of(process)
        shard.kill()
        killed = time.monotonic()
        until(lambda: (found := interim(tmp_path)) and found["runs"][0]["generator"]["lost_shards"])
        assert time.monotonic() - killed < SOON_S
        console, _ = process.communicate(timeout=60)
        assert time.monotonic() - killed < 2 * SOON_S
    run = RobotRun(tmp_path, process.returncode, console)
    (measured,) = run.report["runs"]
    assert run.code == 1
    assert run.report["verdict"] == "inconclusive"
    assert 10 <= measured["requests"] <= counts(rig)["received"]["GET /ok"]
    lost = 3_000 - measured["requests"]
    assert f"and the other {lost:,} are lost" in measured["generator"]["reasons"][0]
    assert "INCONCLUSIVE:" in run.tests["Patient"].message
    assert (tmp_path / "acceptance-report.html").read_text().rstrip().endswith("</html>")
    assert not (tmp_path / "acceptance-interim.json").exists()
