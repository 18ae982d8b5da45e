"""Reports side by side."""

import re
from dataclasses import replace

import pytest

from ApiLoadLibrary.report.build import build_document
from ApiLoadLibrary.report.compare import compare
from ApiLoadLibrary.report.compare_text import comparison_text
from ApiLoadLibrary.report.document import Verdict
from ApiLoadLibrary.report.html import render_comparison
from ApiLoadLibrary.report.source import Source
from unit.report import samples
from unit.report.test_html import HOSTILE, hostile, text_of

SOURCE = Source("acceptance-report.json", "a/acceptance-report.json", "0" * 64)


def compared(*records):
    return compare([(build_document(each), SOURCE) for each in records])


def judged(measured, interval=(), **changes):
    """A session with one criterion."""
    ends = {"interval": tuple(interval) or None}
    return samples.session(
        runs=(), criteria=(samples.judged(1, measured=measured, **ends, **changes),)
    )


@pytest.mark.parametrize(
    "first, last, said",
    [
        (judged(20.0), judged(20.0), "the same"),
        (judged(20.0), judged(25.0), "25 % more"),
        (judged(20.0), judged(50.0), "2.5 times as much"),
        (judged(20.0), judged(5.0), "75 % less"),
        (judged(20.0, (19, 21)), judged(25.0, (24, 26)), "25 % more, clearly worse"),
        (judged(25.0, (24, 26)), judged(20.0, (19, 21)), "20 % less, clearly better"),
        (judged(20.0, (18, 23)), judged(24.0, (22, 26)), "20 % more, within what chance may do"),
        (
            judged(20.0, (19, float("inf"))),
            judged(25.0, (24, 26)),
            "25 % more, within what chance may do",
        ),
        (judged(1.0, unit="%"), judged(1.25, unit="%"), "0.25 points more"),
        (
            judged(99.0, (98.9, 99.1), operator=">=", unit="%"),
            judged(97.0, (96.9, 97.1), operator=">=", unit="%"),
            "2 points less, clearly worse",
        ),
        (judged(None, verdict=Verdict.INCONCLUSIVE), judged(20.0), ""),
        (judged(20.0), judged(20.0, unit="%"), ""),
        (judged(0.0), judged(20.0), ""),
    ],
)
def test_a_difference_is_clear_only_where_the_ranges_lie_apart(first, last, said):
    (row,) = compared(first, last).requirements
    assert row.difference == said


def test_what_only_one_of_them_judged_is_shown_too():
    rows = {row.name: row for row in compared(samples.session(), samples.failing()).requirements}
    assert len(rows) == 8
    lonely = rows["Fewer than 1 in 100 requests go wrong"]
    assert [cell.text for cell in lonely.cells] == ["0.08 %", "–"]
    assert lonely.difference == ""


def test_runs_go_together_by_their_names():
    first, last = samples.session(), samples.failing()
    (run,) = compared(first, last).runs
    assert run.name == "Everyday load"
    assert run.sentences == ("1,000 requests a minute on each of 10 endpoints for 30 s.",)
    differing = {row.name: row.difference for row in run.rows if row.difference != "the same"}
    assert list(differing) == ["Create Order"]
    assert re.fullmatch(r"\d(\.\d)? times as much", differing["Create Order"])
    assert [line.label for line in run.chart.lines] == ["B", "A"]


def test_another_load_is_said_to_be_another():
    (run,) = compared(samples.session(), samples.session(runs=(samples.run(12),))).runs
    assert run.sentences == (
        "The load was not the same, so that differences say little.",
        "A: 1,000 requests a minute on each of 10 endpoints for 30 s.",
        "B: 1,000 requests a minute on each of 10 endpoints for 12 s.",
    )
    assert len(run.chart.table.rows) == 30


def test_more_than_two_are_put_side_by_side():
    made = compared(*[samples.session()] * 5)
    assert [side.letter for side in made.sides] == ["A", "B", "C", "D", "E"]
    assert all(len(row.cells) == 5 for row in made.requirements)
    assert len(made.runs[0].chart.lines) == 3
    assert render_comparison(made)


def test_the_page_shows_all_of_it_and_needs_nothing_from_outside():
    page = render_comparison(compared(samples.session(), samples.failing()))
    text = text_of(page)
    for each in (
        "Ready: all 6 requirements met",
        "Not ready: 4 of 7",
        "4.1 times as much, clearly",
    ):
        assert each in text
    assert "<script" not in page
    links = re.findall(r"""(?:src|href)\s*=\s*["']([^"']*)""", page)
    assert set(links) == {"data:,", "a/acceptance-report.json"}
    ids = re.findall(r'\bid="([^"]+)"', page)
    assert len(ids) == len(set(ids))


def test_the_table_for_the_console_has_straight_columns():
    lines = comparison_text(compared(samples.session(), samples.failing())).splitlines()
    start = next(n for n, line in enumerate(lines) if line.startswith("Requirement"))
    place = lines[start].index("difference")
    rows = [line for line in lines[start + 1 : start + 9] if len(line) > place]
    assert len(rows) == 5
    assert all(line[place - 2 : place] == "  " and line[place] != " " for line in rows)


def test_hostile_names_stay_text():
    made = compared(hostile(), hostile())
    page = render_comparison(made)
    assert "<script" not in page
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00]", page + comparison_text(made))
    assert HOSTILE[:25] in text_of(page)


def test_reports_without_runs_and_criteria_are_compared_too():
    empty = replace(samples.session(), runs=(), criteria=())
    assert "no requirement was put to the test" in comparison_text(compared(empty, empty))
