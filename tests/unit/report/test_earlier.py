"""Earlier sessions in a new one's document, and what the page says of them."""

import json
import re
from dataclasses import replace

import pytest
from jsonschema import Draft202012Validator

from ApiLoadLibrary.report.build import build_document
from ApiLoadLibrary.report.document import Verdict
from ApiLoadLibrary.report.earlier import MOST_SHOWN, earlier_session, with_earlier
from ApiLoadLibrary.report.html import render
from ApiLoadLibrary.report.record import FailedTest
from ApiLoadLibrary.report.serial import to_json
from ApiLoadLibrary.report.trend import changes, requirements, summary
from ApiLoadLibrary.report.words import headline, lead
from unit.report import samples
from unit.report.test_html import text_of
from unit.report.test_serial import SCHEMA

PASS, FAIL, INCONCLUSIVE = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE


def session(day, outcomes=((PASS, 17.3),), left_out=0, system=(), **changes):
    """A session of a day in November.

    Args:
        outcomes: Of its criteria: verdict and measured value, and other changes.
        system: Changes of what was tested.
    """
    criteria = tuple(
        samples.judged(number, verdict=verdict, measured=measured, **dict(*more))
        for number, (verdict, measured, *more) in enumerate(outcomes, 1)
    )
    made = samples.session(
        started_at=f"2026-11-{day:02}T14:00:00+01:00",
        criteria=criteria,
        runs=(),
        suite="Suites",
        tests=("Suites.Normal Load.Everyday Load Is Carried With Room To Spare",),
        left_out=left_out,
    )
    tested = replace(made.system_under_test, **dict(system))
    return build_document(replace(made, **{"system_under_test": tested, **changes}))


def after(*kept, now=None):
    """The session of the 28th, after these."""
    files = [(f"{number}.json", each) for number, each in enumerate(kept)]
    return with_earlier(now or session(28), files)


def days(sessions):
    return [int(each.started_at[8:10]) for each in sessions]


def test_sessions_of_the_same_suite_are_its_history_whatever_their_order():
    other = session(3, suite="Others")
    elsewhere = session(4, system={"environment": "production"})
    another = session(5, system={"name": "Warehouse"})
    document = after(session(2), other, session(1), elsewhere, another, session(29), session(28))
    assert days(document.history) == [1, 2]
    assert document.history[0] == earlier_session(session(1), "2.json")
    assert document.attempts == ()


def test_another_version_is_history_too():
    document = after(session(1, system={"version": "4.1", "commit": "abc"}))
    assert [(each.version, each.commit) for each in document.history] == [("4.1", "abc")]


def test_the_last_sessions_are_shown():
    document = after(*map(session, range(1, 20)))
    assert days(document.history) == list(range(20 - MOST_SHOWN, 20))


def test_of_a_part_that_is_run_again_the_whole_before_it_is_an_attempt():
    again = session(28, left_out=3)
    document = after(session(1), session(2), session(3, left_out=3), now=again)
    assert days(document.attempts) == [2, 3]
    assert days(document.history) == [1]


def test_a_whole_that_is_run_again_is_no_attempt():
    assert after(session(1), session(2, left_out=3)).attempts == ()


def test_another_version_is_no_attempt():
    older = session(1, system={"version": "4.1"})
    assert after(older, now=session(28, left_out=3)).attempts == ()


def test_other_tests_of_the_suite_are_no_attempt_at_these():
    first = session(1)
    others = replace(first, criteria=(replace(first.criteria[0], test="Suites.Other"),))
    assert after(others, now=session(28, left_out=3)).attempts == ()
    both = replace(first, criteria=(*others.criteria, *first.criteria))
    (attempt,) = after(both, now=session(28, left_out=3)).attempts
    assert [each.test for each in attempt.criteria] == [first.criteria[0].test]


def test_a_test_that_failed_for_another_reason_was_an_attempt():
    test = session(1).criteria[0].test
    failed = session(1, outcomes=(), failed_tests=(FailedTest(test, "no token"),))
    (attempt,) = after(failed, now=session(28, left_out=3)).attempts
    assert attempt.failed_tests == (test,)


def test_what_is_met_only_when_tried_again_is_said_first():
    first = session(27, [(FAIL, 61.2), (PASS, 9.0, {"metric": "p99"})])
    again = session(28, [(PASS, 17.3), (PASS, 9.1, {"metric": "p99"})], left_out=3)
    document = after(first, now=again)
    assert document.verdict is PASS
    assert headline(document) == "Ready: all 2 requirements met, 1 of them only when tried again"
    assert lead(document)[:2] == [
        "This is attempt 2: a part of the suite was run again.",
        "Met only when tried again: C1.",
    ]
    text = text_of(render(document))
    assert "Attempt 1, Friday 27 November 2026, 14:00 (UTC+01:00): " in text
    assert "p95 of Each Endpoint 61.2 ms (< 50 ms), fail; " in text
    assert "Kept as 0.json." in text


def test_an_attempt_that_changes_nothing_is_told_too():
    document = after(session(27), now=session(28, left_out=3))
    assert headline(document) == "Ready: the one requirement is met"
    assert lead(document)[0] == "This is attempt 2: a part of the suite was run again."


def test_the_schema_knows_earlier_sessions():
    document = after(session(1), session(27, [(FAIL, 61.2)]), now=session(28, left_out=3))
    Draft202012Validator(SCHEMA).validate(json.loads(to_json(document)))


NOW = session(28).criteria[0]


@pytest.mark.parametrize(
    "earlier, now, said",
    [
        ([], (PASS, 17.3), "Judged for the first time."),
        ([(PASS, 15.0)], (PASS, 17.3), "15.0 ms the last time."),
        (
            [(PASS, 15.0), (PASS, 19.0), (PASS, 16.0)],
            (PASS, 17.3),
            "Within what 3 earlier runs measured, 15.0 ms to 19.0 ms.",
        ),
        (
            [(PASS, 15.0), (PASS, 19.0), (PASS, 16.0)],
            (PASS, 19.1),
            "Worse than in all of 3 earlier runs, at most 19.0 ms.",
        ),
        (
            [(PASS, 15.0), (PASS, 19.0), (PASS, 16.0)],
            (PASS, 12.0),
            "Better than in all of 3 earlier runs, at least 15.0 ms.",
        ),
        (
            [(PASS, 15.0), (PASS, 15.0)],
            (FAIL, 61.2),
            "Not met now, met 2 times in a row before; 15.0 ms the last time.",
        ),
        ([(PASS, 9.0), (FAIL, 60.0)], (PASS, 17.3), "Met again; 60.0 ms the last time."),
        ([(FAIL, 60.0)], (PASS, 17.3), "Met for the first time; 60.0 ms the last time."),
        (
            [(PASS, 9.0), (FAIL, 60.0), (FAIL, 60.0)],
            (FAIL, 60.0),
            "Not met for the third time; within what 3 earlier runs measured, 9.0 ms to 60.0 ms.",
        ),
        ([(FAIL, 60.0)], (INCONCLUSIVE, None), "Not decided now, not met before."),
        (
            [(PASS, 15.0, {"target": 80.0})],
            (PASS, 17.3),
            "15.0 ms the last time; the limit was 80 ms.",
        ),
        ([(PASS, 15.0, {"unit": "%"})], (PASS, 17.3), "The limit was 50 %."),
    ],
)
def test_what_changed_is_said_in_a_few_words(earlier, now, said):
    sessions = [session(day, [each]) for day, each in enumerate(earlier, 1)]
    document = after(*sessions, now=session(28, [now]))
    (asked,) = requirements(document, document.history)
    assert changes(asked) == said


def test_for_a_floor_less_is_worse():
    floor = {"operator": ">=", "unit": "%", "target": 98.0}
    sessions = [session(day, [(PASS, 99.0, floor)]) for day in (1, 2, 3)]
    document = after(*sessions, now=session(28, [(PASS, 98.5, floor)]))
    assert list(summary(document)) == ["Worse than in all earlier runs: C1."]


def test_what_changed_in_all_names_the_criteria():
    before = [(PASS, 15.0), (FAIL, 60.0, {"metric": "p99"}), (PASS, 5.0, {"metric": "p50"})]
    now = [(FAIL, 61.2), (PASS, 9.0, {"metric": "p99"}), (PASS, 5.0, {"metric": "p50"})]
    document = after(session(1, before), now=session(28, now))
    assert list(summary(document)) == [
        "Not met now, but the last time: C1.",
        "Met again: C2.",
    ]
    assert list(summary(after(session(1)))) == ["Nothing stands out."]


def test_the_same_criterion_twice_in_a_test_is_kept_apart():
    document = after(
        session(1, [(PASS, 10.0), (PASS, 20.0)]), now=session(28, [(PASS, 11.0), (PASS, 21.0)])
    )
    asked = requirements(document, document.history)
    assert [each.values for each in asked] == [[10.0], [20.0]]


def test_the_page_shows_every_run_with_its_verdict_and_value():
    document = after(session(1, [(FAIL, 60.0)]), session(2, ()), session(3, [(PASS, 16.0)]))
    page = render(document)
    text = text_of(page)
    assert "Compared with the last 3 runs of the same suite" in text
    section = page[page.index('id="earlier-runs"') : page.index('id="trust"')]
    signs = re.findall(r'<span class="vh">([^<,]+),?', section)
    assert [each.strip() for each in signs] == ["Fail", "not judged", "Pass", "Pass"]
    assert "60.0 ms ✕ fail" in text
    assert 'class="limit"' in section


def test_a_first_run_has_no_such_section():
    assert 'id="earlier-runs"' not in render(session(28))
