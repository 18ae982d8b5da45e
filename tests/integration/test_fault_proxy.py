"""A real proxy between real load and a real server."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from ApiLoadLibrary.errors import BadInput, OriginNotAllowed
from ApiLoadLibrary.faults.line import Line
from ApiLoadLibrary.faults.proxy import FaultProxy
from ApiLoadLibrary.measurement.outcomes import Failure
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.session.acceptance import AcceptanceSession
from ApiLoadLibrary.session.place import Place
from ApiLoadLibrary.values import Duration
from integration.loads import get, steady
from rig.process import counts

MS = 1_000_000


@pytest.fixture(scope="module")
def echo() -> Iterator[int]:
    """The port of a server that says what it is told."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve(client: socket.socket) -> None:
        with client:
            try:
                while data := client.recv(65_536):
                    client.sendall(data)
            except OSError:
                pass

    def accept() -> None:
        while True:
            try:
                client, _ = server.accept()
            except OSError:
                return
            threading.Thread(target=serve, args=(client,), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    yield server.getsockname()[1]
    server.close()


@pytest.fixture(scope="module")
def proxy(echo: int) -> Iterator[FaultProxy]:
    made = FaultProxy("127.0.0.1", echo)
    yield made
    made.close()


def talk(proxy: FaultProxy, size: int) -> tuple[int, float]:
    """How many of the bytes came back, and after how many seconds."""
    began, got = time.monotonic(), 0
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=10) as client:
        client.sendall(b"x" * size)
        while got < size and (data := client.recv(65_536)):
            got += len(data)
    return got, time.monotonic() - began


@pytest.mark.parametrize(
    "worse, size, back, seconds",
    [
        ({"latency_ns": 200 * MS}, 10, 10, (0.2, 1.5)),
        ({"latency_ns": 200 * MS, "jitter_ns": 100 * MS}, 10, 10, (0.1, 1.5)),
        ({"bytes_per_s": 100_000}, 40_000, 40_000, (0.35, 2)),
        ({"timeout_ns": 200 * MS}, 10, 0, (0.2, 1.5)),
        ({"limit_bytes": 1_000}, 5_000, 1_000, (0, 1.5)),
        ({}, 4_000_000, 4_000_000, (0, 5)),
    ],
)
def test_a_connection_through_a_bad_line(
    proxy: FaultProxy, worse: dict[str, int], size: int, back: int, seconds: tuple[float, float]
) -> None:
    proxy.put(Line().worse("downstream", **worse))
    got, took_s = talk(proxy, size)
    assert got == back
    assert seconds[0] <= took_s < seconds[1]


@pytest.mark.parametrize(
    "line, error",
    [
        (Line().worse("downstream", reset_ns=0), ConnectionResetError),
        (Line(down=True), ConnectionRefusedError),
    ],
)
def test_a_line_that_resets_or_is_cut(proxy: FaultProxy, line: Line, error: type[OSError]) -> None:
    proxy.put(line)
    with pytest.raises(error):
        talk(proxy, 10)
    proxy.put(Line())
    assert talk(proxy, 10)[0] == 10


def test_open_connections_meet_what_comes_and_are_well_again_when_it_heals(
    proxy: FaultProxy,
) -> None:
    proxy.put(Line())
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as client:
        proxy.put(Line().worse("downstream", timeout_ns=0))
        client.sendall(b"held")
        client.settimeout(0.1)
        with pytest.raises(TimeoutError):
            client.recv(10)
        proxy.put(Line())
        client.settimeout(5)
        assert client.recv(10) == b"held"
        proxy.put(Line(down=True))
        with pytest.raises(ConnectionResetError):
            client.recv(10)


def test_closing_is_passed_on_and_can_be_delayed(proxy: FaultProxy) -> None:
    proxy.put(Line().worse("downstream", slow_close_ns=200 * MS))
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=5) as client:
        began = time.monotonic()
        client.sendall(b"last words")
        client.shutdown(socket.SHUT_WR)
        assert client.recv(100) == b"last words"
        assert client.recv(100) == b""
        assert 0.2 <= time.monotonic() - began < 2


def test_a_proxy_before_nobody_resets() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    lonely = FaultProxy("127.0.0.1", port)
    try:
        with pytest.raises(ConnectionResetError):
            talk(lonely, 10)
    finally:
        lonely.close()


@pytest.fixture
def session(rig: str) -> Iterator[AcceptanceSession]:
    made = AcceptanceSession()
    made.use_server(rig, timeout=Duration.parse("1 s"))
    made.place = Place("Suite", "Suite.Test")
    made.endpoints.define(get("/ok"))
    yield made
    made.stop_fault_proxy()


def run_of(session: AcceptanceSession, meanwhile: Callable[[float], None]) -> RunResult:
    """A second of load at 100 a second; told ten times a second how far it is."""
    plan = session.plan(steady("100/s", "1 s"), "Get /ok")
    return session.run(plan, lambda moment: meanwhile(moment.elapsed_s))


def test_load_goes_through_the_proxy_and_counts_match(session: AcceptanceSession, rig: str) -> None:
    session.start_fault_proxy(None)
    session.fault_line.worsen("downstream", latency_ns=50 * MS)
    run = run_of(session, lambda elapsed: None)
    assert run.generator.transport == "http1 through a fault proxy"
    tally = run.endpoints[0].tally
    assert tally.outcomes == {200: 100}
    assert counts(rig)["received"]["GET /ok"] == 100
    quickest = tally.response.success.quantile(0)
    assert quickest is not None
    assert quickest >= 50 * MS


def test_load_that_is_cut_off_is_told_apart_second_by_second(
    session: AcceptanceSession, rig: str
) -> None:
    session.start_fault_proxy(None)
    steps = iter([(0.3, session.fault_line.cut), (0.6, session.fault_line.heal)])
    step = next(steps)

    def meanwhile(elapsed: float) -> None:
        nonlocal step
        if step is not None and elapsed >= step[0]:
            step[1]()
            step = next(steps, None)

    run = run_of(session, meanwhile)
    tally = run.endpoints[0].tally
    assert set(tally.outcomes) <= {200, Failure.REFUSED, Failure.RESET}
    assert 5 <= tally.outcomes[Failure.REFUSED] <= 60
    assert tally.requests == 100
    assert counts(rig)["received"]["GET /ok"] >= tally.outcomes[200]


def test_the_proxy_ends_with_its_owner(session: AcceptanceSession) -> None:
    session.start_fault_proxy(None)
    with pytest.raises(BadInput, match="A fault proxy is there already"):
        session.start_fault_proxy(None)
    session.stop_fault_proxy("Suite.Another")
    assert session.config.detours
    session.stop_fault_proxy("Suite.Test")
    assert session.config.detours == ()
    with pytest.raises(BadInput, match="write `Start Fault Proxy` first"):
        session.fault_line.heal()


def test_the_proxy_stands_only_before_servers_that_load_may_go_to(
    session: AcceptanceSession,
) -> None:
    with pytest.raises(OriginNotAllowed):
        session.start_fault_proxy("http://elsewhere.example")


def test_requests_cannot_go_through_it(session: AcceptanceSession) -> None:
    session.start_fault_proxy(None)
    session.configure(transport="requests")
    with pytest.raises(BadInput, match="end it with `Stop Fault Proxy`"):
        session.plan(steady("100/s", "1 s"), "Get /ok")
