"""Keywords about trouble and recovery: what brings about or surrounds it, and what judges it."""

from __future__ import annotations

from robot.api.deco import keyword

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.session.acceptance import AcceptanceSession
from ApiLoadLibrary.session.recovery import Overload, Probes, ProbeSettings, now_ns
from ApiLoadLibrary.values import NS_PER_S, Count, Duration, Factor, Percent, Rate

from .judging import Judging, judging
from .sending import Sender

__all__ = ["Recovery"]

FIFTY_A_SECOND = Rate.parse("50/s")
HEALTHY, OBSERVE = Duration(5 * NS_PER_S), Duration(30 * NS_PER_S)
OVERLOAD_AT_MOST, MEASURE_AT_MOST = Duration(300 * NS_PER_S), Duration(900 * NS_PER_S)
STABLE, SUCCESS, SLOW_DOWN = Duration(3 * NS_PER_S), Percent(99), Factor.parse(2)
NO_TIME = Duration(0)


class Recovery(Judging):
    """What sends probes around trouble, and what judges how a system came through it.

    Args:
        session: Whose load it is.
        sender: Makes plans ready, and shows how they go.
    """

    def __init__(self, session: AcceptanceSession, sender: Sender) -> None:
        super().__init__(session)
        self._sender = sender
        self._probes: Probes | None = None
        session.fault_line.when_it_changes = self._note_change

    def _note_change(self, healthy: bool) -> None:
        """The line between load and server becomes bad, or has become good again."""
        if self._probes is None or not self._probes.going_on:
            return
        if not healthy and self._probes.trouble == "to come":
            self._probes.note_start(now_ns())
        elif healthy and self._probes.trouble == "there":
            self._probes.note_end(now_ns())

    @keyword(
        "Overload ${endpoints} With ${workers} Workers Sending ${count} Requests Each",
        tags=["load"],
    )
    def overload(
        self,
        endpoints: str,
        workers: int,
        count: int,
        *,
        probe: str | None = None,
        healthy: Duration = HEALTHY,
        observe: Duration = OBSERVE,
        rate: Rate = FIFTY_A_SECOND,
        at_most: Duration = OVERLOAD_AT_MOST,
        stable: Duration = STABLE,
        success: Percent = SUCCESS,
        slow_down: Factor = SLOW_DOWN,
        name: str | None = None,
    ) -> str:
        """Sends more than a server may carry, and watches how it fails and recovers.

        An endpoint is probed at a steady rate all the time: for a while when all is well, while
        each of the workers sends its requests as fast as they are answered, and for a while
        after the last of them has been answered.  Criteria judge the probes: `Verify Recovery …`
        and others below, and those of every load run.  The overload is a load run of its own in
        the report.

        The server is *recovered* from the start of the first stretch in which all is well without
        a break (`stable`, `success`, `slow_down`): the first success is none.

        Args:
            endpoints: What is overloaded: a name, several with commas, or `Each Endpoint`.
            workers: How many requests of the overload are under way at once.
            count: How many requests each worker sends.
            probe: The endpoint that is probed; the first of the overloaded ones unless given.
            healthy: How long it is probed before the overload.
            observe: How long it is probed after the overload.
            rate: How many probes: moments are found to within one of them.
            at_most: The overload ends then, whatever has been sent.
            stable: How long all must be well without a break to be called recovered.
            success: What share of the probes must succeed meanwhile.
            slow_down: How many times as long as before the overload 95 of 100 may take meanwhile.
            name: How criteria (`run=`) and the report call the run of the probes.

        Returns:
            The id of the probes' load run.

        Example:

        ```robotframework
        Overload Stripe Intent With 100 Workers Sending 50 Requests Each    observe=30 s
        Verify Recovery Within 10 s
        Verify Residual Errors Below 1 %
        ```
        """
        settings = ProbeSettings(rate, stable, success, slow_down, name)
        overload = Overload(
            self._session,
            endpoints,
            workers=workers,
            each=count,
            probed=probe,
            healthy=healthy,
            observe=observe,
            at_most=at_most,
            settings=settings,
        )
        if self._sender.only_shows:
            self._sender.show(overload.plan())
            return self._sender.show(overload.plan_probes())
        if self._sender.only_begins:
            raise BadInput(
                "`Overload …` waits for the recovery, so that it cannot go on in the background: "
                "write it without `Start Load`, or measure around other keywords with "
                "`Start Measuring Recovery Of …`."
            )
        with self._sender.logging() as watch:
            return overload.send(self._sender.ready, watch)

    @keyword("Start Measuring Recovery Of ${endpoint}", tags=["load"])
    def start_measuring_recovery(
        self,
        endpoint: str,
        *,
        rate: Rate = FIFTY_A_SECOND,
        at_most: Duration = MEASURE_AT_MOST,
        stable: Duration = STABLE,
        success: Percent = SUCCESS,
        slow_down: Factor = SLOW_DOWN,
        name: str | None = None,
    ) -> str:
        """Begins to probe an endpoint at a steady rate, around a fault that others bring about.

        Let it go on for some seconds while all is well: that is what everything later is
        compared with.  Then bring about a fault, and tell when: `Note Start Of Fault`, and
        `Note End Of Fault` where it is over.  `Stop Measuring Recovery` ends it.  What
        `Overload …` says of probes and of being recovered holds here too.

        Args:
            endpoint: The name of one endpoint.
            rate: How many probes: moments are found to within one of them.
            at_most: The probes end by themselves then.
            stable: How long all must be well without a break to be called recovered.
            success: What share of the probes must succeed meanwhile.
            slow_down: How many times as long as before the fault 95 of 100 may take meanwhile.
            name: How criteria (`run=`) and the report call the run.

        Returns:
            The load run's id.

        Example:

        ```robotframework
        Start Measuring Recovery Of Stripe Intent
        Sleep    5 s    # all is well
        Note Start Of Fault
        Sleep    10 s    # here stop a service, cut a line, fill a disk …, and undo it
        Note End Of Fault
        Stop Measuring Recovery    observe=30 s
        Verify Circuit Breaker Opened Within 2 s
        Verify Recovery Within 5 s
        ```
        """
        if self._probes is not None and self._probes.going_on:
            raise BadInput(
                "A recovery is being measured already: end that with `Stop Measuring Recovery`."
            )
        settings = ProbeSettings(rate, stable, success, slow_down, name)
        probes = Probes(self._session, endpoint, settings)
        plan = self._sender.ready(probes.plan(at_most))
        probes.begin(plan)
        self._probes = probes
        return plan.run_id

    @keyword(tags=["load"])
    def note_start_of_fault(self) -> None:
        """Notes that the fault begins now: write it right before what brings the fault about.

        From here on failures count as those of the fault, and what was before is what is healthy.

        Example:

        ```robotframework
        Note Start Of Fault
        Log    Here stop a service, cut a line, fill a disk …
        ```
        """
        self._measuring().note_start(now_ns())

    @keyword(tags=["load"])
    def note_end_of_fault(self) -> None:
        """Notes that the fault is over now: write it right after what has removed the fault.

        The time to recovery counts from here.

        Example:

        ```robotframework
        Log    Here start the service again, mend the line …
        Note End Of Fault
        ```
        """
        self._measuring().note_end(now_ns())

    @keyword(tags=["load"])
    def stop_measuring_recovery(self, *, observe: Duration = NO_TIME) -> None:
        """Ends the probes, so that they can be judged.

        Args:
            observe: How long they go on before that; until then everything is to have recovered.

        Example:

        ```robotframework
        Stop Measuring Recovery    observe=30 s
        Verify Recovery Within 5 s
        ```
        """
        probes = self._measuring()
        with self._sender.logging() as watch:
            probes.go_on(observe, watch)
            probes.finish()

    def _measuring(self) -> Probes:
        if self._probes is None or not self._probes.going_on:
            raise BadInput(
                "No recovery is being measured: write `Start Measuring Recovery Of …` first."
            )
        return self._probes

    @judging("Verify Recovery Within ${time}")
    def verify_recovery(self, time: Duration) -> str:
        """Verifies how soon after an overload or a fault all was well again, for good.

        It counts from the end of the trouble to the start of the first stable stretch; see
        `Overload …`.

        Args:
            time: The limit: `10 s`; it cannot be longer than what is watched (`observe=`).

        Example:

        ```robotframework
        Verify Recovery Within 10 s
        ```
        """
        return f"recovery <= {time}"

    @judging("Verify Circuit Breaker Opened Within ${time}")
    def verify_circuit_breaker_opened(self, time: Duration) -> str:
        """Verifies how soon a circuit breaker opened: from the first failure to the first fast one.

        A breaker is what opened after failures, let a try through, and closed again in the end.
        What turns requests away otherwise, as a load shedder does, is none and does not pass.

        Args:
            time: The limit: `2 s`.

        Example:

        ```robotframework
        Verify Circuit Breaker Opened Within 2 s
        ```
        """
        return f"detection <= {time}"

    @judging("Verify Failures Before Opening Below ${count}")
    def verify_failures_before_opening(self, count: Count) -> str:
        """Verifies how many probes failed before a circuit breaker opened.

        Args:
            count: The limit: `100`.

        Example:

        ```robotframework
        Verify Failures Before Opening Below 100
        ```
        """
        return f"failures before opening < {count}"

    @judging("Verify Fast Failures Within ${time}")
    def verify_fast_failures(self, time: Duration) -> str:
        """Verifies how soon requests are turned away that cannot be served anyhow; 95 of 100.

        Where all requests were tried to the end before they failed, it is not met.

        Args:
            time: The limit: `50 ms`.

        Example:

        ```robotframework
        Verify Fast Failures Within 50 ms
        ```
        """
        return f"fast failure time <= {time}"

    @judging("Verify Open Time Below ${time}")
    def verify_open_time(self, time: Duration) -> str:
        """Verifies how long a circuit breaker was not closed, all in all.

        Args:
            time: The limit: `1 min`.

        Example:

        ```robotframework
        Verify Open Time Below 1 min
        ```
        """
        return f"open time < {time}"

    @judging("Verify Residual Errors Below ${percent}")
    def verify_residual_errors(self, percent: Percent) -> str:
        """Verifies the share of probes that failed after the recovery.

        Args:
            percent: The limit: `1 %`.

        Example:

        ```robotframework
        Verify Residual Errors Below 1 %
        ```
        """
        return f"residual errors < {percent}"

    @judging("Verify Error Rate Under Overload Below ${percent}")
    def verify_errors_under_overload(self, percent: Percent) -> str:
        """Verifies the share of probes that failed while the overload, or the fault, lasted.

        Args:
            percent: The limit: `20 %`.

        Example:

        ```robotframework
        Overload Create Order With 100 Workers Sending 50 Requests Each    probe=Products
        Verify Error Rate Under Overload Below 1 %
        ```
        """
        return f"errors under overload < {percent}"

    @judging("Verify Overshoot Below ${factor} Times")
    def verify_overshoot(self, factor: Factor) -> str:
        """Verifies how much slower requests were at first when they were served again.

        Those that waited may all come at once.  Compared are the times within which 95 of 100
        probes were answered: in the first three seconds back, and when all was well.

        Args:
            factor: How many times as long they may take: `3`, `1.5`.

        Example:

        ```robotframework
        Verify Overshoot Below 3 Times
        ```
        """
        return f"overshoot < {factor}"
