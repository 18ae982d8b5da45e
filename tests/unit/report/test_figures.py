"""Which lines a run's charts have, which limit, and how they are laid out."""

import itertools
from dataclasses import replace

import pytest

from ApiLoadLibrary.report.build import build_document
from ApiLoadLibrary.report.document import Verdict
from ApiLoadLibrary.report.drawing import NARROW, WIDE, Chart, Limit, Line, Table
from ApiLoadLibrary.report.figures import decisive_chart, rate_chart, response_chart
from ApiLoadLibrary.report.layout import LABEL_GAP, draw
from unit.report import samples


def judged_run(*changes, **of_run):
    record = samples.session(
        runs=(samples.run(**of_run),),
        criteria=tuple(samples.judged(n, **each) for n, each in enumerate(changes)),
    )
    document = build_document(record)
    return document.runs[0], document.criteria


def test_the_chart_of_response_times_has_a_value_for_each_second():
    run, criteria = judged_run()
    chart = response_chart(run, criteria)
    assert [line.label for line in chart.lines] == ["99 of 100", "95 of 100", "half"]
    assert {len(line.values) for line in chart.lines} == {30}
    assert chart.limit is None


def test_in_the_closed_model_no_rate_is_offered():
    run, _ = judged_run()
    assert [each.label for each in rate_chart(run).lines] == ["offered", "achieved"]
    assert [each.label for each in rate_chart(replace(run, scenario="closed")).lines] == ["carried"]


@pytest.mark.parametrize(
    "changes, limit",
    [
        ({"criterion": "p95 of Each Endpoint < 50 ms"}, "limit 50 ms"),
        ({"criterion": "p95 < threshold"}, "limit 50 ms"),  # the same for all of them
        ({"criterion": "p95 of Create Order < 50 ms"}, None),  # says nothing of the others
        ({"criterion": "average < 50 ms", "metric": "average"}, None),  # not in the chart
        ({"criterion": "p95 service time < 50 ms", "metric": "p95 service time"}, None),
        ({"criterion": "p95 > 50 ms", "operator": ">"}, None),
    ],
)
def test_a_limit_is_drawn_where_it_holds_for_what_is_drawn(changes, limit):
    run, criteria = judged_run(changes)
    chart = response_chart(run, criteria)
    assert (chart.limit and chart.limit.label) == limit


def test_of_thresholds_that_differ_the_strictest_is_drawn_and_said_to_be_it():
    run, criteria = judged_run({"criterion": "p95 < threshold"})
    other = replace(run.endpoints[0], threshold_ms=20.0)
    run = replace(run, endpoints=(other, *run.endpoints[1:]))
    assert response_chart(run, criteria).limit == Limit(20.0, "limit ≥ 20 ms")


def test_of_several_limits_the_strictest_is_drawn():
    run, criteria = judged_run({"target": 80.0}, {"target": 30.0}, {"target": 50.0})
    assert response_chart(run, criteria).limit == Limit(30.0, "limit 30 ms")


def test_the_caption_speaks_of_what_the_limit_is_for():
    run, criteria = judged_run(
        {"criterion": "p99 of Each Endpoint < 1 s", "metric": "p99", "target": 1_000.0}
    )
    caption = response_chart(run, criteria).caption
    assert caption.startswith("In every second 99 of 100 requests stayed within 1 s; ")


def test_the_endpoint_that_broke_the_limit_gets_a_chart_of_its_own():
    run, criteria = judged_run({"verdict": Verdict.FAIL}, slower={3: 9.0})
    chart = decisive_chart(run, criteria)
    assert chart.title == "Create Order, second by second"
    assert chart.caption.startswith("In none of 30 seconds 95 of 100 requests stayed within 50 ms")
    assert decisive_chart(run, [replace(criteria[0], verdict=Verdict.PASS)]) is None


def test_the_rate_chart_says_what_was_not_sent_in_time():
    busy = {3: {1050: 20}}
    chart = rate_chart(judged_run(bad=busy)[0])
    offered, achieved = chart.lines
    assert sum(offered.values) - sum(achieved.values) == 20
    assert chart.caption == (
        "99.6 % of the requests were sent in their time; 20 were late or never sent."
    )
    assert rate_chart(judged_run()[0]).caption == "Every request was sent in its time."


def test_a_second_that_the_schedule_leaves_half_way_does_not_look_like_a_fall():
    run = build_document(samples.session()).runs[0]
    chart = rate_chart(replace(run, length_s=29.5))
    assert chart.lines[0].values[-1] is None
    assert chart.lines[0].values[-2] is not None


def test_the_table_of_a_long_run_has_a_row_for_several_seconds():
    run = build_document(samples.session(runs=(samples.run(300),))).runs[0]
    table = rate_chart(run).table
    assert len(table.rows) == 60
    assert table.rows[1][0] == "0:05"
    assert "each row is 5 s" in table.caption
    assert sum(int(row[1].replace(",", "")) for row in table.rows) == run.requests


def chart(*values, limit=None, unit="ms", length_s=None):
    lines = tuple(
        Line(f"line {n}", "l1", tuple(each)) for n, each in enumerate(values) if each is not None
    )
    return Chart(
        "Title", "Caption", unit, length_s or len(values[0]), lines, True, limit, Table("", (), ())
    )


@pytest.mark.parametrize("frame", [WIDE, NARROW], ids=["wide", "narrow"])
def test_labels_never_overlap_and_stay_in_the_frame(frame):
    drawing = draw(chart([5.0] * 9, [5.1] * 9, [5.2] * 9, limit=Limit(5.3, "limit")), frame)
    places = sorted(label.y for label in drawing.labels)
    assert len(places) == 4
    assert all(b - a >= LABEL_GAP - 1e-6 for a, b in itertools.pairwise(places))
    assert all(frame.top <= place <= frame.height - 20 for place in places)
    widest = max(len(label.text) for label in drawing.labels)
    assert drawing.labels[0].x + widest * 7 <= frame.width


def test_a_limit_near_the_lines_is_drawn_and_a_far_one_only_named():
    near = draw(chart([10.0, 12.0], limit=Limit(30.0, "limit 30 ms")), WIDE)
    far = draw(chart([10.0, 12.0], limit=Limit(500.0, "limit 500 ms")), WIDE)
    assert near.limit_y is not None
    assert far.limit_y is None
    assert far.labels[-1].text == "limit 500 ms ↑"
    assert far.labels[-1].y < 40


def test_long_times_are_drawn_in_seconds():
    drawing = draw(chart([4_000.0, 12_000.0]), WIDE)
    assert drawing.unit == "s"
    assert [row.text for row in drawing.rows] == ["0", "5", "10", "15"]


def test_figures_of_many_digits_get_the_room_they_need():
    drawing = draw(chart([150_000.0] * 5, unit="/s"), NARROW)
    longest = max(len(row.text) for row in drawing.rows)
    assert drawing.rows[0].x == drawing.left - 8 >= longest * 6.5


def test_a_chart_without_any_value_is_an_empty_frame():
    drawing = draw(chart([None] * 5), WIDE)
    assert drawing.lines == (("l1", ""),)
    assert drawing.labels == drawing.hints == ()


def test_pointing_at_a_chart_tells_the_figures_of_a_second():
    drawing = draw(chart([10.0] * 60, [20.0] * 59 + [30.0]), WIDE)
    assert len(drawing.hints) == 60
    assert drawing.hints[-1].text == "0:59: line 1 30.0 ms, line 0 10.0 ms"
    long = draw(chart([10.0] * 600), WIDE)
    assert len(long.hints) == 60
    assert draw(chart([10.0] * 60), NARROW).hints == ()


def test_a_run_of_one_second_is_a_dot():
    drawing = draw(chart([10.0]), WIDE)
    assert drawing.lines[0][1].endswith("h0")
