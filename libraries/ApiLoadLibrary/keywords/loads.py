"""Keywords that send load."""

from __future__ import annotations

from robot.api import logger
from robot.api.deco import keyword
from robot.api.types import KeywordArgument, KeywordName
from robot.libraries.BuiltIn import BuiltIn

from ApiLoadLibrary.session.acceptance import AcceptanceSession
from ApiLoadLibrary.session.tester import (
    Load,
    as_fast_as_possible,
    mixed,
    ramped,
    stepped,
    sustained,
)
from ApiLoadLibrary.values import NS_PER_S, Amount, Arrivals, Count, Duration, Rate, TimeUnit

from .sending import Sender, require_load_sentence, spaced

__all__ = ["Loads"]

CALIBRATION = Duration(3 * NS_PER_S)


class Loads:
    """What sends load, and what only shows it."""

    def __init__(self, session: AcceptanceSession, sender: Sender) -> None:
        self._session = session
        self._sender = sender

    @keyword("Sustain ${rate} Requests Per ${unit} On ${endpoints}", tags=["load"])
    def sustain(
        self,
        rate: Count,
        unit: TimeUnit,
        endpoints: str,
        *,
        duration: Duration | None = None,
        warm_up: Duration | None = None,
        arrivals: Arrivals = Arrivals.EVEN,
        workers: int | None = None,
        name: str | None = None,
    ) -> str:
        """Sends a constant rate to each of the endpoints, and waits for the end.

        Requests start when the schedule says, whether or not earlier ones have been
        answered; the endpoints take even turns.  Slow or failed answers do not fail this
        keyword: `Verify …` judges them.

        Args:
            rate: How many requests, for each endpoint: `1000`, `1,000`.
            unit: Per what: Second, Minute or Hour.
            endpoints: A name, several with commas, or `Each Endpoint`.
            duration: How long; as `Use Server` says unless given.
            warm_up: How long the same load is sent before that, and not judged.
            arrivals: `even`, or `random` as of customers who do not know of each other
                (a Poisson process).
            workers: How many requests may be under way at once, in this run.
            name: How criteria (`run=`) and the report call the run.

        Returns:
            The load run's id.

        Example:

        ```robotframework
        Sustain 1000 Requests Per Minute On Each Endpoint    duration=5 min
        Sustain 20 Requests Per Second On Products, Create Order    duration=30 s    warm_up=10 s
        ```
        """
        per_unit = Rate(rate.value, unit.duration)
        load = sustained(per_unit, self._length(duration), warm_up)
        return self._send(spaced(load, arrivals), endpoints, name, workers)

    @keyword("Sustain ${rate} Requests Per ${unit} Mixed From ${mix}", tags=["load"])
    def sustain_mixed(
        self,
        rate: Count,
        unit: TimeUnit,
        mix: str,
        *,
        duration: Duration | None = None,
        arrivals: Arrivals = Arrivals.EVEN,
        workers: int | None = None,
        name: str | None = None,
    ) -> str:
        """Sends a constant rate in all, shared out to endpoints by weight, and waits for the end.

        What `Sustain …` says of requests and answers holds here too.

        Args:
            rate: How many requests, for all endpoints together.
            unit: Per what: Second, Minute or Hour.
            mix: The endpoints, each with its part before it: any numbers, or percentages.
            duration: How long; as `Use Server` says unless given.
            arrivals: `even` or `random`, see `Sustain …`.
            workers: How many requests may be under way at once, in this run.
            name: How criteria (`run=`) and the report call the run.

        Returns:
            The load run's id.

        Example:

        ```robotframework
        Sustain 1200 Requests Per Minute Mixed From 6 Products, 3 Orders, 1 Create Order
        Sustain 20 Requests Per Second Mixed From 70 % Products, 30 % Create Order
        ```
        """
        found = self._session.endpoints.mixed(mix)
        per_unit = Rate(rate.value, unit.duration)
        load = mixed(per_unit, [part for _, part in found], self._length(duration))
        endpoints = [endpoint for endpoint, _ in found]
        title = name or f"{load.words} mixed from {mix}"
        return self._sender.send(
            lambda: self._session.plan_of(spaced(load, arrivals), endpoints, title, workers)
        )

    @keyword("Ramp From ${low} To ${high} Requests Per ${unit} On ${endpoints}", tags=["load"])
    def ramp(
        self,
        low: Amount,
        high: Amount,
        unit: TimeUnit,
        endpoints: str,
        *,
        over: Duration,
        hold: Duration | None = None,
        warm_up: Duration | None = None,
        arrivals: Arrivals = Arrivals.EVEN,
        workers: int | None = None,
        name: str | None = None,
    ) -> str:
        """Sends a rate that rises or falls evenly to each of the endpoints, and waits for the end.

        What `Sustain …` says of requests and answers holds here too.  Criteria judge all of
        it, `hold` included.

        Args:
            low: The rate at the start, for each endpoint; `0` begins with nothing.
            high: The rate at the end; it may be the lower one.
            unit: Per what: Second, Minute or Hour.
            endpoints: A name, several with commas, or `Each Endpoint`.
            over: How long the rate takes from the one to the other.
            hold: How long it then stays where it is.
            warm_up: How long load is sent at the first rate before that, and not judged.
            arrivals: `even` or `random`, see `Sustain …`.
            workers: How many requests may be under way at once, in this run.
            name: How criteria (`run=`) and the report call the run.

        Returns:
            The load run's id.

        Example:

        ```robotframework
        Ramp From 0 To 1000 Requests Per Minute On Products    over=2 min    hold=1 min
        ```
        """
        load = ramped(low.per(unit.duration), high.per(unit.duration), over, hold, warm_up)
        return self._send(spaced(load, arrivals), endpoints, name, workers)

    @keyword(
        "Step From ${low} To ${high} Requests Per ${unit} In ${steps} Steps On ${endpoints}",
        tags=["load"],
    )
    def step(
        self,
        low: Count,
        high: Count,
        unit: TimeUnit,
        steps: int,
        endpoints: str,
        *,
        every: Duration,
        warm_up: Duration | None = None,
        arrivals: Arrivals = Arrivals.EVEN,
        workers: int | None = None,
        name: str | None = None,
    ) -> str:
        """Sends a rate that changes in even steps to each of the endpoints, and waits for the end.

        What `Sustain …` says of requests and answers holds here too.

        Args:
            low: The rate of the first step, for each endpoint.
            high: The rate of the last step; it may be the lower one.
            unit: Per what: Second, Minute or Hour.
            steps: How many steps, the first and the last included.
            endpoints: A name, several with commas, or `Each Endpoint`.
            every: How long each step lasts.
            warm_up: How long load is sent at the first rate before that, and not judged.
            arrivals: `even` or `random`, see `Sustain …`.
            workers: How many requests may be under way at once, in this run.
            name: How criteria (`run=`) and the report call the run.

        Returns:
            The load run's id.

        Example:

        ```robotframework
        Step From 100 To 500 Requests Per Second In 5 Steps On Products    every=30 s
        ```
        """
        first, last = (Rate(each.value, unit.duration) for each in (low, high))
        load = stepped(first, last, steps, every, warm_up)
        return self._send(spaced(load, arrivals), endpoints, name, workers)

    @keyword("Send As Fast As Possible On ${endpoints}", tags=["load"])
    def send_as_fast_as_possible(
        self,
        endpoints: str,
        *,
        workers: int | None = None,
        duration: Duration | None = None,
        warm_up: Duration | None = None,
        name: str | None = None,
    ) -> str:
        """Has each worker send its next request when its last was answered, for some time.

        This is the closed model: it finds how much a server can do with so many requests
        under way, but a server that is slow is also asked less often.  What its customers
        feel at a given rate is found with `Sustain …`.

        Args:
            endpoints: A name, several with commas, or `Each Endpoint`: they take turns.
            workers: How many requests are under way at once; as `Use Server` says unless given.
            duration: How long; as `Use Server` says unless given.
            warm_up: How long the same is done before that, and not judged.
            name: How criteria (`run=`) and the report call the run.

        Returns:
            The load run's id.

        Example:

        ```robotframework
        Send As Fast As Possible On Products    workers=50    duration=30 s    warm_up=5 s
        ```
        """
        load = as_fast_as_possible(self._length(duration), warm_up)
        return self._send(load, endpoints, name, workers)

    @keyword(tags=["load", "plan"])
    def calibrate_load_generator(
        self,
        *,
        endpoints: str = "Each Endpoint",
        duration: Duration = CALIBRATION,
        workers: int | None = None,
    ) -> float:
        """Measures how many requests a second the load generator can send at most.

        The requests of the endpoints go to the fastest server there is, on this machine itself
        and over TLS if the server under test is; nothing is sent to that one.  From then on
        the report states how much of this ceiling each load run needed, and a plan above it is
        warned of.  Generator and server share the machine meanwhile, so the figure is a
        cautious one.

        Of a cluster it is the sum of what its machines send to themselves, all at once, with as
        many slots as `workers` and `shards` allow: so much they can send, whatever the network
        between them and the server under test can carry.

        Args:
            endpoints: Whose requests: a name, several with commas, or `Each Endpoint`.
            duration: For how long.
            workers: How many requests are under way at once; as `Use Server` says unless given.

        Returns:
            Requests a second.

        Example:

        ```robotframework
        ${ceiling} =    Calibrate Load Generator
        Should Be True    ${ceiling} > 5000    This machine is too small for what is planned.
        ```
        """
        found = self._session.calibrate(endpoints, duration, workers)
        machines = f"The cluster's {found.machines} machines" if found.cluster else "This machine"
        logger.info(
            f"{machines} can send {found.rate_per_s:,.0f} requests a second"
            f"{' over TLS' if found.tls else ''}, with {found.workers:,} workers in "
            f"{found.shards} process{'es' * (found.shards > 1)}."
        )
        return found.rate_per_s

    @keyword(tags=["load"])
    def stop_load_when(self, condition: str) -> None:
        """Ends load runs to come before their time, when something goes on or all is lost.

        It holds for the runs of its own test; in a suite's setup, for those of the whole
        suite.  Several conditions hold side by side.  Whatever a run has measured until it is
        ended is kept; its criteria fail or are inconclusive, for a run that was cut short
        passes none.

        Requests that are still under way count as if they would succeed at once, so that no
        run is ended too early.

        Args:
            condition: A share or a response time in the language of criteria, with what is too
                high, and then for how many seconds in a row; or a requirement, and then
                `cannot be met`: so many requests have broken it that the rest cannot save it.

        Example:

        ```robotframework
        Stop Load When    error rate > 50 % for 10 s
        Stop Load When    p95 > 5 s for 30 s
        Stop Load When    p95 of Products < 50 ms cannot be met
        ```
        """
        session = self._session
        session.stops.add(condition, session.endpoints.scopes, session.place)

    @keyword(tags=["load", "plan"])
    def show_load_plan(self, sentence: KeywordName, *arguments: KeywordArgument) -> None:
        """Shows what a load sentence would send, where, how fast and how much; sends nothing.

        Args:
            sentence: A load sentence.
            arguments: Its arguments.

        Example:

        ```robotframework
        Show Load Plan    Sustain 1000 Requests Per Minute On Products    duration=1 min
        ```
        """
        require_load_sentence(sentence)
        with self._sender.showing():
            BuiltIn().run_keyword(sentence, *arguments)

    def _length(self, duration: Duration | None) -> Duration:
        return self._session.config.duration if duration is None else duration

    def _send(self, load: Load, endpoints: str, name: str | None, workers: int | None) -> str:
        return self._sender.send(lambda: self._session.plan(load, endpoints, name, workers))
