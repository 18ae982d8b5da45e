"""Looks at chosen processes with their children, and at the container that they run in."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import psutil

from ApiLoadLibrary.measurement.watched import WatchedKind

from .cgroup import Cgroup, cgroup_of
from .finding import Wanted, family, find
from .probe import Figures, Rates, Unseen

__all__ = ["GeneratorProbe", "ProcessProbe"]

DISK = ("disk_read_bytes_per_s", "disk_written_bytes_per_s")
FIND_EVERY_S = 2.0
"""Looking for a process that is gone costs up to 80 ms a time."""


class _Use:
    """What some processes use together, and how much of what they may use."""

    def __init__(self) -> None:
        self._members: dict[int, psutil.Process] = {}
        self._cpu_s: dict[int, float] = {}
        self._at_s: float | None = None
        self._rates = Rates()
        self._group: Cgroup | None = None
        self._cores = 1.0
        self._memory_bytes = 1.0

    def limited_as(self, pid: int) -> None:
        """Read what a process may use: processors, and the limits of its container."""
        self._group = cgroup_of(pid)
        self._cores = _cores(pid, self._group)
        limit = self._group.memory_bytes if self._group else None
        self._memory_bytes = min(limit or math.inf, psutil.virtual_memory().total)

    def look(self, now_s: float, members: Iterable[psutil.Process]) -> Figures:
        """What they use now; nothing where all of them have ended."""
        known = self._members
        # One object of psutil for each process, so that what it has read once is kept.
        self._members = {
            each.pid: known[each.pid] if known.get(each.pid) == each else each for each in members
        }
        used = {pid: each for pid, each in map(_used, self._members.values()) if each}
        if not used:
            return {}
        return {
            **self._held(list(used.values())),
            **self._cpu(now_s, {pid: each["cpu_s"] for pid, each in used.items()}),
            **self._per_second(now_s, list(used.values())),
            **_container(self._group),
        }

    def _held(self, used: Sequence[dict[str, float]]) -> Figures:
        memory = sum(each["memory"] for each in used)
        files = [each for each in used if "files" in each]
        shares = [100 * each["files"] / each["most"] for each in files if "most" in each]
        return {
            "processes": len(used),
            "threads": sum(each["threads"] for each in used),
            "memory_used_bytes": memory,
            "memory_percent": 100 * memory / self._memory_bytes,
            **({"open_files": sum(each["files"] for each in files)} if files else {}),
            # Each process has a limit of its own: the one that is nearest to it counts.
            **({"open_files_percent": max(shares)} if shares else {}),
        }

    def _cpu(self, now_s: float, cpu_s: dict[int, float]) -> Figures:
        """What was used since the look before; a process that is new has used all of its own."""
        before, seconds = self._cpu_s, now_s - (now_s if self._at_s is None else self._at_s)
        self._cpu_s, self._at_s = cpu_s, now_s
        if seconds <= 0:
            return {}
        used = sum(max(0.0, each - before.get(pid, 0.0)) for pid, each in cpu_s.items())
        return {"cpu_cores": used / seconds, "cpu_percent": 100 * used / seconds / self._cores}

    def _per_second(self, now_s: float, used: Sequence[dict[str, float]]) -> Figures:
        totals: dict[str, float] = {}
        for name in DISK:
            if any(name in each for each in used):
                totals[name] = sum(each.get(name, 0.0) for each in used)
        throttled_s = self._group.throttled_s() if self._group and self._group.cores else None
        if throttled_s is not None:
            totals["container_throttled_percent"] = 100 * throttled_s
        return self._rates.since(now_s, totals)


def _container(group: Cgroup | None) -> Figures:
    """What its container may use, and uses."""
    figures: Figures = {}
    if group and group.cores:
        figures["container_cpu_limit_cores"] = group.cores
    if group and group.memory_bytes:
        figures["container_memory_limit_bytes"] = group.memory_bytes
        used = group.used_bytes()
        if used is not None:
            figures["container_memory_used_bytes"] = used
            figures["container_memory_percent"] = 100 * used / group.memory_bytes
    return figures


def _cores(pid: int, group: Cgroup | None) -> float:
    """How many processors it may use."""
    try:
        allowed = len(os.sched_getaffinity(pid))
    except (AttributeError, OSError):  # only Linux can tell
        allowed = psutil.cpu_count() or 1
    return min(group.cores if group and group.cores else allowed, allowed)


def _used(process: psutil.Process) -> tuple[int, dict[str, float]]:
    """What one process has used; nothing of one that has ended."""
    try:
        with process.oneshot():
            times = process.cpu_times()
            used: dict[str, float] = {
                "cpu_s": times.user + times.system,
                "memory": process.memory_info().rss,
                "threads": process.num_threads(),
            }
            used |= _if_allowed(_files, process)
            used |= _if_allowed(_io, process)
            return process.pid, used
    except (psutil.NoSuchProcess, psutil.AccessDenied):
        return process.pid, {}


def _if_allowed(
    read: Callable[[psutil.Process], dict[str, float]], process: psutil.Process
) -> dict[str, float]:
    """What only some systems tell, and only of one's own processes."""
    try:
        return read(process)
    except (psutil.AccessDenied, AttributeError, NotImplementedError, OSError):
        return {}


def _files(process: psutil.Process) -> dict[str, float]:
    # From Linux 6.2 on a folder's size is the number of its files: 0.002 ms with however many.
    count = Path(f"/proc/{process.pid}/fd").stat().st_size or process.num_fds()
    rlimit: Any = getattr(psutil, "RLIMIT_NOFILE", None)
    most, _ = process.rlimit(rlimit) if rlimit is not None else (-1, -1)
    return {"files": count, **({"most": most} if most > 0 else {})}


def _io(process: psutil.Process) -> dict[str, float]:
    counters = process.io_counters()
    return dict(zip(DISK, (counters.read_bytes, counters.write_bytes), strict=True))


class ProcessProbe:
    """Looks at the processes that are meant, and all that they have started, as one.

    Args:
        name: How people call them.
        wanted: Which they are.
    """

    kind = WatchedKind.PROCESS
    of_system = True
    is_far = False
    expects: tuple[str, ...] = ()

    def __init__(self, name: str, wanted: Wanted) -> None:
        self.name = name
        self._wanted = wanted
        self._use = _Use()
        self._roots: list[psutil.Process] = []
        self._found = False
        self._restarts = 0
        self._find_at_s = float("-inf")

    def look(self, now_s: float) -> Figures:
        """See `Probe`; `running` is 1, or 0 of what is gone."""
        self._roots = [each for each in self._roots if _lives(each)]
        if not self._roots:
            self._find(now_s)
        figures = self._use.look(now_s, family(self._roots)) if self._roots else {}
        if not figures:
            raise Unseen(f"no process {self._wanted} was there", self._life(running=False))
        return figures | self._life(running=True)

    def _life(self, *, running: bool) -> Figures:
        return {"running": float(running), "restarts": float(self._restarts)}

    def _find(self, now_s: float) -> None:
        """Look for it; what is found after it was lost has been started anew."""
        if now_s < self._find_at_s or (self._found and not self._wanted.can_return):
            return
        self._find_at_s = now_s + FIND_EVERY_S
        try:
            self._roots = find(self._wanted)
        except PermissionError as error:
            raise Unseen(str(error)) from None
        if self._roots:
            self._restarts += self._found
            self._found = True
            self._use.limited_as(self._roots[0].pid)


def _lives(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


class GeneratorProbe:
    """Looks at the load generator itself: this process, and those that send.

    Args:
        name: How people call it.
        pids: Of the processes that send; whatever else this process has started is another
            matter, as it may be the system under test.
    """

    kind = WatchedKind.GENERATOR
    of_system = False
    is_far = False
    expects: tuple[str, ...] = ()

    def __init__(self, name: str, pids: Callable[[], Sequence[int]]) -> None:
        self.name = name
        self._pids = pids
        self._use = _Use()
        self._use.limited_as(os.getpid())
        self._own = psutil.Process()
        self._members: dict[int, psutil.Process] = {}

    def look(self, now_s: float) -> Figures:
        """See `Probe`."""
        return self._use.look(now_s, [self._own, *self._senders()])

    def _senders(self) -> list[psutil.Process]:
        for pid in self._pids():
            if pid not in self._members:
                try:
                    self._members[pid] = psutil.Process(pid)
                except psutil.NoSuchProcess:
                    continue
        return [each for each in self._members.values() if each.is_running()]
