"""Keywords about bursts: what sends one, and what judges it."""

from __future__ import annotations

from robot.api.deco import keyword

from ApiLoadLibrary.session.acceptance import AcceptanceSession
from ApiLoadLibrary.session.tester import burst
from ApiLoadLibrary.values import (
    NS_PER_S,
    Amount,
    Arrivals,
    Count,
    Duration,
    Factor,
    Rate,
    TimeUnit,
)

from .judging import Judging, judging
from .sending import Sender, spaced

__all__ = ["Bursts"]

BURST, AROUND = Duration(30 * NS_PER_S), Duration(15 * NS_PER_S)
WORKERS = 2
"""As many times the usual number."""


class Bursts(Judging):
    """What sends a burst, and what judges it.

    Args:
        session: Whose load it is.
        sender: Carries out the load sentences.
    """

    def __init__(self, session: AcceptanceSession, sender: Sender) -> None:
        super().__init__(session)
        self._sender = sender

    @keyword("Burst To ${factor} Times ${rate} Requests Per ${unit} On ${endpoints}", tags=["load"])
    def burst(
        self,
        factor: Amount,
        rate: Count,
        unit: TimeUnit,
        endpoints: str,
        *,
        duration: Duration = BURST,
        around: Duration = AROUND,
        warm_up: Duration | None = None,
        arrivals: Arrivals = Arrivals.EVEN,
        workers: int | None = None,
        name: str | None = None,
    ) -> str:
        """Sends a normal rate to each of the endpoints, then a multiple of it, then normal again.

        Criteria judge the burst, unless they say `during=before` or `during=after`.  How much
        slower it was than the normal rate before, and how soon after it times were normal again,
        is judged by `Verify Degradation …` and `Verify Return To Normal …`.  What
        `Sustain …` says of requests and answers holds here too.

        Args:
            factor: How many times the normal rate is sent: `10`, `2.5`.
            rate: The normal rate, for each endpoint.
            unit: Per what: Second, Minute or Hour.
            endpoints: A name, several with commas, or `Each Endpoint`.
            duration: How long the burst lasts.
            around: How long the normal rate is sent before it, and again after it.
            warm_up: How long it is sent before all that, and not looked at.
            arrivals: `even` or `random`, see `Sustain …`.
            workers: How many requests may be under way at once, in this run; twice as many as
                `Use Server` says unless given.
            name: How criteria (`run=`) and the report call the run.

        Returns:
            The load run's id.

        Example:

        ```robotframework
        Burst To 10 Times 1000 Requests Per Minute On Each Endpoint    duration=30 s    around=15 s
        Verify Degradation Below 3 Times
        Verify Return To Normal Within 5 s
        ```
        """
        normal = Rate(rate.value, unit.duration)
        load = burst(normal, factor.value, duration, around, warm_up)
        workers = workers or WORKERS * self._session.config.workers
        return self._sender.send(
            lambda: self._session.plan(spaced(load, arrivals), endpoints, name, workers)
        )

    @judging("Verify Degradation Below ${factor} Times")
    def verify_degradation(self, factor: Factor) -> str:
        """Verifies how much slower each endpoint was in a burst than before it; the worst is named.

        Compared are the times within which 95 of 100 requests were answered.

        Args:
            factor: How many times as long requests may take: `3`, `1.5`.

        Example:

        ```robotframework
        Burst To 10 Times 1000 Requests Per Minute On Each Endpoint
        Verify Degradation Below 3 Times
        ```
        """
        return f"degradation < {factor}"

    @judging("Verify Degradation Of ${endpoint} Below ${factor} Times")
    def verify_degradation_of_endpoint(self, endpoint: str, factor: Factor) -> str:
        """Verifies how much slower one endpoint, or each of a group, was in a burst than before it.

        Args:
            endpoint: The name of an endpoint or a group.
            factor: How many times as long requests may take: `3`, `1.5`.

        Example:

        ```robotframework
        Verify Degradation Of Create Order Below 5 Times
        ```
        """
        return f"degradation of {endpoint} < {factor}"

    @judging("Verify Return To Normal Within ${time}")
    def verify_return_to_normal(self, time: Duration) -> str:
        """Verifies how soon after a burst each endpoint was as quick again as before it.

        It was when three seconds running were no slower than the slowest three before the burst,
        give or take a quarter or 5 ms, and no larger a share of their requests failed.

        Args:
            time: The limit: `5 s`; what is watched (`around=`) has to be three seconds longer.

        Example:

        ```robotframework
        Verify Return To Normal Within 5 s
        ```
        """
        return f"return to normal <= {time}"
