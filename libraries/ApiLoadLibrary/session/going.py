"""A load run that goes on, and the watch over the host meanwhile."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

import psutil

from ApiLoadLibrary.measurement.phases import Phase
from ApiLoadLibrary.measurement.progress import Progress
from ApiLoadLibrary.measurement.resources import ResourceSample
from ApiLoadLibrary.measurement.result import MonitoredHost, RunResult
from ApiLoadLibrary.measurement.watched import HALF_A_SAMPLE_S, Watched, WatchedKind
from ApiLoadLibrary.monitor.monitor import Monitor
from ApiLoadLibrary.scenarios.plan import LoadPlan
from ApiLoadLibrary.scenarios.run import LoadRun
from ApiLoadLibrary.values import NS_PER_S

from .alarm import Alarm
from .upkeep import Upkeep

__all__ = ["LoadGoing", "Moment", "Save", "Stop", "Watcher", "longest_s"]


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

Save = Callable[[Callable[[], RunResult]], None]
"""May ask, ten times a second, what was measured so far."""

Stop = Callable[[Progress, float], str | None]
"""Says why a run is to end at once, from what was done since the last call and the time since
the judged phase's start, in seconds; None lets it go on."""

LOOK_EVERY_S = 0.1
SLACK_S = 30.0
"""What a run may take beyond the longest that its plan can, before it is ended."""

STOP_S = 5.0
"""What it may take to end once it has been stopped; then its processes are ended."""


class LoadGoing:
    """A load run that has been started.

    Args:
        run: The run; it is started here.
        monitor: Watches while it goes on.
        alarm: Raises its alerts.
        upkeep: Keeps its tokens fresh.

    Raises:
        EngineFailed: The load generator could not start; nothing was sent.
    """

    def __init__(self, run: LoadRun, monitor: Monitor, alarm: Alarm, upkeep: Upkeep) -> None:
        self._run = run
        self._monitor = monitor
        self._alarm = alarm
        self._upkeep = upkeep
        try:
            upkeep.begin()
            run.start()
            upkeep.started()
        except BaseException:
            alarm.end()
            upkeep.end()
            raise
        self._last_s = time.monotonic() + longest_s(run.plan) + SLACK_S

    @property
    def plan(self) -> LoadPlan:
        """What is sent."""
        return self._run.plan

    @property
    def running(self) -> bool:
        """Whether load is still being sent, or answers waited for."""
        return self._run.running

    @property
    def elapsed_s(self) -> float:
        """Since the schedule's start."""
        return self._run.elapsed_s

    @property
    def start_ns(self) -> int:
        """The schedule's start, on the machine's monotonic clock."""
        return self._run.start_ns

    @property
    def started_at(self) -> str:
        """The time of day of that, ISO 8601 with offset."""
        return self._run.started_at

    def wait(self, watch: Watcher, save: Save, stop: Stop) -> None:
        """Until the run has ended; one that does not end in time is ended.

        Args:
            watch: Told of the progress.
            save: May ask what was measured so far.
            stop: Asked whether the run is to end before its time, and why.
        """
        self._monitor.start()
        run, plan = self._run, self.plan
        while run.running:
            if time.monotonic() > self._last_s:
                run.stop("the load generator did not end in time")
                return
            time.sleep(LOOK_EVERY_S)
            elapsed_s, progress = run.elapsed_s, run.progress()
            self._alarm.look(progress, elapsed_s, run.start_ns / NS_PER_S + elapsed_s)
            watch(Moment(plan.name, elapsed_s, plan.load.length.seconds, progress))
            save(run.so_far)
            if reason := stop(progress, elapsed_s - plan.load.judged.start_ns / NS_PER_S):
                run.stop(reason)

    def finish(self) -> None:
        """End it now, as it was meant to end: nothing was promised for the time to come."""
        self._run.finish()
        self._end_within(longest_s(self.plan) - self.plan.load.length.seconds + SLACK_S)

    def stop(self, reason: str) -> None:
        """End it before its time, keeping what was measured."""
        self._run.stop(reason)
        self._end_within(STOP_S)

    def _end_within(self, seconds: float) -> None:
        self._last_s = min(self._last_s, time.monotonic() + seconds)

    def so_far(self) -> RunResult:
        """What has been measured until now."""
        return self._with_watched(self._run.so_far())

    def seal(self, keep: Callable[[RunResult], None]) -> None:
        """Keep what was measured, whatever becomes of what was watched.

        Args:
            keep: Gets the result; waits for shards that are just ending.
        """
        result = self._run.seal(None)
        self._upkeep.end()
        try:
            self._alarm.end()
            # What could not be watched is unknown, and criteria on it are inconclusive.
            with contextlib.suppress(OSError, ValueError, psutil.Error):
                self._monitor.stop()
                result = self._with_watched(result)
        finally:
            keep(self._upkeep.with_troubles(result))

    def _with_watched(self, result: RunResult) -> RunResult:
        """With what the monitor saw, and the alerts that were raised."""
        judged = self.plan.load.judged
        start_s = self._run.start_ns / NS_PER_S
        zero_s = start_s + judged.start_ns / NS_PER_S
        end_s = start_s + self.plan.load.length.seconds + HALF_A_SAMPLE_S
        watched = self._monitor.seen(start_s + HALF_A_SAMPLE_S, end_s, zero_s)
        host = _system_host(watched)

        def seen(phase: Phase) -> MonitoredHost | None:
            start_s = (phase.start_ns - judged.start_ns) / NS_PER_S
            end_s = (phase.end_ns - judged.start_ns) / NS_PER_S
            return None if host is None else _as_host(host.within(start_s, end_s))

        length_ns = min(judged.length_ns, result.length_ns)
        return replace(
            result,
            host=seen(replace(judged, end_ns=judged.start_ns + length_ns)),
            phases=tuple(replace(each, host=seen(each.phase)) for each in result.phases),
            watched=watched,
            alerts=self._alarm.alerts(),
        )


def _system_host(watched: tuple[Watched, ...]) -> Watched | None:
    """The system under test's host; the first, if it has several."""
    hosts = (each for each in watched if each.of_system and each.kind is WatchedKind.HOST)
    return next((each for each in hosts if "cpu_percent" in each.figures or not each.at_s), None)


def _as_host(seen: Watched) -> MonitoredHost:
    """Those of its figures that every host has."""
    names = [each.name for each in fields(ResourceSample) if each.name != "at_s"]
    rows = zip(seen.at_s, *(seen.figures.get(name, ()) for name in names), strict=False)
    samples = (
        ResourceSample(at_s, **_whole_bytes(dict(zip(names, values, strict=True))))
        for at_s, *values in rows
        if None not in values
    )
    return MonitoredHost(seen.name, tuple(samples))


def _whole_bytes(values: dict[str, Any]) -> dict[str, Any]:
    return values | {"memory_used_bytes": round(values["memory_used_bytes"])}


def longest_s(plan: LoadPlan) -> float:
    """How long a run of this plan can take until its last request has ended."""
    return plan.load.length.seconds + plan.grace.seconds + plan.longest_tail.seconds
