"""Runs that are compared with earlier ones, and the judge of that."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ApiLoadLibrary.criteria.baseline import Baseline, added
from ApiLoadLibrary.criteria.judgement import Judgement
from ApiLoadLibrary.criteria.regression import judge_regression
from ApiLoadLibrary.measurement.result import EndpointResult, RunResult
from ApiLoadLibrary.values import Percent
from simulated import Load, response_times, simulated_run
from unit.criteria.builders import a_run

LOAD = Load(per_second=200, seconds=60, rho=0.5)


def run_of(
    *, seed: int = 0, run_id: str = "now", level: float = 1, slowest: float = 1
) -> RunResult:
    """12,000 requests in a minute, median 10 ms."""
    drawn = LOAD.draw(np.random.default_rng(seed))
    return simulated_run(response_times(drawn, level, slowest), LOAD, run_id)


def baseline_of(*runs: RunResult) -> Baseline:
    """Earlier runs, numbered."""
    baseline = Baseline("baseline.json", ())
    for number, run in enumerate(runs):
        baseline = added(baseline, replace(run, id=f"then-{number}"))
    return baseline


def earlier(levels: Sequence[float]) -> Baseline:
    """Earlier runs at these levels."""
    return baseline_of(*(run_of(seed=90 + i, level=each) for i, each in enumerate(levels)))


def judge(
    run: RunResult, baseline: Baseline, tolerance: float = 5, confidence: float = 0.95
) -> Judgement:
    return judge_regression(run, baseline, Percent(tolerance), confidence)


def of(*endpoints: EndpointResult, **traits: str) -> RunResult:
    return replace(a_run(*endpoints, **traits), id="now")  # type: ignore[arg-type]
