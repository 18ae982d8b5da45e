"""What is wrong on purpose, and who may say so."""

import time
from typing import Any

import pytest
import requests

from integration.pos_api.servers import Client, Server, Start, check_answer, error_of
from integration.pos_api.test_load_runs import report, write
from pos_api.credentials import DEFAULT_PASSWORD, DEFAULT_USERNAME

PATH = "/api/faults"
NONE = {
    "provider": "ok",
    "delay_ms": 0,
    "double_charge": False,
    "lose_orders": 0.0,
    "admit_expired": False,
    "drop_websockets": False,
    "limiter": "on",
    "breaker": "on",
}


def change(server: Server, **changes: Any) -> Any:
    answer = requests.put(server.url + PATH, json=changes, timeout=5)
    check_answer(answer, "PUT", PATH)
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_without_the_option_nothing_can_be_broken(start: Start, method: str) -> None:
    with start() as server:
        answer = requests.request(method, server.url + PATH, json={}, timeout=5)
    check_answer(answer, method, PATH)
    assert answer.status_code == 403
    assert error_of(answer)["code"] == "fault_control_off"


def test_only_what_is_named_changes(start: Start) -> None:
    with start("--fault-control") as server:
        assert requests.get(server.url + PATH, timeout=5).json() == NONE
        assert change(server, lose_orders=0.5) == {**NONE, "lose_orders": 0.5}
        both = {**NONE, "lose_orders": 0.5, "double_charge": True}
        assert change(server, double_charge=True) == both
        assert change(server, **NONE) == NONE


@pytest.mark.parametrize(
    "changes, field",
    [
        ({"double_charge": 1}, "double_charge"),
        ({"lose_orders": 1.5}, "lose_orders"),
        ({"lose_orders": True}, "lose_orders"),
        ({"limiter": "open"}, "limiter"),
        ({"provider": "slow"}, "delay_ms"),
        ({"provider": "slow", "delay_ms": 60_001}, "delay_ms"),
        ({"delay_ms": 5}, "provider"),
        ({"double_charge": True, "lose_money": 1}, "lose_money"),
    ],
)
def test_a_fault_that_will_not_do_is_named_and_changes_nothing(
    client: Client, changes: dict[str, Any], field: str
) -> None:
    answer = client.call("PUT", PATH, json=changes)
    assert answer.status_code == 422
    assert error_of(answer)["field"] == field
    assert client.get(PATH).json() == NONE


def test_double_charging_stores_each_payment_twice(start: Start) -> None:
    with start("--fault", "double-charge") as server, server.client() as client:
        write(client, "payment_intents", "a1", "7")
        found = report(client, "a1")["payment_intents"]
    assert found == {"count": 2, "amount_cents": 1400, "request_ids": ["7", "7"]}


def test_a_lost_order_was_accepted_and_is_not_there(start: Start) -> None:
    with start("--fault", "lose-orders=1") as server, server.client() as client:
        order = write(client, "orders", "a1", "7").json()
        path = f"/api/orders/{order['id']}"
        assert client.get(path, "/api/orders/{order_id}").status_code == 404
        assert report(client, "a1")["orders"]["count"] == 0


def test_some_orders_are_lost_and_the_others_kept(start: Start) -> None:
    with start("--fault", "lose-orders=0.5") as server, server.client() as client:
        for number in range(60):
            write(client, "orders", "a1", str(number))
        assert 5 < report(client, "a1")["orders"]["count"] < 55


def test_expired_tokens_are_admitted_only_while_that_is_wrong(start: Start) -> None:
    with start("--fault-control") as server:
        body = {"username": DEFAULT_USERNAME, "password": DEFAULT_PASSWORD, "expires_in": 1}
        answer = requests.post(f"{server.url}/api/auth/login", json=body, timeout=5)
        with Client(server.url, answer.json()["access_token"]) as client:
            expired = time.monotonic() + 5
            while client.get("/api/products").status_code == 200:
                assert time.monotonic() < expired
                time.sleep(0.05)
            change(server, admit_expired=True)
            assert client.get("/api/products").status_code == 200
            change(server, admit_expired=False)
            assert client.get("/api/products").status_code == 401


def test_the_limiter_can_be_switched_off_and_on(start: Start) -> None:
    path = "/api/partner/products"
    with start("--fault-control", "--limit", "1/h") as server, server.client() as client:
        assert [client.get(path).status_code for _ in range(2)] == [200, 429]
        change(server, limiter="off")
        assert client.get(path).status_code == 200
        assert server.section("limiter")["kind"] == "off"
        change(server, limiter="on")
        assert client.get(path).status_code == 429
