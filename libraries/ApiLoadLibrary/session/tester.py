"""Makes load runs: plans them from endpoints and settings, and sees them through."""

from __future__ import annotations

import contextlib
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import psutil
import requests

from ApiLoadLibrary.engine.host import LocalShardHost, ShardHost
from ApiLoadLibrary.measurement.phases import Phase
from ApiLoadLibrary.measurement.progress import Progress
from ApiLoadLibrary.measurement.result import MonitoredHost, RunResult
from ApiLoadLibrary.monitor.host import HostMonitor
from ApiLoadLibrary.scenarios.load import Load, as_fast_as_possible, ramped, stepped, sustained
from ApiLoadLibrary.scenarios.plan import LoadPlan, Transport, plan_load
from ApiLoadLibrary.scenarios.run import LoadRun
from ApiLoadLibrary.values import NS_PER_S
from ApiLoadLibrary.workload.action import Action, Call
from ApiLoadLibrary.workload.endpoint import Endpoint
from ApiLoadLibrary.workload.origin import Origin
from ApiLoadLibrary.workload.prepare import prepare
from ApiLoadLibrary.workload.request import RequestTemplate

from .config import LoadTestConfig
from .http import require_reachable
from .local import is_local

__all__ = [
    "Load",
    "LoadPlan",
    "LoadTester",
    "Moment",
    "Watcher",
    "as_fast_as_possible",
    "longest_s",
    "ramped",
    "stepped",
    "sustained",
]


@dataclass(frozen=True, slots=True)
class Moment:
    """A load run at one moment.

    Attributes:
        name: The run's name.
        elapsed_s: Since the schedule's start; a little below 0 at first.
        length_s: The schedule's length.
        progress: What was done since the moment before.
    """

    name: str
    elapsed_s: float
    length_s: float
    progress: Progress


Watcher = Callable[[Moment], None]
"""Told of a run ten times a second, in the thread that waits for it."""

Stop = Callable[[Progress, float], str | None]
"""Says why a run is to end at once, from what was done since the last call and the time since
the judged phase's start, in seconds; None lets it go on."""

LOOK_EVERY_S = 0.1
SLACK_S = 30.0
"""What a run may take beyond the longest that its plan can, before it is ended."""


class LoadTester:
    """Plans and makes load runs with one set of settings.

    Args:
        config: Workers, time-outs, caps and allowed origins.
        http: Its headers, cookies and auth go into every request.
        host: Who runs the shards.
    """

    def __init__(
        self, config: LoadTestConfig, http: requests.Session, host: ShardHost | None = None
    ) -> None:
        self.config = config
        self._http = http
        self._host = host or LocalShardHost()

    def plan(self, endpoints: Sequence[Endpoint | Action], load: Load, name: str) -> LoadPlan:
        """This load on each of these endpoints, with a run id of its own.

        Raises:
            BadInput: A rate, a duration or a request that cannot be.
        """
        run_id = uuid.uuid4().hex
        requests = [
            (each, self._prepared(each, run_id, place)) for place, each in enumerate(endpoints)
        ]
        return plan_load(run_id, name, load, requests, self._transport())

    def _prepared(
        self, endpoint: Endpoint | Action, run_id: str, place: int
    ) -> RequestTemplate | Call:
        if isinstance(endpoint, Action):
            return endpoint.call
        return prepare(endpoint, self.config.server, self._http, run_id, place)

    def _transport(self) -> Transport:
        config = self.config
        return Transport(
            workers=config.workers,
            timeout=config.timeout,
            allowed=config.allowed,
            max_rate=config.max_rate,
            shards=config.shards,
            verify=config.verify,
            cert=config.cert,
            connect_timeout=config.connect_timeout,
            through_requests=config.through_requests,
            follow=config.redirects == "follow",
            cookies=config.cookies,
        )

    def run(
        self,
        plan: LoadPlan,
        test: str,
        watch: Watcher,
        keep: Callable[[RunResult], None],
        *,
        save: Callable[[Callable[[], RunResult]], None] = lambda so_far: None,
        stop: Stop = lambda progress, elapsed_s: None,
    ) -> None:
        """Send the load and wait for its end.

        Args:
            plan: What to send.
            test: The long name of the test that makes the run.
            watch: Told of the progress.
            keep: Gets the result, also when the wait is broken off by a time-out or Ctrl-C.
            save: May ask, ten times a second, what was measured so far.
            stop: Asked ten times a second whether the run is to end before its time, and why.

        Raises:
            ServerUnreachable: The server accepts no connection; nothing was sent.
            EngineFailed: The load generator could not start; nothing was sent.
        """
        for origin in plan.origins:
            require_reachable(origin, by_proxy=plan.blocking)
        monitor = HostMonitor()
        run = LoadRun(plan, self._host, test)
        try:
            run.start()
            monitor.start()
            _wait(run, watch, save, stop)
        except BaseException as error:
            run.stop(str(error) or type(error).__name__)
            raise
        finally:
            if run.start_ns or run.running:  # else nothing was sent
                self._seal(run, monitor, keep)

    def _seal(self, run: LoadRun, monitor: HostMonitor, keep: Callable[[RunResult], None]) -> None:
        """Keep what was measured, whatever becomes of what was watched."""
        result = run.seal(None)
        try:
            # What could not be watched is unknown, and criteria on it are inconclusive.
            with contextlib.suppress(OSError, ValueError, psutil.Error):
                monitor.stop()
                result = self._with_host(result, monitor, run)
        finally:
            keep(result)

    def _with_host(self, result: RunResult, monitor: HostMonitor, run: LoadRun) -> RunResult:
        """With what the monitor saw, if it saw the system under test's host."""
        origin = Origin.of(self.config.server)
        if not is_local(origin):
            return result

        def seen(phase: Phase) -> MonitoredHost:
            start_s = (run.start_ns + phase.start_ns) / NS_PER_S
            end_s = (run.start_ns + phase.end_ns) / NS_PER_S
            return MonitoredHost(origin.host, monitor.samples(start_s, end_s))

        phases = tuple(replace(each, host=seen(each.phase)) for each in result.phases)
        return replace(result, host=seen(run.plan.load.judged), phases=phases)


def longest_s(plan: LoadPlan) -> float:
    """How long a run of this plan can take until its last request has ended."""
    return plan.load.length.seconds + plan.grace.seconds + plan.transport.timeout.seconds


def _wait(
    run: LoadRun, watch: Watcher, save: Callable[[Callable[[], RunResult]], None], stop: Stop
) -> None:
    """Until the run has ended; one that does not end in time is ended."""
    plan = run.plan
    deadline = time.monotonic() + longest_s(plan) + SLACK_S
    while run.running:
        if time.monotonic() > deadline:
            run.stop("the load generator did not end in time")
            return
        time.sleep(LOOK_EVERY_S)
        elapsed_s, progress = run.elapsed_s, run.progress()
        watch(Moment(plan.name, elapsed_s, plan.load.length.seconds, progress))
        save(run.so_far)
        if reason := stop(progress, elapsed_s - plan.load.judged.start_ns / NS_PER_S):
            run.stop(reason)
