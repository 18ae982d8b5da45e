"""Where shards run: on this machine, unless a cluster was named."""

from __future__ import annotations

from ApiLoadLibrary.engine.host import LocalShardHost, ShardHost
from ApiLoadLibrary.errors import BadInput

__all__ = ["HERE", "shard_host"]

HERE = "none"
"""Written in place of a cluster's address: back to this machine."""


def shard_host(cluster: str | None) -> ShardHost:
    """Who runs the shards of a load run.

    Args:
        cluster: The address of a Dask scheduler; None for this machine.

    Raises:
        BadInput: It is no address, or Dask is not installed here.
        EngineFailed: The scheduler does not answer.
    """
    if cluster is None or cluster.casefold() == HERE:
        return LocalShardHost()
    try:
        from ApiLoadLibrary.cluster.host import ClusterShardHost
    except ModuleNotFoundError as error:
        raise BadInput(
            f"cluster='{cluster}' needs {error.name}, which is not installed here: "
            "pip install robotframework-apiload[cluster]"
        ) from None
    return ClusterShardHost(cluster)
