"""Chart geometry on paper."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ApiLoadLibrary.report.charts import (
    Scale,
    area,
    nice_ticks,
    path,
    spread,
    thin,
    thinned,
    time_step,
    trend,
)

ONE_TO_ONE = Scale(0, 100, 0, 100)


@pytest.mark.parametrize(
    "high, ticks",
    [
        (0, (0, 1)),
        (0.3, (0, 0.1, 0.2, 0.3)),
        (27, (0, 10, 20, 30)),
        (100, (0, 25, 50, 75, 100)),
        (166.7, (0, 50, 100, 150, 200)),
        (612, (0, 200, 400, 600, 800)),
    ],
)
def test_ticks_are_round_numbers_from_zero_to_the_top(high, ticks):
    assert nice_ticks(high) == ticks


@given(st.floats(1e-6, 1e9))
def test_ticks_reach_the_highest_value_in_few_steps(high):
    ticks = nice_ticks(high)
    assert ticks[0] == 0
    assert ticks[-1] >= high * (1 - 1e-9)
    assert ticks[-2] < high
    assert len(ticks) <= 5


@pytest.mark.parametrize(
    "length_s, step", [(5, 1), (30, 5), (300, 60), (3_600, 600), (200_000, 86_400)]
)
def test_time_has_steps_of_a_clock(length_s, step):
    assert time_step(length_s) == step


def test_a_scale_maps_its_ends_onto_the_ends():
    down = Scale(0, 50, 200, 20)
    assert (down(0), down(50), down(25)) == (200, 20, 110)


def test_a_scale_without_a_span_does_not_divide_by_it():
    assert Scale(0, 0, 10, 90)(0) == 10


def test_a_gap_breaks_the_line_and_a_lone_point_is_a_dot():
    points = [(0, 1.0), (1, 2.0), (2, None), (3, 4.0)]
    assert path(points, ONE_TO_ONE, ONE_TO_ONE) == "M0,1 1,2M3,4h0"


def test_an_area_goes_along_one_line_and_back_along_the_other():
    upper, lower = [(0, 9.0), (1, 8.0)], [(0, 1.0), (1, 2.0)]
    assert area(upper, lower, ONE_TO_ONE, ONE_TO_ONE) == "M0,9 1,8 1,2 0,1Z"


def test_coordinates_have_one_decimal_at_most():
    assert path([(1 / 3, 2 / 3), (1, -0.001)], ONE_TO_ONE, ONE_TO_ONE) == "M0.3,0.7 1,0"


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=300), st.integers(3, 60))
def test_thinning_keeps_ends_order_and_number(values, most):
    points = [(float(index), value) for index, value in enumerate(values)]
    kept = thin(points, most)
    assert len(kept) == min(len(points), most)
    assert set(kept) <= set(points)
    assert kept == sorted(kept)
    assert (kept[0], kept[-1]) == (points[0], points[-1])


def test_thinning_keeps_the_peak():
    points = [(float(index), 5.0 + index % 3) for index in range(1_000)]
    points[567] = (567.0, 90.0)
    assert (567.0, 90.0) in thin(points, 50)


def test_a_thinned_line_keeps_its_gaps():
    values = [1.0] * 400 + [None] * 10 + [2.0] * 400
    pieces = path(thinned(values, 50), Scale(0, 810, 0, 100), ONE_TO_ONE).count("M")
    assert pieces == 2


@given(
    st.lists(st.floats(0, 200), min_size=1, max_size=8),
    st.floats(1, 40),
)
def test_labels_stay_inside_and_apart(wanted, gap):
    places = spread(wanted, gap, 10, 190)
    possible = min(gap, 180 / max(len(wanted) - 1, 1))
    ordered = sorted(places)
    assert all(10 - 1e-6 <= place <= 190 + 1e-6 for place in places)
    assert all(b - a >= possible - 1e-6 for a, b in itertools.pairwise(ordered))


@pytest.mark.parametrize(
    "wanted, places",
    [
        ([20, 100, 60], [20, 100, 60]),  # far apart: nothing moves
        ([100, 100], [92, 108]),  # one on the other: both give way
        ([189, 190], [174, 190]),  # at the edge: the inner one gives way
        ([], []),
    ],
)
def test_labels_stand_where_they_want_if_they_can(wanted, places):
    assert spread(wanted, 16, 10, 190) == places


def test_a_trend_of_nothing_is_no_line():
    assert trend([None, None]) == trend([]) == ""


def test_a_trend_fills_its_box():
    assert trend([0.0, 10.0]) == "M25,23 75,1"
    assert trend([50.0, 50.0], high=100) == "M25,12 75,12"
