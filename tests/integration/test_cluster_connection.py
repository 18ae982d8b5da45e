"""The way to a scheduler, where there is none: what is said, how soon, and what is left behind."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from ApiLoadLibrary.cluster import connection
from ApiLoadLibrary.cluster.connection import connected
from ApiLoadLibrary.errors import BadInput, EngineFailed
from rig.process import ROOT

SOON_S = 5
GREETING = b"220 mail.example ESMTP\r\n"
UNREACHABLE = "The scheduler of the cluster at {} cannot be reached"

FAILS_AND_ENDS = """
import sys
from ApiLoadLibrary.cluster.connection import connected
try:
    connected(sys.argv[1])
except Exception as error:
    print(error)
"""


@contextmanager
def listener(greeting: bytes) -> Iterator[str]:
    """The address of somebody who is no scheduler: it says this to all who come, or nothing."""
    heard: list[socket.socket] = []

    def greet() -> None:
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return
            heard.append(client)
            client.sendall(greeting)

    with socket.create_server(("127.0.0.1", 0)) as server:
        greeter = threading.Thread(target=greet)
        greeter.start()
        yield f"tcp://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)
        greeter.join()
    for each in heard:
        each.close()


@pytest.mark.parametrize(
    "greeting, why",
    [(b"", "it does not answer"), (GREETING, "somebody else listens there")],
    ids=["silent", "mail"],
)
def test_whoever_is_no_scheduler_is_told_from_one_soon(
    greeting: bytes, why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "WITHIN_S", 1)
    with listener(greeting) as address:
        began_s = time.monotonic()
        with pytest.raises(EngineFailed, match=f"{UNREACHABLE.format(address)}: {why}"):
            connected(address)
        assert time.monotonic() - began_s < 1 + SOON_S


def test_no_thread_is_left_behind_by_what_cannot_be_reached() -> None:
    threads = []
    with listener(GREETING) as address:
        for _ in range(3):
            with pytest.raises(EngineFailed):
                connected(address)
            threads.append(threading.active_count())
    assert threads[1:] == threads[:1] * 2


def test_a_process_that_has_reached_nobody_ends_at_once_and_in_silence() -> None:
    with listener(GREETING) as address:
        done = subprocess.run(
            [sys.executable, "-W", "error", "-X", "dev", "-c", FAILS_AND_ENDS, address],
            env={"PYTHONPATH": str(ROOT / "libraries")},
            capture_output=True,
            text=True,
            timeout=8,
            check=True,
        )
    assert done.stdout.startswith(UNREACHABLE.format(address))
    assert done.stderr == ""


@pytest.mark.parametrize(
    "address", ["tcp://shop", "nonsense://shop:8786", "tcp://shop:abc", "a:b:1"]
)
def test_what_is_no_address_is_told_so_without_looking_for_anybody(address: str) -> None:
    with pytest.raises(BadInput, match=f"cluster='{address}' is no address of a scheduler"):
        connected(address)
