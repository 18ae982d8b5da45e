"""A cluster whose parts come and go, or are not what they seem; each is told in one sentence.

All tests share one cluster of network namespaces, whose scheduler is not spared; see `rig.cluster`.
"""

from __future__ import annotations

import asyncio
import threading
import time
from typing import Any

import pytest

from ApiLoadLibrary.cluster import connection
from ApiLoadLibrary.cluster.connection import connected
from ApiLoadLibrary.cluster.host import ClusterShardHost
from ApiLoadLibrary.cluster.messages import Begin
from ApiLoadLibrary.criteria.evaluation import evaluate
from ApiLoadLibrary.criteria.grammar import parse
from ApiLoadLibrary.criteria.judgement import Verdict
from ApiLoadLibrary.engine.plan import ShardPlan
from ApiLoadLibrary.errors import EngineFailed
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.session.tester import Moment
from rig.cluster import Cluster
from rig.process import counts

from .clusters import made, never_ready, over, server
from .loads import get, load_tester, steady, sustain

__all__ = ["made", "server"]

pytestmark = [pytest.mark.namespaces, pytest.mark.quiet, pytest.mark.slow]

SOON_S = 5


@pytest.fixture
def hosts(made: Cluster) -> Cluster:
    """The cluster, begun anew where the test before has ended its scheduler."""
    if not made.hosts["scheduler"].pids():
        made.restart_all()
    return made


def short_run(hosts: Cluster, server: str) -> RunResult:
    run = sustain(server, [get("/ok")], "30/s", "300 ms", **over(hosts))
    assert run.outcomes == {200: 9}, run.generator.reasons
    return run


def plans(server: str) -> list[ShardPlan]:
    return load_tester(server).plan([get("/ok")], steady("300/s", "1 s"), "test").split(3)


def test_who_is_told_to_stop_before_the_start_sends_nothing_though_the_start_travels_for_longer(
    hosts: Cluster, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = connected(hosts.address)
    run = client.run

    async def slowly(function: Any, *arguments: Any, **how: Any) -> Any:
        if any(isinstance(each, Begin) for each in arguments):
            await asyncio.sleep(0.2)
        return await run(function, *arguments, **how)

    monkeypatch.setattr(client, "run", slowly)
    host = ClusterShardHost(hosts.address)
    host.start(plans(server))
    host.stop()
    ends = [each.end for each in host.results()]
    assert all(end is not None and end.stopped for end in ends), host.results()
    assert counts(server)["received"] == {}


def test_a_scheduler_without_the_library_is_named(hosts: Cluster, server: str) -> None:
    other = hosts.start_scheduler(8800, env={"PYTHONPATH": ""})
    with (
        hosts.another_worker("w1", other),
        pytest.raises(EngineFailed, match=r"^The scheduler has no version of ApiLoadLibrary, and"),
    ):
        sustain(server, [get("/ok")], "10/s", "1 s", cluster=other)


def test_a_scheduler_that_was_cut_off_while_nothing_ran_is_named_and_found_again(
    hosts: Cluster, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    short_run(hosts, server)
    hosts.hosts["scheduler"].cut_off()
    monkeypatch.setattr(connection, "WITHIN_S", 1)
    began_s = time.monotonic()
    with pytest.raises(EngineFailed, match="cannot be reached"):
        short_run(hosts, server)
    assert time.monotonic() - began_s < 2 + SOON_S
    monkeypatch.undo()
    hosts.hosts["scheduler"].connect()
    short_run(hosts, server)


def test_a_scheduler_that_dies_ends_the_run_and_the_next_one_finds_another_at_its_address(
    hosts: Cluster, server: str, capfd: pytest.CaptureFixture[str]
) -> None:
    kept: list[RunResult] = []
    scheduler = hosts.hosts["scheduler"]

    def look(moment: Moment) -> None:
        if moment.elapsed_s > 1 and scheduler.pids():
            scheduler.kill()

    makes = load_tester(server, **over(hosts))
    began_s = time.monotonic()
    makes.run(makes.plan([get("/ok")], steady("90/s", "20 s"), "x"), "test", look, kept.append)
    assert time.monotonic() - began_s < 1 + 3 + 2 * SOON_S
    (run,) = kept
    assert 30 < run.requests <= counts(server)["received"]["GET /ok"]
    assert len(run.generator.lost_shards) == 3
    assert evaluate(parse("p95 < 1 s"), run).verdict is Verdict.INCONCLUSIVE
    hosts.restart_all()
    short_run(hosts, server)
    assert capfd.readouterr() == ("", "")


def test_a_scheduler_that_dies_while_shards_start_is_named_at_once(
    hosts: Cluster, server: str
) -> None:
    host = ClusterShardHost(hosts.address, never_ready)

    def die() -> None:
        hosts.wait_for_tasks()
        hosts.hosts["scheduler"].kill()

    dies = threading.Thread(target=die)
    dies.start()
    with pytest.raises(EngineFailed, match="the cluster's scheduler has gone away meanwhile"):
        host.start(plans(server))
    dies.join()
    assert counts(server)["received"] == {}
