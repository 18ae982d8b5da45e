"""What a container may use, read from trees of files as the kernel writes them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from ApiLoadLibrary.monitor.cgroup import cgroup_of

GB = 10**9
V2 = {
    "cgroup/cgroup.controllers": "cpu memory",
    "cgroup/shop/cpu.max": "150000 100000",
    "cgroup/shop/memory.max": str(2 * GB),
    "cgroup/shop/till/cpu.max": "max 100000",
    "cgroup/shop/till/memory.max": str(GB),
    "cgroup/shop/till/memory.current": "800000000",
    "cgroup/shop/till/memory.stat": "anon 5\ninactive_file 300000000\n",
    "cgroup/shop/till/cpu.stat": "usage_usec 9\nthrottled_usec 2500000\n",
    "proc/7/cgroup": "0::/shop/till\n",
}
V1 = {
    "cgroup/cpu/till/cpu.cfs_quota_us": "50000",
    "cgroup/cpu/till/cpu.cfs_period_us": "100000",
    "cgroup/cpu/till/cpu.stat": "nr_throttled 3\nthrottled_time 1500000000\n",
    "cgroup/memory/till/memory.limit_in_bytes": str(GB),
    "cgroup/memory/till/memory.usage_in_bytes": "400000000",
    "cgroup/memory/till/memory.stat": "total_inactive_file 100000000\n",
    "cgroup/memory/memory.limit_in_bytes": "9223372036854771712",
    "proc/7/cgroup": "9:memory:/till\n4:cpu,cpuacct:/till\n0::/\n",
}


def tree(folder: Path, files: Mapping[str, str]) -> tuple[Path, Path]:
    """Where control groups are mounted, and where processes are."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder / "cgroup", folder / "proc"


def test_version_2_has_the_least_limit_of_all_groups_around_it(tmp_path: Path) -> None:
    group = cgroup_of(7, *tree(tmp_path, V2))
    assert group is not None
    assert (group.cores, group.memory_bytes) == (1.5, GB)
    assert group.used_bytes() == 500_000_000  # without the files that can be dropped
    assert group.throttled_s() == 2.5


def test_version_1_tells_the_same_in_other_words(tmp_path: Path) -> None:
    group = cgroup_of(7, *tree(tmp_path, V1))
    assert group is not None
    assert (group.cores, group.memory_bytes) == (0.5, GB)
    assert group.used_bytes() == 300_000_000
    assert group.throttled_s() == 1.5


@pytest.mark.parametrize(
    "files",
    [
        V2 | {"proc/7/cgroup": "0::/docker/0123\n", "cgroup/cpu.max": "200000 100000"},
        {
            "cgroup/cpu/cpu.cfs_quota_us": "200000",
            "cgroup/cpu/cpu.cfs_period_us": "100000",
            "proc/7/cgroup": "4:cpu:/docker/0123\n",
        },
    ],
)
def test_inside_a_container_what_is_mounted_is_its_own(
    tmp_path: Path, files: Mapping[str, str]
) -> None:
    group = cgroup_of(7, *tree(tmp_path, files))
    assert group is not None
    assert group.cores == 2.0


@pytest.mark.parametrize(
    "changes",
    [
        {"cgroup/shop/cpu.max": "max 100000", "cgroup/shop/memory.max": "max"},
        {"cgroup/shop/cpu.max": "nonsense", "cgroup/shop/memory.max": ""},
    ],
)
def test_without_limits_there_are_none(tmp_path: Path, changes: Mapping[str, str]) -> None:
    files = V2 | changes | {"cgroup/shop/till/memory.max": "max"}
    group = cgroup_of(7, *tree(tmp_path, files))
    assert group is not None
    assert (group.cores, group.memory_bytes) == (None, None)


def test_where_there_are_no_control_groups_there_is_none(tmp_path: Path) -> None:
    assert cgroup_of(7, *tree(tmp_path, {"proc/8/cgroup": "0::/"})) is None
    assert cgroup_of(8, *tree(tmp_path, {"proc/8/cgroup": "0::/"})) is None
