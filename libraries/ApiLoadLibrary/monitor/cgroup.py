"""What a container may use, and what it uses: read from its control group, version 1 or 2."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["Cgroup", "cgroup_of"]

NO_LIMIT_BYTES = 1 << 60
"""Version 1 writes a number near 2**63 where there is no limit of memory."""


@dataclass(frozen=True, slots=True)
class Cgroup:
    """The control group of a process.

    Attributes:
        cores: How many processors it may use at most; None where nothing is said.
        memory_bytes: How much memory it may use at most; None where nothing is said.
    """

    cores: float | None
    memory_bytes: float | None
    cpu_folder: Path | None
    memory_folder: Path | None
    is_v2: bool

    def throttled_s(self) -> float | None:
        """How long it was held back until now, its share of processor time being used up."""
        stat = _table(self.cpu_folder, "cpu.stat")
        name, unit = ("throttled_usec", 1e6) if self.is_v2 else ("throttled_time", 1e9)
        return stat[name] / unit if name in stat else None

    def used_bytes(self) -> float | None:
        """Its memory in use, without the cache of files that can be dropped at once."""
        folder = self.memory_folder
        current = _number(folder, "memory.current" if self.is_v2 else "memory.usage_in_bytes")
        cache = "inactive_file" if self.is_v2 else "total_inactive_file"
        droppable = _table(folder, "memory.stat").get(cache, 0.0)
        return None if current is None else max(0.0, current - droppable)


def cgroup_of(
    pid: int, mounted: Path = Path("/sys/fs/cgroup"), proc: Path = Path("/proc")
) -> Cgroup | None:
    """The control group of a process; None where there is none, as on other systems than Linux.

    The limits of the groups around it hold for it too: the least of them counts.

    Args:
        pid: The process.
        mounted: Where control groups are mounted.
        proc: Where processes are.
    """
    try:
        lines = (proc / str(pid) / "cgroup").read_text().splitlines()
    except OSError:
        return None
    paths: dict[str, str] = {}
    for line in lines:
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        paths.update(dict.fromkeys(controllers.split(","), path))
    if (mounted / "cgroup.controllers").exists() and "" in paths:
        folder = _folder(mounted, paths[""])
        return Cgroup(
            cores=_least(_quota_v2(each) for each in _around(folder, mounted)),
            memory_bytes=_least(_number(each, "memory.max") for each in _around(folder, mounted)),
            cpu_folder=folder,
            memory_folder=folder,
            is_v2=True,
        )
    return _version_1(mounted, paths)


def _version_1(mounted: Path, paths: dict[str, str]) -> Cgroup | None:
    found = {
        name: _folder(mounted / name, paths[name]) for name in ("cpu", "memory") if name in paths
    }
    cpu, memory = found.get("cpu"), found.get("memory")
    if cpu is None and memory is None:
        return None
    limits = (
        _number(each, "memory.limit_in_bytes") for each in _around(memory, mounted / "memory")
    )
    return Cgroup(
        cores=_least(_quota_v1(each) for each in _around(cpu, mounted / "cpu")),
        memory_bytes=_least(each if (each or 0) < NO_LIMIT_BYTES else None for each in limits),
        cpu_folder=cpu,
        memory_folder=memory,
        is_v2=False,
    )


def _folder(mounted: Path, path: str) -> Path:
    """Inside a container the path may be the host's, and what is mounted the container's own."""
    folder = mounted / path.lstrip("/")
    return folder if ".." not in folder.parts and folder.is_dir() else mounted


def _around(folder: Path | None, mounted: Path) -> Iterator[Path]:
    """The group itself, and those around it."""
    if folder is None:
        return
    yield folder
    for each in folder.parents if folder != mounted else ():
        yield each
        if each == mounted:
            return


def _least(limits: Iterator[float | None]) -> float | None:
    return min((each for each in limits if each is not None), default=None)


def _quota_v2(folder: Path) -> float | None:
    words = _text(folder, "cpu.max").split()
    return int(words[0]) / int(words[1]) if len(words) == 2 and words[0] != "max" else None


def _quota_v1(folder: Path) -> float | None:
    quota, period = _number(folder, "cpu.cfs_quota_us"), _number(folder, "cpu.cfs_period_us")
    return quota / period if quota and quota > 0 and period else None


def _text(folder: Path | None, name: str) -> str:
    with contextlib.suppress(OSError):
        return "" if folder is None else (folder / name).read_text()
    return ""


def _number(folder: Path | None, name: str) -> float | None:
    with contextlib.suppress(ValueError):  # `max` is no number, and no limit
        return float(_text(folder, name))
    return None


def _table(folder: Path | None, name: str) -> dict[str, float]:
    pairs = (line.split() for line in _text(folder, name).splitlines())
    return {words[0]: float(words[1]) for words in pairs if len(words) == 2}
