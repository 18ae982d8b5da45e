"""What belongs to the test is for clients on the server's own machine, and for operators."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.requests import Request
from starlette.responses import Response

from pos_api.app import build_app
from pos_api.credentials import DEFAULT_PASSWORD, DEFAULT_USERNAME
from pos_api.errors import ApiError
from pos_api.faults import Faults
from pos_api.operators import Network, Operators, read_network
from pos_api.settings import Settings
from pos_api.storage import Database

STRANGER = "192.0.2.7"


OFFICE = read_network("198.51.100.0/24")


def let_in(client: tuple[str, int] | None, network: Network | None) -> bool:
    async def action(request: Request) -> Response:
        return Response("in")

    async def ask() -> Response:
        return await Operators(network).only(action)(Request({"type": "http", "client": client}))

    try:
        return asyncio.run(ask()).body == b"in"
    except ApiError as error:
        if (error.status, error.code) != (403, "operators_only"):
            raise
        return False


@pytest.mark.parametrize("network", [None, OFFICE])
@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.9.10", "::1"])
def test_clients_on_this_machine_pass(host: str, network: Network | None) -> None:
    assert let_in((host, 5), network)


@pytest.mark.parametrize("client", [(STRANGER, 5), ("2001:db8::1", 5), ("a.sock", 5), None])
def test_all_others_are_refused(client: tuple[str, int] | None) -> None:
    assert not let_in(client, None)
    assert not let_in(client, OFFICE)


def test_clients_of_the_named_network_pass_too() -> None:
    assert let_in(("198.51.100.9", 5), OFFICE)
    assert not let_in(("198.51.100.9", 5), None)
    assert not let_in(("198.51.101.9", 5), OFFICE)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(tmp_path / "shop.sqlite3")
    yield database
    asyncio.run(database.close())


async def answer_of(
    app: Any, method: str, path: str, body: object = None, token: str = ""
) -> tuple[int, Any]:
    """Status and body of an answer to a client on another machine."""
    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "query_string": b"",
        "client": (STRANGER, 5),
        "headers": [(b"authorization", b"Bearer " + token.encode())],
    }
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": json.dumps(body).encode(), "more_body": False}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)
    return sent[0]["status"], json.loads(sent[1]["body"])


@pytest.mark.parametrize(
    "method, path",
    [
        ("GET", "/api/metrics"),
        ("GET", "/api/faults"),
        ("PUT", "/api/faults"),
        ("GET", "/api/load-runs/ab"),
        ("DELETE", "/api/load-runs/ab"),
    ],
)
def test_strangers_get_nothing_that_belongs_to_the_test(
    database: Database, method: str, path: str
) -> None:
    async def ask() -> tuple[int, Any]:
        settings = Settings(fault_control=True)
        app = build_app(settings, database, "http://127.0.0.1:9", Faults())
        credentials = {"username": DEFAULT_USERNAME, "password": DEFAULT_PASSWORD}
        _, token = await answer_of(app, "POST", "/api/auth/login", credentials)
        return await answer_of(app, method, path, {}, token["access_token"])

    status, body = asyncio.run(ask())
    assert (status, body["error"]["code"]) == (403, "operators_only")
