"""Makes floods of WebSocket connections in tests, in plain Python."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from ApiLoadLibrary.measurement.readings import Reading
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.scenarios.flood import Flood, connections_to
from ApiLoadLibrary.scenarios.flood_conclusion import concluding
from ApiLoadLibrary.session.tester import Watcher
from ApiLoadLibrary.values import Duration
from ApiLoadLibrary.workload.message import MESSAGE, MessageRate

from .loads import load_tester, watch_nothing


class Enough(Exception):
    """A watcher raises it to stop the run, as a time-out does."""


def flood(
    address: str,
    path: str,
    *,
    watch: Watcher = watch_nothing,
    headers: Mapping[str, str] | None = None,
    settings: Mapping[str, Any] | None = None,
    **asked: Any,
) -> RunResult:
    """Flood a server and return the result, concluded.

    Args:
        settings: Of the load tester.
        asked: Of `Flood`, times and rates as a suite writes them.
    """
    planned = flood_of(**asked)
    makes = load_tester(address, **(settings or {}))
    endpoint = connections_to(path, dict(headers or {}), None)
    kept: list[RunResult] = []
    plan = makes.plan_flood(planned, endpoint, endpoint, "test")
    with contextlib.suppress(Enough):
        makes.run(plan, "test", watch, kept.append)
    return concluding(planned)(kept[0])


def flood_of(**asked: Any) -> Flood:
    """What is asked for; where nothing is said, 20 connections with 100 messages."""
    given: dict[str, Any] = {
        "count": 20,
        "over": "0.4 s",
        "hold": "1 s",
        "messages": "100/s",
        "message": MESSAGE,
        **asked,
    }
    for name in ("over", "hold", "reconnect", "ping"):
        if name in given:
            given[name] = Duration.parse(given[name])
    if given["messages"] is not None:
        given["messages"] = MessageRate.parse(given["messages"])
    return Flood(**given)


def reading(run: RunResult, metric: str) -> Reading:
    """What a flood has left of this metric."""
    return next(each for each in run.readings if each.metric == metric)


def ends(run: RunResult) -> dict[str, int]:
    """How many connections ended with each code, as a server counts them."""
    found: dict[str, int] = {}
    for row in run.details["ends"]:
        found[str(row["code"])] = found.get(str(row["code"]), 0) + row["count"]
    return found
