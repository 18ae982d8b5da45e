"""Several reports as one."""

import json
from dataclasses import replace

import pytest
from jsonschema import Draft202012Validator

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.measurement.histogram import Histogram
from ApiLoadLibrary.report.build import build_document
from ApiLoadLibrary.report.document import Alert, Verdict, Waiver
from ApiLoadLibrary.report.exports.histograms import together
from ApiLoadLibrary.report.html import render
from ApiLoadLibrary.report.merge import merged
from ApiLoadLibrary.report.record import LEFT_OUT, FailedTest, NotJudged
from ApiLoadLibrary.report.serial import from_json, to_json
from ApiLoadLibrary.report.words import headline
from unit.report import samples
from unit.report.test_serial import SCHEMA

PASS, FAIL, INCONCLUSIVE = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE
A, B = "Suites.A", "Suites.B"


def part(name, tests=(A,), verdict=PASS, minute=0, **changes):
    """A session of a minute, with a run and a criterion for each of its tests."""
    numbered = list(enumerate(tests, 1))
    runs = [replace(samples.run(2, run_id=f"{name}-{n}"), test=test) for n, test in numbered]
    made = samples.session(
        started_at=f"2026-11-23T14:{minute:02}:00+01:00",
        finished_at=f"2026-11-23T14:{minute + 1:02}:00+01:00",
        runs=tuple(runs),
        criteria=tuple(
            replace(samples.judged(n, verdict=verdict, run_id=run.id), test=run.test)
            for (n, _), run in zip(numbered, runs, strict=True)
        ),
        suite="Suites",
        tests=tests,
        left_out=0,
    )
    return build_document(replace(made, **changes))


def together_of(*documents):
    return merged([(f"{number}.json", each) for number, each in enumerate(documents, 1)])


def test_the_whole_has_what_each_part_has():
    one, two = part("one"), part("two", tests=(B,))
    document = together_of(two, one)
    assert [each.id for each in document.runs] == ["two-1", "one-1"]
    assert {each.test for each in document.criteria} == {A, B}
    assert document.resources == (*two.resources, *one.resources)
    assert document.tests == (B, A)
    assert document.suite == "Suites"
    assert (document.attempts, document.history) == ((), ())


@pytest.mark.parametrize(
    "verdicts, changes, expected",
    [
        ((PASS, PASS), {}, PASS),
        ((PASS, FAIL), {}, FAIL),
        ((PASS, INCONCLUSIVE), {}, INCONCLUSIVE),
        ((INCONCLUSIVE, FAIL), {}, FAIL),
        ((PASS, PASS), {"failed_tests": (FailedTest(B, "no token"),)}, INCONCLUSIVE),
        ((PASS, PASS), {"interrupted": "the run was interrupted"}, INCONCLUSIVE),
        ((PASS, PASS), {"criteria": ()}, PASS),
    ],
)
def test_the_verdict_follows_the_same_rule(verdicts, changes, expected):
    one, two = verdicts
    document = together_of(part("1", verdict=one), part("2", (B,), verdict=two, **changes))
    assert document.verdict is expected
    assert document.interrupted == changes.get("interrupted")
    Draft202012Validator(SCHEMA).validate(json.loads(to_json(document)))


def test_nothing_judged_at_all_is_no_pass():
    assert together_of(part("1", criteria=()), part("2", criteria=())).verdict is INCONCLUSIVE


def test_times_go_from_the_first_to_the_last_whatever_their_offset():
    one = part("1", minute=4)
    early = replace(
        part("2", (B,)),
        started_at="2026-11-23T12:59:00+00:00",
        finished_at="2026-11-23T13:01:00+00:00",
    )
    document = together_of(one, early)
    assert document.started_at == "2026-11-23T12:59:00+00:00"
    assert document.finished_at == "2026-11-23T14:05:00+01:00"
    assert document.duration_s == 360


def test_histograms_are_merged_without_loss():
    one, two = part("one"), part("two", tests=(B,))
    document = from_json(to_json(together_of(one, two)))
    whole = Histogram()
    for run in document.runs:
        whole.merge(together(run))
    expected = Histogram()
    for name in ("one-1", "two-1"):
        for endpoint in samples.run(2, run_id=name).endpoints:
            expected.merge(endpoint.tally.response.judged())
    assert whole.count == expected.count
    assert whole.cells() == expected.cells()


def test_ids_stay_unique_and_waivers_follow_them():
    waiver = Waiver("C1", "Head of Retail", "known", "2026-12-31")
    one = part("1")
    two = replace(part("2", (B,), verdict=FAIL), waivers=(waiver,))
    own = part("3", ("Suites.C",))
    own = replace(own, criteria=(replace(own.criteria[0], id="PERF-1"),))
    again = part("4", ("Suites.D",))
    again = replace(again, criteria=(replace(again.criteria[0], id="PERF-1"),))
    document = together_of(one, two, own, again)
    assert [each.id for each in document.criteria] == ["C1", "C2", "PERF-1", "PERF-1.2"]
    assert [each.criterion for each in document.waivers] == ["C2"]


def test_advice_is_given_on_the_whole():
    document = together_of(part("1"), part("2", (B,), verdict=INCONCLUSIVE))
    assert [each.criteria for each in document.recommendations] == [("C2",)]


def test_what_another_part_ran_was_not_left_out():
    gap, never = NotJudged(B, LEFT_OUT), NotJudged("Suites.C", LEFT_OUT)
    one = part("1", not_judged=(gap, never), left_out=2)
    two = part("2", (B,), not_judged=(NotJudged(A, LEFT_OUT), never), left_out=2)
    document = together_of(one, two)
    assert document.not_judged == (never,)
    assert document.left_out == 1


def test_shards_of_one_test_at_the_same_time_all_count():
    document = together_of(part("1", verdict=FAIL), part("2"))
    assert [each.verdict for each in document.criteria] == [FAIL, PASS]
    assert document.verdict is FAIL
    assert document.attempts == ()


def test_a_test_that_was_run_again_counts_with_its_last_outcome_and_the_first_is_an_attempt():
    first = part("1", (A, B), verdict=FAIL)
    alert = Alert("cpu", "pos-1", "1-2", 3.0, None, 97.5, "%", "CPU was over 90 %.")
    first = replace(first, alerts=(alert,))
    again = part("2", (B,), minute=5)
    document = together_of(again, first)
    assert [(each.test, each.verdict) for each in document.criteria] == [(A, FAIL), (B, PASS)]
    assert [each.id for each in document.runs] == ["1-1", "2-1"]
    assert document.alerts == ()
    (attempt,) = document.attempts
    assert (attempt.file, [each.test for each in attempt.criteria]) == ("2.json", [B])
    assert headline(document) == (
        "Not ready: 1 of 2 requirements met, 1 not met, 1 met only when tried again"
    )
    assert "Attempt 1, " in render(document)


def test_a_test_that_failed_for_another_reason_and_then_passed_without_a_criterion_is_mended():
    first = part("1", (A, B), failed_tests=(FailedTest(B, "no token"),))
    again = part("2", (B,), minute=5, criteria=(), runs=())
    document = together_of(first, again)
    assert document.failed_tests == ()
    assert document.attempts[0].failed_tests == (B,)


def test_load_that_a_test_which_stayed_has_judged_stays_too():
    first = part("1", (A, B))
    other = replace(first.criteria[0], run="1-2")
    first = replace(first, criteria=(other, first.criteria[1]))
    document = together_of(first, part("2", (B,), minute=5))
    assert {each.id for each in document.runs} == {"1-1", "1-2", "2-1"}


def test_the_generators_of_all_parts_are_named():
    one = part("1")
    two = replace(part("2", (B,)), environment=one.environment | {"generator_host": "ci-8"})
    assert together_of(one, two).environment["generator_host"] == "ci-7, ci-8"
    assert together_of(one, two).environment["python"] == "3.11.7"


def test_reports_of_different_systems_are_refused():
    two = part("2", (B,))
    other = replace(two, system_under_test=replace(two.system_under_test, version="4.3.0"))
    with pytest.raises(BadInput) as raised:
        together_of(part("1"), other)
    assert str(raised.value) == (
        "These reports are of different systems, their version is '4.2.0', '4.3.0': "
        "put them side by side with compare."
    )


def test_a_process_that_reached_no_server_is_of_no_other_system():
    two = part("2", (B,), runs=(), criteria=())
    nowhere = replace(
        two,
        system_under_test=replace(
            two.system_under_test, base_url="", name=None, version=None, commit=None
        ),
    )
    assert together_of(part("1"), nowhere).system_under_test == part("1").system_under_test


def test_the_same_session_twice_is_refused():
    with pytest.raises(BadInput, match=r"^1\.json and 2\.json hold the same load run, 1-1: give"):
        together_of(part("1"), part("1"))
