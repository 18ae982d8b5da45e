"""HdrHistogram's own text formats: `.hgrm` for its plotter, `.hlog` for its log tools."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime

from hdrh.histogram import HdrHistogram

from ApiLoadLibrary.measurement.histogram import Histogram
from ApiLoadLibrary.report.document import Document, Run

__all__ = ["histogram_log", "percentile_distribution", "together"]

NS_PER_MS = 1_000_000
TICKS_PER_HALF = 5
"""Lines for each halving of what lies above; what HdrHistogram's tools take by themselves."""


def together(run: Run) -> Histogram:
    """The response times of all endpoints of a run."""
    merged = Histogram()
    for endpoint in run.endpoints:
        if endpoint.histogram:
            merged.merge(Histogram.decode(endpoint.histogram))
    return merged


def percentile_distribution(encoded: str) -> str:
    """A histogram as `.hgrm`: values in milliseconds by percentile.

    The lines are those of HdrHistogram's `outputPercentileDistribution`.  The package's own
    writer leaves the deviation in nanoseconds, so that only its percentiles are taken.
    """
    histogram = HdrHistogram.decode(encoded.encode("ascii"))
    lines = [f"{'Value':>12} {'Percentile':>14} {'TotalCount':>10} {'1/(1-Percentile)':>14}", ""]
    for each in histogram.get_percentile_iterator(TICKS_PER_HALF):
        share = each.percentile_level_iterated_to / 100
        line = f"{each.value_iterated_to / NS_PER_MS:12.6f} {share:2.12f} "
        line += f"{each.total_count_to_this_value:10d}"
        lines.append(line if share >= 1 else f"{line} {1 / (1 - share):14.2f}")
    mean, deviation = histogram.get_mean_value() / NS_PER_MS, histogram.get_stddev() / NS_PER_MS
    most, total = histogram.get_max_value() / NS_PER_MS, histogram.get_total_count()
    buckets, parts = histogram.bucket_count, histogram.sub_bucket_count
    lines += [
        f"#[Mean    = {mean:12.6f}, StdDeviation   = {deviation:12.6f}]",
        f"#[Max     = {most:12.6f}, TotalCount     = {total:12d}]",
        f"#[Buckets = {buckets:12d}, SubBuckets     = {parts:12d}]",
    ]
    return "\n".join(lines) + "\n"


def histogram_log(document: Document) -> str:
    """All histograms as `.hlog`: an interval for each run, with a tag for each endpoint.

    Values are nanoseconds; the third column is the longest in milliseconds.
    """
    start_s = _moment_s(document.started_at)
    lines = [
        "#[Histogram log format version 1.3]",
        f"#[StartTime: {start_s:.3f} (seconds since epoch), {document.started_at}]",
        f"#[BaseTime: {start_s:.3f} (seconds since epoch)]",
        '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"',
    ]
    return "\n".join([*lines, *_intervals(document.runs, start_s)]) + "\n"


def _intervals(runs: Iterable[Run], start_s: float) -> Iterator[str]:
    # Readers take them in the order of time.
    for run in sorted(runs, key=lambda each: _moment_s(each.started_at)):
        begun_s = max(_moment_s(run.started_at) - start_s, 0.0)
        for endpoint in run.endpoints:
            if endpoint.histogram:
                most = (Histogram.decode(endpoint.histogram).max_ns or 0) / NS_PER_MS
                interval = f"{begun_s:.3f},{run.duration_s:.3f},{most:.3f},{endpoint.histogram}"
                yield f"Tag={_tag(endpoint.name)},{interval}"


def _tag(name: str) -> str:
    """A tag holds no comma and no space."""
    return re.sub(r"[\s,]+", "_", name)


def _moment_s(iso: str) -> float:
    return datetime.fromisoformat(iso).timestamp()
