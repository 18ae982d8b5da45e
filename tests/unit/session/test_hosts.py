"""Where shards run, with Dask and without."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from ApiLoadLibrary.engine.host import LocalShardHost
from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.session.hosts import shard_host

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


@pytest.mark.parametrize("cluster", [None, "none", "NONE"])
def test_load_comes_from_this_machine_unless_a_cluster_is_named(
    without_dask: None, cluster: str | None
) -> None:
    assert isinstance(shard_host(cluster), LocalShardHost)


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
