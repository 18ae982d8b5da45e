"""The engine against real servers: what it counted is what they counted."""

from __future__ import annotations

import json
import re
import socket
import threading
import time
import urllib.request
from bisect import bisect
from collections import Counter

import psutil
import pytest

from ApiLoadLibrary.engine.connection import Connection
from ApiLoadLibrary.engine.connector import Connector
from ApiLoadLibrary.engine.poller import make_poller
from ApiLoadLibrary.measurement.outcomes import Failure
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.session.tester import Moment
from ApiLoadLibrary.workload.endpoint import Endpoint
from ApiLoadLibrary.workload.origin import Origin
from integration.loads import get, load_tester, steady, sustain
from rig.process import counts, reference_api

# How the reference API counts a path that it does not have.
ROUTES = {"/api/nothing/here": "(unmatched)"}


def outcomes_of(rig: str, path: str, *, method: str = "GET", number: int = 40) -> Counter[int]:
    """How requests to a path of the rig end, at 100 a second."""
    endpoint = Endpoint("Tried", method, path)
    timeout = "300 ms" if path == "/silent" else "10 s"
    result = sustain(rig, [endpoint], "100/s", f"{number * 10} ms", timeout=timeout)
    assert result.requests == number
    return result.outcomes


@pytest.mark.parametrize(
    "path, outcome",
    [
        ("/ok", 200),
        ("/status/404", 404),
        ("/status/503", 503),
        ("/status/204", 204),
        ("/status/304", 304),
        ("/last", 200),
        ("/until-close", 200),
        ("/chunked", 200),
        ("/informed", 200),
        ("/large", 200),
        ("/redirect?http://127.0.0.1:9/", 302),
        ("/silent", Failure.ANSWER_TIMEOUT),
        ("/reset", Failure.RESET),
        ("/close-early", Failure.CLOSED_EARLY),
        ("/short-body", Failure.CLOSED_EARLY),
        ("/garbage", Failure.NOT_HTTP),
        ("/twice", Failure.NOT_HTTP),
    ],
)
def test_each_way_to_answer_has_its_outcome(rig: str, path: str, outcome: int) -> None:
    assert outcomes_of(rig, path) == {outcome: 40}


def test_an_answer_to_head_ends_with_its_headers(rig: str) -> None:
    assert outcomes_of(rig, "/ok", method="HEAD") == {200: 40}
    assert counts(rig)["answered"] == {"HEAD /ok 200": 40}


def test_a_connection_closed_between_requests_is_opened_again_and_is_no_failure(rig: str) -> None:
    endpoint = get("/idle-close/30")
    result = sustain(rig, [endpoint], "10/s", "1 s", workers=1)
    assert result.outcomes == {200: 10}
    assert result.endpoints[0].tally.reconnects == 9
    assert counts(rig)["received"] == {"GET /idle-close/30": 10}


def test_a_server_that_is_gone_is_the_networks_fault() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        listener = threading.Thread(target=_accept_once, args=(taken,))
        listener.start()
        result = sustain(address, [get("/")], "100/s", "200 ms", workers=4)
        listener.join()
    assert sum(result.outcomes.values()) == 20
    assert result.outcomes[Failure.REFUSED] >= 10


def _accept_once(server: socket.socket) -> None:
    """Let the check before the load succeed, then close."""
    server.accept()[0].close()
    server.close()


def test_each_request_differs_and_carries_its_run(rig: str) -> None:
    """Counters are unique over shards, numbers are JSON numbers, and the run can be found."""
    endpoint = Endpoint(
        "Create",
        "POST",
        "/ok?n={{counter}}",
        json={"n": "{{counter}}", "id": "{{uuid}}", "pick": "{{choice a|b}}", "of": "{{run}}"},
    )
    result = sustain(rig, [endpoint], "1000/s", "500 ms", shards=2, workers=8)
    seen = [parsed(each) for each in counts(rig)["bodies"]]
    assert sorted(body["n"] for _, body in seen) == list(range(1, 501))
    assert len({body["id"] for _, body in seen}) == 500
    assert {body["pick"] for _, body in seen} == {"a", "b"}
    assert {body["of"] for _, body in seen} == {result.id}
    assert all(f"X-Load-Run: {result.id}" in head for head, _ in seen)
    assert all(f"?n={body['n']} " in head for head, body in seen)


def parsed(request: str) -> tuple[str, dict[str, object]]:
    """Head and JSON body of a request that the rig kept."""
    head, _, body = request.partition("\n\n")
    return head, json.loads(body)


@pytest.mark.slow
def test_requests_counted_equal_the_servers_own_counters_exactly() -> None:
    """17,500 requests to the reference API, by endpoint and status."""
    endpoints = [
        get("/api/health"),
        get("/api/products", expected=frozenset({401})),
        get("/api/nothing/here", expected=frozenset({404})),
        Endpoint("Sign In", "POST", "/api/auth/login", json=[], expected=frozenset({422})),
        Endpoint("Wrong Method", "DELETE", "/api/health", expected=frozenset({405})),
    ]
    with reference_api() as address:
        result = sustain(address, endpoints, "700/s", "5 s", shards=2)
        with urllib.request.urlopen(f"{address}/api/metrics", timeout=10) as answer:
            rows = json.load(answer)["requests"]
    assert result.requests == 17_500
    assert result.dropped == 0
    ours = {
        (each.method, ROUTES.get(each.path, each.path), status): count
        for each in result.endpoints
        for status, count in each.tally.outcomes.items()
    }
    theirs = {(row["method"], row["route"], row["status"]): row["count"] for row in rows}
    assert ours == theirs


def test_response_time_shows_the_wait_for_a_worker_and_service_time_does_not(rig: str) -> None:
    """One worker, answers after 50 ms, a request each 25 ms: only the queue grows."""
    result = sustain(rig, [get("/delay/50")], "40/s", "1 s", workers=1)
    tally = result.endpoints[0].tally
    assert tally.outcomes == {200: 40}
    assert tally.service.success.min_ns >= 50_000_000
    assert tally.service.success.quantile(0.5) < 150_000_000
    assert tally.response.success.max_ns >= 900_000_000
    assert tally.late_workers_busy == tally.late > 30


def test_what_cannot_be_sent_until_the_grace_has_ended_is_dropped(rig: str) -> None:
    """One worker, held 2 s by each request, against 5 a second for 1 s: some never start."""
    result = sustain(rig, [get("/silent")], "5/s", "1 s", workers=1, timeout="2 s")
    assert result.requests == 5
    assert result.outcomes[Failure.DROPPED_WORKERS_BUSY] == result.dropped >= 1
    assert result.outcomes[Failure.ANSWER_TIMEOUT] == 5 - result.dropped
    assert result.endpoints[0].tally.response.waited.count == 5


def test_a_timeout_is_never_early_and_counts_as_the_time_waited(rig: str) -> None:
    result = sustain(rig, [get("/silent")], "20/s", "200 ms", timeout="250 ms")
    waited = result.endpoints[0].tally.response.waited
    assert waited.count == 4
    assert 250_000_000 <= waited.min_ns <= waited.max_ns <= 3_000_000_000


@pytest.mark.quiet
def test_the_cap_holds_over_all_shards_together_when_they_catch_up(rig: str) -> None:
    """Both shards are held for 300 ms: without the cap they would then send 60 at once."""
    held: list[psutil.Process] = []

    def hold(moment: Moment) -> None:
        if moment.elapsed_s > 0.7 and not held:
            held.extend(psutil.Process().children())
            for shard in held:
                shard.suspend()
            time.sleep(0.3)  # how long they are held
            for shard in held:
                shard.resume()

    result = sustain(rig, [get("/ok")], "200/s", "2.5 s", hold, shards=2, max_rate="200/s")
    arrived = sorted(counts(rig)["arrived_ns"])
    fullest = max(bisect(arrived, at + 900_000_000) - place for place, at in enumerate(arrived))
    assert result.requests == 500
    # Each may have been held just when it had taken its slot and had not sent yet.
    assert fullest <= 200 + len(held)
    assert result.endpoints[0].tally.late_capped > 0
    assert "max_rate held them back" in " ".join(result.generator.reasons)


@pytest.mark.quiet
def test_an_arrival_that_waited_for_a_busy_worker_is_not_the_generators_fault(rig: str) -> None:
    """One worker, 100 a second, the first of ten answers takes 45 ms: four have to wait."""
    result = sustain(rig, [get("/sometimes/45")], "100/s", "3 s", workers=1, timeout="10 s")
    tally = result.endpoints[0].tally
    assert tally.late >= 60
    assert tally.late - tally.late_workers_busy <= 3
    assert result.generator.healthy


def test_a_reset_after_the_server_has_been_at_work_is_a_failure_and_not_repeated(rig: str) -> None:
    result = sustain(rig, [get("/reset-second")], "4/s", "1.5 s", workers=1)
    assert result.outcomes == {200: 3, Failure.RESET: 3}
    assert counts(rig)["received"] == {"GET /reset-second": 6}


def test_an_answer_before_the_request_is_sent_is_the_answer(rig: str) -> None:
    upload = Endpoint("Upload", "POST", "/refuse-early", data="x" * 8_000_000)
    result = sustain(rig, [upload], "10/s", "500 ms")
    assert result.outcomes == {413: 5}


def test_an_address_that_refuses_is_passed_over(rig: str) -> None:
    """As with `localhost`, where the server listens on one of two addresses only."""
    origin = Origin.of(rig)
    connector = Connector(origin, {origin}, verify=True)
    connector.look_up()
    (good,) = connector._addresses
    family, (host, _) = good
    with socket.socket() as unused:
        unused.bind((host, 0))
        connector._addresses = [(family, unused.getsockname()), good]
    poller = make_poller()
    carriers: dict[int, Connection] = {}
    connections = [Connection(connector, poller, carriers) for _ in range(3)]
    request = b"GET /ok HTTP/1.1\r\nHost: x\r\n\r\n"
    for connection in connections:
        connection.begin("GET", request, time.monotonic_ns())
    open_ = {*connections}
    deadline = time.monotonic() + 10
    while open_ and time.monotonic() < deadline:
        for fd, _ in poller.wait(100_000_000):
            for connection in [each for each in open_ if each.fd == fd]:
                if connection.advance() == 200:
                    open_.discard(connection)
    assert not open_
    assert connector.best == 1
    for connection in connections:
        connection.close()
    poller.close()


def test_a_run_that_is_broken_off_keeps_what_it_measured_and_ends_at_once(rig: str) -> None:
    class Broken(Exception):
        pass

    def break_off(moment: Moment) -> None:
        if moment.elapsed_s > 1:
            raise Broken("enough")

    kept: list[RunResult] = []
    makes = load_tester(rig)
    plan = makes.plan([get("/ok")], steady("100/s", "60 s"), "x")
    began = time.monotonic()
    with pytest.raises(Broken):
        makes.run(plan, "test", break_off, kept.append)
    assert time.monotonic() - began < 4
    result = kept[0]
    assert result.stopped == "enough"
    assert 80 <= result.requests <= 400
    assert result.outcomes == {200: result.requests}
    assert counts(rig)["received"] == {"GET /ok": result.requests}


def test_every_second_of_the_schedule_is_in_the_timeline(rig: str) -> None:
    result = sustain(rig, [get("/ok"), get("/status/503")], "50/s", "3 s")
    timeline = result.seconds()
    assert list(timeline) == [0, 1, 2]
    assert [each.requests for each in timeline.values()] == [100, 100, 100]
    assert [each.errors for each in timeline.values()] == [50, 50, 50]


def test_the_load_names_itself(rig: str) -> None:
    sustain(rig, [get("/ok")], "10/s", "100 ms")
    (request,) = counts(rig)["bodies"]
    assert re.search(r"User-Agent: robotframework-apiload/\d", request)
