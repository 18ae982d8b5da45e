"""How true: what is measured, held against what a server has recorded of itself meanwhile."""

from __future__ import annotations

import json
import statistics
from dataclasses import dataclass
from typing import Any

from generators import CONNECTIONS, ours
from generators import run as run_command
from server import truthful
from tables import table

from ApiLoadLibrary.measurement.histogram import nearest_rank

SHARES = {"p50": 0.50, "p95": 0.95, "p99": 0.99}
Figures = dict[str, float]


@dataclass(frozen=True)
class Load:
    """What the server is asked for, and how often."""

    words: str
    path: str
    rate: int


LOADS = (
    Load("each answer after a random time, 10 ms on average", "wait/10", 1_667),
    Load("each answer at once", "now", 10_000),
)


@dataclass(frozen=True)
class Found:
    """One round: what was counted, and times in ms on both sides."""

    run: dict[str, Any]
    answered: int
    measured: Figures
    own: Figures


def run(seconds: int, rounds: int) -> None:
    """One load after the other; a figure's median is shown."""
    for load in LOADS:
        found = [_measure(load, seconds) for _ in range(rounds)]
        print(f"\n{load.rate:,} requests a second, {load.words}: {_counts(found)}\n")
        head = ("service time", "server's own, ms", "measured, ms", "difference, ms")
        print(table(head, [_row(name, found) for name in found[0].own]))


def _measure(load: Load, seconds: int) -> Found:
    with truthful() as server:
        command = ours(server, seconds, path=load.path, rate=load.rate, workers=CONNECTIONS)
        figures = json.loads(run_command(command))
        own_ns = sorted(server.took_ns())
    return Found(figures, len(own_ns), figures["service_ms"], _figures(own_ns))


def _figures(took_ns: list[int]) -> Figures:
    ranked = {
        name: took_ns[nearest_rank(share, len(took_ns)) - 1] for name, share in SHARES.items()
    }
    return {name: ns / 1e6 for name, ns in {"mean": statistics.mean(took_ns), **ranked}.items()}


def _row(name: str, found: list[Found]) -> tuple[str, ...]:
    own = statistics.median(each.own[name] for each in found)
    measured = statistics.median(each.measured[name] for each in found)
    differences = [each.measured[name] - each.own[name] for each in found]
    shown = (own, measured, statistics.median(differences))
    return (name, *(f"{each:.3f}" for each in shown))


def _counts(found: list[Found]) -> str:
    """Planned, sent and answered, of all rounds; schedule delay, as the median of them."""
    planned, sent, late, dropped = (
        sum(each.run[name] for each in found) for name in ("planned", "requests", "late", "dropped")
    )
    answered = sum(each.answered for each in found)
    p50, p99 = (
        statistics.median(each.run["delay_ms"][name] for each in found) for name in ("p50", "p99")
    )
    return (
        f"{planned:,} planned, {sent:,} sent, {answered:,} answered by the server, {late:,} late, "
        f"{dropped:,} never sent; schedule delay p50 {p50:.3f} ms, p99 {p99:.3f} ms"
    )
