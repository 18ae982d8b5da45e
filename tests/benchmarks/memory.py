"""How much memory a shard takes: by open connections, and by seconds of load."""

from __future__ import annotations

import json
from typing import Any

from generators import ours
from generators import run as run_command
from server import Server, nginx
from tables import table

CONNECTIONS = (50, 1_000, 10_000)
RATE = 20_000
SETTLED_S, LONG_S = 60, 120


def run(seconds: int, _: int) -> None:
    """Once each: memory does not vary."""
    with nginx() as server:
        peaks = {each: _peak(server, each, seconds) for each in CONNECTIONS}
        few = CONNECTIONS[0]
        rows = [
            (
                f"{each:,}",
                f"{peak / 1e6:.1f}",
                "" if each == few else f"{(peak - peaks[few]) / (each - few) / 1e3:.1f}",
            )
            for each, peak in peaks.items()
        ]
        print(table(("connections", "shard, MB", "kB for each more"), rows))
        by_second = _measure(server, LONG_S, rate=RATE, workers=50)
        grown = by_second[max(by_second)] - by_second[SETTLED_S]
        per_s = grown / (max(by_second) - SETTLED_S) / 1e3
        print(
            f"\nAt {RATE:,} requests a second the shard grows by {per_s:.1f} kB a second "
            f"after the first {SETTLED_S} s, in the {LONG_S - SETTLED_S} s that follow."
        )


def _peak(server: Server, connections: int, seconds: int) -> int:
    return max(_measure(server, seconds, workers=connections).values())


def _measure(server: Server, seconds: int, **wanted: Any) -> dict[int, int]:
    figures = json.loads(run_command(ours(server, seconds, **wanted)))
    return {int(second): rss for second, rss in figures["rss_by_s"].items()}
