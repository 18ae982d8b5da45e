"""A cluster for tests, and load from it in plain Python."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from ApiLoadLibrary.session.acceptance import AcceptanceSession
from ApiLoadLibrary.workload.endpoint import Endpoint
from rig.cluster import Cluster, cluster
from rig.process import counts

_ID = re.compile(r"^X-Request-Id: (\w+)\r?$", re.MULTILINE)


@pytest.fixture(scope="module")
def made() -> Iterator[Cluster]:
    """A cluster for all tests of a file, whose `hosts` brings it back to what they expect."""
    with cluster() as made:
        yield made


@pytest.fixture
def server(hosts: Cluster) -> Iterator[str]:
    """The address of a fresh server on a host of its own."""
    with hosts.server.server("rig.server") as address:
        yield address


def over(hosts: Cluster, **settings: Any) -> dict[str, Any]:
    """Settings with which three hosts send."""
    return {"cluster": hosts.address, "shards": 3, **settings}


def session_over(
    hosts: Cluster, address: str, endpoints: Sequence[Endpoint] = (), **settings: Any
) -> AcceptanceSession:
    """A session whose load comes from three hosts."""
    session = AcceptanceSession()
    session.use_server(address, **over(hosts, **settings))
    for each in endpoints:
        session.endpoints.define(each)
    return session


def ids_at(address: str) -> list[str]:
    """Those of all requests that a rig server has received, the first five thousand."""
    return [_ID.search(each)[1] for each in counts(address)["bodies"]]  # type: ignore[index]


def never_ready(plan: object, topic: str) -> None:
    """A shard that takes too long to start."""
    time.sleep(10)
