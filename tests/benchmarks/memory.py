"""How much memory a shard takes: by open connections, and by seconds of load."""

from __future__ import annotations

import json
from statistics import median
from typing import Any

from generators import ours
from generators import run as run_command
from server import Server, nginx
from tables import table

CONNECTIONS = (50, 1_000, 10_000)
RATE = 20_000
SETTLED_S, LONG_S = 60, 120
AROUND_S = 15
"""A moment is this long: so many seconds are looked at for the memory at one end."""


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
        per_s = _growth(_measure(server, LONG_S, rate=RATE, workers=50)) / 1e3
        print(
            f"\nAt {RATE:,} requests a second the shard grows by {per_s:.1f} kB a second "
            f"after the first {SETTLED_S} s, in the {LONG_S - SETTLED_S} s that follow."
        )


def _growth(by_second: dict[int, int]) -> float:
    """Bytes a second: what a digest takes for a moment swings by more, so medians are compared."""
    seconds = sorted(each for each in by_second if each >= SETTLED_S)
    first, last = seconds[:AROUND_S], seconds[-AROUND_S:]
    grown = median(by_second[each] for each in last) - median(by_second[each] for each in first)
    return grown / (last[0] - first[0])


def _peak(server: Server, connections: int, seconds: int) -> int:
    return max(_measure(server, seconds, workers=connections).values())


def _measure(server: Server, seconds: int, **wanted: Any) -> dict[int, int]:
    figures = json.loads(run_command(ours(server, seconds, **wanted)))
    return {int(second): taken["shard"] for second, taken in figures["taken_by_s"].items()}
