"""The tables of a load run that an engineer digs into."""

from __future__ import annotations

from itertools import groupby

from . import formats
from .document import Endpoint, GeneratorHost, Phase, RequestSample, Run
from .drawing import Table

__all__ = ["failures", "run_tables"]

MOST_SAMPLES = 15
"""Requests of one reason on the page; the JSON has those of every endpoint."""


def run_tables(run: Run) -> tuple[Table, ...]:
    """Phases, response times in full, status codes, requests worth a look; who sent them."""
    return (_phases(run), _times(run), _statuses(run), _samples(run), _hosts(run))


def failures(run: Run) -> tuple[tuple[str, str, str, str], ...]:
    """Endpoint, what happened, blame and count; the most frequent first."""
    found = [(endpoint.name, each) for endpoint in run.endpoints for each in endpoint.failures]
    found.sort(key=lambda each: -each[1].count)
    rows = ((name, each.what, each.blame.value, each.count) for name, each in found)
    return tuple((name, what, blame, formats.count(count)) for name, what, blame, count in rows)


def _phases(run: Run) -> Table:
    head = ("Phase", "From", "To", "Judged", "Requests", "Failed", "Average", "95 of 100")
    return Table("Phases", head, tuple(map(_phase_row, run.phases)))


def _phase_row(phase: Phase) -> tuple[str, ...]:
    times = phase.response_time_ms
    return (
        phase.name,
        formats.duration(phase.start_s),
        formats.duration(phase.end_s),
        "yes" if phase.judged else "no",
        formats.count(phase.requests),
        formats.count(phase.errors),
        formats.milliseconds(times.mean if times else None),
        formats.milliseconds(times.p95 if times else None),
    )


def _times(run: Run) -> Table:
    shares = ("90 of 100", "95 of 100", "99 of 100", "999 of 1,000")
    others = ("Longest", "Service 95 of 100", "First byte, half")
    head = ("Endpoint", "Shortest", "Average", "Half", *shares, *others)
    return Table("Response times in full", head, tuple(_times_of(each) for each in run.endpoints))


def _times_of(endpoint: Endpoint) -> tuple[str, ...]:
    names = ("min", "mean", "median", "p90", "p95", "p99", "p99_9", "max")
    asked = [(endpoint.response_time_ms, name) for name in names]
    asked += [(endpoint.service_time_ms, "p95"), (endpoint.first_byte_ms, "median")]
    return (
        endpoint.name,
        *(formats.milliseconds(getattr(times, name) if times else None) for times, name in asked),
    )


def _statuses(run: Run) -> Table:
    codes = sorted({code for each in run.endpoints for code in each.status_codes})
    rows = [
        (
            each.name,
            formats.count(each.requests),
            *(formats.count(each.status_codes.get(code, 0)) for code in codes),
            formats.count(each.requests - sum(each.status_codes.values())),
        )
        for each in run.endpoints
    ]
    return Table("Status codes", ("Endpoint", "Requests", *codes, "No answer"), tuple(rows))


def _samples(run: Run) -> Table:
    head = ("Why", "Endpoint", "At", "Outcome", "Response time", "Service time", "Request id")
    caption = "The first failures and the slowest requests"
    ordered = sorted(run.samples, key=lambda each: (each.why, -each.response_time_ms))
    by_reason = [list(group) for _, group in groupby(ordered, key=lambda each: each.why)]
    shown = [each for group in by_reason for each in group[:MOST_SAMPLES]]
    if len(shown) < len(ordered):
        caption += f" ({len(shown)} of {len(ordered)}, the slowest of each kind; the JSON has all)"
    return Table(caption, head, tuple(map(_sample_row, shown)))


def _sample_row(sample: RequestSample) -> tuple[str, ...]:
    # Only actions do well without a status.
    status = "done" if sample.status is None else f"status {sample.status}"
    return (
        sample.why,
        sample.endpoint,
        f"{sample.scheduled_s:,.3f} s",
        sample.what or status,
        formats.milliseconds(sample.response_time_ms),
        formats.milliseconds(sample.service_time_ms),
        sample.request_id or "none",
    )


def _hosts(run: Run) -> Table:
    head = ("Machine", "Processes", "Lost", "Processors busy", "Open files", "Began late")
    rows = tuple(map(_host_row, run.generator.hosts))
    return Table("The machines that sent the load", (*head, "Clock known within"), rows)


def _host_row(host: GeneratorHost) -> tuple[str, ...]:
    return (
        host.name,
        formats.count(host.shards),
        formats.count(host.lost),
        formats.percent(host.cpu_percent),
        formats.NOTHING if host.descriptors is None else formats.count(host.descriptors),
        formats.milliseconds(host.begun_late_ms),
        formats.milliseconds(host.clock_doubt_ms),
    )
