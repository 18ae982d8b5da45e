"""What watching costs, with thousands of sockets open: processor time of one core."""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tables import table

from ApiLoadLibrary.monitor.finding import Wanted
from ApiLoadLibrary.monitor.host import HostProbe
from ApiLoadLibrary.monitor.monitor import Monitor
from ApiLoadLibrary.monitor.processes import GeneratorProbe, ProcessProbe
from rig.process import known_load

SOCKETS = (0, 1_000, 5_000, 10_000)


def run(seconds: int, rounds: int) -> None:
    """Watch a host, a process with so many sockets, and this process."""
    rows = []
    for sockets in SOCKETS:
        costs = sorted(_cost_percent(sockets, max(seconds, 3)) for _ in range(min(rounds, 3)))
        rows.append([f"{sockets:,}", f"{costs[len(costs) // 2]:.3f} %", f"{costs[-1]:.3f} %"])
    print(table(["sockets open", "of a core", "at most"], rows))


def _cost_percent(sockets: int, seconds: int) -> float:
    with known_load() as process:
        if sockets:
            process.tell(f"pairs {sockets // 2}")
        monitor = Monitor(
            [
                HostProbe("here", of_system=True),
                ProcessProbe("process", Wanted(pid=process.pid)),
                GeneratorProbe("generator", list),
            ]
        )
        monitor.start()
        time.sleep(1.5)
        before_s = monitor.cost_s()
        time.sleep(seconds)
        cost_s = monitor.cost_s() - before_s
        monitor.stop()
    return 100 * cost_s / seconds
