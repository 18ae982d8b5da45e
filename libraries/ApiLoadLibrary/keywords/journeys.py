"""Keywords about journeys: what users do step by step, and how many of them come."""

from __future__ import annotations

from robot.api.deco import keyword

from ApiLoadLibrary.session.acceptance import AcceptanceSession
from ApiLoadLibrary.session.journeys import Journey, JourneyVisit, Think
from ApiLoadLibrary.values import Arrivals, Count, Duration, Percent, Rate, TimeUnit
from ApiLoadLibrary.workload.action import Call

from .judging import Judging, judging
from .sending import Sender

__all__ = ["Journeys"]


class Journeys(Judging):
    """What defines and sends journeys, and what judges how they ended.

    Args:
        session: Whose load it is.
        sender: Carries out the load sentences.
    """

    def __init__(self, session: AcceptanceSession, sender: Sender) -> None:
        super().__init__(session)
        self._sender = sender

    @keyword(tags=["endpoint"])
    def define_journey(
        self,
        name: str,
        *steps: str,
        think: Think | None = None,
        threshold: Duration | None = None,
        call: str | None = None,
    ) -> None:
        """Gives a name to steps that one user takes in turn, each when the last was answered.

        Each step is the name of an endpoint; between two of them may stand `Think 2 s`, or
        `Think 1 s..3 s` for a time between these.  What a later step needs, as a token or the
        id of a product, an earlier one takes from its answer: see `Take From Answer`.

        Each user has a connection, cookies and values of its own.  A step that fails ends its
        user's journey.  A step's response time begins when it is due: when the last answer was
        complete, and the thinking is over.  The response time of the journey is all that its
        user waited: thinking is not in it, and is told apart in the report.

        A journey may also be a Python function (`call=`).  It is handed a walk and times its
        steps with it; the steps are named here all the same, for criteria and the report:

        ```python
        def buy_a_coffee(walk):
            with walk.step("Sign In"):
                token = sign_in(f"till-{walk.number}")
            walk.think(2)
            with walk.step("Pay"):
                pay(token)
        ```

        What `Define Action` says of exceptions holds for each step; each user takes a worker
        from the start to the end, and has the `timeout` times the number of steps, thinking
        left out.  What it returns is not looked at.

        Args:
            name: Its name, which no endpoint has; see `Define Endpoint`.
            steps: Endpoints and `Think …`, in their order.
            think: How long users think between two steps where nothing is written: `2 s`,
                `1 s..3 s`.
            threshold: The limit of its response time, for `Verify P95 Below Threshold`.
            call: The Python function, like `shop_journeys:buy_a_coffee`.

        Example:

        ```robotframework
        Define Journey    Buy A Coffee
        ...    Sign In    Products    Think 2 s..5 s    Create Order    Pay
        Define Journey    Look Around    Sign In    Products    think=1 s..3 s
        ```
        """
        function = Call.parse(call) if call is not None else None
        journey = Journey.parse(name, steps, think, threshold, function)
        self._session.journeys.define(journey)

    @keyword(tags=["endpoint"])
    def take_from_answer(self, endpoint: str, /, **values: str) -> None:
        """Has users of journeys take values from an endpoint's answers, for their later steps.

        A value is a place in the answer's JSON (JSONPath, RFC 9535), or one of its headers:
        `order=header Location`.  Later steps of the same user show it as `{{product}}`, in
        paths, headers and bodies; where `"{{product}}"` is the whole of a JSON text it is sent
        as the JSON that it was.  An answer without the value fails the step: `failed checks`.

        Args:
            endpoint: The step whose answer it is.
            values: Names of the values, and where each stands.

        Example:

        ```robotframework
        Take From Answer    Sign In     token=$.access_token
        Take From Answer    Products    product=$.products[2].id
        VAR    &{signed in}    Authorization=Bearer {{token}}
        VAR    &{order}        product_id={{product}}
        Define Endpoint    Create Order    POST    /api/orders    json=${order}
        ...    headers=${signed in}    expect=201
        ```
        """
        self._session.journeys.take(endpoint, values)

    @keyword("Start ${count} Journeys Per ${unit} Of ${journeys}", tags=["load"])
    def start_journeys(
        self,
        count: Count,
        unit: TimeUnit,
        journeys: str,
        *,
        duration: Duration | None = None,
        arrivals: Arrivals = Arrivals.EVEN,
        workers: int | None = None,
        name: str | None = None,
    ) -> str:
        """Lets users begin journeys at a constant rate, and waits until all have come to an end.

        Users begin when the schedule says, however far earlier ones have come.  Whoever has
        begun goes on to the end, also after the duration.

        Args:
            count: How many users begin, of each journey: `1000`, `1,000`.
            unit: Per what: Second, Minute or Hour.
            journeys: A name, or several with commas.
            duration: For how long users begin; as `Use Server` says unless given.
            arrivals: `even`, or `random` as of users who do not know of each other.
            workers: How many users may wait for an answer at once; who thinks needs none.
            name: How criteria (`run=`) and the report call the run.

        Returns:
            The load run's id.

        Example:

        ```robotframework
        Start 1000 Journeys Per Minute Of Buy A Coffee    duration=5 min
        Verify P95 Of Buy A Coffee Below 3 s
        Verify Journeys Finished At Least 99 %
        ```
        """
        rate = Rate(count.value, unit.duration)
        asked = [(each, rate) for each in self._session.journeys.named(journeys)]
        title = f"{rate} journeys of {journeys.strip()}"
        return self._send(f"{rate} journeys", asked, duration, arrivals, workers, name or title)

    @keyword("Start ${count} Journeys Per ${unit} Mixed From ${mix}", tags=["load"])
    def start_mixed_journeys(
        self,
        count: Count,
        unit: TimeUnit,
        mix: str,
        *,
        duration: Duration | None = None,
        arrivals: Arrivals = Arrivals.EVEN,
        workers: int | None = None,
        name: str | None = None,
    ) -> str:
        """Lets users begin journeys at a constant rate in all, shared out by weight.

        What `Start … Journeys Per … Of …` says holds here too.

        Args:
            count: How many users begin, of all journeys together.
            unit: Per what: Second, Minute or Hour.
            mix: The journeys, each with its part before it: any numbers, or percentages.
            duration: For how long users begin; as `Use Server` says unless given.
            arrivals: `even` or `random`.
            workers: How many users may wait for an answer at once; who thinks needs none.
            name: How criteria (`run=`) and the report call the run.

        Returns:
            The load run's id.

        Example:

        ```robotframework
        Start 1000 Journeys Per Minute Mixed From 7 Look Around, 3 Buy A Coffee
        ```
        """
        found = self._session.journeys.mixed(mix)
        whole = sum(part for _, part in found)
        asked = [(each, Rate(count.value * part / whole, unit.duration)) for each, part in found]
        words = f"{Rate(count.value, unit.duration)} journeys in all"
        title = f"{words}, mixed from {mix.strip()}"
        return self._send(words, asked, duration, arrivals, workers, name or title)

    def _send(  # noqa: PLR0917 - what both sentences have
        self,
        words: str,
        asked: list[tuple[Journey, Rate]],
        duration: Duration | None,
        arrivals: Arrivals,
        workers: int | None,
        name: str,
    ) -> str:
        length = self._session.config.duration if duration is None else duration
        at_random = arrivals is Arrivals.RANDOM
        visit = JourneyVisit(self._session, words, asked, length, at_random=at_random)
        return self._sender.send(lambda: visit.plan(name, workers), visit.conclude)

    @judging("Verify Journeys Finished At Least ${percent}")
    def verify_journeys_finished(self, percent: Percent) -> str:
        """Verifies how many of the journeys that were to begin came to their end.

        Args:
            percent: The least share: `99 %`.

        Example:

        ```robotframework
        Verify Journeys Finished At Least 99 %
        ```
        """
        return f"finished journeys >= {percent}"

    @judging("Verify Journeys Of ${journey} Finished At Least ${percent}")
    def verify_journeys_of_one_finished(self, journey: str, percent: Percent) -> str:
        """The same of one journey of several.

        Args:
            journey: Its name.
            percent: The least share: `99 %`.

        Example:

        ```robotframework
        Verify Journeys Of Buy A Coffee Finished At Least 99 %
        ```
        """
        return f"finished journeys of {journey} >= {percent}"
