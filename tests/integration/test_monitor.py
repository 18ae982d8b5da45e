"""What the monitor says of this host and of processes, against a load that the test makes."""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from pathlib import Path

import psutil
import pytest

from ApiLoadLibrary.measurement.watched import Watched
from ApiLoadLibrary.monitor.finding import Wanted, find
from ApiLoadLibrary.monitor.host import HostProbe
from ApiLoadLibrary.monitor.monitor import Monitor
from ApiLoadLibrary.monitor.probe import Probe, Unseen
from ApiLoadLibrary.monitor.processes import FIND_EVERY_S, GeneratorProbe, ProcessProbe
from rig.process import known_load

MB = 10**6
WITHIN = 0.05


def watch(monitor: Monitor, began_s: float) -> dict[str, Watched]:
    """All that was seen until now, by name."""
    return {each.name: each for each in monitor.seen(began_s, time.monotonic(), began_s)}


def sums(watched: Watched, figure: str) -> float:
    """A rate over its time: a sample stands for the time since the one before."""
    edges = [0.0, *watched.at_s]
    values = watched.figures[figure]
    return sum(
        (value or 0.0) * (end - start)
        for start, end, value in zip(edges, edges[1:], values, strict=False)
    )


@pytest.mark.slow
def test_figures_agree_with_a_known_load(tmp_path: Path) -> None:
    """Two seconds of a core, 200 MB of memory, 200 MB written: each within 5 %."""
    with known_load() as process:
        monitor = Monitor(
            [HostProbe("here", of_system=True), ProcessProbe("till", Wanted(pid=process.pid))]
        )
        before_s, began_s = float(process.tell("spent")), time.monotonic()
        monitor.start()
        try:
            time.sleep(1.3)  # one sample of it idle
            process.tell("burn 2.0")
            process.tell("allocate 200")
            process.tell(f"write 200 {tmp_path / 'file'}")
            process.tell("open 300")
            spent_s = float(process.tell("spent")) - before_s
            time.sleep(2.2)  # two samples with all of it done
        finally:
            monitor.stop()
    seen = watch(monitor, began_s)
    till, here = seen["till"], seen["here"]
    assert spent_s > 2.0
    assert sums(till, "cpu_cores") == pytest.approx(spent_s, rel=WITHIN)
    memory = till.values("memory_used_bytes")
    assert memory[-1] - memory[0] == pytest.approx(200 * MB, rel=WITHIN)
    assert sums(till, "disk_written_bytes_per_s") == pytest.approx(200 * MB, rel=WITHIN)
    files = till.values("open_files")
    assert files[-1] - files[0] == 300
    share = 100 / (os.cpu_count() or 1)
    busiest = max(here.values("cpu_percent"))
    assert busiest >= 0.6 * share  # whatever else goes on, its part of the machine was busy
    assert here.values("sockets_open")[-1] >= 300
    cores = [name for name in here.figures if name.startswith("cpu_core_")]
    assert len(cores) == psutil.cpu_count()


@pytest.mark.alone
@pytest.mark.slow
def test_each_sample_sees_a_busy_core_the_first_one_too() -> None:
    """A child burns one core: at least its share of all cores is busy, in every sample."""
    with known_load() as process:
        process.tell("child")
        monitor = Monitor(
            [
                HostProbe("here", of_system=True),
                ProcessProbe("till", Wanted(pid=process.pid)),
                GeneratorProbe("generator", list),
            ]
        )
        began_s = time.monotonic()
        monitor.start()
        try:
            time.sleep(3.4)  # three samples, one a second
        finally:
            monitor.stop()
    seen = watch(monitor, began_s)
    here, till = seen["here"], seen["till"]
    share = 100 / (psutil.cpu_count() or 1)
    assert [round(at_s) for at_s in here.at_s] == [1, 2, 3]
    assert all(0.8 * share <= each <= 100 for each in here.values("cpu_percent"))
    assert all(0 < each < 100 for each in here.values("memory_percent"))
    # The child's use counts as its parent's; whatever else runs here may take some of the core.
    assert till.values("processes") == [2.0] * 3
    assert all(each > 0.2 for each in till.values("cpu_cores"))
    # And it is not the generator's, though this process has started it.
    assert max(seen["generator"].values("cpu_cores")) < 0.3


@pytest.mark.slow
def test_watching_costs_little_with_5000_sockets_open() -> None:
    """Under 1 % of a core on a quiet machine; tests/benchmarks tells the figure."""
    with known_load() as process:
        process.tell("pairs 2500")
        probes: Sequence[Probe] = [
            HostProbe("here", of_system=True),
            ProcessProbe("till", Wanted(pid=process.pid)),
            GeneratorProbe("generator", list),
        ]
        monitor = Monitor(probes)
        began_s = time.monotonic()
        monitor.start()
        try:
            time.sleep(4.3)
        finally:
            monitor.stop()
    seen = watch(monitor, began_s)
    assert seen["till"].values("open_files")[-1] > 5_000
    assert seen["here"].values("tcp_in_use")[-1] > 5_000
    cost = seen["generator"].values("monitor_cpu_percent")[1:]
    assert 0 < sum(cost) / len(cost) < 2.0


def test_a_process_is_found_by_its_id_its_words_and_its_port() -> None:
    with known_load() as process:
        port = int(process.tell("listen 0"))
        for wanted in (Wanted(pid=process.pid), Wanted(port=port)):
            assert [each.pid for each in find(wanted)] == [process.pid]
        assert process.pid in [each.pid for each in find(Wanted(called="rig.known_load"))]
    assert find(Wanted(pid=process.pid)) == find(Wanted(port=port)) == []


def test_a_process_that_was_ended_is_gone_and_its_successor_is_a_new_start() -> None:
    """The clock is the test's own: nobody waits for it."""
    with known_load() as first:
        port = int(first.tell("listen 0"))
        probe = ProcessProbe("till", Wanted(port=port))
        figures = probe.look(1.0)
        assert (figures["running"], figures["restarts"]) == (1, 0)
        assert "cpu_cores" not in figures  # a rate takes two looks
        assert probe.look(2.0)["cpu_cores"] >= 0
    with pytest.raises(Unseen, match=f"no process that listens on port {port} was there") as gone:
        probe.look(3.0)
    assert gone.value.figures == {"running": 0, "restarts": 0}
    with known_load() as second:
        assert int(second.tell(f"listen {port}")) == port
        with pytest.raises(Unseen):
            probe.look(3.0 + FIND_EVERY_S / 2)  # it is not looked for all the time
        figures = probe.look(3.0 + FIND_EVERY_S)
        assert (figures["running"], figures["restarts"]) == (1, 1)


def test_a_process_given_by_its_id_does_not_come_back() -> None:
    with known_load() as process:
        probe = ProcessProbe("till", Wanted(pid=process.pid))
        assert probe.look(1.0)["running"] == 1
    for second in range(2, 12):
        with pytest.raises(Unseen):
            probe.look(float(second))
