"""Name servers that fail or flap, and hosts that are there on one family of addresses only."""

from __future__ import annotations

import socket
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from ApiLoadLibrary.engine.host import LocalShardHost
from ApiLoadLibrary.engine.loop import LoadLoop
from ApiLoadLibrary.engine.plan import ShardPlan
from ApiLoadLibrary.errors import EngineFailed
from integration.loads import get, load_tester, steady, sustain
from rig.process import counts, rig_server

NOW_AND_THEN = socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
LookUp = Callable[..., Any]


def plan_for(address: str) -> ShardPlan:
    """Ten requests in half a second, each on a new connection."""
    makes = load_tester(address, workers=2)
    (plan,) = makes.plan([get("/last")], steady("20/s", "500 ms"), "x").split(1)
    return plan


def ran(plan: ShardPlan, ready: Callable[[], None] = lambda: None) -> Counter[int]:
    """What became of them, in this process; `ready` is called when all is ready for them."""
    outcomes: Counter[int] = Counter()
    loop = LoadLoop(plan, lambda part, busy: outcomes.update(part.tally.outcomes))
    ready()
    loop.run(time.monotonic_ns())
    return outcomes


def failing(times: int) -> LookUp:
    """A name service that fails so often, and then is well."""
    well, failures = socket.getaddrinfo, iter(range(times))

    def look_up(*args: Any, **more: Any) -> Any:
        if next(failures, None) is not None:
            raise NOW_AND_THEN
        return well(*args, **more)

    return look_up


def test_a_name_service_that_flaps_is_asked_again(
    rig: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", failing(2))
    assert ran(plan_for(rig)) == {200: 10}


def test_one_that_fails_later_disturbs_no_request(
    rig: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = plan_for(rig)
    fail = failing(1_000)
    assert ran(plan, lambda: monkeypatch.setattr(socket, "getaddrinfo", fail)) == {200: 10}
    with pytest.raises(EngineFailed, match="Temporary failure in name resolution"):
        ran(plan)


def test_a_shard_that_cannot_look_it_up_says_so_in_one_sentence() -> None:
    with pytest.raises(EngineFailed) as caught:
        LocalShardHost().start([plan_for("http://nowhere.invalid")])
    assert str(caught.value).startswith(
        "Shard 0 did not start. nowhere.invalid could not be looked up ("
    )
    assert "Error" not in str(caught.value)


def has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


needs_ipv6 = pytest.mark.skipif(not has_ipv6(), reason="this machine has no IPv6")


@needs_ipv6
def test_a_server_may_have_ipv6_only() -> None:
    with rig_server("--host", "::1") as address:
        there = address.replace("127.0.0.1", "[::1]")
        assert sustain(there, [get("/ok")], "20/s", "500 ms").outcomes == {200: 10}
        assert counts(there)["received"] == {"GET /ok": 10}


@needs_ipv6
@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_localhost_is_found_on_either_family(host: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It has two addresses here, and somebody listens at the second only."""
    other = "::1" if host == "127.0.0.1" else "127.0.0.1"
    well = socket.getaddrinfo

    def look_up(name: str, port: int, **more: Any) -> Any:
        return [*well(other, port, **more), *well(host, port, **more)]

    with rig_server("--host", host) as address:
        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        assert ran(plan_for(address.replace("127.0.0.1", "localhost"))) == {200: 10}
