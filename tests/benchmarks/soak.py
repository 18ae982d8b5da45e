"""Long runs: what grows, what drifts, and whether every single request was counted."""

from __future__ import annotations

import json
from statistics import median
from typing import Any

from generators import CONNECTIONS, ours
from generators import run as run_command
from server import nginx
from tables import table

RATE = 2_000
SETTLED_S, AROUND_S = 60, 30
MANY, MANY_AT_MOST_S = 10_000_000, 1_800

Taken = dict[str, int]


def run(seconds: int, _: int) -> None:
    """A steady load, once: what is taken after the first minute, and at the end."""
    found, served = _sent(seconds, rate=RATE)
    print(
        f"{found['planned']:,} planned, {found['requests']:,} sent, {served:,} counted by the "
        f"server, {found['late']:,} late, {found['dropped']:,} never sent, "
        f"{found['requests'] - found['good']:,} failed.\n"
    )
    print(_growth({int(second): taken for second, taken in found["taken_by_s"].items()}))
    print(_drift(found["delay_ms_by_s"]))


def _sent(seconds: int, **wanted: int) -> tuple[dict[str, Any], int]:
    """What our load found, and how many requests the server has counted meanwhile."""
    with nginx() as server:
        before = server.counted()
        found = json.loads(run_command(ours(server, seconds, workers=CONNECTIONS, **wanted)))
        return found, server.counted() - before - 1


def _growth(by_second: dict[int, Taken]) -> str:
    """Medians of half a minute, since a digest takes more for a moment."""
    seconds = sorted(each for each in by_second if each >= SETTLED_S) or sorted(by_second)
    first, last = seconds[:AROUND_S], seconds[-AROUND_S:]
    rows = []
    for name in by_second[first[0]]:
        begun, ended = (median(by_second[each][name] for each in part) for part in (first, last))
        scale = 1e6 if name in {"shard", "parent"} else 1
        figures = (begun / scale, ended / scale, (ended - begun) / scale)
        rows.append((f"{name}, MB" if scale > 1 else name, *(f"{each:,.1f}" for each in figures)))
    after = f"after {first[0]} s" if seconds[0] else "at first"
    return table(("taken", after, f"after {last[0]} s", "growth"), rows)


def _drift(delays: list[float | None]) -> str:
    """Of a schedule that drifts, the delay grows."""
    known = [each for each in delays if each is not None]
    first, last = median(known[:SETTLED_S]), median(known[-SETTLED_S:])
    missing = len(delays) - len(known)
    return (
        f"\nSchedule delay, the median second: {first:.3f} ms in the first minute, {last:.3f} ms "
        f"in the last; {missing} of {len(delays):,} seconds are missing."
    )


def many(_: int, __: int) -> None:
    """As fast as possible, in one run, once: a number that none may be missing from."""
    found, served = _sent(MANY_AT_MOST_S, count=MANY)
    print(
        f"{found['requests']:,} sent = {found['good']:,} answered + "
        f"{found['requests'] - found['good'] - found['dropped']:,} failed + "
        f"{found['dropped']:,} dropped; {served:,} counted by the server; {found['rate']:,.0f}/s"
    )
