"""How response times are spread, as a chart of bars."""

from __future__ import annotations

import pytest

from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.report.bars import draw_bars
from ApiLoadLibrary.report.build import build_document
from ApiLoadLibrary.report.build_run import build_run
from ApiLoadLibrary.report.distribution import distribution_chart
from ApiLoadLibrary.report.document import Criterion
from ApiLoadLibrary.report.drawing import NARROW, WIDE
from unit.criteria.builders import Request, a_run, an_endpoint, around
from unit.report import samples


def a_run_of(*milliseconds: float) -> RunResult:
    return a_run(an_endpoint([Request(each) for each in milliseconds], "Products"))


def limit(text: str, target: float) -> Criterion:
    """A p95 limit on every request of the run, as the document holds it."""
    judged = samples.judged(1, criterion=text, target=target, scope=None)
    return build_document(samples.session(criteria=(judged,))).criteria[0]


def test_each_request_is_in_the_bar_of_its_time() -> None:
    chart = distribution_chart(build_run(a_run_of(*[0.9] * 10, *[4] * 30, *[60] * 5)))
    assert chart is not None
    counts = {each.edge: each.value for each in chart.bars if each.value}
    assert counts == {"1 ms": 10, "5 ms": 30, "70 ms": 5}
    assert [each.edge for each in chart.bars][:4] == ["1 ms", "1.5 ms", "2 ms", "3 ms"]
    assert chart.bars[4].words == "3 ms to 5 ms: 30 requests"
    assert (
        chart.caption
        == "Half took up to 4.0 ms, 99 of 100 up to 60.0 ms; the longest took 60.0 ms."
    )
    assert chart.table.rows[-1] == ("50 ms to 70 ms", "5", "100 %")


def test_no_bar_lies_on_both_sides_of_the_limit() -> None:
    run = build_run(a_run_of(*[52] * 30, *[58] * 30))
    chart = distribution_chart(run, [limit("p95 < 55 ms", 55.0)])
    assert chart is not None
    assert [(each.edge, each.value, each.look) for each in chart.bars] == [
        ("55 ms", 30, "l1"),
        ("70 ms", 30, "over"),
    ]
    assert (chart.limit_after, chart.limit_label) == (1, "limit 55 ms")


@pytest.mark.parametrize("milliseconds", [[], [5.0] * 19])
def test_a_handful_of_requests_has_no_shape(milliseconds: list[float]) -> None:
    assert distribution_chart(build_run(a_run_of(*milliseconds))) is None


@pytest.mark.parametrize("frame", [WIDE, NARROW])
def test_bars_stand_on_their_line_within_the_frame(frame: object) -> None:
    chart = distribution_chart(build_run(a_run(an_endpoint(around(20, 900), "Products"))))
    assert chart is not None
    drawn = draw_bars(chart, frame)  # type: ignore[arg-type]
    assert all(each.y + each.height == pytest.approx(drawn.base) for each in drawn.bars)
    assert min(each.y for each in drawn.bars) >= drawn.frame.top
    assert drawn.bars[-1].x + drawn.bars[-1].width <= drawn.right <= drawn.frame.width
    edges = [each.x for each in drawn.columns]
    assert edges == sorted(edges)
    assert sum(each.value for each in chart.bars) == 900
