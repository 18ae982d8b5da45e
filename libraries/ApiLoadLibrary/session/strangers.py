"""A visit of strangers: planned from what the session knows, and concluded."""

from __future__ import annotations

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.scenarios.plan import LoadPlan
from ApiLoadLibrary.scenarios.strangers import by_strangers, disguises, let_in, stranger_load
from ApiLoadLibrary.values import Duration, Rate
from ApiLoadLibrary.workload.action import Action
from ApiLoadLibrary.workload.endpoint import Endpoint

from .acceptance import AcceptanceSession

__all__ = ["StrangerVisit"]


class StrangerVisit:
    """Strangers of every kind who ask each of these endpoints.

    Args:
        session: Whose token the strangers have not.
        names: Of the endpoints; see `Endpoints.named`.
        expired: A token that has run out, if there is one.

    Raises:
        UnknownName: There is no such endpoint.
        BadInput: Nobody is signed in, or it is an action that is named.
    """

    def __init__(self, session: AcceptanceSession, names: str, expired: str | None) -> None:
        self._session = session
        self._endpoints = [_asked(each) for each in session.endpoints.named(names)]
        if session.token is None:
            raise BadInput(
                "Nobody is signed in, so that nobody is a stranger: `Sign In` first, or give a "
                "token with `Use Bearer Token`."
            )
        self._kinds = disguises(session.token.value, expired)
        self._beside = session.background.going_on
        for each in self._kinds:
            if each.token is not None:
                session.mask.add(each.token)

    def plan(self, rate: Rate, length: Duration, name: str | None) -> LoadPlan:
        """So many of each kind to each endpoint."""
        asked = by_strangers(self._endpoints, self._kinds)
        load = stranger_load(rate, length)
        return self._session.plan_of(load, asked, name or f"Strangers at {rate}")

    def conclude(self, run: RunResult) -> RunResult:
        """With who was let in."""
        return let_in(self._kinds, self._beside)(run)


def _asked(endpoint: Endpoint | Action) -> Endpoint:
    if isinstance(endpoint, Action):
        raise BadInput(f"{endpoint.name} is an action: strangers can only ask endpoints.")
    return endpoint
