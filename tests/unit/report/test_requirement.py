"""Criteria in plain words."""

import pytest

from ApiLoadLibrary.report.build import build_document
from ApiLoadLibrary.report.document import Verdict
from ApiLoadLibrary.report.requirement import (
    finding,
    margin,
    requirement,
    scope_of,
    share_words,
    target,
)
from unit.report import samples

SHARE = {"unit": "%", "endpoint": None}


def criterion(**changes):
    record = samples.session(criteria=(samples.judged(1, **changes),))
    return build_document(record).criteria[0]


@pytest.mark.parametrize(
    "metric, words",
    [
        ("p95", "95 of 100"),
        ("p50", "half"),
        ("median", "half"),
        ("p99.9", "999 of 1,000"),
        ("p99.99", "9,999 of 10,000"),
        ("average", None),
    ],
)
def test_percentiles_are_so_many_of_so_many(metric, words):
    assert share_words(metric) == words


@pytest.mark.parametrize(
    "changes, words",
    [
        (
            {"criterion": "p95 of Products < 20 ms", "endpoint": "Products", "target": 20.0},
            "95 of 100 requests to Products are answered within 20 ms",
        ),
        (
            {"criterion": "p95 of Each Endpoint < 1.5 s", "target": 1_500.0},
            "95 of 100 requests to each endpoint are answered within 1.5 s",
        ),
        (
            {"criterion": "p95 < threshold"},
            "95 of 100 requests to each endpoint are answered within the endpoint's own limit",
        ),
        (
            {"criterion": "p95 of Create Order < threshold"},
            "95 of 100 requests to Create Order are answered within 50 ms",
        ),
        (
            {"criterion": "median of Each Endpoint <= 50 ms", "metric": "median", "operator": "<="},
            "Half of the requests to each endpoint are answered within 50 ms",
        ),
        (
            {"criterion": "average < 50 ms", "metric": "average"},
            "On average, a request to each endpoint is answered within 50 ms",
        ),
        (
            {"criterion": "max < 50 ms", "metric": "max"},
            "Every request to each endpoint is answered within 50 ms",
        ),
        (
            {"criterion": "p99 service time < 50 ms", "metric": "p99 service time"},
            "99 of 100 requests to each endpoint are served within 50 ms, once sent",
        ),
        (
            {"criterion": "p99 of all answers < 50 ms", "metric": "p99 of all answers"},
            "99 of 100 requests to each endpoint are answered within 50 ms, failed ones included",
        ),
        (
            {"criterion": "error rate < 1 %", "metric": "error rate", "target": 1.0, **SHARE},
            "Fewer than 1 in 100 requests go wrong",
        ),
        (
            {
                "criterion": "error rate of Create Order < 0.3 %",
                "metric": "error rate",
                "target": 0.3,
                "unit": "%",
            },
            "Less than 0.3 % of the requests to Create Order go wrong",
        ),
        (
            {
                **SHARE,
                "criterion": "error rate <= 0 %",
                "metric": "error rate",
                "target": 0.0,
                "operator": "<=",
            },
            "No request goes wrong",
        ),
        (
            {
                **SHARE,
                "criterion": "achieved rate >= 98 % of target",
                "metric": "achieved rate",
                "target": 98.0,
                "operator": ">=",
            },
            "At least 98 % of the load asked for is carried in time",
        ),
        (
            {
                "criterion": "achieved rate >= 1,000/min",
                "metric": "achieved rate",
                "target": 16.667,
                "operator": ">=",
                "unit": "/s",
                "endpoint": None,
            },
            "At least 16.667/s requests are carried in time",
        ),
        (
            {"criterion": "cpu < 90 %", "metric": "cpu", "target": 90.0, **SHARE},
            "The system's processor is less than 90 % busy, on average",
        ),
        (
            {"criterion": "memory < 90 %", "metric": "memory", "target": 90.0, **SHARE},
            "The system's memory is less than 90 % full, on average",
        ),
        (
            {"criterion": "p95 of the run < 50 ms", "endpoint": None},
            "95 of 100 requests are answered within 50 ms",
        ),
        (
            {"criterion": "p95 of Payments < 50 ms", "endpoint": "Card"},
            "95 of 100 requests to each endpoint of Payments are answered within 50 ms",
        ),
        (
            {"criterion": "p95 < threshold in every 10 s", "when": "in every 10 s"},
            (
                "95 of 100 requests to each endpoint are answered within "
                "the endpoint's own limit, in every 10 s"
            ),
        ),
        (
            {"criterion": "p95 < 50 ms for 10 s", "when": "for 10 s during burst"},
            (
                "95 of 100 requests to each endpoint are answered within 50 ms, "
                "for 10 s running during burst"
            ),
        ),
        (
            {"criterion": "p95 connect time < 50 ms", "metric": "p95 connect time"},
            "P95 connect time of each endpoint stays within 50 ms",
        ),
        (
            {"criterion": "error rate of everything < 1 %", "metric": "error rate"}
            | {"target": 1.0, **SHARE},
            "Fewer than 1 in 100 requests of all load runs go wrong",
        ),
        (
            {"criterion": "share of 429 of Products < 3 %", "metric": "share of 429"}
            | {"target": 3.0, "unit": "%"},
            "Less than 3 % of the requests to Products end with status 429",
        ),
        (
            {"criterion": "share of 5xx <= 0 %", "metric": "share of 5xx"}
            | {"target": 0.0, "operator": "<=", **SHARE},
            "No request ends with status 5xx",
        ),
        (
            {"criterion": "share of dropped requests <= 0 %", "metric": "share of dropped requests"}
            | {"target": 0.0, "operator": "<=", **SHARE},
            "No request is never sent",
        ),
        (
            {"criterion": "share of timeouts < 1 %", "metric": "share of timeouts"}
            | {"target": 1.0, **SHARE},
            "Fewer than 1 in 100 requests get no complete answer in time",
        ),
        (
            {"criterion": "throughput >= 900/min", "metric": "throughput", "operator": ">="}
            | {"target": 15.0, "unit": "/s", "endpoint": None},
            "At least 15/s requests are answered",
        ),
        (
            {"criterion": "network < 10 MB/s", "metric": "network"}
            | {"target": 10.0, "unit": "MB/s", "endpoint": None},
            "The system's network carries less than 10 MB/s, on average",
        ),
        (
            {"criterion": "disk < 90 %", "metric": "disk", "target": 90.0, **SHARE},
            "The system's disk is less than 90 % full, on average",
        ),
        (
            {"criterion": "generator cpu < 90 %", "metric": "generator cpu", "target": 90.0}
            | SHARE,
            "The load generator's busiest process takes less than 90 % of a processor core",
        ),
        (
            {"criterion": "degradation < 3 times", "metric": "degradation", "target": 3.0}
            | {"unit": "times"},
            "In the burst 95 of 100 requests take less than 3 times as long as before it",
        ),
        (
            {"criterion": "recovery <= 10 s", "metric": "recovery", "target": 10_000.0}
            | {"operator": "<="},
            "No more than 10 s after the trouble is over all is well again, for good",
        ),
        (
            {"criterion": "detection <= 2 s", "metric": "detection", "target": 2_000.0}
            | {"operator": "<="},
            "No more than 2 s after the first failure a circuit breaker turns requests away",
        ),
        (
            {"criterion": "failures before opening < 60", "metric": "failures before opening"}
            | {"target": 60.0, "unit": ""},
            "Less than 60 requests fail before a circuit breaker opens",
        ),
        (
            {"criterion": "fast failure time <= 100 ms", "metric": "fast failure time"}
            | {"target": 100.0, "operator": "<="},
            "95 of 100 requests that cannot be served are told so in no more than 100 ms",
        ),
        (
            {"criterion": "open time < 1 min", "metric": "open time", "target": 60_000.0},
            "A circuit breaker stays open for less than 60 s",
        ),
        (
            {"criterion": "residual errors < 1 %", "metric": "residual errors", "target": 1.0}
            | SHARE,
            "Less than 1 % of the requests fail after the recovery",
        ),
        (
            {"criterion": "errors under overload < 20 %", "metric": "errors under overload"}
            | SHARE
            | {"target": 20.0},
            "Less than 20 % of the requests fail while the overload or fault lasts",
        ),
        (
            {"criterion": "overshoot < 3 times", "metric": "overshoot", "target": 3.0}
            | {"unit": "times"},
            "Just back, 95 of 100 requests take less than 3 times as long as when all was well",
        ),
        (
            {"criterion": "return to normal of Products <= 5 s", "metric": "return to normal"}
            | {"target": 5000.0, "operator": "<=", "scope": "Products"},
            "No more than 5 s after the burst requests to Products are as quick as before it",
        ),
        (
            {"criterion": "highest rate > 10,000/min", "metric": "highest rate", "operator": ">"}
            | {"unit": "/s", "target": 10_000 / 60},
            "More than 10,000 requests a minute can be carried with all that was asked of them",
        ),
        (
            {"criterion": "highest rate > 40/s", "metric": "highest rate", "operator": ">"}
            | {"unit": "/s", "target": 40.0},
            "More than 40 requests a second can be carried with all that was asked of them",
        ),
    ],
)
def test_a_requirement_can_be_read_aloud(changes, words):
    assert requirement(criterion(**changes)) == words


@pytest.mark.parametrize(
    "text, endpoint, scope",
    [
        ("p95 of Products < 20 ms", "Products", "Products"),
        ('p95 of "Odd, of name" < 20 ms', "Odd, of name", "Odd, of name"),
        ("p95 of Each Endpoint < 20 ms", "Products", None),
        ("p95 of Payments < 20 ms", "Card", "Payments"),
        ("p95 of the run < 20 ms", None, None),
        ("cpu < 90 %", None, None),
    ],
)
def test_the_endpoint_that_decided_need_not_be_the_one_that_was_named(text, endpoint, scope):
    assert scope_of(criterion(criterion=text, endpoint=endpoint)) == scope


@pytest.mark.parametrize("operator, sign", [("<", "<"), ("<=", "≤"), (">", ">"), (">=", "≥")])
def test_a_target_has_its_sign(operator, sign):
    assert target(criterion(operator=operator)) == f"{sign} 50 ms"


@pytest.mark.parametrize(
    "changes, words",
    [
        ({"measured": 9.8, "target": 20.0, "margin": 0.51}, "51 % below the limit"),
        ({"measured": 68.5, "margin": -0.37}, "37 % over the limit"),
        ({"measured": 205.0, "margin": -3.1}, "4.1 times the limit"),
        ({"measured": 50.0, "margin": 0.0}, "exactly at the limit"),
        ({"measured": None, "margin": None}, ""),
        ({"metric": "cpu", "measured": 61.0, "target": 90.0, "margin": 0.32, **SHARE},
         "29 points below the limit"),
        ({"metric": "error rate", "measured": 0.0, "target": 1.0, "margin": 1.0, **SHARE},
         "none at all"),
        ({"metric": "achieved rate", "operator": ">=", "measured": 93.5, "target": 98.0,
          "margin": -0.046, **SHARE}, "4.5 points below the target"),
        ({"metric": "achieved rate", "operator": ">=", "measured": 99.0, "target": 98.0,
          "margin": 0.01, **SHARE}, "1 point over the target"),
    ],
)  # fmt: skip
def test_a_margin_says_how_far_and_on_which_side(changes, words):
    assert margin(criterion(**changes)) == words


@pytest.mark.parametrize(
    "changes, words",
    [
        ({}, "95 of 100 requests to Create Order took up to 61.2 ms; the limit is 50 ms."),
        ({"metric": "average"}, ("On average, a request to Create Order took 61.2 ms; "
         "the limit is 50 ms.")),
        ({"metric": "error rate", "measured": 9.2, "target": 1.0, **SHARE},
         "9.2 % of the requests went wrong; the limit is 1 %."),
        ({"metric": "achieved rate", "operator": ">=", "measured": 93.5, "target": 98.0, **SHARE},
         "93.5 % of the load asked for was carried in time; asked is 98 %."),
        ({"criterion": "cpu < 90 %", "metric": "cpu", "measured": 97.0, "target": 90.0, **SHARE},
         "The system's processor was 97 % busy on average; the limit is 90 %."),
        ({"measured": None, "sentence": "Nobody knows"}, "Nobody knows."),
        ({"metric": "slow-down", "unit": "%", "sentence": "Too much."}, "Too much."),
        ({"metric": "degradation", "unit": "times", "measured": 147.83, "target": 10.0},
         ("In the burst 95 of 100 requests to Create Order took 148 times as long as before it; "
          "the limit is 10 times.")),
    ],
)  # fmt: skip
def test_a_finding_tells_what_was_measured_and_what_is_asked(changes, words):
    assert finding(criterion(verdict=Verdict.FAIL, **changes)) == words
