"""Formats of HdrHistogram, read back by its own tools."""

from dataclasses import replace

import numpy as np
import pytest
from hdrh.histogram import HdrHistogram
from hdrh.log import HistogramLogReader
from hypothesis import given
from hypothesis import strategies as st

from ApiLoadLibrary.measurement.histogram import Histogram
from ApiLoadLibrary.report.build import build_document
from ApiLoadLibrary.report.exports.histograms import (
    histogram_log,
    percentile_distribution,
    together,
)
from unit.report import samples


@pytest.fixture(scope="module")
def document():
    later = replace(samples.run(4, run_id="run-2"), started_at="2026-11-23T14:02:40+01:00")
    return build_document(samples.session(runs=(later, samples.run(5))))


def test_hdr_histograms_log_reader_finds_every_interval(document, tmp_path):
    path = tmp_path / "response-times.hlog"
    path.write_text(histogram_log(document))
    reader = HistogramLogReader(str(path), HdrHistogram(1, 3_600_000_000_000, 3))
    found = []
    while interval := reader.get_next_interval_histogram():
        found.append(interval)
    reader.close()
    first, later = document.runs[1], document.runs[0]
    endpoints = [*first.endpoints, *later.endpoints]
    assert [each.get_tag() for each in found] == [each.name.replace(" ", "_") for each in endpoints]
    for interval, endpoint in zip(found, endpoints, strict=True):
        times = endpoint.response_time_ms
        assert interval.get_total_count() == times.count
        assert interval.get_value_at_percentile(95) / 1e6 == pytest.approx(times.p95, rel=0.001)
    starts = {each.get_start_time_stamp() / 1_000 for each in found}
    assert sorted(starts) == pytest.approx([1_795_438_920, 1_795_438_960], abs=0.001)
    assert found[0].get_end_time_stamp() - found[0].get_start_time_stamp() == pytest.approx(5_020)


def read_hgrm(text):
    """Value in ms, percentile and count of each line."""
    lines = [line.split() for line in text.splitlines()[2:] if not line.startswith("#")]
    return [(float(value), float(share), int(count)) for value, share, count, *_ in lines]


def test_a_distribution_agrees_with_the_histogram_at_every_line(document):
    encoded = document.runs[0].endpoints[3].histogram
    histogram = Histogram.decode(encoded)
    lines = read_hgrm(percentile_distribution(encoded))
    assert lines[-1][1:] == (1.0, histogram.count)
    assert lines == sorted(lines)
    for value_ms, share, count in lines:
        assert value_ms == pytest.approx(histogram.quantile(share) / 1e6, rel=0.002)
        assert histogram.count - histogram.count_above(round(value_ms * 1e6)) == count


def test_the_figures_below_a_distribution_are_in_milliseconds():
    histogram = Histogram([1_000_000, 3_000_000])
    text = percentile_distribution(histogram.encode())
    mean, deviation = (
        float(part.split("=")[1]) for part in text.splitlines()[-3].strip("#[]").split(",")
    )
    assert (mean, deviation) == pytest.approx((2.0, 1.0), rel=0.001)


@given(st.lists(st.lists(st.integers(0, 2**40), max_size=30), max_size=4))
def test_endpoints_together_lose_nothing(values):
    """Histograms that went through the document and were merged are that of all values."""
    (endpoint,) = build_document(samples.session(runs=(ONE,))).runs[0].endpoints
    parts = [replace(endpoint, histogram=Histogram(each).encode()) for each in values]
    run = replace(build_document(samples.session(runs=(ONE,))).runs[0], endpoints=tuple(parts))
    whole = Histogram(np.array([v for each in values for v in each], np.int64))
    merged = together(run)
    assert merged.count == whole.count
    assert merged.cells() == whole.cells()


ONE = replace(samples.run(1), endpoints=samples.run(1).endpoints[:1])
