"""What each endpoint does, seen from outside and in the database file."""

import re
import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
import requests
import segno

from integration.pos_api.servers import DOCUMENT, Client, Server, Start, error_of

ORDER = {"items": [{"product_id": 8, "quantity": 2}, {"product_id": 1, "quantity": 1}]}
ORDER_OF_FOUR = {**ORDER, "employee_id": 4}
INTENT = {"amount": 1250, "currency": "eur"}
QR = {"amount": 1250, "currency": "EUR", "reference": "Order 4711"}
INTENT_PATH = "/api/payment/stripe/create-intent"
QR_PATH = "/api/payment/open-banking/generate-qr"


def rows(database: Path, statement: str, *parameters: object) -> list[Any]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(statement, parameters).fetchall()


def test_health_says_that_server_and_database_answer(client: Client) -> None:
    health = client.get("/api/health").json()
    assert (health["status"], health["database"]) == ("ok", "ok")


def test_products_come_page_by_page_without_gaps(client: Client) -> None:
    pages = [client.get(f"/api/products?limit=20&offset={start}", "/api/products").json()
             for start in (0, 20, 40, 60)]  # fmt: skip
    ids = [product["id"] for page in pages for product in page["products"]]
    assert ids == list(range(1, pages[0]["total"] + 1))
    assert pages[0]["total"] == 50


def test_a_product_page_holds_twenty_unless_asked_otherwise(client: Client) -> None:
    assert len(client.get("/api/products").json()["products"]) == 20


def test_an_order_is_stored_with_its_lines_at_the_catalogues_prices(
    client: Client, database: Path
) -> None:
    body = {**ORDER_OF_FOUR, "table": "T7", "note": "oat milk, please – for “Zoë”"}
    answer = client.post("/api/orders", body)
    order = answer.json()
    prices = dict(rows(database, "SELECT id, price_cents FROM products WHERE id IN (1, 8)"))
    assert answer.status_code == 201
    assert order["total_cents"] == 2 * prices[8] + prices[1]
    stored = "SELECT employee_id, table_name, note, total_cents FROM orders WHERE id = ?"
    assert rows(database, stored, order["id"]) == [
        (4, "T7", body["note"], order["total_cents"])
    ]  # fmt: skip
    lines = "SELECT line, product_id, quantity FROM order_lines WHERE order_id = ?"
    assert rows(database, lines, order["id"]) == [(1, 8, 2), (2, 1, 1)]


def test_the_location_of_a_new_order_leads_to_it(client: Client) -> None:
    created = client.post("/api/orders", ORDER_OF_FOUR)
    location = created.headers["Location"]
    assert client.get(location, "/api/orders/{order_id}").json() == created.json()


def test_the_latest_orders_are_listed_first(client: Client) -> None:
    created = [client.post("/api/orders", ORDER_OF_FOUR).json() for _ in range(3)]
    page = client.get("/api/orders?limit=2", "/api/orders").json()
    assert page["orders"] == [created[2], created[1]]
    assert page["has_more"] is True


def test_the_last_page_of_orders_says_that_no_other_follows(start: Start) -> None:
    with start() as server, server.client() as client:
        assert client.get("/api/orders").json()["orders"] == []
        for _ in range(3):
            client.post("/api/orders", ORDER_OF_FOUR)
        page = client.get("/api/orders?limit=2&offset=1", "/api/orders").json()
    assert [order["id"] for order in page["orders"]] == [2, 1]
    assert page["has_more"] is False


@pytest.mark.parametrize("order_id", ["0", "999999", "x", "-1", "9" * 5000, "٣"])
def test_an_order_that_is_not_there_is_not_found(client: Client, order_id: str) -> None:
    answer = client.get(f"/api/orders/{order_id}", "/api/orders/{order_id}")
    assert answer.status_code == 404
    assert error_of(answer)["code"] == "unknown_order"


def test_payment_methods_are_listed(client: Client) -> None:
    methods = client.get("/api/payment/methods").json()["methods"]
    assert [method["id"] for method in methods] == ["cash", "card", "open_banking"]


def test_a_payment_intent_has_stripes_shape_and_is_stored(client: Client, database: Path) -> None:
    intent = client.post(INTENT_PATH, {**INTENT, "currency": "CHF", "description": "T7"}).json()
    assert intent["client_secret"].startswith(intent["id"] + "_secret_")
    stored = "SELECT amount, currency, description FROM payment_intents WHERE id = ?"
    assert rows(database, stored, intent["id"]) == [(1250, "chf", "T7")]


def test_without_a_key_each_payment_intent_is_a_new_one(client: Client) -> None:
    assert len({client.post(INTENT_PATH, INTENT).json()["id"] for _ in range(3)}) == 3


def test_the_same_idempotency_key_gets_the_same_intent_again(client: Client) -> None:
    headers = {"Idempotency-Key": "the answer was lost"}
    first = client.post(INTENT_PATH, INTENT, headers=headers)
    second = client.post(INTENT_PATH, INTENT, headers=headers)
    assert second.json() == first.json()
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"


def test_requests_at_the_same_time_with_one_key_make_one_intent(
    client: Client, database: Path
) -> None:
    barrier = threading.Barrier(8)

    def pay(_: int) -> str:
        with client.another() as other:
            barrier.wait()
            answer = other.post(INTENT_PATH, INTENT, headers={"Idempotency-Key": "race"})
            return str(answer.json()["id"])

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(pay, range(8)))) == 1
    count = "SELECT count(*) FROM payment_intents WHERE idempotency_key = 'race'"
    assert rows(database, count) == [(1,)]


def test_an_idempotency_key_cannot_be_used_for_another_amount(client: Client) -> None:
    headers = {"Idempotency-Key": "once only"}
    client.post(INTENT_PATH, INTENT, headers=headers)
    answer = client.post(INTENT_PATH, {**INTENT, "amount": 1}, headers=headers)
    assert answer.status_code == 400
    assert error_of(answer)["type"] == "idempotency_error"


def test_card_payment_errors_carry_what_clients_of_stripe_look_for(client: Client) -> None:
    error = error_of(client.post(INTENT_PATH, {**INTENT, "amount": -5}))
    assert error["type"] == "invalid_request_error"
    assert error["param"] == error["field"] == "amount"


@pytest.mark.parametrize("reference", ["Order 4711", "Café ☕ № 5", "x" * 140])
def test_the_qr_picture_holds_exactly_the_payload(
    client: Client, database: Path, reference: str
) -> None:
    payment = client.post(QR_PATH, {**QR, "reference": reference}).json()
    picture = client.get(payment["qr_url"], "/api/payment/open-banking/qr/{payment_id}.svg")
    expected = segno.make(payment["payload"], error="m", boost_error=False, encoding="utf-8")
    assert picture.headers["Content-Type"] == "image/svg+xml"
    assert modules_of(picture.content) == [list(row) for row in expected.matrix_iter(border=4)]
    stored = "SELECT amount, reference FROM open_banking_payments WHERE id = ?"
    assert rows(database, stored, payment["payment_id"]) == [(1250, reference)]


def test_many_who_fetch_one_qr_picture_at_once_get_the_same(client: Client) -> None:
    url = client.post(QR_PATH, QR).json()["qr_url"]
    template = "/api/payment/open-banking/qr/{payment_id}.svg"

    def fetch(_: int) -> bytes:
        with client.another() as other:
            return bytes(other.get(url, template).content)

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(fetch, range(16)))) == 1


def test_a_qr_picture_of_no_payment_is_not_found(client: Client) -> None:
    path = "/api/payment/open-banking/qr/ob_0.svg"
    answer = client.get(path, "/api/payment/open-banking/qr/{payment_id}.svg")
    assert answer.status_code == 404


def test_employees_are_listed(client: Client) -> None:
    employees = client.get("/api/employees").json()
    assert employees["total"] == len(employees["employees"]) == 12


def test_a_clock_in_is_stored(client: Client, database: Path) -> None:
    answer = client.post("/api/timeclock/clockin", {"employee_id": 7})
    noted = answer.json()
    assert answer.status_code == 201
    stored = "SELECT employee_id, clocked_in_at FROM clock_ins WHERE id = ?"
    assert rows(database, stored, noted["id"]) == [(7, noted["clocked_in_at"])]


def test_the_examples_of_the_document_are_accepted(client: Client) -> None:
    accepted = []
    for path, item in DOCUMENT["paths"].items():
        body = item.get("post", {}).get("requestBody")
        if body and path != "/api/auth/login":
            name = body["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
            example = DOCUMENT["components"]["schemas"][name]["examples"][0]
            accepted.append(client.post(path, example).status_code)
    assert accepted
    assert set(accepted) <= {200, 201}


def test_the_document_is_served_to_everybody(server: Server) -> None:
    assert requests.get(f"{server.url}/openapi.json", timeout=5).json() == DOCUMENT


def test_head_gets_the_headers_only(client: Client) -> None:
    answer = client.session.head(f"{client.url}/api/products", timeout=5)
    assert answer.status_code == 200
    assert int(answer.headers["Content-Length"]) > 0
    assert answer.content == b""


def test_while_another_process_locks_the_database_reads_go_on_and_writes_say_so(
    start: Start, tmp_path: Path
) -> None:
    path = tmp_path / "locked.sqlite3"
    with start("--database", str(path)) as server, server.client() as client:
        with closing(sqlite3.connect(path, isolation_level=None)) as intruder:
            intruder.execute("BEGIN IMMEDIATE")
            refused = client.post("/api/orders", ORDER_OF_FOUR)
            assert client.get("/api/orders").status_code == 200
        assert client.post("/api/orders", ORDER_OF_FOUR).status_code == 201
    assert refused.status_code == 503
    assert error_of(refused)["code"] == "database_unavailable"


def modules_of(picture: bytes) -> list[list[int]]:
    """The dark and light modules of an SVG, read back from its one path of strokes.

    The path is made of relative moves, ``m2 1``, and horizontal strokes, ``h7``, each stroke a
    row of dark modules.
    """
    root = ET.fromstring(picture)
    (group,) = root
    (stroke,) = [path for path in group if path.get("stroke")]
    scale = int(group.get("transform", "").removeprefix("scale(").removesuffix(")"))
    size = int(root.get("width", "0")) // scale
    matrix = [[0] * size for _ in range(size)]
    column, row = 0.0, 0.0
    for kind, *numbers in re.findall(r"([Mmh])(-?[\d.]+)(?: ?(-?[\d.]+))?", stroke.get("d", "")):
        step = float(numbers[0])
        if kind == "h":
            matrix[int(row)][int(column) : int(column + step)] = [1] * int(step)
        column += step
        row += float(numbers[1] or 0)
    return matrix
