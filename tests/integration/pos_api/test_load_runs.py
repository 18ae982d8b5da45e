"""What a load run has written can be found request by request, and removed."""

from typing import Any

import pytest
import requests

from integration.pos_api.servers import Client, Start, error_of

RUN = "0123456789abcdef"
TEMPLATE = "/api/load-runs/{run_id}"
QR_TEMPLATE = "/api/payment/open-banking/qr/{payment_id}.svg"
ORDER = {"items": [{"product_id": 1, "quantity": 2}], "employee_id": 1}
INTENT = {"amount": 700, "currency": "eur"}
WRITES: dict[str, tuple[str, dict[str, Any]]] = {
    "orders": ("/api/orders", ORDER),
    "payment_intents": ("/api/payment/stripe/create-intent", INTENT),
    "open_banking_payments": (
        "/api/payment/open-banking/generate-qr",
        {"amount": 300, "currency": "eur", "reference": "x"},
    ),
    "clock_ins": ("/api/timeclock/clockin", {"employee_id": 1}),
}


def write(client: Client, kind: str, run: str | None, request_id: str) -> requests.Response:
    path, body = WRITES[kind]
    headers = {"X-Request-Id": request_id}
    if run is not None:
        headers["X-Load-Run"] = run
    answer = client.post(path, body, headers=headers)
    assert answer.status_code in {200, 201}
    return answer


def report(client: Client, run: str) -> dict[str, Any]:
    answer = client.get(f"/api/load-runs/{run}", TEMPLATE)
    assert answer.status_code == 200
    return dict(answer.json())


def remove(client: Client, run: str) -> dict[str, int]:
    answer = client.call("DELETE", f"/api/load-runs/{run}", TEMPLATE)
    assert answer.status_code == 200
    return dict(answer.json()["removed"])


def test_each_row_of_a_run_is_found_by_its_request(client: Client) -> None:
    run = "a1"
    for kind in WRITES:
        for number in range(3):
            write(client, kind, run.upper(), f"{kind}-{number}")
        write(client, kind, "b2", "of-another-run")
        write(client, kind, None, "of-no-run")
    found = report(client, run)
    price = client.get("/api/products?limit=1", "/api/products").json()["products"][0]
    ids = {kind: [f"{kind}-{number}" for number in range(3)] for kind in WRITES}
    assert found == {
        "load_run": run,
        "orders": {
            "count": 3,
            "amount_cents": 3 * 2 * price["price_cents"],
            "request_ids": ids["orders"],
        },
        "payment_intents": {
            "count": 3,
            "amount_cents": 2100,
            "request_ids": ids["payment_intents"],
        },
        "open_banking_payments": {
            "count": 3,
            "amount_cents": 900,
            "request_ids": ids["open_banking_payments"],
        },
        "clock_ins": {"count": 3, "request_ids": ids["clock_ins"]},
    }


def test_a_run_that_wrote_nothing_has_nothing(client: Client) -> None:
    found = report(client, "00")
    assert found["orders"] == {"count": 0, "amount_cents": 0, "request_ids": []}
    assert remove(client, "00") == dict.fromkeys(WRITES, 0)


def test_only_what_a_run_has_written_is_removed(start: Start) -> None:
    with start() as server, server.client() as client:
        kept = write(client, "orders", None, "kept").json()
        for number in range(600):
            write(client, "clock_ins", RUN, str(number))
        gone = [write(client, "orders", RUN, str(number)).json() for number in range(3)]
        assert len(report(client, RUN)["clock_ins"]["request_ids"]) == 600
        assert remove(client, RUN) == {
            "orders": 3,
            "payment_intents": 0,
            "open_banking_payments": 0,
            "clock_ins": 600,
        }
        assert report(client, RUN)["clock_ins"]["count"] == 0
        assert client.get("/api/orders").json()["orders"] == [kept]
        path = f"/api/orders/{gone[0]['id']}"
        assert client.get(path, "/api/orders/{order_id}").status_code == 404


def test_the_number_of_a_removed_order_is_not_given_away_again(client: Client) -> None:
    gone = write(client, "orders", "c3", "1").json()
    remove(client, "c3")
    assert write(client, "orders", None, "2").json()["id"] > gone["id"]


def test_the_picture_of_a_removed_payment_is_gone_too(client: Client) -> None:
    url = write(client, "open_banking_payments", "d4", "1").json()["qr_url"]
    assert client.get(url, QR_TEMPLATE).status_code == 200
    remove(client, "d4")
    assert client.get(url, QR_TEMPLATE).status_code == 404


def test_a_repeated_payment_is_stored_once(client: Client) -> None:
    for number in range(2):
        headers = {"X-Load-Run": "e5", "X-Request-Id": str(number), "Idempotency-Key": "e5"}
        client.post(WRITES["payment_intents"][0], INTENT, headers=headers)
    assert report(client, "e5")["payment_intents"]["request_ids"] == ["0"]


@pytest.mark.parametrize("kind", WRITES)
@pytest.mark.parametrize(
    "headers, field",
    [
        ({"X-Load-Run": "run 7"}, "X-Load-Run"),
        ({"X-Load-Run": "a" * 65}, "X-Load-Run"),
        ({"X-Load-Run": "a1", "X-Request-Id": "x" * 129}, "X-Request-Id"),
    ],
)
def test_a_header_by_which_nothing_could_be_found_is_refused(
    client: Client, kind: str, headers: dict[str, str], field: str
) -> None:
    path, body = WRITES[kind]
    answer = client.post(path, body, headers=headers)
    assert answer.status_code == 422
    assert error_of(answer)["field"] == field


def test_an_id_that_is_not_hexadecimal_is_refused(client: Client) -> None:
    answer = client.get("/api/load-runs/everything", TEMPLATE)
    assert answer.status_code == 422
