"""Load from three hosts that are apart: it measures what load from one does, and counts match.

All tests share one cluster of network namespaces; see `rig.cluster`.
"""

from __future__ import annotations

import contextlib
import math
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
import trustme

from ApiLoadLibrary.cluster import connection
from ApiLoadLibrary.cluster.connection import connected, seats, seats_with_clocks
from ApiLoadLibrary.cluster.messages import News
from ApiLoadLibrary.criteria.evaluation import evaluate
from ApiLoadLibrary.criteria.grammar import parse
from ApiLoadLibrary.criteria.judgement import Verdict
from ApiLoadLibrary.errors import BadInput, EngineFailed
from ApiLoadLibrary.measurement.generators import HostNow
from ApiLoadLibrary.measurement.outcomes import DONE
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.session.config import LoadTestConfig
from ApiLoadLibrary.session.feeders import feed_from
from ApiLoadLibrary.session.tester import Moment, as_fast_as_possible
from ApiLoadLibrary.values import Duration
from ApiLoadLibrary.workload.action import Action, Call
from ApiLoadLibrary.workload.endpoint import Endpoint
from ApiLoadLibrary.workload.feeder import Order
from ApiLoadLibrary.workload.origin import Origin
from rig.cluster import WORKERS, Cluster
from rig.process import ROOT, counts, truth
from rig.robot_run import RobotRun, command, run_robot

from .clusters import ids_at, made, over, server, session_over
from .floods import Enough, flood
from .journeys import shopping, walk
from .loads import get, load_tester, send, steady, sustain, watch_nothing
from .test_signed_in_load import sent, users

__all__ = ["made", "server"]

pytestmark = [pytest.mark.namespaces, pytest.mark.quiet, pytest.mark.slow]

MS = 1_000_000
SOON_S = 5


@pytest.fixture
def hosts(made: Cluster) -> Cluster:
    """The cluster with all of its workers, whatever a test before has done to them."""
    made.mend()
    return made


def test_three_hosts_send_each_arrival_once_in_time_and_measure_what_one_would(
    hosts: Cluster, server: str
) -> None:
    makes = load_tester(server, **over(hosts))
    plan = makes.plan([get("/ok")], steady("1000/s", "2 s"), "x", traced=frozenset())
    kept: list[RunResult] = []
    seen: dict[str, HostNow] = {}

    def look(moment: Moment) -> None:
        seen.update(moment.progress.hosts)

    going = makes.start(plan, "test")
    going.wait(look, lambda so_far: None, lambda progress, elapsed_s: None)
    going.seal(kept.append)
    (run,), told = kept, counts(server)

    assert run.outcomes == {200: 2000}
    assert told["received"] == {"GET /ok": 2000}
    assert len(set(ids_at(server))) == 2000
    assert sorted(each.arrival for each in run.trace) == list(range(2000))

    # Percentiles of what the shards merged are those of all samples, but for a cell's width.
    samples = sorted(each.response_ns for each in run.trace)
    for share in (0.5, 0.9, 0.95, 0.99, 0.999):
        exact = samples[math.ceil(share * len(samples)) - 1]
        assert run.response().quantile(share) == pytest.approx(exact, rel=1e-3)

    # Shard k begins with arrival k.  All hosts are one machine, and its clock tells the truth.
    assert [each.name for each in run.generator.hosts] == sorted(told["first_ns"]) == sorted(seen)
    assert {(each.shards, each.lost) for each in seen.values()} == {(1, 0)}
    for number, host in enumerate(run.generator.hosts):
        after_ns = told["first_ns"][host.name] - going.start_ns - number * MS
        assert -host.clock_doubt_ms * MS <= after_ns < 500 * MS


def test_clocks_are_found_to_be_the_one_that_all_hosts_have(hosts: Cluster) -> None:
    client = connected(hosts.address)
    found = seats_with_clocks(client, seats(client))
    assert {each.host for each in found} == {hosts.hosts[name].address for name in WORKERS}
    for each in found:
        assert abs(each.ahead_ns) <= each.doubt_ns < 100 * MS


def test_the_closed_model_sends_from_all_hosts(hosts: Cluster, server: str) -> None:
    load = as_fast_as_possible(Duration.parse("1 s"))
    run = send(server, [get("/delay/20")], load, workers=6, **over(hosts))
    told = counts(server)
    assert 6 <= run.requests <= 6 * 50
    assert told["received"] == {"GET /delay/20": run.requests}
    assert len(told["first_ns"]) == 3


def test_journeys_keep_their_values_to_themselves(hosts: Cluster) -> None:
    with hosts.server.server("rig.coffee_shop") as address:
        run = walk(shopping(address, **over(hosts)), "100/s", "1 s")
        found = truth(address)
    assert found["wrong"] == []
    assert found["done"] == {"sign-in": 100, "products": 100, "orders": 100, "pay": 100}
    assert run.journeys[0].tally.outcomes == {DONE: 100}


def test_a_flood_opens_each_connection_once(hosts: Cluster) -> None:
    with hosts.server.server("rig.sockets") as address:
        run = flood(address, "/echo", settings=over(hosts))
        found = counts(address)
    assert [dict(each.tally.outcomes) for each in run.endpoints] == [{101: 20}, {DONE: 100}]
    assert (found["opened"], found["messages_in"], found["messages_out"]) == (20, 100, 100)


def test_tokens_are_renewed_on_all_hosts(hosts: Cluster) -> None:
    """They live for two seconds, and load goes on for three."""
    with hosts.server.server("rig.doors", "--life", "2") as address:
        session = session_over(hosts, address, [get("/in")])
        session.sign_in(users(1)[0])
        run = sent(session, "90/s", "3 s")
        assert truth(address)["seen"] == {"in": 270}
    assert run.outcomes == {200: 270}


def test_loads_share_the_slots_and_one_may_end_early(hosts: Cluster, server: str) -> None:
    """Two mixes in the background take all slots twice; a third load is stopped meanwhile."""
    session = session_over(hosts, server, [get("/ok"), Endpoint("Bad", "GET", "/status/500")])
    for name in ("one", "two"):
        session.begin(session.plan(steady("30/s", "4 s"), "Get /ok", name))
    makes, kept = load_tester(server, **over(hosts)), list[RunResult]()
    makes.run(
        makes.plan([get("/status/500")], steady("30/s", "60 s"), "third"),
        *("test", watch_nothing, kept.append),
        stop=lambda progress, elapsed_s: "enough" if elapsed_s > 1 else None,
    )
    for name in ("one", "two"):
        session.background.find(name).wait()
    assert [each.outcomes for each in session.verdicts.runs] == [{200: 120}, {200: 120}]
    assert kept[0].stopped == "enough"
    assert 20 < kept[0].requests < 30 * SOON_S
    assert counts(server)["received"] == {
        "GET /ok": 240,
        "GET /status/500": kept[0].requests,
    }


def test_what_is_broken_off_is_kept(hosts: Cluster, server: str) -> None:
    """A time-out of Robot comes as an exception from the wait."""
    makes, kept = load_tester(server, **over(hosts)), list[RunResult]()

    def break_off(moment: Moment) -> None:
        if moment.elapsed_s > 1:
            raise Enough

    with contextlib.suppress(Enough):
        plan = makes.plan([get("/ok")], steady("100/s", "60 s"), "x")
        makes.run(plan, "test", break_off, kept.append)
    assert counts(server)["received"] == {"GET /ok": kept[0].requests}
    assert 90 < kept[0].requests < 100 * SOON_S


def test_messages_do_not_grow_with_the_rate_and_none_stays_on_the_scheduler(
    hosts: Cluster, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    unpacked, heard = News.unpacked, list[int]()

    def listening(data: bytes) -> News:
        heard.append(len(data))
        return unpacked(data)

    monkeypatch.setattr(News, "unpacked", listening)
    numbers, sizes = [], []
    for rate in ("100/s", "10000/s"):
        heard.clear()
        sustain(server, [get("/ok")], rate, "1500 ms", **over(hosts))
        numbers.append(len(heard))
        sizes.append(sum(heard))
    assert 3 * 3 <= min(numbers) <= max(numbers) <= 2 * min(numbers)
    assert sizes[1] < 50_000 * numbers[1]
    topics = [each for each in hosts.client.get_events() if each.startswith("apiload")]
    assert topics == []


def lost_run(hosts: Cluster, server: str, harm: object) -> RunResult:
    """Three seconds of load, of which a third is lost with its host after the first."""
    makes, kept = load_tester(server, **over(hosts)), list[RunResult]()
    harmed: list[float] = []

    def look(moment: Moment) -> None:
        if moment.elapsed_s > 1 and not harmed:
            harmed.append(time.monotonic())
            assert callable(harm)
            harm()

    plan = makes.plan([get("/ok")], steady("300/s", "3 s"), "x")
    makes.run(plan, "test", look, kept.append)
    assert time.monotonic() - harmed[0] < 2 + SOON_S
    (run,) = kept
    received = counts(server)["received"]["GET /ok"]
    assert len(set(ids_at(server))) == received < 900
    assert 600 < run.requests <= received
    assert len(run.generator.lost_shards) == 1, run.generator.reasons
    (lost,) = run.generator.lost_shards
    told = run.requests - 600
    assert (
        f"part {lost + 1} of 3 of the load generator died after {told} of its 300 requests, "
        f"and the other {300 - told} are lost" in run.generator.reasons[0]
    )
    assert evaluate(parse("p95 < 1 s"), run).verdict is Verdict.INCONCLUSIVE
    return run


def test_a_host_that_dies_takes_its_arrivals_with_it_and_no_others(
    hosts: Cluster, server: str
) -> None:
    run = lost_run(hosts, server, hosts.hosts["w3"].kill)
    assert "has not been heard of for 3 s" in run.generator.reasons[0]


def test_a_host_that_is_cut_off_is_given_up(hosts: Cluster, server: str) -> None:
    lost_run(hosts, server, hosts.hosts["w2"].cut_off)
    with pytest.raises(
        EngineFailed, match=rf"worker at tcp://{hosts.hosts['w2'].address}:\d+ does not answer"
    ):
        sustain(server, [get("/ok")], "10/s", "1 s", **over(hosts))


def test_a_worker_that_is_started_again_sends_nothing_again(hosts: Cluster, server: str) -> None:
    """Its nanny starts it at the same address, and the scheduler runs its task once more."""
    hosts.restart("w1", "--nanny")
    host = hosts.hosts["w1"]

    def kill_worker() -> None:
        (worker,) = (
            child
            for pid in host.pids()
            for child in psutil.Process(pid).children()
            if "dask" in " ".join(psutil.Process(pid).cmdline())
            and "spawn_main" in " ".join(child.cmdline())
        )
        worker.kill()

    lost_run(hosts, server, kill_worker)
    hosts.settle()
    _wait_until_no_shard_is_left(hosts)
    assert len(set(ids_at(server))) == counts(server)["received"]["GET /ok"]


def _wait_until_no_shard_is_left(hosts: Cluster) -> None:
    deadline = time.monotonic() + 10 + SOON_S
    while _shards(hosts):
        assert time.monotonic() < deadline
        time.sleep(0.1)  # between looks


def _shards(hosts: Cluster) -> list[int]:
    found = []
    for pid in (pid for name in WORKERS for pid in hosts.hosts[name].pids()):
        with contextlib.suppress(psutil.Error):
            if "ApiLoadLibrary.engine.shard" in psutil.Process(pid).cmdline():
                found.append(pid)
    return found


def _wait_for_load(server: str) -> None:
    deadline = time.monotonic() + 30
    while not counts(server)["received"]:
        assert time.monotonic() < deadline
        time.sleep(0.1)  # between looks


def test_shards_end_by_themselves_when_their_parent_is_killed(hosts: Cluster, server: str) -> None:
    script = (
        "from integration.loads import get, sustain;"
        f"sustain({server!r}, [get('/ok')], '50/s', '60 s', shards=2, cluster={hosts.address!r})"
    )
    path = os.pathsep.join(str(ROOT / each) for each in ("libraries", "tests"))
    parent = subprocess.Popen(
        [sys.executable, "-c", script], env={**os.environ, "PYTHONPATH": path}
    )
    _wait_for_load(server)
    parent.kill()
    parent.wait(5)
    assert len(_shards(hosts)) == 2
    _wait_until_no_shard_is_left(hosts)


SUITE = """
*** Settings ***
Library    ApiLoadLibrary    cluster={cluster}

*** Test Cases ***
Load
    Use Server    {server}    shards=3
    Define Endpoint    {name}    GET    /ok?{name}
    Sustain 100 Requests Per Second On {name}    duration={duration}
"""


def test_two_robots_share_a_cluster_and_one_is_interrupted(
    hosts: Cluster, server: str, tmp_path: Path
) -> None:
    suites = {}
    for name, duration in (("Short", "2 s"), ("Long", "60 s")):
        suites[name] = tmp_path / f"{name}.robot"
        suites[name].write_text(
            SUITE.format(cluster=hosts.address, server=server, name=name, duration=duration)
        )
    long = subprocess.Popen(
        command(tmp_path / "long", str(suites["Long"])),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    short = run_robot(tmp_path / "short", str(suites["Short"]))
    _wait_for_load(server)
    os.killpg(long.pid, signal.SIGINT)
    console, _ = long.communicate(timeout=30)
    assert short.code == 0, short.console
    assert short.report["runs"][0]["requests"] == 200
    assert "distributed" not in console + short.console
    (run,) = RobotRun(tmp_path / "long", 0, console).report["runs"]
    received = [each.split("\n")[0] for each in counts(server)["bodies"]]
    assert received.count("/ok?Short") == 200
    assert received.count("/ok?Long") == run["requests"] > 0


def test_what_is_wrong_with_a_cluster_is_said_before_any_load(
    hosts: Cluster,
    server: str,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    scheduler = hosts.hosts["scheduler"]

    def says(
        sentence: str, cluster: str, error: type[Exception] = EngineFailed, **more: object
    ) -> None:
        with pytest.raises(error, match=sentence):
            sustain(server, [get("/ok")], "10/s", "1 s", cluster=cluster, **more)

    with monkeypatch.context() as briefly:
        briefly.setattr(connection, "WITHIN_S", 1)
        nowhere = f"tcp://{scheduler.address}:1"
        says("The scheduler of the cluster at .*:1 cannot be reached", nowhere)
    says("cluster='nonsense://x' is no address of a scheduler", "nonsense://x", BadInput)
    says("shards=4 are more than the 3 slots of the cluster", hosts.address, BadInput, shards=4)

    other = hosts.start_scheduler(8800)
    says("The cluster has no workers", other)
    for path, sentence in (
        ("", "has no version of ApiLoadLibrary"),
        (str(_other_version(tmp_path)), "has version 0.0.1 of ApiLoadLibrary, and here is"),
        (str(_other_files(tmp_path)), "has other files of ApiLoadLibrary than here under the same"),
    ):
        with hosts.another_worker("w1", other, env={"PYTHONPATH": path}):
            says(f"The worker at .* {sentence}", other)

    hidden = tmp_path / "hidden"
    hidden.mkdir()
    ca, rows = hidden / "ca.pem", hidden / "rows.csv"
    rows.write_text("user\nanna\n")
    trustme.CA().cert_pem.write_to_path(ca)
    with hosts.another_worker("w1", other, hidden=hidden):
        says(
            f"On .*: {ca} is no file there: copy it to each worker", other, BadInput, verify=str(ca)
        )
        session = session_over(hosts, server, [get("/ok?{{rows.user}}")], cluster=other, shards=1)
        feed_from(session.feeders, str(rows), Order.SEQUENTIAL, None)
        with pytest.raises(BadInput, match=f"On .*: {rows} is no file there"):
            session.run(session.plan(steady("10/s", "1 s"), "Each Endpoint"), watch_nothing)
        (hidden / "only_here.py").write_text("def act(): pass\n")
        monkeypatch.syspath_prepend(hidden)
        action = Action("Act", Call("only_here", "act"))
        with pytest.raises(EngineFailed, match=r"Module 'only_here' of .* cannot be imported"):
            sustain(server, [action], "10/s", "1 s", cluster=other)
    assert counts(server)["received"] == {}
    assert capfd.readouterr() == ("", "")


def _other_version(folder: Path) -> Path:
    package = folder / "version" / "ApiLoadLibrary"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text('__version__ = "0.0.1"\n')
    return package.parent


def _other_files(folder: Path) -> Path:
    package = folder / "files" / "ApiLoadLibrary"
    left_out = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "libraries" / "ApiLoadLibrary", package, ignore=left_out)
    with (package / "engine" / "plan.py").open("a") as file:
        file.write("# another build\n")
    return package.parent


def test_a_fault_proxy_here_and_load_from_there_do_not_go_together() -> None:
    with pytest.raises(BadInput, match="fault proxy stands on this machine"):
        LoadTestConfig(cluster="tcp://shop:8786", detours=((Origin.of("http://shop"), 1),))
