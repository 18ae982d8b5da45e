"""A load run while it lasts: started, watched, stopped if need be, and sealed."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from ApiLoadLibrary.engine.host import ShardHost
from ApiLoadLibrary.engine.plan import ShardEnd, Tallies
from ApiLoadLibrary.engine.told import merged_phases
from ApiLoadLibrary.measurement.checked import Checked
from ApiLoadLibrary.measurement.exchange import Exchange
from ApiLoadLibrary.measurement.journeys import JourneyFindings
from ApiLoadLibrary.measurement.phases import Phase
from ApiLoadLibrary.measurement.progress import Progress
from ApiLoadLibrary.measurement.result import (
    EndpointResult,
    GeneratorHealth,
    MonitoredHost,
    PhaseResult,
    RunResult,
)
from ApiLoadLibrary.measurement.sockets import SocketFindings
from ApiLoadLibrary.measurement.tally import Tally
from ApiLoadLibrary.values import NS_PER_S
from ApiLoadLibrary.workload.request import RequestTemplate

from .checks import checked
from .health import assess
from .load import Load
from .plan import LoadPlan, PlanItem

__all__ = ["LoadRun"]

SOON_NS = 50_000_000
"""It takes shards some time to hear of an end: by then none has sent what is due after it."""


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
        self._finished_ns: int | None = None
        self.start_ns = 0
        self._started_at = datetime.now(UTC).astimezone()

    def start(self) -> None:
        """Start all shards.

        Raises:
            EngineFailed: A shard could not be started.
        """
        slots = self._host.slots()
        self.start_ns = self._host.start(self.plan.split(sum(slots), len(slots)))
        self._started_at = datetime.now(UTC).astimezone()

    @property
    def running(self) -> bool:
        """Whether load is still being sent, or answers waited for."""
        return self._host.running

    @property
    def started_at(self) -> str:
        """The time of day of its start, ISO 8601 with offset."""
        return self._started_at.isoformat(timespec="milliseconds")

    @property
    def elapsed_s(self) -> float:
        """Since the schedule's start; a little below 0 at first."""
        return (time.monotonic_ns() - self.start_ns) / NS_PER_S

    def progress(self) -> Progress:
        """What was done since the last call."""
        return self._host.progress()

    def pids(self) -> list[int]:
        """The processes on this machine that send it."""
        return self._host.pids()

    def renew(self, tokens: Mapping[int, str]) -> None:
        """Send as these users with these tokens from now on, by their numbers."""
        self._host.renew(tokens)

    def stop(self, reason: str) -> None:
        """End the run before its time, keeping what was measured; the first reason counts."""
        if self.running and self._stopped is None:
            self._stopped = reason
            self._host.stop()

    def finish(self) -> None:
        """End the run now as it was meant to: nothing was promised for the time to come.

        What was due until now is still sent, and what is under way is waited for.
        """
        if not self.running or self._finished_ns is not None:
            return
        end_ns = time.monotonic_ns() - self.start_ns + SOON_NS
        self._finished_ns = max(1, end_ns)
        self._host.end_at(self._finished_ns)

    def so_far(self) -> RunResult:
        """What has been measured until now, of a run that goes on."""
        plan = self.plan
        health = GeneratorHealth(
            shards=0,
            workers=plan.transport.workers,
            peak_busy_workers=0,
            cpu_percent=0.0,
            run_queue_wait_percent=None,
            transport=plan.carried_by,
        )
        stopped = self._stopped or "it has not ended yet"
        return self._result(self._host.so_far(), health, max(0.0, self.elapsed_s), stopped)

    def seal(self, host: MonitoredHost | None) -> RunResult:
        """The result; waits for shards that are just ending.

        Args:
            host: What the system under test's host did meanwhile, if it was watched.
        """
        results = self._host.results()
        tallies = merged_phases([each.tallies for each in results])
        ends = [each.end for each in results if each.end is not None]
        ended_ns = max((each.ended_ns for each in ends), default=0)
        self._stopped = self._stopped or self._used_up(tallies)
        if self.plan.load.total is not None and self._stopped is None:
            self._finished_ns = max(1, ended_ns)  # it lasts as long as its requests do
        health = assess(self.plan, results, tallies)
        result = self._result(tallies, health, ended_ns / NS_PER_S, self._stopped, host, ends=ends)
        trace = [exchange for end in ends for exchange in end.trace]
        sockets = [end.sockets for end in ends if end.sockets is not None]
        journeys = [end.journeys for end in ends if end.journeys is not None]
        return replace(
            result,
            trace=tuple(sorted(trace, key=_due)),
            sockets=SocketFindings.merged(sockets) if self.plan.sockets else None,
            journey_findings=JourneyFindings.merged(journeys) if self.plan.journeys else None,
        )

    def _used_up(self, tallies: Tallies) -> str | None:
        """Whether it has ended because no more requests were allowed."""
        most = self.plan.ends_at
        sent = len(self.plan.requested)  # journeys come after their steps
        if most is None or sum(each.requests for part in tallies for each in part[:sent]) < most:
            return None
        return f"max_requests={most:,} was reached"

    def _result(
        self,
        tallies: Tallies,
        generator: GeneratorHealth,
        duration_s: float,
        stopped: str | None,
        host: MonitoredHost | None = None,
        *,
        ends: Sequence[ShardEnd] = (),
    ) -> RunResult:
        plan = self.plan
        checks = checked(plan, ends)
        phases = [
            _phase_result(plan, phase, part, checks)
            for phase, part in zip(self._phases(), tallies, strict=True)
        ]
        if self._finished_ns is not None:
            phases = [_with_all_that_was_sent(each) for each in phases]
        judged = next(each for each in phases if each.phase.judged)
        return RunResult(
            id=plan.run_id,
            name=plan.name,
            test=self._test,
            scenario=plan.load.scenario,
            started_at=self.started_at,
            length_ns=judged.phase.length_ns,
            duration_s=duration_s,
            endpoints=judged.endpoints,
            journeys=judged.journeys,
            generator=generator,
            stopped=stopped,
            host=host,
            phases=tuple(phases) if len(phases) > 1 else (),
        )

    def _phases(self) -> list[Phase]:
        """As planned, but for what was to come after the run was finished."""
        end_ns = self._finished_ns
        phases = self.plan.load.phases
        if end_ns is None:
            return list(phases)
        cut = [(min(each.start_ns, end_ns - 1), min(each.end_ns, end_ns)) for each in phases]
        return [
            replace(each, start_ns=start, end_ns=end)
            for each, (start, end) in zip(phases, cut, strict=True)
        ]


def _phase_result(
    plan: LoadPlan,
    phase: Phase,
    tallies: Sequence[Tally],
    checks: Sequence[Mapping[int, Checked]],
) -> PhaseResult:
    results = tuple(
        replace(_endpoint_result(plan.load, place, item, phase, tally), checks=checks[place])
        for place, (item, tally) in enumerate(zip(plan.items, tallies, strict=True))
    )
    requests = len(plan.requested)
    return PhaseResult(phase, results[:requests], journeys=results[requests:])


def _endpoint_result(
    load: Load, place: int, item: PlanItem, phase: Phase, tally: Tally
) -> EndpointResult:
    endpoint = item.endpoint
    planned = item.planned_in(phase)
    return EndpointResult(
        name=endpoint.name,
        method=endpoint.method,
        path=endpoint.path,
        rate=item.rate or load.rate_of(place),
        offered=load.words_of(place),
        planned=tally.requests if planned is None else planned,
        length_ns=phase.length_ns,
        threshold_ns=endpoint.threshold.ns if endpoint.threshold else None,
        tally=tally,
        ids=item.request.ids if isinstance(item.request, RequestTemplate) else None,
        group=endpoint.group,
    )


def _with_all_that_was_sent(phase: PhaseResult) -> PhaseResult:
    """Of a run that was finished early: who heard late of its end had been told to send more."""
    endpoints, journeys = (
        tuple(replace(each, planned=max(each.planned, each.tally.requests)) for each in results)
        for results in (phase.endpoints, phase.journeys)
    )
    return replace(phase, endpoints=endpoints, journeys=journeys)


def _due(exchange: Exchange) -> tuple[int, int]:
    return exchange.scheduled_ns, exchange.endpoint
