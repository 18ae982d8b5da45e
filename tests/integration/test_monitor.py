"""What the monitor says of this host, against a load that the test makes."""

from __future__ import annotations

import subprocess
import sys
import time

import psutil
import pytest

from ApiLoadLibrary.monitor.host import HostMonitor

BURN = "while True: pass"


@pytest.mark.slow
def test_each_sample_sees_a_busy_core_the_first_one_too() -> None:
    """A process burns one core: at least its share of all cores is busy, in every sample."""
    burner = subprocess.Popen([sys.executable, "-c", BURN])
    monitor = HostMonitor()
    try:
        monitor.start()
        began = time.monotonic()
        time.sleep(3.4)  # three samples, one a second
    finally:
        monitor.stop()
        burner.kill()
        burner.wait()
    samples = monitor.samples(began, began + 3)
    share = 100 / (psutil.cpu_count() or 1)
    assert [round(sample.at_s) for sample in samples] == [1, 2, 3]
    assert all(0.8 * share <= sample.cpu_percent <= 100 for sample in samples)
    assert all(0 < sample.memory_percent < 100 for sample in samples)
