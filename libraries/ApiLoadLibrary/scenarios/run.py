"""A load run while it lasts: started, watched, stopped if need be, and sealed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime

from ApiLoadLibrary.engine.host import ShardHost
from ApiLoadLibrary.engine.plan import ShardResult
from ApiLoadLibrary.measurement.progress import Progress
from ApiLoadLibrary.measurement.recorder import Tally
from ApiLoadLibrary.measurement.result import EndpointResult, MonitoredHost, RunResult
from ApiLoadLibrary.values import NS_PER_S

from .health import assess
from .plan import LoadPlan, PlanItem

__all__ = ["LoadRun"]


class LoadRun:
    """One load run over a shard host.

    Args:
        plan: What to send.
        host: Who runs the shards.
        test: The long name of the test that makes the run.
    """

    def __init__(self, plan: LoadPlan, host: ShardHost, test: str) -> None:
        self.plan = plan
        self._host = host
        self._test = test
        self._stopped: str | None = None
        self.start_ns = 0
        self._started_at = datetime.now(UTC).astimezone()

    def start(self) -> None:
        """Start all shards.

        Raises:
            EngineFailed: A shard could not be started.
        """
        self.start_ns = self._host.start(self.plan.split(self._host.slots()))
        self._started_at = datetime.now(UTC).astimezone()

    @property
    def running(self) -> bool:
        """Whether load is still being sent, or answers waited for."""
        return self._host.running

    @property
    def elapsed_s(self) -> float:
        """Since the schedule's start; a little below 0 at first."""
        return (time.monotonic_ns() - self.start_ns) / NS_PER_S

    def progress(self) -> Progress:
        """What was done since the last call."""
        return self._host.progress()

    def stop(self, reason: str) -> None:
        """End the run before its time, keeping what was measured."""
        if self.running:
            self._stopped = reason
            self._host.stop()

    def seal(self, host: MonitoredHost | None) -> RunResult:
        """The result; waits for shards that are just ending.

        Args:
            host: What the system under test's host did meanwhile, if it was watched.
        """
        results = self._host.results()
        living = [each for each in results if isinstance(each, ShardResult)]
        tallies = _merged(living, self.plan.items)
        workers = self.plan.transport.workers
        return RunResult(
            id=self.plan.run_id,
            name=self.plan.name,
            test=self._test,
            scenario=self.plan.scenario,
            started_at=self._started_at.isoformat(timespec="milliseconds"),
            length_ns=self.plan.length.ns,
            duration_s=max((each.ended_ns for each in living), default=0) / NS_PER_S,
            endpoints=tuple(map(_endpoint_result, self.plan.items, tallies)),
            generator=assess(results, tallies, self.plan.planned, workers),
            stopped=self._stopped,
            host=host,
        )


def _merged(results: Sequence[ShardResult], items: Sequence[PlanItem]) -> list[Tally]:
    """The tallies of all living shards together, one per endpoint."""
    totals = [Tally(item.endpoint.expected, item.late_after_ns) for item in items]
    for result in results:
        for total, part in zip(totals, result.tallies, strict=True):
            total.merge(part)
    return totals


def _endpoint_result(item: PlanItem, tally: Tally) -> EndpointResult:
    endpoint = item.endpoint
    return EndpointResult(
        name=endpoint.name,
        method=endpoint.method,
        path=endpoint.path,
        rate=item.rate,
        planned=item.schedule.count,
        length_ns=item.schedule.length_ns,
        threshold_ns=endpoint.threshold.ns if endpoint.threshold else None,
        tally=tally,
    )
