"""Card payments through a provider that is slow, broken or gone: time-outs, breaker, shedding."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import psutil
import pytest
import requests

from integration.pos_api.servers import Client, Server, Start, error_of
from integration.pos_api.test_faults import change
from integration.pos_api.test_load_runs import report

PATH = "/api/payment/stripe/create-intent"
INTENT = {"amount": 1250, "currency": "eur"}
# Short times, for short tests; the provider's delays are well beyond the time-out or below it.
QUICK = ("--fault-control", "--provider-timeout", "150ms", "--breaker-open", "400ms")


def pay(client: Client, key: str | None = None, **changes: Any) -> requests.Response:
    headers = {"X-Load-Run": "a1", "X-Request-Id": str(time.monotonic_ns())}
    if key is not None:
        headers["Idempotency-Key"] = key
    return client.post(PATH, {**INTENT, **changes}, headers=headers)


def pay_at_once(client: Client, count: int) -> list[requests.Response]:
    def pay_alone(_: int) -> requests.Response:
        with client.another() as other:
            return pay(other)

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(pay_alone, range(count)))


def codes(answers: list[requests.Response]) -> list[str]:
    return [error_of(answer)["code"] for answer in answers if answer.status_code != 200]


def provider_of(server: Server) -> psutil.Process:
    (child,) = psutil.Process(server.process.pid).children()
    assert "pos_api.provider" in child.cmdline()
    return child


@contextmanager
def quick_server(start: Start, *options: str) -> Iterator[tuple[Server, Client]]:
    with start(*QUICK, *options) as server, server.client() as client:
        yield server, client


def test_the_provider_is_a_process_of_its_own_that_nobody_else_can_break(start: Start) -> None:
    with start() as server, server.client() as client:
        assert pay(client).status_code == 200
        assert server.section("provider") == {
            "calls": 1,
            "succeeded": 1,
            "failed": 0,
            "timed_out": 0,
        }
        (listener, *_) = provider_of(server).net_connections("tcp")
        url = f"http://127.0.0.1:{listener.laddr.port}"
        body = {"mode": "broken", "delay_ms": 0}
        assert requests.put(f"{url}/mode", json=body, timeout=5).status_code == 404


def test_the_provider_ends_with_the_server_even_when_that_is_killed(start: Start) -> None:
    for end in ("stop", "kill"):
        with start() as server:
            provider = provider_of(server)
            if end == "stop":
                server.stop()
            else:
                server.process.kill()
                server.process.wait()
            assert psutil.wait_procs([provider], timeout=5)[1] == [], end


def test_a_charge_repeated_after_a_time_out_is_made_and_stored_once(start: Start) -> None:
    with quick_server(start) as (server, client):
        change(server, provider="slow", delay_ms=400)
        late = pay(client, "once")
        assert (late.status_code, error_of(late)["code"]) == (504, "provider_timeout")
        change(server, provider="ok")
        first, second = pay(client, "once"), pay(client, "once")
        other = pay(client, "once", amount=1)
        assert report(client, "a1")["payment_intents"]["count"] == 1
    # The provider knew the key from the first attempt: the very charge whose answer was lost.
    assert first.json() == second.json()
    assert "Idempotent-Replayed" not in first.headers
    assert second.headers["Idempotent-Replayed"] == "true"
    assert error_of(other)["code"] == "idempotency_key_reused"


def test_a_key_whose_answer_was_lost_is_still_taken(start: Start) -> None:
    with quick_server(start) as (server, client):
        change(server, provider="slow", delay_ms=400)
        assert pay(client, "once").status_code == 504
        change(server, provider="ok")
        other = pay(client, "once", amount=1)
    assert error_of(other)["code"] == "idempotency_key_reused"


def test_the_breaker_opens_probes_with_one_payment_and_closes(start: Start) -> None:
    with quick_server(start, "--breaker-failures", "3") as (server, client):
        stored = pay(client, "before").json()
        change(server, provider="broken")
        assert codes([pay(client) for _ in range(5)]) == [
            *["provider_failed"] * 3,
            *["payments_unavailable"] * 2,
        ]
        refused = pay(client)
        assert (refused.status_code, refused.headers["Retry-After"]) == (503, "1")
        assert pay(client, "before").json() == stored

        # Half-open, with many who ask: one waits for the provider's error, nobody else does.
        change(server, provider="broken", delay_ms=100)
        time.sleep(0.45)
        assert sorted(codes(pay_at_once(client, 8))) == [
            *["payments_unavailable"] * 7,
            "provider_failed",
        ]

        change(server, provider="ok")
        time.sleep(0.45)
        assert pay(client).status_code == 200
        breaker = server.section("breaker")
        calls = server.section("provider")["calls"]
    states = [transition["to"] for transition in breaker["transitions"]]
    assert states == ["open", "half_open", "open", "half_open", "closed"]
    assert (breaker["state"], breaker["opened"], breaker["probes"]) == ("closed", 2, 2)
    assert breaker["refused"] == 2 + 1 + 7
    assert calls == 1 + 3 + 1 + 1


def test_transitions_are_timed_by_the_monotonic_clock(start: Start) -> None:
    with quick_server(start, "--breaker-failures", "1") as (server, client):
        change(server, provider="broken")
        before = time.monotonic()
        pay(client)
        after = time.monotonic()
        change(server, provider="ok")
        while pay(client).status_code != 200:
            assert time.monotonic() < after + 5
        closed = time.monotonic()
        times = [step["monotonic_s"] for step in server.section("breaker")["transitions"]]
    assert before <= times[0] <= after
    assert before + 0.4 <= times[1] <= times[2] <= closed


def test_time_outs_open_the_breaker_too(start: Start) -> None:
    with quick_server(start, "--breaker-failures", "2") as (server, client):
        change(server, provider="slow", delay_ms=400)
        began = time.monotonic()
        assert codes([pay(client) for _ in range(3)]) == [
            *["provider_timeout"] * 2,
            "payments_unavailable",
        ]
        assert time.monotonic() - began >= 0.3
        assert server.section("provider")["timed_out"] == 2


@pytest.mark.parametrize("by", ["option", "fault"])
def test_without_the_breaker_everybody_waits_for_the_provider(start: Start, by: str) -> None:
    options = ("--breaker", "off") if by == "option" else ("--fault", "breaker-off")
    with start("--fault", "provider-broken", *options) as server, server.client() as client:
        assert set(codes([pay(client) for _ in range(8)])) == {"provider_failed"}
        breaker = server.section("breaker")
    assert (breaker["on"], breaker["opened"], breaker["refused"]) == (False, 0, 0)


def test_a_provider_that_is_gone_is_a_failure_like_another(start: Start) -> None:
    with start("--breaker-failures", "2") as server, server.client() as client:
        assert pay(client).status_code == 200
        provider_of(server).kill()
        answers = [pay(client) for _ in range(3)]
        assert codes(answers) == [*["provider_failed"] * 2, "payments_unavailable"]
        assert client.get("/api/products").status_code == 200


def test_payments_beyond_those_at_once_are_refused_and_none_waits(start: Start) -> None:
    with start(
        "--payments-at-once", "3", "--fault", "provider-slow=300ms", "--provider-timeout", "1s"
    ) as server, server.client() as client:  # fmt: skip
        answers = pay_at_once(client, 9)
        gate = server.section("payments")
        again = pay(client)
        breaker = server.section("breaker")
    refused = [answer for answer in answers if answer.status_code == 503]
    assert codes(answers) == ["overloaded"] * 6
    assert {answer.headers["Retry-After"] for answer in refused} == {"1"}
    assert max(answer.elapsed.total_seconds() for answer in refused) < 0.25
    assert gate == {"at_once": 3, "under_way": 0, "peak": 3, "shed": 6}
    assert again.status_code == 200
    assert breaker["state"] == "closed"


def test_a_bad_request_is_no_failure_of_the_provider(start: Start) -> None:
    with start("--breaker-failures", "1") as server, server.client() as client:
        pay(client, "once")
        assert pay(client, "once", amount=3).status_code == 400
        assert pay(client, amount=-1).status_code == 422
        assert server.section("breaker")["state"] == "closed"
