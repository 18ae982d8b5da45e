"""The histogram, against sorted samples and against the field's own implementation."""

import base64
import math
import pickle
import zlib
from fractions import Fraction

import numpy as np
import pytest
from hdrh.histogram import HdrHistogram
from hypothesis import given, settings
from hypothesis import strategies as st

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.measurement.histogram import (
    Cells,
    Histogram,
    Longs,
    cell_of,
    nearest_rank,
    upper_edge,
)
from strategies import nanoseconds, same_every_time

SHARES = (0.01, 0.5, 0.9, 0.95, 0.99, 0.999, 0.9999, 1.0)
WORST = 1 / 1024
"""A cell's upper edge is at most this far above any value in it."""

lists = st.lists(nanoseconds, max_size=60)
filled = st.lists(nanoseconds, min_size=1, max_size=60)


def shape(name: str, count: int) -> Longs:
    """So many durations in nanoseconds, distributed as a server's might be."""
    random = np.random.default_rng(7)
    values = {
        "log-normal": lambda: random.lognormal(16, 0.5, count),
        "uniform": lambda: random.uniform(0, 5e9, count),
        "exponential": lambda: random.exponential(2e6, count),
        "two humps": lambda: (
            np.where(random.random(count) < 0.95, 3e6, 9e8) * random.lognormal(0, 0.1, count)
        ),
        "heavy tail": lambda: random.pareto(1.2, count) * 1e6,
    }[name]()
    return values.astype(np.int64)


def merged(*parts: Histogram) -> Histogram:
    total = Histogram()
    for part in parts:
        total.merge(part)
    return total


@pytest.mark.parametrize(
    "name", ["log-normal", "uniform", "exponential", "two humps", "heavy tail"]
)
def test_quantiles_are_the_nearest_rank_of_the_sorted_samples_within_a_thousandth(
    name: str,
) -> None:
    values = shape(name, 1_000_000)
    histogram = Histogram()
    for batch in np.array_split(values, 7):
        histogram.record_many(batch)
    ordered = np.sort(values)
    for share in SHARES:
        exact = int(ordered[math.ceil(Fraction(str(share)) * len(ordered)) - 1])
        assert exact <= (histogram.quantile(share) or 0) <= exact * (1 + WORST) + 1


@pytest.mark.parametrize("shards", [1, 2, 3, 10, 64])
def test_the_shards_of_a_run_merged_are_the_whole_run_whatever_their_number(shards: int) -> None:
    """Dealt out as arrivals are: every so many-th to the same shard."""
    values = shape("two humps", 100_000)
    whole = Histogram()
    whole.record_many(values)
    parts = []
    for number in range(shards):
        parts.append(Histogram())
        parts[-1].record_many(values[number::shards])
    assert merged(*parts) == merged(*reversed(parts)) == whole
    assert merged(*parts).variance() == whole.variance()


@pytest.mark.parametrize(
    "share, count, rank",
    [
        (0.95, 20, 19),
        (0.95, 100, 95),
        (0.95, 101, 96),
        (0.999, 1000, 999),
        (0.9999, 100_000, 99_990),
        (0.5, 1, 1),
        (0.5, 2, 1),
        (0.0, 5, 1),
        (1.0, 5, 5),
    ],
)
def test_the_nearest_rank_is_not_fooled_by_binary_fractions(
    share: float, count: int, rank: int
) -> None:
    assert nearest_rank(share, count) == rank


@same_every_time
@given(nanoseconds)
def test_a_value_lies_in_a_cell_whose_upper_edge_is_at_most_a_thousandth_above_it(
    value: int,
) -> None:
    cell = int(cell_of(np.array([value]))[0])
    assert value <= upper_edge(cell) <= value + value // 1024
    assert int(cell_of(np.array([upper_edge(cell)]))[0]) == cell
    assert int(cell_of(np.array([upper_edge(cell) + 1]))[0]) == cell + 1


def test_values_up_to_2047_ns_have_cells_of_their_own() -> None:
    assert cell_of(np.arange(2048)).tolist() == list(range(2048))


@pytest.mark.parametrize("power", range(53, 63))
def test_values_that_a_float_cannot_hold_fall_into_the_right_cell(power: int) -> None:
    values = [2**power - 1, 2**power, 2**power + 1]
    cells = cell_of(np.array(values)).tolist()
    assert cells == [(power - 11) * 1024 + 2047, *[(power - 10) * 1024 + 1024] * 2]


@same_every_time
@given(filled)
def test_count_sum_minimum_and_maximum_are_exact(values: list[int]) -> None:
    histogram = Histogram(values)
    assert histogram.count == len(values) == int(histogram.cells().counts.sum())
    assert histogram.sum_ns == sum(values)
    assert (histogram.min_ns, histogram.max_ns) == (min(values), max(values))
    assert histogram.mean_ns == sum(values) / len(values)


@same_every_time
@given(lists, lists)
def test_merging_commutes_and_equals_recording_all(one: list[int], other: list[int]) -> None:
    whole = Histogram(one + other)
    assert merged(Histogram(one), Histogram(other)) == whole
    assert merged(Histogram(other), Histogram(one)) == whole


@same_every_time
@given(lists, lists, lists)
def test_merging_associates(one: list[int], two: list[int], three: list[int]) -> None:
    left = merged(merged(Histogram(one), Histogram(two)), Histogram(three))
    right = merged(Histogram(one), merged(Histogram(two), Histogram(three)))
    assert left == right


def test_an_empty_histogram_has_no_values_and_none_of_them_is_zero() -> None:
    empty = Histogram()
    assert (empty.count, empty.sum_ns) == (0, 0)
    assert empty.min_ns is empty.max_ns is empty.mean_ns is None
    assert empty.quantile(0.95) is None
    assert empty.variance() == 0.0
    with pytest.raises(ValueError, match="no samples to rank"):
        empty.value_at_rank(1)


def test_merging_nothing_changes_nothing() -> None:
    histogram = Histogram([5, 7])
    histogram.merge(Histogram())
    assert histogram == Histogram([5, 7])


def test_a_negative_duration_is_refused_and_nothing_of_its_batch_is_counted() -> None:
    histogram = Histogram([5])
    with pytest.raises(ValueError, match="-1 ns cannot be recorded: it is negative"):
        histogram.record_many(np.array([7, -1]))
    assert histogram == Histogram([5])


def test_zero_is_a_duration() -> None:
    histogram = Histogram([0, 0])
    assert (histogram.count, histogram.min_ns, histogram.quantile(0.5)) == (2, 0, 0)


@same_every_time
@given(filled, nanoseconds)
def test_what_is_counted_above_a_value_lies_above_its_cell(values: list[int], bound: int) -> None:
    edge = upper_edge(int(cell_of(np.array([bound]))[0]))
    assert Histogram(values).count_above(bound) == sum(value > edge for value in values)


def test_the_variance_is_that_of_the_samples_to_the_resolution_of_the_cells() -> None:
    values = shape("log-normal", 50_000)
    assert Histogram(values).variance() == pytest.approx(float(values.var()), rel=0.003)


@same_every_time
@given(lists, lists)
def test_occupied_cells_merge_like_the_histograms_they_come_from(
    one: list[int], other: list[int]
) -> None:
    both = Cells.of(np.array(one, np.int64)).merged(Cells.of(np.array(other, np.int64)))
    assert both == Histogram(one + other).cells()
    assert (np.diff(both.numbers.astype(int)) > 0).all()


@same_every_time
@given(filled)
def test_a_histogram_of_cells_has_the_same_counts_and_quantiles_on_upper_edges(
    values: list[int],
) -> None:
    again = Histogram.from_cells([Cells.of(np.array(values))])
    assert again.cells() == Histogram(values).cells()
    for share in SHARES:
        exact = sorted(values)[nearest_rank(share, len(values)) - 1]
        assert again.quantile(share) == upper_edge(int(cell_of(np.array([exact]))[0]))


@settings(same_every_time, max_examples=40)
@given(lists)
def test_what_is_encoded_decodes_to_the_same_cells(values: list[int]) -> None:
    histogram = Histogram(values)
    assert Histogram.decode(histogram.encode()).cells() == histogram.cells()


def test_the_fields_own_tool_reads_what_we_encode() -> None:
    values = shape("two humps", 10_000)
    histogram = Histogram(values)
    read = HdrHistogram.decode(histogram.encode().encode("ascii"))
    assert read.get_total_count() == 10_000
    for share in SHARES:
        theirs = read.get_value_at_percentile(100 * share)
        assert theirs == pytest.approx(histogram.quantile(share), rel=WORST)


def test_the_encoded_form_is_hdr_version_2_compressed() -> None:
    raw = base64.b64decode(Histogram([1_000_000]).encode())
    assert raw[:4] == bytes.fromhex("1c849314")  # the cookie of V2, compressed
    assert zlib.decompress(raw[8:])[:4] == bytes.fromhex("1c849313")  # of V2


def test_a_histogram_is_no_key_because_it_changes() -> None:
    with pytest.raises(TypeError):
        hash(Histogram())
    assert Histogram() != "a histogram"
    assert Cells.none() != "cells"


@given(st.lists(st.integers(0, 2**62), max_size=300), st.integers(1, 100_000))
def test_packed_cells_are_the_same_cells(values: list[int], times: int) -> None:
    plain = Cells.of(np.repeat(np.array(values, np.int64), 1 + times % 400))
    packed = Cells(plain.numbers.copy(), plain.counts.copy())
    packed.pack()
    packed.pack()
    assert packed == plain
    assert packed.merged(plain) == plain.merged(packed) == plain.merged(plain)
    assert Cells.none().merged(packed) == packed.merged(Cells.none()) == plain
    assert pickle.loads(pickle.dumps(packed)) == plain


def test_packed_cells_take_a_fraction_of_the_room() -> None:
    values = np.random.default_rng(1).lognormal(13, 0.5, 2_000).astype(np.int64)
    cells = Cells.of(values)
    before = len(pickle.dumps(cells))
    cells.pack()
    assert len(pickle.dumps(cells)) < before / 5


@pytest.mark.parametrize("text", ["", "é", "HISTFAAA", Histogram([5]).encode()[:-8]])
def test_a_damaged_text_is_no_histogram(text) -> None:
    with pytest.raises(BadInput, match="is no histogram"):
        Histogram.decode(text)
