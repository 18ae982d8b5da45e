"""Where shards run, with Dask and without."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from ApiLoadLibrary.engine.host import LocalShardHost
from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.session.config import LoadTestConfig
from ApiLoadLibrary.session.hosts import shard_host
from ApiLoadLibrary.workload.origin import Origin

WITHOUT_DASK = """
import sys
sys.modules.update(dict.fromkeys(("dask", "distributed")))
import ApiLoadLibrary.library
import ApiLoadLibrary.session.command_line
"""


@pytest.fixture
def without_dask(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where `robotframework-apiload` was installed without its extra."""
    for name in [each for each in sys.modules if each.startswith("ApiLoadLibrary.cluster")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "distributed", None)


def test_load_comes_from_this_machine_unless_a_cluster_is_named(without_dask: None) -> None:
    assert isinstance(shard_host(None), LocalShardHost)


@pytest.mark.parametrize("none", ["none", "NONE"])
def test_load_comes_back_to_this_machine_by_a_word(none: str) -> None:
    there = LoadTestConfig().changed(cluster="tcp://scheduler:8786")
    assert there.changed(workers=5).cluster == "tcp://scheduler:8786"
    assert there.changed(cluster=none).cluster is None


def test_a_fault_proxy_bars_a_cluster_and_not_the_word_for_this_machine() -> None:
    proxied = LoadTestConfig().changed(detours=((Origin("http", "localhost", 1), 2),))
    assert proxied.changed(cluster="none").cluster is None
    with pytest.raises(BadInput, match="The fault proxy stands on this machine"):
        proxied.changed(cluster="tcp://scheduler:8786")


def test_a_cluster_without_dask_is_answered_with_what_to_install(without_dask: None) -> None:
    with pytest.raises(BadInput) as raised:
        shard_host("tcp://scheduler:8786")
    assert str(raised.value) == (
        "cluster='tcp://scheduler:8786' needs distributed, which is not installed here: "
        "pip install robotframework-apiload[cluster]"
    )


def test_nothing_but_a_cluster_needs_dask() -> None:
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT_DASK],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
