"""How true: fixed rates, held against what the server has counted."""

from __future__ import annotations

import json
import statistics
from typing import Any

from generators import CONNECTIONS, ours
from generators import run as run_command
from server import Server, nginx
from tables import table

RATES = (167, 1_667, 10_000, 40_000)
HEAD = (
    *("requests/s", "planned", "sent", "server saw", "late", "never sent"),
    *("delay p50 ms", "p99", "max", "service p50 ms", "p99"),
)


def run(seconds: int, rounds: int) -> None:
    """Each rate in turn; the round in the middle by its 99th percentile of delay is shown."""
    with nginx() as server:
        print(table(HEAD, [_row(rate, _middle(server, rate, seconds, rounds)) for rate in RATES]))


def _middle(server: Server, rate: int, seconds: int, rounds: int) -> dict[str, Any]:
    found = [_measure(server, rate, seconds) for _ in range(rounds)]
    middle = statistics.median_low(each["delay_ms"]["p99"] for each in found)
    return next(each for each in found if each["delay_ms"]["p99"] == middle)


def _measure(server: Server, rate: int, seconds: int) -> dict[str, Any]:
    before = server.counted()
    figures = json.loads(run_command(ours(server, seconds, rate=rate, workers=CONNECTIONS)))
    figures["seen"] = server.counted() - before - 1
    return dict(figures)


def _row(rate: int, found: dict[str, Any]) -> tuple[str, ...]:
    counts = ("planned", "requests", "seen", "late", "dropped")
    delay, service = found["delay_ms"], found["service_ms"]
    times = (*(delay[name] for name in ("p50", "p99", "max")), service["p50"], service["p99"])
    return (
        f"{rate:,}",
        *(f"{found[name]:,}" for name in counts),
        *(f"{each:.3f}" for each in times),
    )
