"""A load run's section of the page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ApiLoadLibrary.measurement.result import CLOSED

from . import formats
from .bars import BarChart
from .charts import trend
from .distribution import distribution_chart
from .document import Distribution, Document, Endpoint, Run
from .drawing import Chart, Table
from .failure_chart import failure_chart
from .figures import decisive_chart, rate_chart, response_chart
from .scenario_details import Details
from .view_details import view_details
from .view_tables import failures, run_tables
from .words import load_sentence, steadiness

__all__ = ["EndpointRow", "RunView", "endpoint_rows", "view_run", "view_run_alone"]


LEAST_SECONDS = 3
"""In fewer nothing develops: a chart by the second would be a dot."""
USUAL_TRANSPORT = "http1"
"""Any other is said."""


@dataclass(frozen=True, slots=True)
class EndpointRow:
    """An endpoint in the table, by its rank.

    Attributes:
        bars: Lengths of mean, 95 and 99 of 100, as percentages of the longest of all.
        trend: The 95th percentile over time, as a path in a box of 100 by 24.
    """

    rank: int
    endpoint: Endpoint
    good: str
    mean: str
    p95: str
    p99: str
    bars: tuple[float, float, float] | None
    trend: str


@dataclass(frozen=True, slots=True)
class RunView:
    """A load run.

    Attributes:
        short: Its figures in the list of all load runs, by the names of their columns.
    """

    anchor: str
    run: Run
    sentence: str
    chips: tuple[str, ...]
    short: tuple[tuple[str, str], ...]
    charts: tuple[Chart, ...]
    spread: BarChart | None
    endpoints: tuple[EndpointRow, ...]
    failing: BarChart | None
    failures: tuple[tuple[str, str, str, str], ...]
    tables: tuple[Table, ...]
    details: Details | None = None


def view_run(number: int, run: Run, document: Document) -> RunView:
    """The section of a run."""
    criteria = [each for each in document.criteria if each.run == run.id]
    charts = (response_chart(run, criteria), decisive_chart(run, criteria), rate_chart(run))
    return replace(
        view_run_alone(run),
        anchor=f"run-{number}",
        charts=tuple(each for each in charts if each and each.length_s >= LEAST_SECONDS),
        spread=distribution_chart(run, criteria),
        failing=failure_chart(run),
        tables=run_tables(run),
        details=view_details(run),
    )


def view_run_alone(run: Run) -> RunView:
    """What can be shown of a run before anybody has judged it, without its charts."""
    return RunView(
        anchor=run.id,
        run=run,
        sentence=f"{load_sentence(run)} {steadiness(run)}".rstrip(),
        chips=tuple(_chips(run)),
        short=_short(run),
        charts=(),
        spread=None,
        endpoints=tuple(endpoint_rows(run)),
        failing=None,
        failures=failures(run),
        tables=(),
    )


def _chips(run: Run) -> Iterator[str]:
    if run.scenario in CLOSED:
        yield f"carried {formats.rate(run.achieved_rate_per_s)}"
        yield f"with {formats.plural(run.generator.workers, 'worker')}"
    else:
        yield f"offered {formats.rate(run.offered_rate_per_s)}"
        yield f"achieved {formats.rate(run.achieved_rate_per_s)}"
        yield f"late {run.late:,}"
        yield f"never sent {run.dropped:,}"
    if run.generator.transport != USUAL_TRANSPORT:
        yield f"sent by {run.generator.transport}"
    if run.generator.ceiling_per_s:
        yield f"ceiling {formats.rate(run.generator.ceiling_per_s)}"
    if run.stopped:
        yield f"cut short: {run.stopped}"


def _short(run: Run) -> tuple[tuple[str, str], ...]:
    times = run.response_time_ms
    return (
        ("Requests", formats.count(run.requests)),
        ("Good", _good(run)),
        ("Half", formats.milliseconds(times.median if times else None)),
        ("95 of 100", formats.milliseconds(times.p95 if times else None)),
    )


def endpoint_rows(run: Run) -> Iterator[EndpointRow]:
    """From the fastest on average to the slowest; last, those without an answer."""
    timed = [each.response_time_ms for each in run.endpoints if each.response_time_ms]
    longest = max((each.p99 for each in timed), default=0.0)
    ranked = sorted(run.endpoints, key=_mean)
    for rank, endpoint in enumerate(ranked, 1):
        times = endpoint.response_time_ms
        yield EndpointRow(
            rank=rank,
            endpoint=endpoint,
            good=_good(endpoint),
            mean=formats.milliseconds(times.mean if times else None),
            p95=formats.milliseconds(times.p95 if times else None),
            p99=formats.milliseconds(times.p99 if times else None),
            bars=_bars(times, longest),
            trend=trend(endpoint.p95_ms_by_second),
        )


def _mean(endpoint: Endpoint) -> float:
    return endpoint.response_time_ms.mean if endpoint.response_time_ms else float("inf")


def _good(sent: Endpoint | Run) -> str:
    if sent.error_rate is None:
        return formats.NOTHING
    return formats.percent(100 * (1 - sent.error_rate))


def _bars(times: Distribution | None, longest: float) -> tuple[float, float, float] | None:
    if times is None or not longest:
        return None
    mean, p95, p99 = (round(100 * each / longest, 1) for each in (times.mean, times.p95, times.p99))
    return min(mean, 100.0), p95, p99
