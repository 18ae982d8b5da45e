"""The process itself: how it starts, counts, waits, and ends."""

import http.client
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
import requests
from websockets.sync.client import connect

from integration.pos_api.servers import LIBRARIES, Start, start_process

ORDER = {"items": [{"product_id": 3, "quantity": 1}], "employee_id": 2}


def refused(*arguments: str, log: Path) -> str:
    """The one sentence of a server that does not start."""
    with start_process(*arguments, log=log) as process:
        output, _ = process.communicate(timeout=10)
    assert process.returncode == 2
    assert output == ""
    lines = log.read_text().splitlines()
    assert len(lines) == 1, lines
    return lines[0]


def accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def test_the_address_is_printed_once_and_accepts_at_once(start: Start) -> None:
    with start() as server:
        assert requests.get(f"{server.url}/api/health", timeout=5).status_code == 200
        assert server.first_line == f"pos_api listening on http://127.0.0.1:{server.port}"
        assert server.stop() == 0
        assert server.process.stdout is not None
        assert server.process.stdout.read() == ""


def test_a_port_in_use_is_one_sentence_and_exit_code_2(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as holder:
        port = str(holder.getsockname()[1])
        sentence = refused("--port", port, log=tmp_path / "log")
    assert f"--port {port} is already in use" in sentence
    assert "--port 0" in sentence


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["--port", "70000"], ["--port", "'70000'", "0 to 65535"]),
        (["--host", "no..such.host"], ["--host", "no..such.host"]),
        (["--host", "192.0.2.1"], ["--host", "192.0.2.1"]),
        (["--database", "/no/such/folder/shop.db"], ["--database", "/no/such/folder/shop.db"]),
    ],
)
def test_an_argument_that_will_not_do_is_named(
    tmp_path: Path, arguments: list[str], words: list[str]
) -> None:
    sentence = refused(*arguments, log=tmp_path / "log")
    assert all(word in sentence for word in words), sentence


def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear Sir or Madam, " * 100)
    assert "not a database" in refused("--database", str(path), log=tmp_path / "log")
    assert path.read_text() == "Dear Sir or Madam, " * 100


def test_a_database_of_somebody_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE letters (text)")
    assert "name a new file" in refused("--database", str(path), log=tmp_path / "log")


def test_a_database_outlives_the_server(start: Start, tmp_path: Path) -> None:
    path = tmp_path / "shop.sqlite3"
    with start("--database", str(path)) as server, server.client() as client:
        order = client.post("/api/orders", ORDER).json()
    assert [left.name for left in tmp_path.glob("shop*")] == [path.name]
    with start("--database", str(path)) as server, server.client() as client:
        assert client.get("/api/orders").json()["orders"] == [order]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_the_server_at_once_though_clients_stay_connected(
    start: Start, tmp_path: Path, number: int
) -> None:
    folder = tmp_path / "temporary"
    folder.mkdir()
    with start(TMPDIR=str(folder)) as server, server.client() as client:
        client.get("/api/health")
        assert list(folder.iterdir())
        headers = {"Authorization": f"Bearer {server.sign_in()}"}
        url = f"ws://127.0.0.1:{server.port}/api/ws"
        with connect(url, additional_headers=headers, proxy=None):
            began = time.monotonic()
            server.process.send_signal(number)
            assert server.process.wait(5) == 0
            assert time.monotonic() - began < 4  # of which a second is theirs
    assert not list(folder.iterdir())
    assert "Traceback" not in server.log.read_text()


def test_the_server_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    script = (
        "import subprocess, sys, time;"
        "subprocess.Popen([sys.executable, '-m', 'pos_api', '--stop-with-parent']);"
        "time.sleep(60)"
    )
    with (
        (tmp_path / "log").open("w") as log,
        subprocess.Popen(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONPATH": str(LIBRARIES), "TMPDIR": str(tmp_path)},
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        ) as parent,
    ):
        assert parent.stdout is not None
        port = int(parent.stdout.readline().rpartition(":")[2])
        assert accepts(port)
        parent.kill()
        # The orphan holds the other end of this pipe until it ends.
        assert parent.stdout.read() == ""
    assert not accepts(port)
    assert not list(tmp_path.glob("pos_api-*"))


def test_a_delay_is_waited_before_each_answer_and_blocks_nobody(start: Start) -> None:
    with start("--delay", "1s") as server:
        began = time.monotonic()
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(requests.get, [f"{server.url}/api/health"] * 8))
        assert time.monotonic() - began < 5
        began = time.monotonic()
        server.metrics()
        assert time.monotonic() - began < 0.9
    assert [answer.status_code for answer in answers] == [200] * 8
    # The server's event loop counts whole milliseconds: it may wake a moment early.
    assert min(answer.elapsed.total_seconds() for answer in answers) >= 0.99


def test_the_counters_are_exact_after_a_burst_over_many_connections(start: Start) -> None:
    with start() as server:
        token = server.sign_in()
        before = server.metrics()
        with ThreadPoolExecutor(8) as pool:
            counts = pool.map(lambda seed: send_mixed(server.port, token, seed), range(8))
            expected = sum(counts, Counter(before))
        assert server.metrics() == dict(expected)
        assert sum(expected.values()) == 8 * 500 + 1


def send_mixed(port: int, token: str, seed: int) -> Counter[tuple[str, str, int]]:
    """Send 500 requests of seven kinds on one connection; what this client has counted."""
    order, wrong = json.dumps(ORDER), json.dumps({**ORDER, "employee_id": 99})
    bearer = {"Authorization": f"Bearer {token}"}
    kinds = [
        ("GET", "/api/products?limit=5", "/api/products", None, bearer),
        ("GET", "/api/orders/1", "/api/orders/{order_id}", None, bearer),
        ("POST", "/api/orders", "/api/orders", order, bearer),
        ("POST", "/api/orders", "/api/orders", wrong, bearer),
        ("GET", "/api/orders", "/api/orders", None, {}),
        ("DELETE", "/api/employees", "/api/employees", None, bearer),
        ("GET", f"/nothing/{seed}", "(unmatched)", None, bearer),
    ]
    counts: Counter[tuple[str, str, int]] = Counter()
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
        for index in range(500):
            method, path, route, body, headers = kinds[(index + seed) % len(kinds)]
            connection.request(method, path, body, headers)
            answer = connection.getresponse()
            answer.read()
            counts[method, route, answer.status] += 1
    return counts
