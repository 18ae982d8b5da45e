"""Makes load runs in tests, in plain Python."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.scenarios.plan import LoadPlan
from ApiLoadLibrary.session.config import LoadTestConfig
from ApiLoadLibrary.session.http import guarded_session
from ApiLoadLibrary.session.tester import LoadTester, Moment, Watcher
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
    return LoadTester(config, guarded_session(lambda: config.allowed))


def sustain(
    address: str,
    endpoints: Sequence[Endpoint],
    rate: str,
    duration: str,
    watch: Watcher = watch_nothing,
    **settings: Any,
) -> RunResult:
    """Sustain a rate on each endpoint and return the result."""
    makes = load_tester(address, **settings)
    kept: list[RunResult] = []
    plan: LoadPlan = makes.plan_sustained(
        endpoints, Rate.parse(rate), Duration.parse(duration), "test"
    )
    makes.run(plan, "test", watch, kept.append)
    return kept[0]


def get(path: str, **settings: Any) -> Endpoint:
    """An endpoint that gets a path."""
    return Endpoint(f"Get {path}", "GET", path, **settings)
