"""The Prometheus text format: what is wanted of it, and what a suite may ask for."""

from __future__ import annotations

import math

import pytest

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.monitor.scrape import Gauge, Series, names_in, parse

TEXT = """\
# HELP pool_used Connections in use.
# TYPE pool_used gauge
pool_used{pool="orders",zone="a"} 3
pool_used{pool="orders",zone="b"} 4
pool_used{pool="payments",zone="a"} 9
# TYPE orders_total counter
orders_total 120
# TYPE took_seconds summary
took_seconds{quantile="0.5"} 0.25
took_seconds_sum 12.5
took_seconds_count 50
untyped_thing 7
odd{text="a \\"quoted\\" \\n thing"} NaN
"""


def test_only_what_is_wanted_is_read_with_whether_it_only_grows() -> None:
    found = list(parse(TEXT, {"orders_total", "took_seconds_count", "untyped_thing"}))
    assert [(each.name, each.value, each.only_grows) for each in found] == [
        ("orders_total", 120, True),
        ("took_seconds_count", 50, True),
        ("untyped_thing", 7, False),
    ]
    everything = list(parse(TEXT, None))
    assert len(everything) == 9
    assert [each.only_grows for each in everything if each.name == "took_seconds"] == [False]
    assert everything[-1].labels == {"text": 'a "quoted" \n thing'}


def test_names_are_those_of_values_each_once() -> None:
    assert names_in(TEXT)[:2] == ["pool_used", "orders_total"]
    assert len(names_in(TEXT)) == 7


@pytest.mark.parametrize(
    "selector, total",
    [
        ("pool_used", 16),
        ('pool_used{pool="orders"}', 7),
        ('pool_used{zone="a",pool="orders"}', 3),
        ('pool_used{pool="nobody"}', 0),
    ],
)
def test_a_gauge_sums_all_that_has_its_labels(selector: str, total: float) -> None:
    gauge = Gauge.read(selector)
    assert sum(each.value for each in parse(TEXT, None) if gauge.holds(each)) == total


@pytest.mark.parametrize("text", ["", "two words", "9lives", 'pool{a="b"', "pool{a=b}", "# TYPE x"])
def test_what_names_no_metric_is_refused_with_what_to_write(text: str) -> None:
    with pytest.raises(BadInput, match=r"names no metric: write a metric's name, and labels"):
        Gauge.read(text)


def test_a_gauge_is_about_its_own_name_only() -> None:
    assert not Gauge("pool", {}).holds(Series("pool_used", {}, 1, only_grows=False))


def test_a_type_without_a_name_is_no_metric() -> None:
    with pytest.raises(ValueError, match=r"^$"):
        list(parse("# TYPE \na 1\n", {"a"}))


def test_a_value_beyond_floats_is_infinite() -> None:
    (found,) = parse(f"a {'9' * 400}\n", {"a"})
    assert found.value == math.inf
