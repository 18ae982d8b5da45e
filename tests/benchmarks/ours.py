"""One load run of ours, in a process of its own that can be pinned and measured like the others.

    python ours.py '{"url": "http://127.0.0.1:8080/", "seconds": 5, "workers": 50}'

With a `rate` per second it is sustained, else it is as fast as possible, with a `count` until there
were so many; it goes to a `path` below the URL.  It prints what it measured as JSON.
"""

from __future__ import annotations

import contextlib
import json
import os
import sys
from pathlib import Path
from typing import Any

import psutil

sys.path.insert(0, str(Path(__file__).parents[2] / "libraries"))

from ApiLoadLibrary.measurement.histogram import Histogram
from ApiLoadLibrary.measurement.result import RunResult, merged
from ApiLoadLibrary.scenarios.load import overload
from ApiLoadLibrary.session.config import LoadTestConfig
from ApiLoadLibrary.session.identity import Identity
from ApiLoadLibrary.session.tester import LoadTester, Moment, as_fast_as_possible, sustained
from ApiLoadLibrary.values import NS_PER_S, Duration, Rate
from ApiLoadLibrary.workload.endpoint import Endpoint

SHARES = {"p50": 0.50, "p95": 0.95, "p99": 0.99, "max": 1.0}


def main() -> None:
    """Make the run that the argument describes."""
    wanted = json.loads(sys.argv[1])
    length = Duration(wanted["seconds"] * NS_PER_S)
    rate = wanted.get("rate")
    load = as_fast_as_possible(length)
    if rate:
        load = sustained(Rate.parse(f"{rate}/s"), length)
    elif count := wanted.get("count"):
        load = overload(wanted["workers"], count // wanted["workers"], length)
    config = LoadTestConfig().changed(
        base_url=wanted["url"],
        workers=wanted["workers"],
        shards=1,
        verify=wanted.get("authority") or True,
    )
    tester = LoadTester(config, Identity(lambda: config))
    kept: list[RunResult] = []
    watch = Watch()
    endpoint = Endpoint("A", "GET", f"/{wanted.get('path', '')}")
    tester.run(tester.plan([endpoint], load, "benchmark"), "", watch, kept.append)
    print(json.dumps({**_figures(kept[0]), "taken_by_s": watch.by_second}))


class Watch:
    """Notes once a second what the shard and its parent take."""

    def __init__(self) -> None:
        self.by_second: dict[int, dict[str, int]] = {}

    def __call__(self, moment: Moment) -> None:
        second = int(moment.elapsed_s)
        if second in self.by_second:
            return
        parent = psutil.Process(os.getpid())
        children = parent.children(recursive=True)
        with contextlib.suppress(psutil.NoSuchProcess, ValueError):  # one that has just ended
            taken = {
                "shard": max(each.memory_info().rss for each in children),
                "parent": parent.memory_info().rss,
                "descriptors": sum(each.num_fds() for each in (parent, *children)),
                "threads": sum(each.num_threads() for each in (parent, *children)),
            }
            if taken["shard"]:
                self.by_second[second] = taken


def _figures(run: RunResult) -> dict[str, Any]:
    delay = run.schedule_delay()
    service = merged(each.tally.service.judged() for each in run.endpoints)
    return {
        "rate": run.outcomes[200] * 1e9 / run.length_ns,
        "planned": run.planned,
        "requests": run.requests,
        "good": run.outcomes[200],
        "late": run.late,
        "dropped": run.dropped,
        "delay_ms": _times(delay),
        "delay_ms_by_s": _delays(run),
        "service_ms": _times(service),
        "reasons": run.generator.reasons,
    }


def _delays(run: RunResult) -> list[float | None]:
    """The average schedule delay of each second, in ms; None where nothing was sent."""
    (endpoint,) = run.endpoints
    seconds = endpoint.tally.seconds
    found = [seconds.get(each) for each in range(run.length_ns // NS_PER_S)]
    return [
        (each.judged_sum_ns - each.served_sum_ns) / each.requests / 1e6 if each else None
        for each in found
    ]


def _times(times: Histogram) -> dict[str, float]:
    """In ms."""
    found = {name: times.quantile(share) for name, share in SHARES.items()}
    return {name: (ns or 0) / 1e6 for name, ns in {"mean": times.mean_ns, **found}.items()}


if __name__ == "__main__":
    main()
