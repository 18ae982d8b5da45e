"""Documents that show one problem each, made from requests and judged by real criteria."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from ApiLoadLibrary.measurement.resources import ResourceSample
from ApiLoadLibrary.measurement.result import MonitoredHost, RunResult
from ApiLoadLibrary.measurement.watched import WatchedKind
from ApiLoadLibrary.report.advice import RULES, Found, Rule, look
from ApiLoadLibrary.report.build import build_document
from ApiLoadLibrary.report.document import (
    Distribution,
    Document,
    Monitored,
    MonitoredFigure,
    Run,
    Second,
)
from ApiLoadLibrary.report.record import JudgedCriterion
from unit.criteria.builders import Request, a_run, an_endpoint, judge
from unit.report import samples

HOST = "pos-1"
PER_S = 20

Times = Callable[[int, int], float]
"""Milliseconds of a request by its second and its number in it."""


def spoken(document: Document, *, of: str | None = None) -> dict[str, list[Found]]:
    """What was found, by rule; only those rules that found anything."""
    found = {rule.name: founds for rule, founds in look(document) if founds}
    return found if of is None else {of: found.get(of, [])}


def rule_named(name: str) -> Rule:
    return next(each for each in RULES if each.name == name)


def noise(seed: int = 1, spread: float = 0.2) -> Callable[[], float]:
    """Factors around one, log-normal, always the same ones."""
    random = np.random.default_rng(seed)
    return lambda: float(random.lognormal(0, spread))


def steady(ms: float = 10.0, seed: int = 1, spread: float = 0.2) -> Times:
    factor = noise(seed, spread)
    return lambda _second, _number: ms * factor()


def endpoint_of(
    times: Times,
    name: str = "Products",
    method: str = "GET",
    *,
    seconds: int = 60,
    per_s: int = PER_S,
    outcome: Callable[[int, int], int] = lambda _second, _number: 200,
    delay: Times = lambda _second, _number: 0.0,
    threshold_ms: float | None = None,
) -> Any:
    requests = [
        Request(
            times(second, number),
            outcome(second, number),
            delay(second, number),
            busy=delay(second, number) > 0,
        )
        for second in range(seconds)
        for number in range(per_s)
    ]
    made = an_endpoint(requests, name, rate=f"{per_s}/s", threshold_ms=threshold_ms)
    return replace(made, method=method)


def host_of(cpu: Sequence[float], memory: Sequence[float] = (), name: str = HOST) -> MonitoredHost:
    """A host by the second; memory in GB out of ten."""
    used = memory or [4.0] * len(cpu)
    return MonitoredHost(
        name,
        tuple(
            ResourceSample(float(second), busy, 10 * gb, round(gb * 1e9), 30.0, 1e5, 2e5)
            for second, (busy, gb) in enumerate(zip(cpu, used, strict=True), 1)
        ),
    )


def run_of(*endpoints: Any, host: MonitoredHost | None = None, **changes: Any) -> RunResult:
    run = a_run(*endpoints, workers=changes.pop("workers", 50))
    return replace(run, host=host, **changes)


def watched_process(
    document: Document, kind: WatchedKind = WatchedKind.PROCESS, **values: float | Sequence[float]
) -> Document:
    """The document with figures of something that was watched in its only run."""
    (run,) = document.runs
    at_s = tuple(float(second) for second in range(1, len(run.timeline) + 1))
    figures = []
    for name, value in values.items():
        each = tuple(value) if isinstance(value, Sequence) else (float(value),) * len(at_s)
        figures.append(MonitoredFigure(name, False, None, None, None, each))
    made = Monitored(run.id, "Shop", kind, True, at_s, tuple(figures))
    return replace(document, monitored=(made,))


def judged(
    *runs: RunResult, criteria: Sequence[str] = (), change: Callable[[Run], Run] | None = None
) -> Document:
    """A document of these runs, each judged by these criteria.

    Args:
        change: What is done to each run of the document, which requests cannot bring about.
    """
    verdicts = tuple(
        JudgedCriterion(f"C{number}", judge(text, run), "Suite.Test")
        for number, (run, text) in enumerate(((run, text) for run in runs for text in criteria), 1)
    )
    document = build_document(samples.session(runs=runs, criteria=verdicts))
    if change is None:
        return document
    return replace(document, runs=tuple(map(change, document.runs)))


def passing() -> Document:
    """Nothing is wrong, in two minutes on three endpoints."""
    endpoints = [
        endpoint_of(steady(10, 1), seconds=120),
        endpoint_of(steady(12, 2), "Orders", seconds=120),
        endpoint_of(steady(15, 3), "Create Order", "POST", seconds=120),
    ]
    run = run_of(*endpoints, host=host_of([40.0] * 120))
    return judged(run, criteria=("p95 < 50 ms", "error rate < 1 %", "cpu < 90 %"))


def distribution(ms: float, count: int, mean: float | None = None) -> Distribution:
    return Distribution(count, ms if mean is None else mean, *[ms] * 7)


def rising(
    rates: Sequence[int],
    p95_ms: Callable[[int], float],
    *,
    scenario: str = "ramp",
    cpu: Callable[[int], float] | None = None,
    errors: Callable[[int], int] = lambda _rate: 0,
    criteria: Sequence[str] = ("p95 < 50 ms",),
) -> Document:
    """A run in which the rate of each second is as given, and the rest follows from it."""
    result = run_of(
        endpoint_of(steady(), seconds=len(rates)),
        host=None if cpu is None else host_of([cpu(rate) for rate in rates]),
        scenario=scenario,
    )
    document = judged(result, criteria=criteria)

    def change(run: Run) -> Run:
        timeline = tuple(
            Second(
                second, rate, rate, errors(rate), 0, 0, p95_ms(rate) / 2, p95_ms(rate),
                2 * p95_ms(rate),
            )
            for second, rate in enumerate(rates)
        )  # fmt: skip
        (endpoint,) = run.endpoints
        by_second = tuple(each.p95_ms for each in timeline)
        return replace(
            run,
            timeline=timeline,
            endpoints=(replace(endpoint, p95_ms_by_second=by_second),),
        )

    return replace(document, runs=tuple(map(change, document.runs)))
