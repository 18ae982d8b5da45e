"""The WebSocket: who gets in, what is echoed and told, how it ends, and that the counts agree."""

import json
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from integration.pos_api.servers import Server, Start
from integration.pos_api.test_faults import change
from integration.pos_api.test_load_runs import write


@contextmanager
def websocket(server: Server, token: str) -> Iterator[ClientConnection]:
    headers = {"Authorization": f"Bearer {token}"}
    url = server.url.replace("http", "ws") + "/api/ws"
    with connect(url, additional_headers=headers, proxy=None) as connection:
        yield connection


def receive(connection: ClientConnection) -> Any:
    return json.loads(connection.recv(timeout=5))


def code_of_the_end(connection: ClientConnection) -> int:
    with pytest.raises(ConnectionClosed) as closed:
        connection.recv(timeout=5)
    assert closed.value.rcvd is not None
    return closed.value.rcvd.code


def counts_when_all_have_gone(server: Server) -> dict[str, Any]:
    deadline = time.monotonic() + 5
    while (counts := server.section("websocket"))["open"]:
        assert time.monotonic() < deadline, counts
        time.sleep(0.01)
    return counts


def lose(connection: ClientConnection) -> None:
    """End without a word: a reset instead of a close frame."""
    connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.socket.close()


def send_bad_text(connection: ClientConnection) -> None:
    connection.protocol.send_text(b"\xff\xfe")
    connection.socket.sendall(b"".join(connection.protocol.data_to_send()))


def test_the_counts_are_those_of_the_clients_to_the_last_message(start: Start) -> None:
    with start("--websocket-limit", "3") as server:
        token = server.sign_in()
        with ExitStack() as stack:
            one, two, three = (stack.enter_context(websocket(server, token)) for _ in range(3))
            for _ in range(2):
                with pytest.raises(InvalidStatus) as refused:
                    stack.enter_context(websocket(server, token))
                assert refused.value.response.status_code == 503
                assert refused.value.response.headers["Retry-After"] == "1"
            for number in range(50):
                for connection in (one, two, three):
                    connection.send(f"message {number}")
                    assert connection.recv(timeout=5) == f"message {number}"
            one.close(1001, "going")
            two.send("x" * 70_000)
            assert code_of_the_end(two) == 1009
            send_bad_text(three)
            assert code_of_the_end(three) == 1007
        counts_when_all_have_gone(server)
        for _ in range(2):
            with websocket(server, "not a token") as connection:
                assert code_of_the_end(connection) == 1008
        with websocket(server, token) as connection:
            connection.send(b"\x00\xff")
            assert connection.recv(timeout=5) == b"\x00\xff"
            lose(connection)
        with websocket(server, token):
            pass
        counts = counts_when_all_have_gone(server)
    assert counts == {
        "limit": 3,
        "open": 0,
        "peak": 3,
        "opened": 5,
        "refused": {"token": 2, "limit": 2},
        "messages_in": 151,
        "messages_out": 151,
        "closed": {"1000": 1, "1001": 1, "1006": 1, "1007": 1, "1008": 2, "1009": 1},
    }


def test_new_orders_are_told_to_those_who_subscribe_and_to_nobody_else(start: Start) -> None:
    with start() as server, server.client() as client:
        token = server.sign_in()
        with websocket(server, token) as told, websocket(server, token) as other:
            told.send('{"subscribe": "orders"}')
            assert receive(told) == {"subscribed": "orders"}
            order = write(client, "orders", "a1", "request-7").json()
            event = {
                "event": "order_created",
                "id": order["id"],
                "total_cents": order["total_cents"],
                "created_at": order["created_at"],
                "request_id": "request-7",
            }
            assert receive(told) == event
            told.send("still an echo")
            assert told.recv(timeout=5) == "still an echo"
            told.send('{"unsubscribe": "orders"}')
            assert receive(told) == {"unsubscribed": "orders"}
            write(client, "orders", "a1", "request-8")
            for connection in (told, other):
                connection.send("nothing before this")
                assert connection.recv(timeout=5) == "nothing before this"


@pytest.mark.parametrize(
    "text",
    [
        '{"subscribe": 7}',
        '{"subscribe": "orders", "more": 1}',
        '{"subscribe": "orders"',
        '"subscribe"',
        "[" * 300 + "subscribe",
    ],
)
def test_what_is_no_command_is_echoed(server: Server, text: str) -> None:
    with websocket(server, server.sign_in()) as connection:
        connection.send(text)
        assert connection.recv(timeout=5) == text


def test_an_unknown_topic_is_told_which_there_are(server: Server) -> None:
    with websocket(server, server.sign_in()) as connection:
        connection.send('{"subscribe": "weather"}')
        assert receive(connection) == {"error": {"code": "unknown_topic", "topics": ["orders"]}}


def test_a_ping_is_answered(server: Server) -> None:
    with websocket(server, server.sign_in()) as connection:
        assert connection.ping().wait(5)


def test_who_is_connected_when_the_server_ends_is_told_so(start: Start) -> None:
    with start() as server, websocket(server, server.sign_in()) as connection:
        server.process.terminate()
        assert code_of_the_end(connection) == 1012


def test_connections_are_dropped_while_that_is_wrong(start: Start) -> None:
    with start("--fault-control") as server:
        token = server.sign_in()
        with websocket(server, token) as connection:
            change(server, drop_websockets=True)
            assert code_of_the_end(connection) == 1011
            assert counts_when_all_have_gone(server)["closed"] == {"1011": 1}
