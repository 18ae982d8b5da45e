"""Who may do what: tokens, credentials, and the silence of the log about them."""

import base64
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager

import jwt
import pytest
import requests
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from integration.pos_api.servers import DOCUMENT, Client, Server, Start, check_answer, error_of
from pos_api.credentials import DEFAULT_PASSWORD

LOGIN = "/api/auth/login"
OPERATIONS = [
    (method.upper(), path, "security" in operation)
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
]
GUARDED = [(method, path) for method, path, public in OPERATIONS if not public]
PUBLIC = [path for method, path, public in OPERATIONS if public and method == "GET"]


def unsigned(claims: dict[str, object]) -> str:
    return jwt.encode(claims, "", algorithm="none")


def tampered(token: str) -> str:
    """The same token with another payload under the old signature."""
    head, payload, signature = token.split(".")
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    forged = json.dumps({**claims, "sub": "owner"}).encode()
    return f"{head}.{base64.urlsafe_b64encode(forged).decode().rstrip('=')}.{signature}"


def fresh_claims() -> dict[str, object]:
    now = int(time.time())
    return {"sub": "till-1", "iat": now, "exp": now + 3600, "jti": "1"}


def ask(server: Server, authorization: str | None) -> requests.Response:
    headers = {} if authorization is None else {"Authorization": authorization}
    return requests.get(f"{server.url}/api/products", headers=headers, timeout=5)


@contextmanager
def websocket(server: Server, token: str, *, by_query: bool = False) -> Iterator[ClientConnection]:
    query = f"?access_token={token}" if by_query else ""
    headers = None if by_query else {"Authorization": f"Bearer {token}"}
    url = server.url.replace("http", "ws") + "/api/ws" + query
    with connect(url, additional_headers=headers, proxy=None) as connection:
        yield connection


@pytest.mark.parametrize("method, path", GUARDED)
def test_without_a_token_every_guarded_operation_is_refused(
    server: Server, method: str, path: str
) -> None:
    answer = requests.request(method, server.url + path, timeout=5)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="pos_api"'
    assert error_of(answer)["code"] == "missing_token"
    check_answer(answer, method, path)


@pytest.mark.parametrize("path", PUBLIC)
def test_public_operations_need_no_token(server: Server, path: str) -> None:
    answer = requests.get(server.url + path, timeout=5)
    assert answer.status_code == 200
    check_answer(answer, "GET", path)


def test_only_what_must_be_is_public() -> None:
    assert PUBLIC == ["/api/health", "/openapi.json", "/api/metrics", "/api/faults"]


def test_a_token_that_was_not_made_here_is_refused(server: Server) -> None:
    own = server.sign_in()
    forged = {
        "signed with another key": jwt.encode(fresh_claims(), "k" * 32, algorithm="HS256"),
        "signed with no key": unsigned(fresh_claims()),
        "another payload": tampered(own),
        "cut off": own[:-5],
        "no token at all": "x",
        "empty": "",
        "not ASCII": "ü.ü.ü",
    }
    for name, token in forged.items():
        answer = ask(server, f"Bearer {token}")
        assert answer.status_code == 401, name
        assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"], name
        assert error_of(answer)["code"] == "invalid_token", name


@pytest.mark.parametrize("authorization", ["Basic dGlsbC0xOng=", "Token x", "Bearer", ""])
def test_another_scheme_is_no_token(server: Server, authorization: str) -> None:
    answer = ask(server, authorization)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer realm=")


def test_the_scheme_may_be_written_small(server: Server) -> None:
    assert ask(server, f"bearer {server.sign_in()}").status_code == 200


def test_a_token_works_until_it_expires(start: Start) -> None:
    with start("--token-lifetime", "1") as server:
        token = server.sign_in()
        expires_at = jwt.decode(token, options={"verify_signature": False})["exp"]
        assert ask(server, f"Bearer {token}").status_code == 200
        time.sleep(max(0.0, expires_at - time.time()) + 0.05)
        answer = ask(server, f"Bearer {token}")
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    assert error_of(answer)["code"] == "expired_token"


def test_a_token_may_be_asked_for_that_expires_sooner(start: Start) -> None:
    with start("--token-lifetime", "60") as server, server.client() as client:
        body = {"username": "till-1", "password": DEFAULT_PASSWORD}
        answer = client.post(LOGIN, {**body, "expires_in": 7}).json()
        claims = jwt.decode(answer["access_token"], options={"verify_signature": False})
        refused = client.post(LOGIN, {**body, "expires_in": 61})
    assert answer["expires_in"] == 7
    assert 7 <= claims["exp"] - claims["iat"] <= 8
    assert refused.status_code == 422
    assert error_of(refused)["field"] == "expires_in"


def test_a_token_says_who_until_when_and_is_unique(server: Server) -> None:
    before = time.time()
    body = {"username": "till-1", "password": DEFAULT_PASSWORD}
    answer = requests.post(server.url + LOGIN, json=body, timeout=5)
    check_answer(answer, "POST", LOGIN)
    claims = jwt.decode(answer.json()["access_token"], options={"verify_signature": False})
    other = jwt.decode(server.sign_in(), options={"verify_signature": False})
    assert claims["sub"] == "till-1"
    assert before + answer.json()["expires_in"] <= claims["exp"] <= time.time() + 3601
    assert claims["jti"] != other["jti"]
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "username, password",
    [("till-1", "wrong"), ("till-2", DEFAULT_PASSWORD), ("\ud800", "\ud800"), ("Ü", "Ü")],
)
def test_wrong_credentials_are_refused_without_saying_which(
    client: Client, username: str, password: str
) -> None:
    answer = client.post(LOGIN, {"username": username, "password": password})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert error_of(answer)["message"] == "The user name or the password is wrong."


def test_credentials_come_from_the_environment(start: Start) -> None:
    with start(POS_API_USERNAME="anna", POS_API_PASSWORD="pâté") as server:
        for name, password, status in [("anna", "pâté", 200), ("till-1", DEFAULT_PASSWORD, 401)]:
            body = {"username": name, "password": password}
            assert requests.post(server.url + LOGIN, json=body, timeout=5).status_code == status


@pytest.mark.parametrize("by_query", [False, True])
def test_the_websocket_echoes_to_whoever_has_a_token(server: Server, by_query: bool) -> None:
    with websocket(server, server.sign_in(), by_query=by_query) as connection:
        for message in ("ping", "☕", b"\x00\xff"):
            connection.send(message)
            assert connection.recv(timeout=5) == message


@pytest.mark.parametrize("by_query", [False, True])
def test_the_websocket_closes_with_1008_on_a_bad_token(server: Server, by_query: bool) -> None:
    with (
        websocket(server, "x", by_query=by_query) as connection,
        pytest.raises(ConnectionClosed) as closed,
    ):
        connection.recv(timeout=5)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1008


def test_a_websocket_message_over_the_limit_closes_with_1009(server: Server) -> None:
    with websocket(server, server.sign_in()) as connection:
        connection.send("x" * 70_000)
        with pytest.raises(ConnectionClosed) as closed:
            connection.recv(timeout=5)
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1009


def test_websocket_health_counts_open_connections_and_messages(start: Start) -> None:
    with start() as server, server.client() as client:
        token = server.sign_in()
        with websocket(server, token) as first, websocket(server, token):
            first.send("hello")
            first.recv(timeout=5)
            health = client.get("/api/websocket/health").json()
        assert (health["connections"], health["messages_total"]) == (2, 1)
        assert health["accepted_total"] == 2
        assert_soon_closed(client)


def assert_soon_closed(client: Client) -> None:
    deadline = time.monotonic() + 5
    while client.get("/api/websocket/health").json()["connections"]:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_plain_request_to_the_websocket_is_told_to_upgrade(client: Client) -> None:
    answer = client.get("/api/ws")
    assert answer.status_code == 426
    assert answer.headers["Upgrade"] == "websocket"


def test_neither_password_nor_token_is_in_the_log(start: Start) -> None:
    password = "only-this-test-knows-it"
    with start("--log-level", "debug", POS_API_PASSWORD=password) as server:
        token = server.sign_in(password)
        body = {"username": "till-1", "password": password + "x"}
        requests.post(server.url + LOGIN, json=body, timeout=5)
        for by_query in (False, True):
            with websocket(server, token, by_query=by_query) as connection:
                connection.send("echo")
                connection.recv(timeout=5)
    log = server.log.read_text()
    assert "/api/ws" in log
    assert "echo" in log
    assert password not in log
    assert token not in log
    assert token.split(".")[2] not in log
