"""What holds up or breaks the load generator is its own fault: no pass, and not the server's.

The server is the built-in responder, which is faster than any of this.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import psutil
import pytest

from ApiLoadLibrary.criteria.evaluation import evaluate
from ApiLoadLibrary.criteria.grammar import parse
from ApiLoadLibrary.criteria.judgement import Judgement, Verdict
from ApiLoadLibrary.engine.responder import responding
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.session.tester import Moment
from integration.loads import get, sustain
from rig.process import children_that_run

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="needs Linux")


@pytest.fixture
def server() -> Iterator[str]:
    """The address of a fast server."""
    with responding() as address:
        yield address


def judge(text: str, run: RunResult) -> Judgement:
    """Judge a criterion on a run."""
    return evaluate(parse(text), run)


@contextmanager
def hogs(count: int, core: int) -> Iterator[None]:
    """So many processes that take what they get of one core."""
    script = f"import os; os.sched_setaffinity(0, {{{core}}})\nwhile True: pass"
    with ExitStack() as stack:
        for _ in range(count):
            process = subprocess.Popen([sys.executable, "-c", script])
            stack.callback(process.wait)
            stack.callback(process.kill)
        yield


@contextmanager
def pinned(core: int) -> Iterator[None]:
    """This thread, and the shards that it starts, on one core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def to_a_shard(after_s: float, act: Callable[[psutil.Process], None]) -> Callable[[Moment], None]:
    """A watcher that does something to the shard, once."""
    done: list[bool] = []

    def watch(moment: Moment) -> None:
        if moment.elapsed_s >= after_s and not done:
            done.append(True)
            (shard,) = children_that_run("ApiLoadLibrary.engine.shard")
            act(shard)

    return watch


@LINUX
@pytest.mark.alone
def test_hogs_on_the_generators_core(server: str) -> None:
    core = max(os.sched_getaffinity(0))
    with hogs(3, core), pinned(core):
        run = sustain(server, [get("/", threshold=None)], "10,000/s", "2 s", shards=1)
    (reason, *_) = run.generator.reasons
    assert "waited for a processor" in reason
    for text in ("p99 < 1 ms", "p99 < 10 s", "average service time < 10 us", "error rate < 1 %"):
        judgement = judge(text, run)
        assert judgement.verdict is Verdict.INCONCLUSIVE
        assert "waited for a processor" in str(judgement.reason)


@LINUX
@pytest.mark.alone
def test_a_plan_far_above_the_ceiling(server: str) -> None:
    """One shard is asked for what no core can do."""
    run = sustain(server, [get("/")], "1,000,000/s", "500 ms", shards=1, workers=200)
    assert run.requests == run.planned == 500_000
    assert run.in_time < 250_000
    assert run.generator.reasons
    for text in ("achieved rate >= 98 % of target", "p95 < 5 ms", "p95 < 1 min"):
        assert judge(text, run).verdict is Verdict.INCONCLUSIVE


@LINUX
@pytest.mark.quiet
def test_a_shard_that_is_stopped_for_five_seconds(server: str) -> None:
    def stop(shard: psutil.Process) -> None:
        shard.send_signal(signal.SIGSTOP)
        time.sleep(5)  # the test is about this pause
        shard.send_signal(signal.SIGCONT)

    run = sustain(
        server,
        [get("/")],
        "200/s",
        "7 s",
        to_a_shard(1, stop),
        timeout="2 s",
    )
    assert run.outcomes == {200: 1_400}  # what was answered meanwhile did not time out
    assert any(
        "stood still for 5" in each or "stood still for 4.9" in each
        for each in run.generator.reasons
    )
    for text in ("p99 < 100 ms", "p99 < 1 min", "max service time < 1 s", "error rate < 1 %"):
        assert judge(text, run).verdict is Verdict.INCONCLUSIVE


@LINUX
@pytest.mark.quiet
def test_descriptors_that_run_out_in_the_middle(rig: str) -> None:
    """Somebody lowers the limit; the server closes each connection, so that new ones are needed."""
    import resource

    run = sustain(
        rig,
        [get("/last")],
        "100/s",
        "2 s",
        to_a_shard(0.7, lambda shard: shard.rlimit(resource.RLIMIT_NOFILE, (3, 3))),
    )
    assert any("ran out of open files" in each for each in run.generator.reasons)
    judgement = judge("error rate < 1 %", run)
    assert judgement.verdict is Verdict.INCONCLUSIVE
    assert "ran out of open files" in str(judgement.reason)


@pytest.mark.quiet
def test_too_few_workers_before_a_healthy_server_are_the_plans_fault(rig: str) -> None:
    run = sustain(rig, [get("/delay/100", threshold=None)], "1,000/s", "3 s", workers=50)
    judgement = judge("p95 < 200 ms", run)
    assert judgement.verdict is Verdict.INCONCLUSIVE
    assert "all 50 workers were busy" in str(judgement.reason)
    assert "workers=" in str(judgement.reason)


@pytest.mark.quiet
def test_busy_workers_before_a_slow_server_are_its_fault(rig: str) -> None:
    run = sustain(rig, [get("/delay/400")], "100/s", "3 s", workers=20)
    assert judge("p95 < 50 ms", run).verdict is Verdict.FAIL
