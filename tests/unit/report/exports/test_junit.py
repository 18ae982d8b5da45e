"""Criteria as a CI server's test cases."""

from dataclasses import replace
from xml.etree import ElementTree as ET

import pytest

from ApiLoadLibrary.report.build import build_document
from ApiLoadLibrary.report.document import FailedTest
from ApiLoadLibrary.report.exports.junit import junit
from unit.report import samples

HOSTILE = "<&\"' \x00 \ud800 \uffff \u202e ]]>"


def cases(record):
    root = ET.fromstring(junit(build_document(record)).encode())
    return root, {case.get("name"): case for case in root.iter("testcase")}


def outcome(case):
    return [(each.tag, each.get("type")) for each in case if each.tag != "system-out"]


def test_each_criterion_is_a_case_with_its_verdict():
    root, found = cases(samples.failing())
    verdicts = [outcome(case) for case in list(found.values())[:7]]
    fail, undecided = [("failure", "fail")], [("error", "inconclusive")]
    assert verdicts == [[], fail, [], [], fail, [], undecided]
    name = "C2: 95 of 100 requests to each endpoint are answered within the endpoint's own limit"
    failure = found[name].find("failure")
    assert failure.get("message").startswith("P95 of Create Order was 71.4 ms; the limit is 50 ms")
    assert found[name].get("classname") == samples.failing().criteria[1].test
    assert "owner: Retail Operations" in found[name].findtext("system-out")
    counts = {key: root.get(key) for key in ("tests", "failures", "errors", "skipped")}
    assert counts == {"tests": "8", "failures": "2", "errors": "1", "skipped": "1"}


def test_what_nobody_judged_is_skipped():
    _, found = cases(samples.failing())
    skipped = found["Warm-up"].find("skipped")
    assert skipped.get("message") == "load was sent, but no requirement was judged on it"


@pytest.mark.parametrize(
    "changes, kind",
    [
        ({"interrupted": "the run was interrupted"}, "interrupted"),
        ({"failed_tests": (FailedTest("Suites.Sign In", "no token"),)}, "failed"),
    ],
)
def test_what_stands_against_a_pass_is_no_pass_here_either(changes, kind):
    root, found = cases(samples.session(**changes))
    assert [each for case in found.values() for each in outcome(case)] == [("error", kind)]
    assert root.get("errors") == "1"


def test_no_text_breaks_the_xml():
    odd = {"sentence": HOSTILE, "criterion": f'p95 of "{HOSTILE}" < 1 ms', "reason": HOSTILE}
    criterion = samples.judged(1, requirement=HOSTILE, verdict=samples.Verdict.FAIL, **odd)
    record = samples.session(
        title=HOSTILE,
        criteria=(replace(criterion, test=HOSTILE, id=HOSTILE),),
        failed_tests=(FailedTest(HOSTILE, HOSTILE),),
    )
    root, _ = cases(record)
    assert root.get("name").startswith("<&\"' ⟨U+0000⟩ ⟨U+D800⟩ \ufffd ⟨U+202E⟩")


def test_a_session_without_criteria_has_no_case():
    root, found = cases(samples.session(criteria=(), runs=()))
    assert (root.get("tests"), found) == ("0", {})
