"""Verdicts, and the sentences they are told in: each text here has been read and approved."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from ApiLoadLibrary.criteria.evaluation import Measured, measure
from ApiLoadLibrary.criteria.judgement import Verdict, worst
from ApiLoadLibrary.errors import BadCriterion, UnknownName
from ApiLoadLibrary.measurement.outcomes import Failure
from ApiLoadLibrary.values import Duration, Rate
from unit.criteria.builders import Request, a_run, an_endpoint, around, every, judge

PASS, FAIL, INCONCLUSIVE = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE


HEALTHY = a_run(
    an_endpoint(around(10, 1_000), threshold_ms=50),
    an_endpoint(around(12, 1_000, seed=2), "Create Order", threshold_ms=15),
    cpu_percent=[61] * 29 + [84],
)
FAILING = a_run(
    an_endpoint(every(100, Request(5, outcome=500))),
    an_endpoint(every(20, Request(5, outcome=Failure.RESET)), "Create Order"),
)
RUNS = {"healthy": HEALTHY, "failing": FAILING}


def approved() -> Iterator[tuple[str, str, str]]:
    """Run, criterion, and its verdict and sentence, as `approved.txt` lists them."""
    run = criterion = ""
    for line in Path(__file__).with_name("approved.txt").read_text("utf-8").splitlines()[2:]:
        if line.startswith("== "):
            run = line.removeprefix("== ").partition(":")[0]
        elif line.startswith("  "):
            yield run, criterion, line.strip()
        else:
            criterion = line


@pytest.mark.parametrize("run, criterion, told", list(approved()))
def test_the_sentence_is_the_approved_one(run: str, criterion: str, told: str) -> None:
    judgement = judge(criterion, RUNS[run])
    assert f"{judgement.verdict.value}: {judgement.sentence}" == told


def test_a_judgement_holds_all_that_a_report_needs() -> None:
    judgement = judge("P95 Of products Below 50 ms", HEALTHY)
    assert judgement.criterion == "p95 of Products < 50 ms"
    assert (judgement.metric, judgement.endpoint, judgement.run_id) == ("p95", "Products", "run-1")
    assert (judgement.operator, judgement.target, judgement.unit) == ("<", 50, "ms")
    assert judgement.measured == pytest.approx(13.78, abs=0.01)
    assert judgement.interval == pytest.approx((13.2, 14.3), abs=0.05)
    assert (judgement.confidence, judgement.samples) == (0.95, 1_000)
    assert judgement.margin == pytest.approx(1 - 13.78 / 50, abs=0.001)
    assert judgement.reason == ""


def test_the_margin_is_negative_on_the_bad_side_whatever_the_operator() -> None:
    assert (judge("p95 of Products < 10 ms", HEALTHY).margin or 0) == pytest.approx(
        -0.378, abs=0.001
    )
    assert (judge("p95 of Products > 1 s", HEALTHY).margin or 0) == pytest.approx(-0.986, abs=0.001)
    assert (judge("cpu < 90 %", HEALTHY).margin or 0) == pytest.approx(0.314, abs=0.001)
    assert judge("error rate <= 0 %", HEALTHY).margin is None


def test_a_value_without_an_interval_is_a_point_estimate() -> None:
    for text in ("max of Products < 1 s", "cpu < 90 %", "achieved rate >= 98 % of target"):
        judgement = judge(text, HEALTHY)
        assert judgement.interval is judgement.confidence is None


def test_more_confidence_needs_a_wider_interval() -> None:
    assert judge("p95 of Products < 14.5 ms", HEALTHY, 0.95).verdict is PASS
    judgement = judge("p95 of Products < 14.5 ms", HEALTHY, 0.9999)
    assert judgement.verdict is INCONCLUSIVE
    assert judgement.confidence == 0.9999
    assert "(99.99 % confidence)" in judgement.reason


def test_a_value_on_the_limit_itself_fails_below_and_passes_at_most() -> None:
    run = a_run(an_endpoint([Request(10)] * 1_000))
    assert judge("p95 < 10 ms", run).verdict is FAIL
    assert judge("p95 <= 10 ms", run).verdict is PASS
    assert judge("p95 > 10 ms", run).verdict is FAIL
    assert judge("p95 >= 10 ms", run).verdict is PASS


def test_a_value_on_the_limit_whose_interval_reaches_beyond_it_is_too_near_to_tell() -> None:
    edge = 10.002431  # of a cell, so that the histogram gives it back as it was
    requests = [Request(11 if i % 25 == 0 else edge) for i in range(300)]
    judgement = judge(f"p95 <= {edge} ms", a_run(an_endpoint(requests)))
    assert judgement.verdict is INCONCLUSIVE
    assert judgement.reason == (
        "the true value lies between 10.002431 ms and 11 ms (95 % confidence), "
        "too near the limit for a longer run to tell"
    )


def test_a_measured_value_is_never_rounded_onto_its_limit() -> None:
    run = a_run(an_endpoint([Request(500.4)] * 1_000))
    expected = "P95 of Products was 500.4 ms; the limit is 500 ms (1,000 requests at 1,000/min)"
    assert judge("p95 < 500 ms", run).sentence == expected


def test_long_times_are_told_in_seconds() -> None:
    run = a_run(an_endpoint([Request(61_234.5)] * 1_000))
    expected = "P95 of Products was 61.2 s; the limit is 1 min (1,000 requests at 1,000/min)"
    assert judge("p95 < 1 min", run).sentence == expected


def test_the_worst_verdict_decides_and_then_the_smallest_margin() -> None:
    run = a_run(
        an_endpoint(around(40, 1_000), "Slow"),
        an_endpoint(around(5, 10, seed=3), "Hardly Tried", planned=10),
        an_endpoint(around(10, 1_000, seed=4), "Fast"),
    )
    fails, unsure = judge("p95 < 45 ms", run), judge("p95 < 200 ms", run)
    assert (fails.endpoint, fails.verdict) == ("Slow", FAIL)
    assert (unsure.endpoint, unsure.verdict) == ("Hardly Tried", INCONCLUSIVE)
    assert judge("max < 200 ms", a_run(*run.endpoints[::2])).endpoint == "Slow"


def test_of_several_that_fail_the_others_are_named() -> None:
    endpoints = [an_endpoint(around(10 + i, 300, seed=i), name) for i, name in enumerate("ABCDE")]
    judgement = judge("median < 5 ms", a_run(*endpoints))
    assert judgement.endpoint == "E"
    assert judgement.reason == "also broken by A, B and 2 more"


def test_rates_in_different_units_are_told_per_second() -> None:
    run = a_run(
        an_endpoint([Request(10)] * 1_000, rate="1,000/min"),
        an_endpoint([Request(10)] * 600, "Create Order", rate="10/s"),
    )
    expected = "Error rate was 0 %; the limit is 1 % (1,600 requests at 26.67/s)"
    assert judge("error rate < 1 %", run).sentence == expected


def test_an_endpoint_that_the_run_does_not_have_is_an_error() -> None:
    run = a_run(an_endpoint([Request(10)]))
    with pytest.raises(UnknownName, match="There is no endpoint 'Orders'"):
        judge("p95 of Orders < 5 ms", run, any_name=True)
    assert judge("p95 of PRODUCTS < 5 ms", run, any_name=True).endpoint == "Products"


def test_a_threshold_that_nobody_registered_is_an_error() -> None:
    with pytest.raises(BadCriterion) as caught:
        judge("p95 < threshold", a_run(an_endpoint([Request(10)])))
    assert str(caught.value) == (
        "Criterion 'p95 < threshold' cannot be read at 'threshold': 'Products' has none: "
        "give it one where the endpoint is defined, or all of them one in Use Server."
    )


@pytest.mark.parametrize(
    "metric, scope, expected",
    [
        ("P95", "products", Measured(13.778943, "ms", 1_000, "Products")),
        ("p95", None, Measured(16.531455, "ms", 1_000, "Create Order")),
        ("p95", "EACH ENDPOINT", Measured(16.531455, "ms", 1_000, "Create Order")),
        ("error rate", None, Measured(0.0, "%", 2_000, None)),
        ("error rate", "Products", Measured(0.0, "%", 1_000, "Products")),
        ("achieved rate", None, Measured(100.0, "%", 2_000, None)),
        ("achieved rate", "Each Endpoint", Measured(100.0, "%", 1_000, "Products")),
        ("cpu", None, Measured((61 * 29 + 84) / 30, "%", 30, None)),
    ],
)
def test_a_metric_can_be_measured_without_a_verdict(
    metric: str, scope: str | None, expected: Measured
) -> None:
    assert measure(metric, scope, HEALTHY) == expected


def test_nothing_measured_has_no_value() -> None:
    run = a_run(an_endpoint([], planned=10))
    assert measure("p95", "Products", run) == Measured(None, "ms", 0, "Products")
    assert measure("cpu", None, run) == Measured(None, "%", 0, None)
    assert measure("achieved rate", None, run) == Measured(None, "%", 0, None)


def test_measuring_refuses_what_does_not_exist() -> None:
    with pytest.raises(BadCriterion, match="there is no metric 'p95s'"):
        measure("p95s", None, HEALTHY)
    with pytest.raises(UnknownName, match="There is no endpoint 'Orders'"):
        measure("p95", "Orders", HEALTHY)
    with pytest.raises(UnknownName, match="no monitored host or process 'Products'"):
        measure("cpu", "Products", HEALTHY)


def test_fail_beats_inconclusive_beats_pass_and_nothing_is_inconclusive() -> None:
    assert worst([PASS, FAIL, INCONCLUSIVE]) is FAIL
    assert worst([PASS, INCONCLUSIVE]) is INCONCLUSIVE
    assert worst([PASS, PASS]) is PASS
    assert worst([]) is INCONCLUSIVE


@pytest.mark.parametrize(
    "parts, told",
    [
        (["1/3"], "at 0.3333/min"),
        (["1000/3"], "at 333.3/min"),
        (["12345"], "at 12,345/min"),
        (["2.5"], "at 2.5/min"),
        (["1000/3", "2000/3"], "at 1,000/min"),
    ],
)
def test_the_part_of_a_mix_is_told_in_a_few_digits(parts: list[str], told: str) -> None:
    endpoints = [
        replace(
            an_endpoint([Request()] * 100, f"E{place}"),
            rate=Rate(Fraction(part), Duration.parse("1 min")),
        )
        for place, part in enumerate(parts)
    ]
    assert judge("error rate of the run < 50 %", a_run(*endpoints)).sentence.count(told) == 1
