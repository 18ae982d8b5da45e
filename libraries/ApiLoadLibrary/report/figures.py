"""The charts of a load run: which lines, which limit, and what they say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from ApiLoadLibrary.measurement.result import CLOSED

from . import formats
from .document import Criterion, Endpoint, Run, Second, Verdict
from .drawing import Chart, Limit, Line, Table
from .requirement import has_own_limits, scope_of, share_words

__all__ = ["decisive_chart", "rate_chart", "response_chart", "strictest"]

LINES = {"p99": ("l3", "p99_ms"), "p95": ("l2", "p95_ms"), "median": ("l1", "p50_ms")}
"""Each percentile of the chart: its look, and its field in a second."""
CARRIED = "Each worker sent its next request when its last was answered."
MOST_ROWS = 100
ROW_STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600)


def response_chart(run: Run, criteria: Sequence[Criterion] = ()) -> Chart:
    """Response times over time: half, 95 and 99 of 100 requests.

    Args:
        criteria: Of this run; one that holds for all of its requests gives the limit.
    """
    judged, limit = strictest(run, criteria)
    lines = tuple(
        Line(share_words(metric) or "", role, tuple(getattr(each, name) for each in run.timeline))
        for metric, (role, name) in LINES.items()
    )
    endpoints = run.endpoints[0].name if len(run.endpoints) == 1 else "all endpoints"
    return Chart(
        title=f"Response times of {endpoints}, second by second",
        caption=_response_caption(lines[list(LINES).index(judged)], limit),
        unit="ms",
        length_s=len(run.timeline),
        lines=lines,
        band=True,
        limit=limit,
        table=_table(
            run.timeline,
            "Response times",
            {line.label.capitalize(): _slowest(name) for line, (_, name) in _named(lines)},
        ),
    )


def _named(lines: Sequence[Line]) -> list[tuple[Line, tuple[str, str]]]:
    """The lines with their roles and fields, the fastest first."""
    return list(zip(lines, LINES.values(), strict=True))[::-1]


def _percentile(criterion: Criterion) -> str:
    metric = criterion.metric.casefold().removesuffix(" response time")
    return "median" if metric == "p50" else metric


def strictest(run: Run, criteria: Sequence[Criterion]) -> tuple[str, Limit | None]:
    """The strictest limit that holds for every request of the run, and its percentile."""
    limits = [
        (_percentile(each), _as_limit(each, run))
        for each in criteria
        if _percentile(each) in LINES
        and each.operator.startswith("<")
        and "during" not in each.when
        and (len(run.endpoints) == 1 or scope_of(each) is None)
    ]
    return min(limits, key=lambda each: each[1].value, default=("p95", None))


def _as_limit(criterion: Criterion, run: Run) -> Limit:
    """Its target; where each endpoint has its own, the strictest of these."""
    own = has_own_limits(criterion)
    targets = {each.threshold_ms for each in run.endpoints if each.threshold_ms} if own else set()
    target = min(targets, default=criterion.target)
    least = "≥ " if len(targets) > 1 else ""
    return Limit(target, f"limit {least}{formats.limit(target, 'ms')}")


def _response_caption(line: Line, limit: Limit | None) -> str:
    known = [value for value in line.values if value is not None]
    if not known:
        return "No request was answered."
    who = "half of the requests" if line.label == "half" else f"{line.label} requests"
    slowest = formats.milliseconds(max(known))
    if limit is None:
        fastest = formats.milliseconds(min(known))
        return f"In the best second {who} took up to {fastest}, in the worst up to {slowest}."
    within = sum(value <= limit.value for value in known)
    seconds = f"{within} of {len(known)} seconds" if within else f"none of {len(known)} seconds"
    seconds = "every second" if within == len(known) else seconds
    bound = formats.limit(limit.value, "ms")
    return f"In {seconds} {who} stayed within {bound}; the slowest second reached {slowest}."


def rate_chart(run: Run) -> Chart:
    """Requests a second: how many were due, and how many were sent in their time.

    In the closed model none is due before it is sent.
    """
    closed = run.scenario in CLOSED
    offered = tuple(_whole(run, each, each.offered) for each in run.timeline)
    achieved = tuple(_whole(run, each, each.achieved) for each in run.timeline)
    both = (Line("offered", "under", offered), Line("achieved", "l1", achieved))
    lines = (Line("carried", "l1", achieved),) if closed else both
    return Chart(
        title="Requests a second" if closed else "Requests a second, offered and achieved",
        caption=CARRIED if closed else _rate_caption(run),
        unit="/s",
        length_s=len(run.timeline),
        lines=lines,
        band=False,
        limit=None,
        table=_table(
            run.timeline,
            "Requests",
            {
                name.capitalize(): _sum(name)
                for name in ("offered", "achieved", "late", "dropped", "errors")
            },
        ),
    )


def _whole(run: Run, second: Second, value: int) -> float | None:
    """Nothing of a last second that the schedule leaves half-way: it would look like a fall."""
    return float(value) if second.second + 1 <= max(run.length_s, 1) else None


def _rate_caption(run: Run) -> str:
    due = sum(each.offered for each in run.timeline)
    missed = due - sum(each.achieved for each in run.timeline)
    if not due:
        return "No request was due."
    if not missed:
        return "Every request was sent in its time."
    share = formats.percent(100 * (due - missed) / due)
    return f"{share} of the requests were sent in their time; {missed:,} were late or never sent."


def decisive_chart(run: Run, criteria: Iterable[Criterion]) -> Chart | None:
    """The endpoint that decided against a p95 limit, by itself, in a run with others."""
    for criterion in criteria:
        endpoint = next((each for each in run.endpoints if each.name == criterion.endpoint), None)
        missed = criterion.verdict is not Verdict.PASS and criterion.metric.casefold() == "p95"
        if endpoint and missed and len(run.endpoints) > 1:
            limit = Limit(criterion.target, f"limit {formats.limit(criterion.target, 'ms')}")
            return _endpoint_chart(run, endpoint, limit)
    return None


def _endpoint_chart(run: Run, endpoint: Endpoint, limit: Limit) -> Chart:
    line = Line(share_words("p95") or "", "l1", endpoint.p95_ms_by_second)
    seconds = range(len(run.timeline))

    def slowest(span: Sequence[Second]) -> str:
        values = [endpoint.p95_ms_by_second[each.second] for each in span]
        return formats.milliseconds(max((v for v in values if v is not None), default=None))

    return Chart(
        title=f"{endpoint.name}, second by second",
        caption=_response_caption(line, limit),
        unit="ms",
        length_s=len(seconds),
        lines=(line,),
        band=False,
        limit=limit,
        table=_table(run.timeline, endpoint.name, {"95 of 100": slowest}),
    )


Column = Callable[[Sequence[Second]], str]


def _slowest(name: str) -> Column:
    def column(span: Sequence[Second]) -> str:
        known = [getattr(each, name) for each in span if getattr(each, name) is not None]
        return formats.milliseconds(max(known, default=None))

    return column


def _sum(name: str) -> Column:
    return lambda span: formats.count(sum(getattr(each, name) for each in span))


def _table(timeline: Sequence[Second], caption: str, columns: dict[str, Column]) -> Table:
    """A row per second; of a long run a row per several, with their sums or slowest second."""
    steps = (step for step in ROW_STEPS_S if len(timeline) <= step * MOST_ROWS)
    step = next(steps, -(-len(timeline) // MOST_ROWS))
    spans = [timeline[start : start + step] for start in range(0, len(timeline), step)]
    if step > 1:
        caption += f"; each row is {formats.duration(step)}, response times of its slowest second"
    return Table(
        caption=caption,
        head=("Time", *columns),
        rows=tuple(
            (formats.clock(span[0].second), *(column(span) for column in columns.values()))
            for span in spans
        ),
    )
