"""Strangers, and what was stored: against the reference API, sound and broken."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
import requests

from ApiLoadLibrary.errors import BadInput, ServerUnreachable
from ApiLoadLibrary.measurement.readings import Reading
from ApiLoadLibrary.session.acceptance import AcceptanceSession
from ApiLoadLibrary.session.place import Place
from ApiLoadLibrary.session.signin import SignIn
from ApiLoadLibrary.session.stored import Stored
from ApiLoadLibrary.session.strangers import StrangerVisit
from ApiLoadLibrary.values import Duration, Rate
from ApiLoadLibrary.workload.endpoint import Endpoint
from integration.loads import steady
from rig.process import reference_api

CREDENTIALS = {"username": "till-1", "password": "flat-white-please"}
ORDER = {"employee_id": 1, "items": [{"product_id": "{{integer 1..40}}", "quantity": 1}]}
LISTED = ("/api/load-runs/{{run}}", "$.orders.request_ids")


def signed_in(address: str) -> AcceptanceSession:
    session = AcceptanceSession()
    session.use_server(address)
    session.place = Place("Suite", "Suite.Test")
    session.sign_in(SignIn("POST", "/api/auth/login", CREDENTIALS, "$.access_token"))
    session.endpoints.define(Endpoint("Products", "GET", "/api/products"))
    session.endpoints.define(
        Endpoint("Create Order", "POST", "/api/orders", json=ORDER, expected=frozenset({201}))
    )
    return session


@pytest.fixture(scope="module")
def api() -> Iterator[str]:
    with reference_api() as address:
        yield address


def sustain(session: AcceptanceSession) -> None:
    session.run(session.plan(steady("100/s", "1 s"), "Create Order"), lambda moment: None)


def stored_of(session: AcceptanceSession, **changes: str | None) -> Reading:
    wanted = {"path": LISTED[0], "ids": LISTED[1], "count": None, **changes}
    return Stored(session).compare_by_path("Create Order", run_name=None, **wanted)  # type: ignore[arg-type]


def visit(session: AcceptanceSession, expired: str | None = None) -> Reading:
    visit = StrangerVisit(session, "Products, Create Order", expired)
    plan = visit.plan(Rate.parse("20/s"), Duration.parse("1 s"), "Strangers")
    run = session.run(plan, lambda moment: None, visit.conclude)
    assert run.requests == 20 * len(run.endpoints)
    return run.readings[0]


def soon_expired(address: str) -> str:
    answer = requests.post(
        f"{address}/api/auth/login", json={**CREDENTIALS, "expires_in": 1}, timeout=5
    )
    return str(answer.json()["access_token"])


def test_every_accepted_order_is_found_once_and_can_be_removed(api: str) -> None:
    session = signed_in(api)
    sustain(session)
    by_ids = stored_of(session)
    assert (by_ids.value, by_ids.basis) == (0, "100 accepted, 100 stored")
    by_count = stored_of(session, ids=None, count="$.orders.count")
    assert (by_count.value, by_count.basis) == (0, "100 accepted, 100 stored")
    assert session.verdicts.judge("unaccounted writes of Create Order <= 0").judgement.passed
    assert Stored(session).remove("DELETE", "/api/load-runs/{{run}}", None) == 1
    assert stored_of(session).value == 100


def test_orders_that_are_lost_are_found() -> None:
    with reference_api("--fault", "lose-orders=0.2") as address:
        session = signed_in(address)
        sustain(session)
        found = stored_of(session)
        judgement = session.verdicts.judge("unaccounted writes of Create Order <= 0").judgement
    assert found.value is not None
    assert 2 <= found.value <= 45  # 20 of 100, give or take six standard deviations
    assert f"{found.value:.0f} were accepted and not stored" in judgement.sentence
    assert judgement.sentence.startswith("Unaccounted writes of Create Order was ")


@pytest.mark.parametrize(
    "changes, problem",
    [
        ({"ids": None}, "Write ids= for where request ids stand"),
        ({"count": "$.orders.count"}, "Write ids= for where request ids stand"),
        ({"ids": "orders"}, "ids='orders' is no place in a JSON document"),
        ({"ids": "$.nothing"}, r"ids='\$.nothing' gave NoneType: it must be a number, or a list"),
        ({"ids": "$.orders"}, r"ids='\$.orders' gave dict"),
        ({"path": "/api/nowhere/{{run}}"}, "was answered with status 404"),
        ({"path": "/api/payment/open-banking/qr/x.svg"}, "was answered with status 404"),
    ],
)
def test_what_cannot_be_compared_says_what_to_write(
    api: str, changes: dict[str, str | None], problem: str
) -> None:
    session = signed_in(api)
    session.run(session.plan(steady("20/s", "100 ms"), "Create Order"), lambda moment: None)
    with pytest.raises(BadInput, match=problem):
        stored_of(session, **changes)


def test_what_can_be_removed_is_removed_whatever_becomes_of_the_rest(api: str) -> None:
    session = signed_in(api)
    for _ in range(2):
        sustain(session)
    first, second = session.verdicts.runs
    session.verdicts.runs[:] = [replace(first, id="nobody's/at/all"), second]
    with pytest.raises(BadInput, match="was answered with status 404"):
        Stored(session).remove("DELETE", "/api/load-runs/{{run}}", None)
    session.verdicts.runs[:] = [second]
    assert stored_of(session).value == 100


def test_a_path_without_the_runs_id_removes_nothing(api: str) -> None:
    with pytest.raises(BadInput, match=r"names no load run: write \{\{run\}\}"):
        Stored(signed_in(api)).remove("DELETE", "/api/load-runs/all", None)


def test_no_stranger_gets_in_where_tokens_are_checked(api: str) -> None:
    session = signed_in(api)
    expired = soon_expired(api)
    sustain(session)  # a second or more, in which the token runs out
    sustain(session)
    found = visit(session, expired)
    assert (found.value, found.samples) == (0, 160)
    run = session.verdicts.runs[-1]
    assert {row["kind"] for row in run.details["strangers"]} == {
        "no token",
        "forged token",
        "unsigned token",
        "expired token",
    }
    assert run.errors == 0
    assert session.verdicts.judge("admitted strangers <= 0 %").judgement.passed


def test_load_that_has_ended_did_not_go_on_beside_the_strangers(api: str) -> None:
    session = signed_in(api)
    load = session.begin(session.plan(steady("20/s", "100 ms"), "Products", "Over"))
    session.begin(session.plan(steady("20/s", "1 h"), "Products", "Going on"))
    while load.going.running:
        time.sleep(0.05)
    found = visit(session)
    assert found.basis == "120 strangers while Going on went on"
    session.background.end_all_of()


def test_who_gets_in_with_an_expired_token_is_found() -> None:
    with reference_api("--fault", "admit-expired") as address:
        session = signed_in(address)
        expired = soon_expired(address)
        sustain(session)
        sustain(session)
        found = visit(session, expired)
        judgement = session.verdicts.judge("admitted strangers <= 0 %").judgement
    assert found.value == 25
    assert "Products let in 20 with an expired token" in judgement.sentence
    assert not judgement.passed


def test_where_nobody_is_signed_in_nobody_is_a_stranger(api: str) -> None:
    session = AcceptanceSession()
    session.use_server(api)
    session.endpoints.define(Endpoint("Products", "GET", "/api/products"))
    with pytest.raises(BadInput, match="Nobody is signed in"):
        StrangerVisit(session, "Products", None)


def test_a_server_that_is_gone_is_told_of() -> None:
    with reference_api() as address:
        session = signed_in(address)
        sustain(session)
    with pytest.raises(ServerUnreachable, match="got no answer"):
        stored_of(session)
