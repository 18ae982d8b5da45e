"""The summary for pull requests."""

import re

from ApiLoadLibrary.report.build import build_document
from ApiLoadLibrary.report.document import FailedTest, Verdict
from ApiLoadLibrary.report.exports.markdown import markdown
from unit.report import samples

HOSTILE = "<script>a</script> | `x` [l](http://x) **b** @team #7 \n# Passed\r\n\u202e"


def test_the_verdict_comes_first_then_each_criterion_and_run():
    lines = markdown(build_document(samples.failing())).splitlines()
    assert lines[0].startswith("## ❌ Not ready: 4 of 7 requirements met, 2 not met")
    rows = [line for line in lines if line.startswith("| C")]
    assert len(rows) == 7
    assert rows[1].endswith("| &#60; 50 ms | 71.4 ms | 43 % over the limit | ❌ Fail |")
    assert rows[6].endswith("| ❔ Inconclusive |")
    assert sum(line.startswith(("| Everyday load |", "| Warm-up |")) for line in lines) == 2
    assert "- Not judged: Warm-up" in "\n".join(lines)


def test_a_pass_says_so():
    text = markdown(build_document(samples.session()))
    assert text.startswith("## ✅ Ready: all 6 requirements met\n")


def test_hostile_names_stay_text():
    odd = {"endpoint": HOSTILE, "criterion": f'p95 of "{HOSTILE}" < 1 ms', "reason": HOSTILE}
    record = samples.session(
        title=HOSTILE,
        criteria=(samples.judged(1, verdict=Verdict.INCONCLUSIVE, **odd),),
        failed_tests=(FailedTest(HOSTILE, HOSTILE),),
    )
    text = markdown(build_document(record))
    assert "<script" not in text
    assert "@team" not in text
    assert "\u202e" not in text
    assert "#7" not in text
    assert not re.search(r"(?<!\\)[`*]", text.rpartition("All figures")[0])
    assert len(re.findall(r"^#", text, re.MULTILINE)) == 1
    row = next(line for line in text.splitlines() if line.startswith("| C1"))
    assert row.count("|") == 7


def test_of_very_many_criteria_those_that_were_not_met_are_shown():
    many = [samples.judged(number) for number in range(1, 150)]
    record = samples.session(criteria=(*many, samples.judged(150, verdict=Verdict.FAIL)))
    text = markdown(build_document(record))
    assert "| C150 |" in text
    assert text.count("| C") == 100
    assert "And 50 more." in text
    assert len(text) < 40_000


def test_long_texts_are_cut():
    record = samples.session(failed_tests=(FailedTest("Suites.A", "x" * 100_000),))
    assert len(markdown(build_document(record))) < 5_000
