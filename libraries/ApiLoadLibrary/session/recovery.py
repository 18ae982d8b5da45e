"""Probes that go on while a server is in trouble, and an overload that brings it into some."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.scenarios.load import overload
from ApiLoadLibrary.scenarios.plan import LoadPlan
from ApiLoadLibrary.scenarios.recovery.answers import RETRY_AFTER
from ApiLoadLibrary.scenarios.recovery.conclusion import concluded
from ApiLoadLibrary.scenarios.recovery.findings import Probing
from ApiLoadLibrary.scenarios.recovery.probe import (
    interval_ns,
    probe,
    require_healthy_time,
    steadiness,
)
from ApiLoadLibrary.scenarios.recovery.stable import Steadiness
from ApiLoadLibrary.scenarios.recovery.timeline import Fault
from ApiLoadLibrary.values import NS_PER_S, Duration, Factor, Percent, Rate
from ApiLoadLibrary.workload.action import Action
from ApiLoadLibrary.workload.endpoint import Endpoint

from .acceptance import AcceptanceSession
from .background import BackgroundLoad
from .tester import Watcher

__all__ = ["Overload", "ProbeSettings", "Probes"]

Ready = Callable[[LoadPlan], LoadPlan]
"""Makes a plan that can be sent at once."""

TO_SPARE = Duration(10 * NS_PER_S)
"""Probes do not end by themselves before they are ended."""


@dataclass(frozen=True, slots=True)
class ProbeSettings:
    """How an endpoint is probed, and when all is called well again.

    Attributes:
        rate: How many probes.
        stable: How long all must be well without a break.
        success: What share of the probes must succeed meanwhile.
        slow_down: How many times as long as when healthy 95 of 100 of them may take.
        name: Of the run; named after the endpoint unless given.
    """

    rate: Rate
    stable: Duration
    success: Percent
    slow_down: Factor
    name: str | None = None

    def steadiness(self, observe: Duration | None = None) -> Steadiness:
        """What is called well again; see `steadiness`."""
        return steadiness(self.stable, self.success, self.slow_down, observe)


class Probes:
    """Probes of one endpoint, from before the trouble until after it.

    Args:
        session: Whose endpoint it is.
        endpoint: Its name.
        settings: How it is probed.
        observe: How long they go on after the trouble, if that is known.

    Raises:
        UnknownName: There is no such endpoint.
        BadInput: It is several, or the settings will not do.
    """

    def __init__(
        self,
        session: AcceptanceSession,
        endpoint: str,
        settings: ProbeSettings,
        observe: Duration | None = None,
    ) -> None:
        self._session = session
        self._endpoint = _the_one(session, endpoint)
        self._settings = settings
        self._steadiness = settings.steadiness(observe)
        self._fault = Fault(None, None)
        self._load: BackgroundLoad | None = None
        self._probing: Probing | None = None

    @property
    def going_on(self) -> bool:
        """Whether they have begun, and their result has not been kept yet."""
        return self._load is not None and not self._load.kept

    def plan(self, at_most: Duration) -> LoadPlan:
        """The probes, for so long at most.

        Raises:
            BadInput: So many are load.
        """
        settings, endpoint = self._settings, self._endpoint
        load = probe(settings.rate, at_most)
        name = settings.name or f"Recovery of {endpoint.name}"
        traced = frozenset({RETRY_AFTER})
        return self._session.plan_of(load, [endpoint], name, traced=traced)

    def begin(self, plan: LoadPlan) -> None:
        """Begin to probe."""
        self._probing = Probing(
            endpoint=self._endpoint.name,
            expected=self._endpoint.expected,
            workers=plan.transport.workers,
            interval_ns=interval_ns(self._settings.rate),
            steadiness=self._steadiness,
        )
        self._load = self._session.begin(plan, self._conclude)

    def _conclude(self, result: RunResult) -> RunResult:
        assert self._probing is not None
        return concluded(result, self._probing, self._fault)

    @property
    def trouble(self) -> str:
        """Whether the trouble is `to come`, `there`, or `over`, as far as was noted."""
        if self._fault.began_ns is None:
            return "to come"
        return "there" if self._fault.ended_ns is None else "over"

    def note_start(self, moment_ns: int, *, overload: bool = False) -> None:
        """The trouble began at this moment of the machine's monotonic clock.

        Raises:
            BadInput: That was noted before.
        """
        if self._fault.began_ns is not None:
            raise BadInput(
                "The start of the fault was noted before: one measuring is about one fault."
            )
        self._fault = replace(
            self._fault, began_ns=self._since_start_ns(moment_ns), overload=overload
        )

    def note_end(self, moment_ns: int) -> None:
        """The trouble was over at this one.

        Raises:
            BadInput: That was noted before.
        """
        if self._fault.ended_ns is not None:
            raise BadInput(
                "The end of the fault was noted before: one measuring is about one fault."
            )
        self._fault = replace(self._fault, ended_ns=self._since_start_ns(moment_ns))

    def _since_start_ns(self, moment_ns: int) -> int:
        assert self._load is not None
        return max(0, moment_ns - self._load.going.start_ns)

    def go_on(self, time: Duration, watch: Watcher) -> None:
        """Go on for so long."""
        assert self._load is not None
        end_s = self._load.going.elapsed_s + time.seconds
        self._load.watch(time.seconds, lambda moment: watch(replace(moment, length_s=end_s)))

    def finish(self) -> None:
        """End them, and keep what they have found."""
        assert self._load is not None
        self._load.finish()

    def stop(self, reason: str) -> None:
        """End them before their time, and keep what they have found until now."""
        assert self._load is not None
        self._load.stop(reason)


class Overload:
    """So many requests that a server may not carry them, between probes before and after.

    Args:
        session: Whose endpoints these are.
        endpoints: What is sent: names, as in load sentences.
        workers, each: How many workers send, and how many requests each.
        probed: The endpoint that is probed; the first of the overloaded ones unless given.
        healthy: How long it is probed before.
        observe: And after.
        at_most: The overload ends then, whatever has been sent.
        settings: How it is probed.

    Raises:
        UnknownName: There is no such endpoint.
        BadInput: Numbers or times that will not do.
    """

    def __init__(
        self,
        session: AcceptanceSession,
        endpoints: str,
        *,
        workers: int,
        each: int,
        probed: str | None,
        healthy: Duration,
        observe: Duration,
        at_most: Duration,
        settings: ProbeSettings,
    ) -> None:
        require_healthy_time(settings.rate, healthy)
        self._session = session
        self._endpoints = session.endpoints.named(endpoints)
        self._names = endpoints.strip()
        self._workers = workers
        self._load = overload(workers, each, at_most)
        self._healthy, self._observe = healthy, observe
        self._probes = Probes(session, probed or self._endpoints[0].name, settings, observe)
        self._name = f"Overload of {self._names}" + (f" ({settings.name})" if settings.name else "")
        self._ended_ns = 0

    def plan(self) -> LoadPlan:
        """The overload."""
        return self._session.plan_of(self._load, self._endpoints, self._name, self._workers)

    def plan_probes(self) -> LoadPlan:
        """The probes, for as long as it can take."""
        timeout = self._session.config.timeout
        parts = (self._healthy, self._load.length, timeout, self._observe, TO_SPARE)
        return self._probes.plan(Duration(sum(each.ns for each in parts)))

    def send(self, ready: Ready, watch: Watcher) -> str:
        """Probe, overload, and go on probing; returns the id of the probes' run.

        Args:
            ready: Makes of a plan one that can be sent at once.
            watch: Told of the progress.
        """
        plan, probes = ready(self.plan()), self._probes
        probe_plan = ready(self.plan_probes())
        probes.begin(probe_plan)
        try:
            probes.go_on(self._healthy, watch)
            self._overload(plan, watch)
            probes.go_on(self._observe, watch)
        except BaseException as error:
            probes.stop(str(error) or type(error).__name__)
            raise
        probes.finish()
        return probe_plan.run_id

    def _overload(self, plan: LoadPlan, watch: Watcher) -> None:
        load = self._session.begin(plan, self._note_end)
        self._probes.note_start(load.going.start_ns, overload=True)
        try:
            load.wait(watch)
        except BaseException as error:
            load.stop(str(error) or type(error).__name__)
            raise
        self._probes.note_end(load.going.start_ns + self._ended_ns)

    def _note_end(self, result: RunResult) -> RunResult:
        self._ended_ns = round(result.duration_s * NS_PER_S)
        return result


def _the_one(session: AcceptanceSession, name: str) -> Endpoint | Action:
    found = session.endpoints.named(name)
    if len(found) > 1:
        raise BadInput(
            f"'{name}' names {len(found)} endpoints, and one is probed at a time: name one."
        )
    return found[0]


def now_ns() -> int:
    """This moment, on the clock that load runs start by."""
    return time.monotonic_ns()
