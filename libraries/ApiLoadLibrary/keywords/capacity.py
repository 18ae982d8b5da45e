"""Keywords about how much a system carries: what searches for it, and what judges it."""

from __future__ import annotations

from robot.api import logger
from robot.api.deco import keyword

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.session.acceptance import AcceptanceSession
from ApiLoadLibrary.session.capacity import CapacitySearch, CapacitySettings, Sent
from ApiLoadLibrary.values import NS_PER_S, Count, Duration, Percent, Rate, TimeUnit

from .converters import CriterionText
from .judging import Judging, judging
from .sending import Sender

__all__ = ["Capacity"]

STEP, HOLD, AT_MOST = (Duration(seconds * NS_PER_S) for seconds in (5, 30, 600))
PRECISION = Percent(5)


class Capacity(Judging):
    """What searches for the highest rate that holds, and what judges it.

    Args:
        session: Whose load it is.
        sender: Makes plans ready, and shows how they go.
    """

    def __init__(self, session: AcceptanceSession, sender: Sender) -> None:
        super().__init__(session)
        self._sender = sender

    @keyword("Find Highest Rate On ${endpoints} While", tags=["load"])
    def find_highest_rate(
        self,
        endpoints: str,
        *criteria: CriterionText,
        from_rate: Rate | None = None,
        step: Duration = STEP,
        hold: Duration = HOLD,
        precision: Percent = PRECISION,
        at_most: Duration = AT_MOST,
        workers: int | None = None,
        name: str | None = None,
    ) -> str:
        """Finds the highest rate at which all these criteria hold.

        Rates are tried for some seconds each: doubled until one does not hold, then narrowed
        between the highest that held and the lowest that did not.  In the end the lowest that
        broke is tried once more, and the highest that held has to hold for longer.  A rate holds
        where every criterion passes with its confidence, and breaks where one fails, or where the
        server falls behind so that requests wait longer and longer.  What decides nothing is
        repeated once, twice as long, and then taken for not held.  After a rate that did not hold
        single requests show when no queue is left.

        Nothing above `max_rate` or above what `Calibrate Load Generator` found is tried.  Where
        the load generator gives out before the server does, the search ends: *at least* so much
        is carried.  What was found is an interval; `Verify Highest Rate Above …` judges it, and
        other criteria judge the hold.  It never fails because of what it finds.

        Args:
            endpoints: A name, several with commas, or `Each Endpoint`; the rate is for each.
            criteria: What has to hold, in the language of criteria.
            from_rate: The first rate; unless given the lowest at which a step decides the criteria.
            step: How long a rate is tried; longer where few requests are sent.
            hold: How long the highest has to hold.
            precision: How far apart the two rates may be between which the truth lies.
            at_most: How long all of it may take.
            workers: How many requests may be under way at once; enough, unless given.
            name: How criteria (`run=`) and the report call the run.

        Returns:
            The load run's id.

        Example:

        ```robotframework
        Find Highest Rate On Products While    p95 < 200 ms    error rate < 1 %
        Verify Highest Rate Above 900 Requests Per Minute
        ```
        """
        settings = CapacitySettings(from_rate, step, hold, precision, at_most, workers, name)
        sent = Sent(self._session.endpoints.named(endpoints), endpoints.strip())
        return self._send(CapacitySearch(self._session, sent, criteria, settings))

    @keyword("Find Highest Rate Mixed From ${mix} While", tags=["load"])
    def find_highest_rate_mixed(
        self,
        mix: str,
        *criteria: CriterionText,
        from_rate: Rate | None = None,
        step: Duration = STEP,
        hold: Duration = HOLD,
        precision: Percent = PRECISION,
        at_most: Duration = AT_MOST,
        workers: int | None = None,
        name: str | None = None,
    ) -> str:
        """Finds the highest rate in all, shared out by weight, at which all these criteria hold.

        What `Find Highest Rate On …` says holds here too.

        Args:
            mix: The endpoints, each with its part before it: any numbers, or percentages.
            criteria: What has to hold, in the language of criteria.
            from_rate: The first rate, of all endpoints together.
            step: How long a rate is tried.
            hold: How long the highest has to hold.
            precision: How far apart the two rates may be between which the truth lies.
            at_most: How long all of it may take.
            workers: How many requests may be under way at once; enough, unless given.
            name: How criteria (`run=`) and the report call the run.

        Returns:
            The load run's id.

        Example:

        ```robotframework
        Find Highest Rate Mixed From 6 Products, 1 Create Order While    p95 < 200 ms
        Verify Highest Rate Above 40 Requests Per Second
        ```
        """
        settings = CapacitySettings(from_rate, step, hold, precision, at_most, workers, name)
        found = self._session.endpoints.mixed(mix)
        sent = Sent([each for each, _ in found], mix.strip(), [part for _, part in found])
        return self._send(CapacitySearch(self._session, sent, criteria, settings))

    @judging("Verify Highest Rate Above ${rate} Requests Per ${unit}")
    def verify_highest_rate(self, rate: Count, unit: TimeUnit) -> str:
        """Verifies how much is carried while all that was asked in `Find Highest Rate …` holds.

        It passes where a rate above this one held, also in the longer hold, and fails where this
        one or one below it broke.  Between the two it is inconclusive: look closer.

        Args:
            rate: How many requests: of each endpoint, or of a mix in all.
            unit: Per what: Second, Minute or Hour.

        Example:

        ```robotframework
        Find Highest Rate On Products While    p95 < 200 ms    error rate < 1 %
        Verify Highest Rate Above 900 Requests Per Minute
        ```
        """
        # Parsed once more: where a slip is looked for beforehand, they are as they were written.
        per = TimeUnit.parse(unit).duration
        return f"highest rate > {Rate(Count.parse(rate).value, per)}"

    def _send(self, search: CapacitySearch) -> str:
        first = search.first()
        if self._sender.only_shows:
            logger.info(search.words().strip())
            logger.console(f"\n{search.words()}", newline=False)
            return self._sender.show(first)
        if self._sender.only_begins:
            raise BadInput(
                "`Find Highest Rate …` waits for each of its steps, so that it cannot go on in the "
                "background: write it without `Start Load`."
            )
        with self._sender.logging() as watch:
            return search.send(self._sender.ready, watch, watch.say)
