"""A report's verdict and its runs in plain words."""

from dataclasses import replace

import pytest

from ApiLoadLibrary.report.build import build_document
from ApiLoadLibrary.report.document import FailedTest, Verdict
from ApiLoadLibrary.report.words import headline, lead, load_sentence
from unit.report import samples

PASS, FAIL, OPEN = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE
BROKEN = (FailedTest("Sign In", "401"),)


def document(*verdicts, **changes):
    criteria = tuple(samples.judged(n, verdict=each) for n, each in enumerate(verdicts, 1))
    return build_document(samples.session(criteria=criteria, **changes))


@pytest.mark.parametrize(
    "verdicts, changes, words",
    [
        ([PASS] * 8, {}, "Ready: all 8 requirements met"),
        ([PASS], {}, "Ready: the one requirement is met"),
        ([FAIL], {}, "Not ready: the one requirement is not met"),
        (
            [PASS] * 6 + [FAIL, OPEN],
            {},
            "Not ready: 6 of 8 requirements met, 1 not met, 1 could not be judged",
        ),
        (
            [PASS, OPEN],
            {},
            "Cannot be judged: 1 of 2 requirements met, 1 could not be judged",
        ),
        ([], {}, "Cannot be judged: no requirement was put to the test"),
        (
            [PASS, PASS],
            {"failed_tests": BROKEN},
            "Cannot be judged: all 2 requirements met; 1 test failed for another reason",
        ),
        (
            [PASS, PASS],
            {"interrupted": "Ctrl-C"},
            "Cannot be judged: all 2 requirements met; this report is partial",
        ),
        (
            [PASS, FAIL],
            {"failed_tests": BROKEN},
            "Not ready: 1 of 2 requirements met, 1 not met",
        ),
    ],
)
def test_the_headline_counts_the_requirements(verdicts, changes, words):
    assert headline(document(*verdicts, **changes)) == words


def test_the_lead_names_what_failed_before_what_is_open():
    assert lead(document(OPEN, FAIL)) == [
        "95 of 100 requests to Create Order took up to 61.2 ms; the limit is 50 ms."
    ]


def test_the_lead_says_why_nothing_could_be_decided():
    assert lead(document(OPEN)) == [
        (
            "“95 of 100 requests to each endpoint are answered within 50 ms” could not be judged: "
            "50 ms lies within 48.2 to 50.2 ms: run at least 4 min longer to tell."
        )
    ]


def test_the_lead_names_three_failures_and_counts_the_rest():
    sentences = lead(document(*[FAIL] * 7))
    assert len(sentences) == 4
    assert sentences[-1] == "And 4 more, in the table below."


def test_the_lead_of_a_pass_names_the_least_room():
    (sentence,) = lead(build_document(samples.session()))
    assert sentence == (
        "Least room to spare: “On average, a request to each endpoint is answered within 15 ms”."
        " Measured: 10.9 ms (Open Banking QR), limit 15 ms."
    )


def test_the_lead_says_that_nothing_was_sent_and_why_it_ended():
    empty = document(runs=(), interrupted="the run was interrupted")
    assert lead(empty) == [
        "This report is partial: the run was interrupted.",
        "No load was sent.",
    ]


def with_rates(*rates, seconds=300):
    run = samples.run(1)
    endpoints = tuple(replace(run.endpoints[n], offered=rate) for n, rate in enumerate(rates))
    changed = replace(run, endpoints=endpoints, length_ns=seconds * samples.NS_PER_S)
    return build_document(samples.session(runs=(changed,))).runs[0]


@pytest.mark.parametrize(
    "rates, words",
    [
        (["1,000/min"], "1,000 requests a minute on Health Check for 5 min."),
        (["1/s"], "1 request a second on Health Check for 5 min."),
        (["50/5 s"] * 2, "50 requests every 5 s on each of 2 endpoints for 5 min."),
        (["60/min", "2/s"], "0.107 requests a second over 2 endpoints for 5 min."),
        (["as fast as possible"], "Load on Health Check for 5 min: as fast as possible."),
        (
            ["from 0 to 9/s over 5 min"] * 2,
            "Load on each of 2 endpoints for 5 min: from 0 to 9/s over 5 min.",
        ),
    ],
)
def test_a_run_says_what_was_sent(rates, words):
    assert load_sentence(with_rates(*rates)) == words
