"""Keywords about those who must not come in."""

from __future__ import annotations

from robot.api.deco import keyword
from robot.api.types import Secret

from ApiLoadLibrary.session.acceptance import AcceptanceSession
from ApiLoadLibrary.session.strangers import StrangerVisit
from ApiLoadLibrary.values import NS_PER_S, Duration, Rate

from .converters import unwrapped
from .judging import Judging, judging
from .sending import Sender

__all__ = ["Strangers"]

TWICE_A_SECOND = Rate.parse("2/s")
TEN_SECONDS = Duration(10 * NS_PER_S)


class Strangers(Judging):
    """What sends strangers, and what judges who was let in.

    Args:
        session: Whose load it is.
        sender: Carries out the load sentences.
    """

    def __init__(self, session: AcceptanceSession, sender: Sender) -> None:
        super().__init__(session)
        self._sender = sender

    @keyword("Send Strangers To ${endpoints}", tags=["load"])
    def send_strangers(
        self,
        endpoints: str,
        *,
        rate: Rate = TWICE_A_SECOND,
        duration: Duration = TEN_SECONDS,
        expired: str | Secret | None = None,
        name: str | None = None,
    ) -> str:
        """Sends requests that must be refused to each of the endpoints, and waits for the end.

        Each endpoint is asked without a token, with a token whose signature is forged, with one
        that claims to need no signature (where the token is a JWT), and with an expired one
        (where one is given); none of them brings cookies.  Whoever is not answered with 401 or
        403 counts as an error; whoever gets in, with a status below 400, is found by
        `Verify No Stranger Was Admitted`.

        Under full load doors are easily left open: begin it with `Start Load` before.

        Args:
            endpoints: Those that ask for a token: a name, several with commas, or a group.
            rate: How often each stranger comes to each endpoint: `2/s`.
            duration: For how long.
            expired: A token that has run out.
            name: How criteria (`run=`) and the report call the run.

        Returns:
            The load run's id.

        Example:

        ```robotframework
        Start Load    Sustain 1000 Requests Per Minute On Each Endpoint    duration=1 min
        Send Strangers To Products, Create Order    expired=${OLD TOKEN}
        Verify No Stranger Was Admitted
        Wait Until Load Ends
        ```
        """
        old = None if expired is None else str(unwrapped(expired, self._session.mask.add))
        visit = StrangerVisit(self._session, endpoints, old)
        return self._sender.send(lambda: visit.plan(rate, duration, name), visit.conclude)

    @judging()
    def verify_no_stranger_was_admitted(self) -> str:
        """Verifies that not one of the strangers that were sent got in.

        A door at which no stranger of a kind was refused, with 401 or 403, proves nothing.

        Example:

        ```robotframework
        Send Strangers To Products
        Verify No Stranger Was Admitted
        ```
        """
        return "admitted strangers <= 0 %"
