"""Load runs whose truth is known: response times drawn from a distribution, second by second."""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from ApiLoadLibrary.measurement.histogram import Cells
from ApiLoadLibrary.measurement.result import EndpointResult, GeneratorHealth, RunResult
from ApiLoadLibrary.measurement.tally import Second, Tally
from ApiLoadLibrary.values import Rate

MEDIAN_NS = 10_000_000
SPREAD = 0.5
P95 = 1.6448536
"""Of the standard normal distribution."""


@dataclass(frozen=True)
class Load:
    """Log-normal response times, each like the one before: AR(1), as far as `rho` says."""

    per_second: int = 1_667
    seconds: int = 60
    rho: float = 0.5

    def draw(self, random: np.random.Generator) -> NDArray[np.float64]:
        """The standard normal numbers behind a run's response times."""
        noise = random.standard_normal(self.per_second * self.seconds)
        noise[1:] *= math.sqrt(1 - self.rho**2)
        drawn: NDArray[np.float64] = signal.lfilter([1.0], [1.0, -self.rho], noise)
        return drawn


def response_times(
    drawn: NDArray[np.float64], level: float = 1.0, slowest: float = 1.0
) -> NDArray[np.int64]:
    """In ns, with a median of 10 ms.

    Args:
        drawn: From `Load.draw`.
        level: All of them take so many times as long.
        slowest: Those beyond p95 take so many times as long again.
    """
    times = MEDIAN_NS * level * np.exp(SPREAD * drawn) * np.where(drawn > P95, slowest, 1.0)
    return times.astype(np.int64)


def simulated_run(
    times: NDArray[np.int64], load: Load, run_id: str = "now", name: str = "Products"
) -> RunResult:
    """A run of one endpoint that had these response times, in their order."""
    endpoint = simulated_endpoint(times, load, name)
    return RunResult(
        id=run_id,
        name=f"Run {run_id}",
        test="A test",
        scenario="sustained",
        started_at="2026-01-01T12:00:00+00:00",
        length_ns=endpoint.length_ns,
        duration_s=float(load.seconds),
        endpoints=(endpoint,),
        generator=GeneratorHealth(1, 50, 1, 10.0, None),
    )


def simulated_endpoint(times: NDArray[np.int64], load: Load, name: str) -> EndpointResult:
    """An endpoint that had these response times, in their order."""
    tally = Tally(frozenset({200}), MEDIAN_NS)
    tally.outcomes[200] = tally.in_time = len(times)
    tally.response.success.record_many(times)
    tally.service.success.record_many(times)
    for number, second in enumerate(times.reshape(load.seconds, load.per_second)):
        tally.seconds[number] = Second(
            outcomes=Counter({200: len(second)}),
            in_time=len(second),
            judged=Cells.of(second),
            judged_sum_ns=int(second.sum()),
        )
    rate = Rate.parse(f"{load.per_second}/s")
    return EndpointResult(
        name=name,
        method="GET",
        path=f"/{name}",
        rate=rate,
        offered=str(rate),
        planned=len(times),
        length_ns=load.seconds * 1_000_000_000,
        threshold_ns=None,
        tally=tally,
    )
