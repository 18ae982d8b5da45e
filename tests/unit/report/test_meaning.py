"""What a miss means, and what the figures can be trusted with."""

from dataclasses import replace

import pytest

from ApiLoadLibrary.report.build import build_document
from ApiLoadLibrary.report.document import FailedTest, NotJudged, Verdict
from ApiLoadLibrary.report.meaning import meaning
from ApiLoadLibrary.report.view_trust import trust
from unit.report import samples

ERROR_RATE = {
    "verdict": Verdict.FAIL,
    "metric": "error rate",
    "criterion": "error rate < 1 %",
    "unit": "%",
    "target": 1.0,
    "endpoint": None,
}


def document(*changes, **of_session):
    criteria = tuple(samples.judged(n, **each) for n, each in enumerate(changes, 1))
    return build_document(samples.session(criteria=criteria, **of_session))


@pytest.mark.parametrize(
    "change, of_run, words",
    [
        (
            ERROR_RATE,
            {"bad": {3: {503: 90}, 4: {500: 4}}},
            (
                "94 of 5,000 requests went wrong, about 188 a minute: "
                "90 × status 503 was not expected; 4 × status 500 was not expected."
            ),
        ),
        (
            {**ERROR_RATE, "metric": "achieved rate"},
            {"bad": {3: {1050: 90}}},
            "Of 5,000 requests 0 were sent late and 90 never.",
        ),
        (
            {**ERROR_RATE, "metric": "cpu"},
            {},
            "On pos-1 it was 38.7 % on average and 46.5 % at its peak.",
        ),
        ({**ERROR_RATE, "metric": "degradation"}, {}, ""),
        ({"metric": "p95 service time", "verdict": Verdict.FAIL}, {}, ""),
        ({"run_id": "another", "verdict": Verdict.FAIL}, {}, ""),
    ],
    ids=["errors", "rate", "cpu", "unknown", "service time", "no run"],
)
def test_a_miss_is_told_as_those_who_felt_it(change, of_run, words):
    judged = document(change, runs=(samples.run(**of_run),))
    assert meaning(judged, judged.criteria[0]) == words


def test_a_slow_endpoint_is_told_by_those_who_waited_longer():
    rows = samples.rows(3, 30, 7.9, 201, {503: 2})
    answered = rows[rows[:, 0] == 201]
    above = int((answered[:, 4] - answered[:, 1] > 12_000_000).sum())
    judged = document({"target": 12.0, "verdict": Verdict.FAIL})
    sentence = meaning(judged, judged.criteria[0])
    assert sentence.startswith(f"{above} of 498 requests to Create Order (")
    assert sentence.endswith(f"took longer than 12 ms, about {2 * above} a minute.")


def told(of):
    return [(fact.look.name, fact.text) for fact in trust(of)]


def test_trust_names_the_generators_figures_and_accounts_for_every_request():
    generator, account, confidence = told(build_document(samples.session()))
    assert generator[0] == account[0] == confidence[0] == "ok"
    assert "12.4 % of a processor core, and at most 9 of 50 workers" in generator[1]
    assert account[1] == (
        "Every request is accounted for: 5,000 due = 4,996 answered well + 4 failed + 0 never sent."
    )
    assert confidence[1].startswith("4 of 6 measured values have an interval")


def test_distrust_is_told_and_never_green():
    run = replace(samples.run(), stopped="the test ran out of time")
    facts = told(
        document(
            {"interval": None, "confidence": None},
            runs=(run,),
            not_judged=(NotJudged("Warm-up", "nobody asked"),),
            failed_tests=(FailedTest("Sign In", "401"),),
            interrupted="the run was interrupted",
        )
    )
    assert [look for look, _ in facts] == ["ok", *["warn"] * 5]
    assert facts[1][1].endswith("The run was cut short: the test ran out of time.")
    assert facts[3][1] == "This report is partial: the run was interrupted."
    assert facts[4][1] == "Sign In failed for another reason: 401"
    assert facts[5][1] == "Not judged: Warm-up (nobody asked)."


def test_counts_that_a_shard_took_with_it_are_missed():
    run = samples.run()
    lost = replace(run.endpoints[0], planned=700)
    (_, account, _) = told(
        build_document(samples.session(runs=(replace(run, endpoints=(lost, *run.endpoints[1:])),)))
    )
    assert account[0] == "warn"
    assert account[1].endswith("Of 200 more in the schedule nothing is known.")
