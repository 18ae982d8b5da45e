"""Shards as processes: they die, their parent dies, and counts of the living stay."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil

from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.session.tester import Moment
from integration.loads import get, load_tester, steady, sustain
from rig.process import ROOT, children_that_run, counts

SOON_S = 8  # of a machine that does other things besides


def shards_of(process: int) -> list[psutil.Process]:
    """The shard processes that a process started."""
    return children_that_run("ApiLoadLibrary.engine.shard", process)


def test_the_death_of_a_shard_leaves_the_others_counts_and_is_the_generators_fault(
    rig: str,
) -> None:
    killed: list[int] = []

    def kill_one(moment: Moment) -> None:
        if moment.elapsed_s > 0.7 and not killed:
            victim = shards_of(os.getpid())[0]
            killed.append(victim.pid)
            victim.kill()

    makes = load_tester(rig, shards=2)
    plan = makes.plan([get("/ok")], steady("100/s", "2 s"), "x")
    kept: list[RunResult] = []
    began = time.monotonic()
    makes.run(plan, "test", kill_one, kept.append)
    assert time.monotonic() - began < 2 + SOON_S
    (result,) = kept
    # The other half of the arrivals, and what the dead one had told until then.
    assert 100 < result.requests < 180
    assert result.outcomes == {200: result.requests}
    assert result.generator.lost_shards == (0,)
    told = result.requests - 100
    assert (
        f"part 1 of 2 of the load generator died after {told} of its 100 requests, and the "
        f"other {100 - told} are lost" in result.generator.reasons[0]
    )
    assert not shards_of(os.getpid())


def test_a_run_whose_only_shard_dies_ends_at_once(rig: str) -> None:
    killed_at: list[float] = []

    def kill_it(moment: Moment) -> None:
        if moment.elapsed_s > 1.2 and not killed_at:
            shards_of(os.getpid())[0].kill()
            killed_at.append(time.monotonic())

    result = sustain(rig, [get("/ok")], "100/s", "60 s", kill_it, shards=1)
    assert time.monotonic() - killed_at[0] < SOON_S
    assert 60 <= result.requests <= counts(rig)["received"]["GET /ok"]
    assert result.outcomes == {200: result.requests}
    assert result.generator.lost_shards == (0,)


def test_no_shard_outlives_its_parent(rig: str) -> None:
    """The parent is killed without a chance to clean up."""
    script = (
        "from integration.loads import get, sustain;"
        f"sustain({rig!r}, [get('/ok')], '50/s', '30 s', shards=2)"
    )
    path = os.pathsep.join(str(ROOT / each) for each in ("libraries", "tests"))
    parent = subprocess.Popen(
        [sys.executable, "-c", script], env={**os.environ, "PYTHONPATH": path}
    )
    children = _wait_for_shards(parent.pid, 2)
    _wait_until_loaded(rig)
    parent.send_signal(signal.SIGKILL)
    parent.wait(5)
    _, alive = psutil.wait_procs(children, timeout=5)
    assert alive == []


def _wait_for_shards(parent: int, number: int) -> list[psutil.Process]:
    for _ in range(200):
        found = shards_of(parent)
        if len(found) == number:
            return found
        time.sleep(0.05)  # until the parent has imported everything and started them
    raise AssertionError("the shards did not start")


def _wait_until_loaded(rig: str) -> None:
    for _ in range(200):
        if counts(rig)["received"]:
            return
        time.sleep(0.05)  # until load has begun
    raise AssertionError("no load came")


def test_two_shards_measure_what_one_does(rig: str) -> None:
    """Each arrival is sent once, whatever the number of shards."""
    makes = load_tester(rig, shards=2)
    plan = makes.plan([get("/ok"), get("/status/404")], steady("300/s", "1 s"), "x")
    kept: list[RunResult] = []
    makes.run(plan, "test", lambda moment: None, kept.append)
    assert kept[0].generator.shards == 2
    assert counts(rig)["received"] == {"GET /ok": 300, "GET /status/404": 300}
    assert kept[0].outcomes == {200: 300, 404: 300}


def test_a_shard_that_cannot_start_says_why(rig: str, monkeypatch, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    import pytest

    from ApiLoadLibrary.errors import EngineFailed

    broken = tmp_path / "httptools.py"
    broken.write_text("raise ImportError('no httptools here')\n")
    monkeypatch.setattr(sys, "path", [str(tmp_path), *sys.path])
    monkeypatch.setattr(
        "ApiLoadLibrary.engine.shard_process.search_path",
        lambda: os.pathsep.join([str(tmp_path), str(ROOT / "libraries")]),
    )
    makes = load_tester(rig)
    plan = makes.plan([get("/ok")], steady("10/s", "1 s"), "x")
    with pytest.raises(EngineFailed, match="no httptools here"):
        makes.run(plan, "test", lambda moment: None, lambda result: None)
