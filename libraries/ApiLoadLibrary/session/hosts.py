"""Where shards run: on this machine, unless a cluster was named."""

from __future__ import annotations

from ApiLoadLibrary.engine.host import LocalShardHost, ShardHost
from ApiLoadLibrary.errors import BadInput

__all__ = ["calibrating_host", "shard_host"]


def shard_host(cluster: str | None) -> ShardHost:
    """Who runs the shards of a load run.

    Args:
        cluster: The address of a Dask scheduler; None for this machine.

    Raises:
        BadInput: It is no address, or Dask is not installed here.
        EngineFailed: The scheduler does not answer.
    """
    return _host(cluster, calibrates=False)


def calibrating_host(cluster: str | None) -> ShardHost:
    """The same; but on a cluster each shard sends to a responder on its own machine instead."""
    return _host(cluster, calibrates=True)


def _host(cluster: str | None, *, calibrates: bool) -> ShardHost:
    if cluster is None:
        return LocalShardHost()
    try:
        from ApiLoadLibrary.cluster.host import ClusterShardHost
        from ApiLoadLibrary.cluster.worker import run_shard, run_shard_against_itself
    except ModuleNotFoundError as error:
        raise BadInput(
            f"cluster='{cluster}' needs {error.name}, which is not installed here: "
            "pip install robotframework-apiload[cluster]"
        ) from None
    return ClusterShardHost(cluster, run_shard_against_itself if calibrates else run_shard)
