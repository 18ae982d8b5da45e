"""What a client may get wrong, and the one plain sentence it gets for it."""

import socket
from typing import Any

import pytest
import requests

from integration.pos_api.servers import Client, Server, error_of

ORDERS = "/api/orders"
INTENT = "/api/payment/stripe/create-intent"
QR = "/api/payment/open-banking/generate-qr"
CLOCK_IN = "/api/timeclock/clockin"
LOGIN = "/api/auth/login"
POSTS = (ORDERS, INTENT, QR, CLOCK_IN, LOGIN)

ITEM = {"product_id": 1, "quantity": 1}


def order(**changes: Any) -> dict[str, Any]:
    return {"items": [ITEM], "employee_id": 1, **changes}


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"{", id="cut off"),
        pytest.param(b"amount=5", id="a form"),
        pytest.param(b'{"amount": NaN}', id="NaN"),
        pytest.param(b'{"amount": "\xff"}', id="not UTF-8"),
        pytest.param(b'{"amount": ' + b"9" * 5000 + b"}", id="a number of 5000 digits"),
        pytest.param(b"[" * 20_000, id="20000 brackets"),
    ],
)
def test_a_body_that_is_not_json_is_a_bad_request(client: Client, path: str, body: bytes) -> None:
    answer = client.call("POST", path, data=body)
    assert answer.status_code == 400
    assert error_of(answer)["code"] == "malformed_json"


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("body", [[], "text", 5, None, True])
def test_json_that_is_not_an_object_is_refused(client: Client, path: str, body: object) -> None:
    answer = client.post(path, body)
    assert answer.status_code == (400 if body is None else 422)  # None sends no body


@pytest.mark.parametrize(
    "path, body, field",
    [
        (ORDERS, {}, "items"),
        (ORDERS, order(items=[]), "items"),
        (ORDERS, order(items=[ITEM] * 51), "items"),
        (ORDERS, order(items={}), "items"),
        (ORDERS, order(items=[5]), "items[0]"),
        (ORDERS, order(items=[ITEM, {"product_id": 1}]), "items[1].quantity"),
        (ORDERS, order(items=[{**ITEM, "quantity": 0}]), "items[0].quantity"),
        (ORDERS, order(items=[{**ITEM, "quantity": -3}]), "items[0].quantity"),
        (ORDERS, order(items=[{**ITEM, "quantity": 101}]), "items[0].quantity"),
        (ORDERS, order(items=[{**ITEM, "quantity": True}]), "items[0].quantity"),
        (ORDERS, order(items=[{**ITEM, "quantity": 1.5}]), "items[0].quantity"),
        (ORDERS, order(items=[{**ITEM, "quantity": "2"}]), "items[0].quantity"),
        (ORDERS, order(items=[{**ITEM, "product_id": 51}]), "items[0].product_id"),
        (ORDERS, order(items=[{**ITEM, "product_id": 10**30}]), "items[0].product_id"),
        (ORDERS, order(items=[{**ITEM, "price": 1}]), "items[0].price"),
        (ORDERS, order(employee_id=13), "employee_id"),
        (ORDERS, order(employee_id=None), "employee_id"),
        (ORDERS, order(table=7), "table"),
        (ORDERS, order(table=""), "table"),
        (ORDERS, order(note="x" * 281), "note"),
        (ORDERS, order(note="two\nlines"), "note"),
        (ORDERS, order(note="\ud800"), "note"),
        (ORDERS, order(tabel="T7"), "tabel"),
        (INTENT, {"amount": -1, "currency": "eur"}, "amount"),
        (INTENT, {"amount": 0, "currency": "eur"}, "amount"),
        (INTENT, {"amount": 12.5, "currency": "eur"}, "amount"),
        (INTENT, {"amount": 100_000_000, "currency": "eur"}, "amount"),
        (INTENT, {"amount": 5}, "currency"),
        (INTENT, {"amount": 5, "currency": "doubloons"}, "currency"),
        (INTENT, {"amount": 5, "currency": 5}, "currency"),
        (QR, {"amount": 5, "currency": "usd", "reference": "x"}, "currency"),
        (QR, {"amount": 5, "currency": "eur"}, "reference"),
        (QR, {"amount": 5, "currency": "eur", "reference": "x" * 141}, "reference"),
        (QR, {"amount": 5, "currency": "eur", "reference": "☕" * 140}, "reference"),
        (QR, {"amount": -5, "currency": "eur", "reference": "x"}, "amount"),
        (CLOCK_IN, {"employee_id": 99}, "employee_id"),
        (CLOCK_IN, {"employee_id": "Ben"}, "employee_id"),
        (CLOCK_IN, {}, "employee_id"),
        (LOGIN, {"username": "till-1"}, "password"),
        (LOGIN, {"username": ["till-1"], "password": "x"}, "username"),
    ],
)
def test_a_field_that_will_not_do_is_named(
    client: Client, path: str, body: dict[str, Any], field: str
) -> None:
    answer = client.post(path, body)
    error = error_of(answer)
    assert answer.status_code == 422
    assert error["field"] == field
    assert error["message"].startswith((field, "reference"))


def test_a_refused_order_leaves_nothing_behind(client: Client) -> None:
    before = client.get(ORDERS).json()["orders"]
    client.post(ORDERS, order(items=[ITEM, {**ITEM, "product_id": 51}]))
    assert client.get(ORDERS).json()["orders"] == before


def test_a_wrong_password_is_not_repeated_in_the_complaint(client: Client) -> None:
    answer = client.post(LOGIN, {"username": "till-1", "password": 271828})
    assert answer.status_code == 422
    assert "271828" not in answer.text


@pytest.mark.parametrize("length", [0, 256])
def test_an_idempotency_key_is_one_to_255_characters_long(client: Client, length: int) -> None:
    headers = {"Idempotency-Key": "k" * length}
    answer = client.post(INTENT, {"amount": 5, "currency": "eur"}, headers=headers)
    assert answer.status_code == 422
    assert error_of(answer)["field"] == "Idempotency-Key"


@pytest.mark.parametrize("path", ["/api/products", ORDERS])
@pytest.mark.parametrize(
    "query, field",
    [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=-1", "limit"),
        ("limit=ten", "limit"),
        ("limit=1_0", "limit"),
        ("limit=", "limit"),
        ("limit=٣", "limit"),
        ("offset=1.5", "offset"),
        ("offset=9999999999999999999999", "offset"),
    ],
)
def test_a_page_that_will_not_do_is_refused(
    client: Client, path: str, query: str, field: str
) -> None:
    answer = client.get(f"{path}?{query}", path)
    assert answer.status_code == 422
    assert error_of(answer)["field"] == field


def test_a_huge_body_is_refused_and_the_connection_stays_usable(client: Client) -> None:
    answer = client.call("POST", ORDERS, data=b" " * 5_000_000)
    assert answer.status_code == 413
    assert client.get("/api/health").status_code == 200


@pytest.mark.parametrize("path", ["/", "/api", "/api/nothing", "/api/orders/", "/api//orders"])
def test_an_unknown_path_is_not_found(server: Server, path: str) -> None:
    answer = requests.get(server.url + path, timeout=5, allow_redirects=False)
    assert answer.status_code == 404
    assert error_of(answer)["code"] == "not_found"


@pytest.mark.parametrize(
    "method, path, allowed",
    [
        ("DELETE", ORDERS, "GET, HEAD, POST"),
        ("POST", "/api/products", "GET, HEAD"),
        ("GET", LOGIN, "POST"),
    ],
)
def test_a_method_that_is_not_allowed_gets_those_that_are(
    server: Server, method: str, path: str, allowed: str
) -> None:
    answer = requests.request(method, server.url + path, timeout=5)
    assert answer.status_code == 405
    assert answer.headers["Allow"] == allowed
    assert error_of(answer)["code"] == "method_not_allowed"


def test_a_client_that_leaves_in_the_middle_of_its_body_does_no_harm(server: Server) -> None:
    head = f"POST {LOGIN} HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port)) as connection:
        connection.sendall(head.encode() + b'{"user')
    assert requests.get(f"{server.url}/api/health", timeout=5).status_code == 200
    assert "Traceback" not in server.log.read_text()
