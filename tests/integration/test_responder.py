"""The loopback responder, talked to over real sockets: rightly, badly and a lot."""

from __future__ import annotations

import contextlib
import http.client
import os
import signal
import socket
import ssl
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest
import trustme

from ApiLoadLibrary.engine.responder import responding
from ApiLoadLibrary.engine.room import raise_descriptor_limit
from ApiLoadLibrary.errors import EngineFailed
from ApiLoadLibrary.workload.endpoint import Endpoint
from integration.loads import get, sustain
from rig.process import ROOT, children_that_run

BODY = b'{"status":"ok"}'
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 15\r\n\r\n"
GET = b"GET /any HTTP/1.1\r\nHost: here\r\n\r\n"
POST = b"POST /any HTTP/1.1\r\nContent-Type: text/plain\r\ncontent-LENGTH: 8\r\n\r\n\r\n\r\nbody"
RESET = struct.pack("ii", 1, 0)


@pytest.fixture(scope="module")
def responder() -> Iterator[str]:
    """The address of a responder that all tests share: none of them may break it."""
    with responding() as address:
        yield address


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """A server's certificate, and the CA that signed it."""
    authority = trustme.CA()
    server, ca = (tmp_path_factory.mktemp("tls") / name for name in ("server.pem", "ca.pem"))
    authority.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(server)
    authority.cert_pem.write_to_path(ca)
    return str(server), str(ca)


def connected(address: str) -> socket.socket:
    """A connection to the responder, without TLS."""
    parts = urlsplit(address)
    client = socket.create_connection((parts.hostname, parts.port), timeout=20)
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return client


def received(client: socket.socket, length: int) -> bytes:
    """So many bytes, or all until the end."""
    data = b""
    while len(data) < length and (more := client.recv(length - len(data))):
        data += more
    return data


def is_answered(client: socket.socket, request: bytes = GET) -> bool:
    """Whether a request gets its answer and nothing else."""
    client.sendall(request)
    whole = HEAD + BODY
    return received(client, len(whole)) == whole and is_silent(client)


def is_silent(client: socket.socket) -> bool:
    """Whether nothing has come that was not asked for, nor the end."""
    client.settimeout(0)
    try:
        client.recv(1)
    except BlockingIOError:
        return True
    finally:
        client.settimeout(20)
    return False


def ask(address: str, method: str = "GET", body: bytes | None = None) -> http.client.HTTPResponse:
    """What a client that reads HTTP strictly makes of the answer."""
    parts = urlsplit(address)
    client = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=20)
    client.request(method, "/any", body)
    answer = client.getresponse()
    answer.read()
    client.close()
    return answer


# What is answered.


def test_every_request_of_a_connection_gets_the_answer(responder: str) -> None:
    with connected(responder) as client:
        for request in (GET, POST, GET, GET, POST, POST):
            assert is_answered(client, request)


def test_an_answer_to_head_has_no_body(responder: str) -> None:
    head = GET.replace(b"GET", b"HEAD")
    with connected(responder) as client:
        for _ in range(2):
            client.sendall(head)
            assert received(client, len(HEAD)) == HEAD
            assert is_silent(client)
        assert is_answered(client)


@pytest.mark.parametrize("request_", [GET, POST], ids=["GET", "POST"])
def test_a_request_in_pieces_is_answered_when_its_last_byte_has_come(
    responder: str, request_: bytes
) -> None:
    """Each byte is followed by a request beside it: its answer shows that the byte was read."""
    with connected(responder) as client, connected(responder) as witness:
        for byte in request_[:-1]:
            client.sendall(bytes([byte]))
            assert is_answered(witness)
            assert is_silent(client)
        assert is_answered(client, request_[-1:])
        assert is_answered(client, request_)


@pytest.mark.parametrize(
    "stream, answers",
    [
        (GET * 3, (HEAD + BODY) * 3),
        (POST * 3 + GET, (HEAD + BODY) * 4),
        (GET + GET.replace(b"GET", b"HEAD") + GET, HEAD + BODY + HEAD + HEAD + BODY),
        (GET * 2_000, (HEAD + BODY) * 2_000),  # cut wherever the responder's buffer ends
        (POST * 2_000, (HEAD + BODY) * 2_000),
    ],
    ids=["some", "bodies", "HEAD between", "many", "many bodies"],
)
def test_several_requests_at_once_get_an_answer_each(
    responder: str, stream: bytes, answers: bytes
) -> None:
    with connected(responder) as client:
        client.sendall(stream)
        assert received(client, len(answers)) == answers
        assert is_silent(client)


def test_a_request_that_is_known_is_read_again_where_it_is_part_of_a_body(responder: str) -> None:
    """What looks like a request is none while a body is due."""
    head = b"PUT /any HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % (2 * len(GET))
    with connected(responder) as client, connected(responder) as witness:
        assert is_answered(client, GET)
        for piece in (head, GET):
            client.sendall(piece)
            assert is_answered(witness)
            assert is_silent(client)
        assert is_answered(client, GET)


def test_more_different_requests_than_it_remembers_are_answered(responder: str) -> None:
    with connected(responder) as client:
        for number in range(1_500):
            assert is_answered(client, b"GET /%d HTTP/1.1\r\n\r\n" % number)


def test_a_large_body_is_answered_once(responder: str) -> None:
    assert ask(responder, "POST", b"x" * 3_000_000).status == 200


@pytest.mark.parametrize(
    "status, length",
    [(200, "15"), (201, "15"), (204, None), (205, "0"), (304, None), (429, "15"), (599, "15")],
)
def test_all_answers_have_the_status_that_was_chosen(status: int, length: str | None) -> None:
    with responding(status=status) as address:
        for method in ("GET", "HEAD", "DELETE"):
            answer = ask(address, method)
            assert (answer.status, answer.getheader("Content-Length")) == (status, length)


def test_a_thousand_connections_are_served_side_by_side(responder: str) -> None:
    assert (raise_descriptor_limit(1_300) or 1_300) >= 1_300
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(connected(responder)) for _ in range(1_200)]
        for client in clients:
            client.sendall(GET)
        assert all(received(each, len(HEAD + BODY)) == HEAD + BODY for each in clients)
        assert is_answered(clients[0])


def test_the_engine_finds_no_fault_with_it(responder: str) -> None:
    order = Endpoint("Order", "POST", "/orders", json={"item": 1})
    result = sustain(responder, [get("/any"), order], "200/s", "1 s", workers=10)
    assert result.outcomes == {200: 400}


# TLS.


def test_it_answers_over_tls(certificate: tuple[str, str]) -> None:
    server, ca = certificate
    upload = Endpoint("Upload", "POST", "/any", data="x" * 500_000)
    with responding(server) as address:
        assert address.startswith("https://127.0.0.1:")
        result = sustain(address, [get("/any"), upload], "50/s", "1 s", workers=5, verify=ca)
    assert result.outcomes == {200: 100}


def test_clients_that_break_tls_harm_nobody(certificate: tuple[str, str]) -> None:
    server, ca = certificate
    context = ssl.create_default_context(cafile=ca)
    with responding(server) as address:
        good = context.wrap_socket(connected(address), server_hostname="127.0.0.1")
        with good, connected(address) as silent, connected(address) as plain:
            plain.sendall(GET)
            with contextlib.suppress(ConnectionError):
                assert HEAD not in plain.recv(1_000)  # an alert at most
            for _ in range(3):
                with connected(address) as gone:
                    gone.sendall(b"\x16\x03\x01")
                    gone.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            good.sendall(POST)
            assert received(good, len(HEAD + BODY)) == HEAD + BODY
            late = context.wrap_socket(silent, server_hostname="127.0.0.1")
            late.sendall(GET)
            assert received(late, len(HEAD + BODY)) == HEAD + BODY
            late.close()


# Clients that break the rules.


@pytest.mark.parametrize(
    "data",
    [
        b"POST / HTTP/1.1\r\nContent-Length: many\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length:\r\n\r\n",
        b"\x00" * 70_000,
        b"GET / HTTP/1.1\r\n" + b"X-More: and more\r\n" * 5_000,
    ],
    ids=["no number", "negative", "empty", "garbage", "endless head"],
)
def test_a_client_that_does_not_talk_http_loses_its_connection(responder: str, data: bytes) -> None:
    with connected(responder) as other:
        with connected(responder) as client, contextlib.suppress(ConnectionError):
            client.sendall(data)
            assert client.recv(1) == b""
        assert is_answered(other)


@pytest.mark.parametrize("data", [b"", GET[:9], GET[:-1], POST[:-1], GET * 50], ids=len)
def test_a_client_that_is_suddenly_gone_harms_nobody(responder: str, data: bytes) -> None:
    with connected(responder) as other:
        for _ in range(20):
            with connected(responder) as client:
                client.sendall(data)
                client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
            assert is_answered(other)


def test_a_client_that_does_not_read_its_answers_loses_its_connection(responder: str) -> None:
    with connected(responder) as greedy, connected(responder) as other:
        with pytest.raises(ConnectionError):
            ask_without_end(greedy)
        assert is_answered(other)


def ask_without_end(client: socket.socket) -> None:
    """Ask for far more answers than any buffer holds."""
    for _ in range(10_000):
        client.sendall(GET * 500)


def test_lost_connections_leave_nothing_behind() -> None:
    with responding() as address:
        (process,) = responders_of(os.getpid())
        with connected(address) as other:
            assert is_answered(other)
            before = process.num_fds()
            for _ in range(50):
                with connected(address) as client:
                    assert is_answered(client)
            assert is_answered(other)
            assert process.num_fds() <= before + 1  # the last one's end may not be seen yet


def test_it_lives_through_a_lack_of_descriptors() -> None:
    """It takes what it can, serves that, and takes more when there is room again."""
    with started(files=64) as (process, address), contextlib.ExitStack() as few:
        clients = [few.enter_context(connected(address)) for _ in range(100)]
        assert is_answered(clients[0])
        for client in clients:
            client.sendall(GET)
        for client in clients:  # each that leaves makes room for one that waits
            assert received(client, len(HEAD + BODY)) == HEAD + BODY
            client.close()
        assert process.poll() is None


# Its beginning and end.


@contextlib.contextmanager
def started(files: int = 256) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A responder as a command that may have so many open files, and its address."""
    command = f'ulimit -n {files}; exec "$0" -m ApiLoadLibrary.engine.responder'
    with subprocess.Popen(
        ["sh", "-c", command, sys.executable],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT / "libraries")},
    ) as process:
        assert process.stdout is not None
        try:
            ready, _, address = process.stdout.readline().decode().strip().partition(" ")
            assert ready == "READY"
            yield process, address
        finally:
            process.kill()


def responders_of(process: int) -> list[psutil.Process]:
    """The responder that a process started last, if it still runs."""
    found = children_that_run("ApiLoadLibrary.engine.responder", process)
    return sorted(found, key=psutil.Process.create_time)[-1:]


def test_it_ends_when_its_input_does() -> None:
    with started() as (process, address):
        assert process.stdin is not None
        with connected(address) as client:
            process.stdin.write(b"a word is no end\n")
            process.stdin.flush()
            assert is_answered(client)
            process.stdin.close()
            assert process.wait(20) == 0
            assert client.recv(1) == b""


def test_it_leaves_ctrl_c_to_its_parent() -> None:
    with started() as (process, address), connected(address) as client:
        process.send_signal(signal.SIGINT)
        assert is_answered(client)
        assert process.poll() is None


def test_it_does_not_outlive_its_parent() -> None:
    script = (
        "import time\n"
        "from ApiLoadLibrary.engine.responder import responding\n"
        "with responding() as address:\n"
        "    print(address, flush=True)\n"
        "    time.sleep(60)\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT / "libraries")},
    )
    assert parent.stdout is not None
    with parent, connected(parent.stdout.readline().decode().strip()) as client:
        assert is_answered(client)
        children = responders_of(parent.pid)
        assert len(children) == 1
        parent.kill()
        _, alive = psutil.wait_procs(children, timeout=20)
        assert alive == []


def test_it_ends_with_the_block_even_when_that_fails() -> None:
    with contextlib.suppress(KeyboardInterrupt), responding() as address:
        (process,) = responders_of(os.getpid())
        assert ask(address).status == 200
        raise KeyboardInterrupt
    assert not process.is_running()


def test_one_that_cannot_start_says_why(tmp_path: Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.touch()
    with (
        pytest.raises(EngineFailed, match=r"responder did not start\. .*PEM"),
        responding(str(empty)),
    ):
        pass
    with pytest.raises(EngineFailed, match="600 must be from 200 to 599"), responding(status=600):
        pass
