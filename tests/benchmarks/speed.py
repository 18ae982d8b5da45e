"""How fast: the closed model, with full recording on, beside those who do the same."""

from __future__ import annotations

import statistics

from generators import (
    HEY,
    LOCUST_FAST,
    LOCUST_PLAIN,
    OURS,
    WRK,
    Generator,
    Measured,
    available,
    install_locust,
)
from server import Server, nginx
from tables import table


def plain(seconds: int, rounds: int) -> None:
    """Without TLS."""
    install_locust()
    with nginx() as server:
        _compare(server, available(OURS, WRK, HEY, LOCUST_FAST, LOCUST_PLAIN), seconds, rounds)


def tls(seconds: int, rounds: int) -> None:
    """With TLS."""
    with nginx(tls=True) as server:
        _compare(server, available(OURS, WRK), seconds, rounds)


def _compare(server: Server, generators: list[Generator], seconds: int, rounds: int) -> None:
    """In turns, so that what else the machine does falls on all alike."""
    measured: dict[str, list[Measured]] = {each.name: [] for each in generators}
    for _ in range(rounds):
        for each in generators:
            measured[each.name].append(each.measure(server, seconds))
    medians = {name: _median(values) for name, values in measured.items()}
    mine = medians[OURS.name]
    rows = [
        (
            name,
            f"{each.rate:,.0f}",
            f"{mine.rate / each.rate:.2f}x",
            f"{each.cpu_per_1000:.4f}",
            f"{each.cpu_per_1000 / mine.cpu_per_1000:.2f}x",
        )
        for name, each in medians.items()
    ]
    head = ("one core, 50 connections", "requests/s", "we send", "CPU s/1,000", "per CPU s")
    print(table(head, rows))


def _median(values: list[Measured]) -> Measured:
    return Measured(
        statistics.median(each.rate for each in values),
        statistics.median(each.cpu_per_1000 for each in values),
    )
