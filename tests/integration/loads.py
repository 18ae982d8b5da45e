"""Makes load runs in tests, in plain Python."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.session.config import LoadTestConfig
from ApiLoadLibrary.session.identity import Identity
from ApiLoadLibrary.session.tester import Load, LoadTester, Moment, Watcher, sustained
from ApiLoadLibrary.values import Duration, Rate
from ApiLoadLibrary.workload.endpoint import Endpoint


def watch_nothing(moment: Moment) -> None:
    """A watcher that looks away."""


def load_tester(address: str, **settings: Any) -> LoadTester:
    """A load tester that is allowed to go to this address."""
    written = {"timeout": "2 s", **settings}
    values = {"timeout": Duration.parse, "max_rate": Rate.parse}
    config = LoadTestConfig().changed(
        base_url=address,
        **{name: values.get(name, lambda each: each)(value) for name, value in written.items()},
    )
    return LoadTester(config, Identity(lambda: config))


def sustain(
    address: str,
    endpoints: Sequence[Endpoint],
    rate: str,
    duration: str,
    watch: Watcher = watch_nothing,
    **settings: Any,
) -> RunResult:
    """Sustain a rate on each endpoint and return the result."""
    return send(address, endpoints, steady(rate, duration), watch, **settings)


def steady(rate: str, duration: str) -> Load:
    """A constant rate, as a suite writes it."""
    return sustained(Rate.parse(rate), Duration.parse(duration))


def send(
    address: str,
    endpoints: Sequence[Endpoint],
    load: Load,
    watch: Watcher = watch_nothing,
    **settings: Any,
) -> RunResult:
    """Send a load to each endpoint and return the result."""
    makes = load_tester(address, **settings)
    kept: list[RunResult] = []
    makes.run(makes.plan(endpoints, load, "test"), "test", watch, kept.append)
    return kept[0]


def get(path: str, **settings: Any) -> Endpoint:
    """An endpoint that gets a path."""
    return Endpoint(f"Get {path}", "GET", path, **settings)
