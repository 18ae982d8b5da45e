"""Makes runs of journeys in tests, in plain Python."""

from __future__ import annotations

from typing import Any

from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.session.acceptance import AcceptanceSession
from ApiLoadLibrary.session.journeys import Journey, JourneyVisit, Think
from ApiLoadLibrary.values import Duration, Rate
from ApiLoadLibrary.workload.endpoint import Endpoint
from integration.loads import watch_nothing

STEPS = ("Sign In", "List Products", "Order The Third", "Pay")
SIGNED_IN = {"Authorization": "Bearer {{token}}"}


def shopping(address: str, **settings: Any) -> AcceptanceSession:
    """A session with the endpoints of the shop, and what its customers take from answers."""
    session = AcceptanceSession()
    session.use_server(address, **settings)
    order = {"product": "{{product}}", "times": 1}
    for endpoint in (
        Endpoint("Sign In", "POST", "/sign-in"),
        Endpoint("List Products", "GET", "/products", headers=SIGNED_IN),
        Endpoint(
            *("Order The Third", "POST", "/orders"),
            headers=SIGNED_IN,
            json=order,
            expected=frozenset({201}),
        ),
        Endpoint(
            "Pay", "POST", "/pay/{{order}}", headers=SIGNED_IN, json={"of": "order {{where}}!"}
        ),
    ):
        session.endpoints.define(endpoint)
    session.journeys.take("Sign In", {"token": "$.token"})
    session.journeys.take("List Products", {"product": "$.items[2].id"})
    session.journeys.take("Order The Third", {"order": "$.id.deep[0]", "where": "header Location"})
    return session


def visit_of(
    session: AcceptanceSession, rate: str, duration: str, *, think: str | None = None
) -> JourneyVisit:
    """Users who come to buy a coffee."""
    journey = Journey.parse("Buy A Coffee", STEPS, Think.parse(think) if think else None)
    session.journeys.define(journey)
    asked = [(journey, Rate.parse(rate))]
    return JourneyVisit(session, f"{rate} journeys", asked, Duration.parse(duration))


def walk(
    session: AcceptanceSession, rate: str, duration: str, *, think: str | None = None
) -> RunResult:
    """Let users buy a coffee, and return the result."""
    visit = visit_of(session, rate, duration, think=think)
    return session.run(visit.plan("Coffee", None), watch_nothing, visit.conclude)
