"""`transport=requests`: the same plan, sent through `requests` on worker threads."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
import trustme

from ApiLoadLibrary.errors import BadInput, ServerUnreachable
from ApiLoadLibrary.measurement.outcomes import Failure
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.scenarios.load import as_fast_as_possible
from ApiLoadLibrary.session.acceptance import AcceptanceSession
from ApiLoadLibrary.session.tester import Moment
from ApiLoadLibrary.values import Duration
from ApiLoadLibrary.workload.endpoint import Endpoint
from integration.loads import get, load_tester, send, steady, sustain
from rig.process import counts
from rig.proxy import forward_proxy

REQUESTS = {"transport": "requests"}


@pytest.mark.parametrize(
    "path, outcome",
    [
        ("/ok", 200),
        ("/status/503", 503),
        ("/status/204", 204),
        ("/chunked", 200),
        ("/until-close", 200),
        ("/last", 200),
        ("/large", 200),
        ("/redirect?http://127.0.0.1:9/", 302),
        ("/silent", Failure.ANSWER_TIMEOUT),
        ("/reset", Failure.RESET),
        ("/short-body", Failure.CLOSED_EARLY),
        ("/garbage", Failure.NOT_HTTP),
    ],
)
def test_each_way_to_answer_has_its_outcome(rig: str, path: str, outcome: int) -> None:
    timeout = "300 ms" if path == "/silent" else "10 s"
    result = sustain(rig, [get(path)], "100/s", "200 ms", timeout=timeout, **REQUESTS)
    assert result.outcomes == {outcome: 20}
    assert result.generator.transport == "requests"


def test_counts_equal_the_servers_own_over_two_shards(rig: str) -> None:
    endpoints = [
        get("/ok"),
        Endpoint("Head", "HEAD", "/ok"),
        Endpoint("Create", "POST", "/status/201?n={{counter}}", json={"n": "{{counter}}"}),
    ]
    result = sustain(rig, endpoints, "50/s", "2 s", shards=2, **REQUESTS)
    assert result.generator.shards == 2
    assert result.outcomes == {200: 200, 201: 100}
    seen = counts(rig)
    assert seen["answered"] == {
        "GET /ok 200": 100,
        "HEAD /ok 200": 100,
        "POST /status/201 201": 100,
    }
    bodies = [body for body in seen["bodies"] if body.startswith("/status/201")]
    assert len({body.partition("\n")[0] for body in bodies}) == 100
    assert all(f"X-Load-Run: {result.id}" in body for body in bodies)


@pytest.mark.parametrize("transport, connections", [("http1", 6), ("requests", 12)])
def test_room_is_made_for_a_connection_to_each_server(transport: str, connections: int) -> None:
    """Where threads send, each worker keeps one to each; the others turn from one to another."""
    other = "http://127.0.0.1:10"
    makes = load_tester("http://127.0.0.1:9", allow=(other,), workers=6, transport=transport)
    endpoints = [get("/ok"), get("/status/204"), get(f"{other}/ok")]
    (part,) = makes.plan(endpoints, steady("10/s", "1 s"), "x").split(1)
    assert part.connections == connections


def test_both_transports_send_the_same_bytes(rig: str) -> None:
    endpoint = Endpoint("Create", "POST", "/ok?a=%20b", json={"n": 1}, headers={"X-Till": "é"})
    for transport in ("http1", "requests"):
        sustain(rig, [endpoint], "10/s", "100 ms", transport=transport)
    lean, ours = (_without_ids(body) for body in counts(rig)["bodies"])
    assert ours == lean


def _without_ids(request: str) -> set[str]:
    """Its lines but for those that differ from run to run, whatever their order."""
    ids = ("x-load-run", "x-request-id", "traceparent")
    return {line for line in request.split("\n") if not line.lower().startswith(ids)}


def test_no_request_is_sent_before_it_is_due(rig: str) -> None:
    began = time.monotonic_ns()
    result = sustain(rig, [get("/ok")], "40/s", "1 s", **REQUESTS)
    arrived = sorted(counts(rig)["arrived_ns"])
    assert len(arrived) == result.requests == 40
    assert all(at >= began + n * 25_000_000 for n, at in enumerate(arrived))
    assert result.endpoints[0].tally.first_byte.count == 40


def test_a_timeout_is_never_early_and_its_worker_serves_again(rig: str) -> None:
    result = sustain(rig, [get("/silent")], "8/s", "1 s", workers=2, timeout="250 ms", **REQUESTS)
    tally = result.endpoints[0].tally
    assert tally.outcomes == {Failure.ANSWER_TIMEOUT: 8}
    assert tally.service.waited.min_ns >= 250_000_000
    assert counts(rig)["received"] == {"GET /silent": 8}


def test_a_body_that_never_ends_is_a_timeout() -> None:
    with trickling_server() as address:
        result = sustain(address, [get("/")], "2/s", "1 s", timeout="300 ms", **REQUESTS)
    assert result.outcomes == {Failure.ANSWER_TIMEOUT: 2}
    assert result.endpoints[0].tally.service.waited.min_ns >= 300_000_000
    assert result.duration_s < 10


@contextmanager
def trickling_server() -> Iterator[str]:
    """Its answers have a byte every 20 ms, without end."""
    ended = threading.Event()

    def trickle(connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            while not ended.wait(0.02):
                connection.sendall(b"x")

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=trickle, args=(server.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        ended.set()
        server.shutdown(socket.SHUT_RDWR)


def test_the_wait_for_a_worker_shows_in_the_response_time(rig: str) -> None:
    """One worker, answers after 50 ms, a request each 25 ms."""
    result = sustain(rig, [get("/delay/50")], "40/s", "1 s", workers=1, **REQUESTS)
    tally = result.endpoints[0].tally
    assert tally.outcomes == {200: 40}
    assert tally.service.success.min_ns >= 50_000_000
    assert tally.response.success.max_ns >= 900_000_000
    assert tally.late_workers_busy == tally.late > 30


def test_the_cap_holds(rig: str) -> None:
    load = as_fast_as_possible(Duration.parse("2 s"))
    result = send(rig, [get("/ok")], load, max_rate="50/s", **REQUESTS)
    assert 50 <= result.requests <= 150
    assert counts(rig)["received"] == {"GET /ok": result.requests}


def test_a_closed_run_sends_again_when_it_was_answered(rig: str) -> None:
    load = as_fast_as_possible(Duration.parse("1 s"))
    result = send(rig, [get("/delay/20")], load, workers=4, shards=2, **REQUESTS)
    assert result.outcomes == {200: result.requests}
    assert 20 <= result.requests <= 4 * 51
    assert counts(rig)["received"] == {"GET /delay/20": result.requests}
    assert result.generator.peak_busy_workers == 4


def test_a_run_that_is_broken_off_keeps_what_it_measured_and_ends_at_once(rig: str) -> None:
    class Broken(Exception):
        pass

    def break_off(moment: Moment) -> None:
        if moment.elapsed_s > 1:
            raise Broken("enough")

    kept: list[RunResult] = []
    makes = load_tester(rig, timeout="30 s", **REQUESTS)
    endpoints = [get("/ok"), get("/silent")]
    plan = makes.plan(endpoints, steady("20/s", "60 s"), "x")
    others = psutil.Process().children()
    began = time.monotonic()
    with pytest.raises(Broken):
        makes.run(plan, "test", break_off, kept.append)
    assert time.monotonic() - began < 10
    (result,) = kept
    good, silent = (each.tally.outcomes for each in result.endpoints)
    assert good == {200: good.total()}
    assert silent == {Failure.STOPPED: silent.total()}
    assert counts(rig)["received"] == {"GET /ok": good.total(), "GET /silent": silent.total()}
    assert psutil.Process().children() == others


def test_a_server_that_refuses_is_the_networks_fault() -> None:
    """It is there when the run begins, and gone when the load comes."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def accept_once() -> None:
            server.accept()[0].close()
            server.close()

        address = f"http://127.0.0.1:{server.getsockname()[1]}"
        listener = threading.Thread(target=accept_once)
        listener.start()
        result = sustain(address, [get("/")], "50/s", "200 ms", **REQUESTS)
        listener.join()
    assert result.outcomes == {Failure.REFUSED: 10}


def test_certificates_are_verified(tls_rig: tuple[str, str], tmp_path: Path) -> None:
    address, ca = tls_rig
    assert sustain(address, [get("/ok")], "20/s", "500 ms", verify=ca, **REQUESTS).outcomes == {
        200: 10
    }
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(other)
    for verify, outcome in ((str(other), Failure.NOT_TRUSTED), (False, 200)):
        result = sustain(address, [get("/ok")], "20/s", "500 ms", verify=verify, **REQUESTS)
        assert result.outcomes == {outcome: 10}


# Proxies.


@pytest.fixture
def proxy(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, list[str]]]:
    """A proxy that the environment names, and what has passed through it."""
    names = ("http_proxy", "https_proxy", "all_proxy", "no_proxy")
    for name in (*names, *map(str.upper, names)):
        monkeypatch.delenv(name, raising=False)
    with forward_proxy() as (address, passed):
        monkeypatch.setenv("HTTP_PROXY", address)
        monkeypatch.setenv("HTTPS_PROXY", address)
        yield address, passed


def test_the_environments_proxy_is_taken(rig: str, proxy: tuple[str, list[str]]) -> None:
    result = sustain(rig, [get("/ok")], "20/s", "1 s", workers=4, **REQUESTS)
    assert result.outcomes == {200: 20}
    assert proxy[1] == [f"GET {rig}/ok HTTP/1.1"] * 20


def test_tls_goes_through_the_proxy_and_is_verified(
    tls_rig: tuple[str, str], proxy: tuple[str, list[str]]
) -> None:
    address, ca = tls_rig
    result = sustain(address, [get("/ok")], "20/s", "1 s", workers=1, verify=ca, **REQUESTS)
    assert result.outcomes == {200: 20}
    (tunnel,) = proxy[1]
    assert tunnel.startswith(f"CONNECT {address.removeprefix('https://')} ")
    untrusted = sustain(address, [get("/ok")], "20/s", "200 ms", **REQUESTS)
    assert untrusted.outcomes == {Failure.NOT_TRUSTED: 4}


def test_no_proxy_and_the_lean_transport_go_straight(
    rig: str, proxy: tuple[str, list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sustain(rig, [get("/ok")], "20/s", "500 ms").outcomes == {200: 10}
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    assert sustain(rig, [get("/ok")], "20/s", "500 ms", **REQUESTS).outcomes == {200: 10}
    assert proxy[1] == []


def test_signing_in_takes_the_same_way_as_the_load(rig: str, proxy: tuple[str, list[str]]) -> None:
    from ApiLoadLibrary.session.signin import SignIn

    session = AcceptanceSession()
    sign_in = SignIn("POST", "/login", {}, "$.access_token")
    for transport, ways in (("requests", 1), ("http1", 1)):
        session.use_server(rig, transport=transport)
        assert session.sign_in(sign_in).value == "rig-token"
        assert len(proxy[1]) == ways


def test_a_server_that_only_its_proxy_reaches_can_be_used(proxy: tuple[str, list[str]]) -> None:
    AcceptanceSession().use_server("http://shop.invalid", transport="requests")


def test_a_proxy_that_is_gone_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with pytest.raises(ServerUnreachable, match=r"The proxy 127\.0\.0\.1:1 on the way to http://"):
        AcceptanceSession().use_server("http://shop.invalid", transport="requests")


# What cannot be.


def test_another_transport_is_refused() -> None:
    with pytest.raises(BadInput, match="transport='pigeon' must be http1 or requests"):
        load_tester("http://127.0.0.1:9", transport="pigeon")


def test_more_threads_than_make_sense_are_refused_before_the_run(rig: str) -> None:
    with pytest.raises(BadInput, match=r"needs 5,000 threads in one process, .* set shards=2"):
        sustain(rig, [get("/ok")], "10/s", "1 s", workers=5_000, shards=1, **REQUESTS)
    assert counts(rig)["received"] == {}
