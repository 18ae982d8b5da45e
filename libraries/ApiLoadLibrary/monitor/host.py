"""Looks at this host: processor, memory, disk, network, descriptors and sockets."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psutil

from ApiLoadLibrary.measurement.watched import WatchedKind

from .probe import Figures, Rates

__all__ = ["HostProbe", "cpu_figures"]

IDLE = ("idle", "iowait")
# Linux counts the time of guests in user and nice already.
COUNTED_TWICE = ("guest", "guest_nice")
SOCKETS = {
    ("sockets", "used"): "sockets_open",
    ("TCP", "inuse"): "tcp_in_use",
    ("TCP6", "inuse"): "tcp6_in_use",
    ("TCP", "orphan"): "tcp_orphaned",
    ("TCP", "tw"): "tcp_time_wait",
    ("TCP", "alloc"): "tcp_allocated",
    ("UDP", "inuse"): "udp_in_use",
}
"""Counts of `/proc/net/sockstat` and ours.  It costs nothing, with however many sockets; psutil's
list of 5,000 takes 78 ms."""


class HostProbe:
    """Looks at this host.

    Args:
        name: How people call it.
        of_system: Whether the system under test runs here.
        disk: A folder of the disk whose space counts.
    """

    kind = WatchedKind.HOST
    is_far = False
    expects: tuple[str, ...] = ()

    def __init__(self, name: str, *, of_system: bool, disk: str = "/") -> None:
        self.name = name
        self.of_system = of_system
        self._disk = disk
        self._rates = Rates()
        self._cores: list[dict[str, float]] = []

    def look(self, now_s: float) -> Figures:
        """See `Probe`."""
        return {
            **self._processors(),
            **_memory(),
            **self._space(),
            **self._rates.since(now_s, dict(_traffic())),
            **_descriptors(),
            **_sockets(),
        }

    def _processors(self) -> Figures:
        before, self._cores = self._cores, [_modes(each) for each in psutil.cpu_times(percpu=True)]
        load = {"load_1_min": psutil.getloadavg()[0]}
        return {**cpu_figures(before, self._cores), **load}

    def _space(self) -> Figures:
        found = psutil.disk_usage(self._disk)
        return {"disk_percent": found.percent, "disk_free_bytes": found.free}


def _modes(times: Any) -> dict[str, float]:
    """The seconds that a core has spent in each mode."""
    return {name: seconds for name, seconds in times._asdict().items() if name not in COUNTED_TWICE}


def cpu_figures(
    before: Sequence[dict[str, float]], now: Sequence[dict[str, float]]
) -> dict[str, float]:
    """What cores did between two looks.

    Args:
        before, now: For each core, the seconds that it has spent in each mode; a core more or
            less, and there are no figures.

    Returns:
        Busy shares in percent: of all cores together, and of each.
    """
    if len(before) != len(now) or not now:
        return {}
    spent = [
        {mode: max(0.0, seconds - old.get(mode, 0.0)) for mode, seconds in new.items()}
        for old, new in zip(before, now, strict=True)
    ]
    shares = [_busy_percent(each) for each in spent]
    together = {mode: sum(each.get(mode, 0.0) for each in spent) for mode in now[0]}
    total = sum(together.values())
    figures = {"cpu_percent": _busy_percent(together)}
    for mode in ("iowait", "steal"):
        if mode in together:
            figures[f"cpu_{mode}_percent"] = 100 * together[mode] / total if total else 0.0
    return figures | {f"cpu_core_{n}_percent": share for n, share in enumerate(shares)}


def _busy_percent(spent: dict[str, float]) -> float:
    total = sum(spent.values())
    return 100 * (1 - sum(spent.get(mode, 0.0) for mode in IDLE) / total) if total else 0.0


def _memory() -> Figures:
    memory, swap = psutil.virtual_memory(), psutil.swap_memory()
    return {
        "memory_percent": memory.percent,
        "memory_used_bytes": memory.total - memory.available,
        "swap_percent": swap.percent,
        "swap_used_bytes": swap.used,
    }


def _traffic() -> Iterator[tuple[str, float]]:
    """Counters, by the names of their rates."""
    # By interface, because without any the sum is None instead of 0.
    network = psutil.net_io_counters(pernic=True).values()
    yield "sent_bytes_per_s", sum(each.bytes_sent for each in network)
    yield "received_bytes_per_s", sum(each.bytes_recv for each in network)
    disks = psutil.disk_io_counters()
    if disks is not None:  # a machine without disks of its own
        yield "disk_read_bytes_per_s", disks.read_bytes
        yield "disk_written_bytes_per_s", disks.write_bytes


def _descriptors() -> Figures:
    """Open files of the whole host; only Linux tells."""
    try:
        used, unused, most = map(int, Path("/proc/sys/fs/file-nr").read_text().split())
    except (OSError, ValueError):
        return {}
    return {"open_files": used - unused, "open_files_percent": 100 * (used - unused) / most}


def _sockets() -> Figures:
    """Sockets by state; only Linux tells."""
    found: Figures = {}
    for file in ("sockstat", "sockstat6"):
        try:
            lines = Path("/proc/net", file).read_text().splitlines()
        except OSError:
            continue
        for line in lines:
            family, _, counts = line.partition(":")
            words = counts.split()
            for name, count in zip(words[::2], words[1::2], strict=False):
                if (family, name) in SOCKETS:
                    found[SOCKETS[family, name]] = int(count)
    if "tcp6_in_use" in found:
        found["tcp_in_use"] = found.get("tcp_in_use", 0) + found.pop("tcp6_in_use")
    return found
