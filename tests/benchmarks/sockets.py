"""WebSocket connections to the reference API: opened, held and talked on, and who counted what.

The server and the load generator share the machine's cores, as they do in an acceptance run.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))

from tables import table

from ApiLoadLibrary.measurement.histogram import Histogram
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.session.acceptance import AcceptanceSession
from ApiLoadLibrary.session.flood import MESSAGE, Flood, MessageRate, SocketFlood
from ApiLoadLibrary.session.signin import SignIn
from ApiLoadLibrary.session.tester import Moment
from ApiLoadLibrary.values import NS_PER_S, Duration
from rig.process import reference_api

FLOODS = ((1_000, 500), (5_000, 500), (5_000, 2_000))
"""Connections, and messages a second over all of them."""

OVER_S, COMEBACK_S = 10, 15
CREDENTIALS = {"username": "till-1", "password": "flat-white-please"}
SETTLE_S = 2


def run(seconds: int, _: int) -> None:
    """Once each: what counts is that both sides count the same."""
    rows = [_row(count, rate, seconds) for count, rate in FLOODS]
    head = (
        *("connections", "opened", "held", "opening, p50 · p95 · p99", "all back after"),
        *("messages/s", "round trip, p50 · p95 · p99"),
        *("server, kB each", "ours, kB each", "counts"),
    )
    print(table(head, rows))


@contextmanager
def signed_in(*options: str) -> Iterator[tuple[AcceptanceSession, psutil.Process]]:
    """A session with a reference API of its own, and the API's process."""
    with reference_api(*options) as address:
        session = AcceptanceSession()
        session.use_server(address, timeout=Duration(30 * NS_PER_S))
        session.sign_in(SignIn("POST", "/api/auth/login", CREDENTIALS, "$.access_token"))
        yield session, _server()


def _server() -> psutil.Process:
    children = psutil.Process().children()
    return next(each for each in children if "pos_api" in each.cmdline())


def _row(count: int, rate: int, hold_s: int) -> tuple[str, ...]:
    flood = Flood(
        count=count,
        over=Duration(OVER_S * NS_PER_S),
        hold=Duration(hold_s * NS_PER_S),
        messages=MessageRate.parse(f"{rate}/s"),
        message=MESSAGE,
        reconnect=Duration(COMEBACK_S * NS_PER_S),
    )
    with signed_in() as (session, server):
        before = server.memory_info().rss
        most = before

        def watch(moment: Moment) -> None:
            nonlocal most
            if moment.elapsed_s < OVER_S + hold_s:
                most = max(most, server.memory_info().rss)

        sockets = SocketFlood(session, flood, "/api/ws", {}, None)
        result = session.run(sockets.plan(None), watch, sockets.conclude)
        time.sleep(SETTLE_S)  # until the last goodbye has been counted
        truth = session.ask("GET", "/api/metrics").json()["websocket"]
    return _told(result, truth, (most - before) / count, rate)


def _told(
    result: RunResult, truth: dict[str, Any], server_bytes: float, rate: int
) -> tuple[str, ...]:
    details, (opening, talking) = result.details, result.endpoints
    storm, messages = details["reconnect"], details["messages"]
    wrong = _differences(details, truth)
    for reason in result.generator.reasons:
        print(f"({reason})")
    return (
        f"{details['connections']['asked']:,}",
        f"{details['connections']['opened']:,}",
        f"{details['connections']['sustained']:,}",
        _times(opening.tally.response.success),
        "never" if storm["back_after_ms"] is None else f"{storm['back_after_ms'] / 1e3:.1f} s",
        f"{rate:,} ({messages['lost']:,} lost)",
        _times(talking.tally.response.success),
        f"{server_bytes / 1e3:.1f}",
        f"{details['memory']['generator_bytes_per_connection'] / 1e3:.1f}",
        "differ: " + "; ".join(wrong) if wrong else "equal",
    )


def _differences(details: dict[str, Any], truth: dict[str, Any]) -> list[str]:
    """Where the server counted something else: openings, messages both ways, closing codes."""
    connections, storm = details["connections"], details["reconnect"]
    messages = details["messages"]
    codes: dict[str, int] = {}
    for row in details["ends"]:
        codes[str(row["code"])] = codes.get(str(row["code"]), 0) + row["count"]
    pairs = (
        ("opened", connections["opened"] + storm["opened"], truth["opened"]),
        ("messages in", messages["sent"], truth["messages_in"]),
        ("messages out", messages["answered"] + messages["late_answers"], truth["messages_out"]),
        (
            "refused",
            details["connections"]["refused"] + storm["refused"],
            truth["refused"]["limit"],
        ),
        ("codes", codes, truth["closed"]),
    )
    return [f"{what} {ours} and {theirs}" for what, ours, theirs in pairs if ours != theirs]


def _times(times: Histogram) -> str:
    found = [(times.quantile(share) or 0) / 1e6 for share in (0.5, 0.95, 0.99)]
    return " · ".join(f"{each:.3g}" for each in found) + " ms"
