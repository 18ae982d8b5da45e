"""When requests failed, as a chart of bars."""

from __future__ import annotations

import pytest

from ApiLoadLibrary.report.bars import draw_bars
from ApiLoadLibrary.report.build_run import build_run
from ApiLoadLibrary.report.document import Run
from ApiLoadLibrary.report.drawing import NARROW, WIDE
from ApiLoadLibrary.report.failure_chart import MOST_BARS, failure_chart
from unit.criteria.builders import Request, a_run, an_endpoint


def run_of(*outcomes: int, rate: str = "10/s") -> Run:
    requests = [Request(outcome=each) for each in outcomes]
    return build_run(a_run(an_endpoint(requests, "Products", rate=rate)))


def test_each_failure_is_in_the_bar_of_its_second() -> None:
    chart = failure_chart(run_of(*[200] * 10, *[500] * 7, *[200] * 3, *[503] * 1, *[200] * 9))
    assert chart is not None
    assert [(each.edge, each.value) for each in chart.bars] == [
        ("0:01", 0),
        ("0:02", 7),
        ("0:03", 1),
    ]
    assert chart.bars[1].words == "0:01 to 0:02: 7 requests failed"
    assert chart.caption == "Status 500 was not expected (7); status 503 was not expected (1)."
    assert chart.table.rows[1] == ("0:01", "0:02", "7", "10")


def test_of_many_kinds_the_most_frequent_are_named() -> None:
    outcomes = [500] * 9 + [501] * 7 + [502] * 5 + [503] * 3 + [504]
    chart = failure_chart(run_of(*outcomes))
    assert chart is not None
    assert chart.caption.endswith("status 502 was not expected (5); 2 other kinds.")


@pytest.mark.parametrize("outcomes", [[200] * 40, [500] * 5])
def test_nothing_failed_or_no_time_to_speak_of_is_no_chart(outcomes: list[int]) -> None:
    assert failure_chart(run_of(*outcomes)) is None


@pytest.mark.parametrize("seconds", [59, 61, 600, 5_000])
def test_a_long_run_has_no_more_bars_than_can_be_told_apart(seconds: int) -> None:
    run = run_of(*[500] * seconds, rate="1/s")
    chart = failure_chart(run)
    assert chart is not None
    assert len(chart.bars) <= MOST_BARS
    assert sum(each.value for each in chart.bars) == seconds == run.errors
    for frame in (WIDE, NARROW):
        drawn = draw_bars(chart, frame)
        assert all(bar.width > 0 for bar in drawn.bars)
        assert max(label.x for label in drawn.columns) <= frame.width
