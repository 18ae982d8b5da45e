"""What a missed requirement means for those who wait: counted, not guessed."""

from __future__ import annotations

from ApiLoadLibrary.measurement.histogram import Histogram

from . import formats
from .document import Criterion, Document, Endpoint, Run

__all__ = ["meaning"]

NS_PER_MS = 1_000_000
MOST_CAUSES = 3


def meaning(document: Document, criterion: Criterion) -> str:
    """A sentence or two on a criterion that was not met; empty where nothing can be counted."""
    run = next((each for each in document.runs if each.id == criterion.run), None)
    if run is None:
        return ""
    metric = criterion.metric.casefold()
    if criterion.unit == "ms":
        return _slow(run, criterion) if "service" not in metric else ""
    if metric == "error rate":
        return _failed(run, criterion)
    if metric == "achieved rate":
        return _not_carried(run, criterion)
    return _full(document, run, metric) if criterion.scope is None else ""


def _endpoints(run: Run, criterion: Criterion) -> list[Endpoint]:
    """Those that the criterion is about."""
    return [each for each in run.endpoints if criterion.endpoint in (None, each.name)]


def _to(criterion: Criterion) -> str:
    return f" to {criterion.endpoint}" if criterion.endpoint else ""


def _slow(run: Run, criterion: Criterion) -> str:
    histograms = [
        Histogram.decode(each.histogram) for each in _endpoints(run, criterion) if each.histogram
    ]
    total = sum(each.count for each in histograms)
    above = sum(each.count_above(round(criterion.target * NS_PER_MS)) for each in histograms)
    if not above:
        return ""
    share = formats.percent(100 * above / total)
    limit = formats.limit(criterion.target, "ms")
    return (
        f"{above:,} of {formats.plural(total, 'request')}{_to(criterion)} ({share}) took longer "
        f"than {limit}{_per_time(run, above)}."
    )


def _failed(run: Run, criterion: Criterion) -> str:
    endpoints = _endpoints(run, criterion)
    causes: dict[str, int] = {}
    for failure in (each for endpoint in endpoints for each in endpoint.failures):
        causes[failure.what] = causes.get(failure.what, 0) + failure.count
    errors, total = sum(causes.values()), sum(each.requests for each in endpoints)
    if not errors:
        return ""
    worst = sorted(causes.items(), key=lambda each: -each[1])[:MOST_CAUSES]
    told = "; ".join(f"{count:,} × {what}" for what, count in worst)
    return (
        f"{errors:,} of {formats.plural(total, 'request')}{_to(criterion)} went wrong"
        f"{_per_time(run, errors)}: {told}{'; and others' if len(causes) > MOST_CAUSES else ''}."
    )


def _not_carried(run: Run, criterion: Criterion) -> str:
    endpoints = _endpoints(run, criterion)
    total = sum(each.requests for each in endpoints)
    late = sum(each.late for each in endpoints)
    dropped = sum(each.dropped for each in endpoints)
    return (
        f"Of {formats.plural(total, 'request')}{_to(criterion)} {late:,} were sent late "
        f"and {dropped:,} never."
    )


def _full(document: Document, run: Run, metric: str) -> str:
    use = next((each for each in document.resources if each.run == run.id), None)
    summary = getattr(use, f"{metric}_percent", None)
    if use is None or summary is None:
        return ""
    average, peak = formats.percent(summary.average), formats.percent(summary.peak)
    return f"On {use.host} it was {average} on average and {peak} at its peak."


def _per_time(run: Run, count: int) -> str:
    """`, about 82 a minute`; empty where the run is too short to say so."""
    if run.length_s < 10:
        return ""
    per_minute = count * 60 / run.length_s
    if per_minute >= 10:
        return f", about {round(per_minute):,} a minute"
    return f", about {max(1, round(per_minute * 60)):,} an hour"
