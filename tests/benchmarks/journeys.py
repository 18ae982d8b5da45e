"""Journeys of four steps at the highest rate: 50,000 users, each with what is its own.

The shop, a server in Python, and the load generator share the machine's cores; the shop is the
slower one.  It knows each of its customers and counts every value, cookie and connection that is
another's.
"""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).parents[1]))

from tables import table

from ApiLoadLibrary.session.tester import Moment
from ApiLoadLibrary.values import NS_PER_S, Duration
from integration.journeys import shopping, visit_of
from rig.process import coffee_shop, truth

USERS = 50_000
RATES = (1_000, 500)
"""Journeys a second, the highest first: until one is carried."""

THINKERS = ("250/s", 40, "60 s")
"""10,000 users who think at once."""


def run(_seconds: int, _rounds: int) -> None:
    """At the highest rate that is carried; and with as many users who think at once."""
    head = (
        *("journeys/s", "users", "finished", "wrong", "late", "never began"),
        *("p95 waited", "at once", "ours, MB"),
    )
    rows = []
    for rate in RATES:
        row, carried = _row(f"{rate}/s", USERS / rate)
        rows.append(row)
        if carried:
            break
    rows.append(_row(*THINKERS)[0])
    print(table(head, rows), flush=True)


def _row(rate: str, seconds: float, think: str | None = None) -> tuple[tuple[str, ...], bool]:
    options = ("--reconnect",) if think else ()
    with coffee_shop(*options) as address:
        session = shopping(address, workers=400, timeout=Duration(30 * NS_PER_S))
        visit = visit_of(session, rate, f"{seconds:g} s", think=think)
        peak = _Peak()
        result = session.run(visit.plan("Coffee", None), peak, visit.conclude)
        found = truth(address)
    (journey,) = result.details["journeys"]
    waited = journey["response_time_ms"]["p95"]
    carried = not journey["never_begun"] and not result.generator.reasons
    row = (
        *(rate, f"{journey['planned']:,}", f"{journey['finished']:,}"),
        *(f"{found['wrong_count']:,}", f"{result.late:,}", f"{journey['never_begun']:,}"),
        *("–" if waited is None else f"{waited:,.1f} ms", f"{result.details['most_users']:,}"),
        f"{peak.bytes / 1e6:,.0f}",
    )
    return row, carried


class _Peak:
    """Watches the memory of the shards while load runs."""

    def __init__(self) -> None:
        self.bytes = 0

    def __call__(self, moment: Moment) -> None:
        for child in psutil.Process().children():
            with contextlib.suppress(psutil.Error):  # it may just have ended
                if "ApiLoadLibrary.engine.shard" in child.cmdline():
                    self.bytes = max(self.bytes, child.memory_info().rss)
