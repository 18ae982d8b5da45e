"""Samples this host once a second, in a thread of its own."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace

import psutil

from ApiLoadLibrary.measurement.resources import ResourceSample

__all__ = ["HostMonitor"]

EVERY_S = 1.0


@dataclass(frozen=True, slots=True)
class _Traffic:
    at_s: float
    sent: int
    received: int

    @classmethod
    def now(cls) -> _Traffic:
        # By interface, because without any the sum is None instead of 0.
        counters = psutil.net_io_counters(pernic=True).values()
        sent = sum(each.bytes_sent for each in counters)
        return cls(time.monotonic(), sent, sum(each.bytes_recv for each in counters))


class HostMonitor:
    """Watches this host from `start` to `stop`; a sample covers the second before it."""

    def __init__(self, disk: str = "/") -> None:
        self._disk = disk
        self._done = threading.Event()
        self._thread: threading.Thread | None = None
        self._samples: list[tuple[float, ResourceSample]] = []

    def start(self) -> None:
        """Begin to watch; the first sample is due in a second."""
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Watch no longer."""
        self._done.set()
        if self._thread is not None:
            self._thread.join()

    def samples(self, start_s: float, end_s: float) -> tuple[ResourceSample, ...]:
        """What was seen between two moments of the monotonic clock, timed from the first."""
        return tuple(
            replace(sample, at_s=round(at_s - start_s, 3))
            for at_s, sample in self._samples
            # A sample looks back over a second, so one taken before 1 s saw the time before.
            if start_s + EVERY_S / 2 <= at_s <= end_s + EVERY_S / 2
        )

    def _watch(self) -> None:
        # psutil remembers the last look by thread: the first one here only begins to count.
        psutil.cpu_percent(None)
        before = _Traffic.now()
        due = time.monotonic() + EVERY_S
        while not self._done.wait(max(0.0, due - time.monotonic())):
            due += EVERY_S
            now = _Traffic.now()
            self._samples.append((now.at_s, self._look(before, now)))
            before = now

    def _look(self, before: _Traffic, now: _Traffic) -> ResourceSample:
        memory = psutil.virtual_memory()
        seconds = max(now.at_s - before.at_s, 1e-3)
        return ResourceSample(
            at_s=0.0,
            cpu_percent=psutil.cpu_percent(None),
            memory_percent=memory.percent,
            memory_used_bytes=memory.total - memory.available,
            disk_percent=psutil.disk_usage(self._disk).percent,
            sent_bytes_per_s=(now.sent - before.sent) / seconds,
            received_bytes_per_s=(now.received - before.received) / seconds,
        )
