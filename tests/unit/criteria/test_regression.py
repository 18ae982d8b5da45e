"""Whether a run is slower than earlier ones: verdicts, sentences, and how often they are right."""

import re
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from ApiLoadLibrary.criteria.baseline import Baseline, as_earlier
from ApiLoadLibrary.criteria.judgement import Verdict
from simulated import Load, response_times, simulated_run
from unit.criteria.builders import Request, a_run, an_endpoint, around
from unit.criteria.compared import baseline_of, earlier, judge, of, run_of

PASS, FAIL, INCONCLUSIVE = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE


def test_a_run_like_the_earlier_one_passes() -> None:
    judgement = judge(run_of(seed=1), baseline_of(run_of(seed=2)))
    assert judgement.verdict is PASS
    assert judgement.reason == ""


def test_the_same_run_again_has_slowed_down_by_nothing() -> None:
    judgement = judge(run_of(), baseline_of(run_of()))
    assert judgement.measured == 0
    assert judgement.sentence == (
        "Slow-down of Products was 0 %; at most 5 % is allowed (12,000 requests at 200/s "
        "against 1 earlier run; it takes 3 to know how much runs differ)"
    )


def test_a_run_that_is_slower_by_more_than_is_tolerated_fails() -> None:
    judgement = judge(run_of(level=1.2), earlier([1.0, 1.01, 0.99]))
    assert judgement.verdict is FAIL
    assert judgement.measured == pytest.approx(20, abs=3)
    assert judgement.sentence.startswith("Slow-down of Products")
    assert judgement.sentence.endswith(
        " %; at most 5 % is allowed (12,000 requests at 200/s against 3 earlier runs)"
    )


def test_a_p95_that_doubles_while_the_median_stays_is_found() -> None:
    judgement = judge(
        run_of(slowest=2), baseline_of(run_of(seed=1), run_of(seed=2), run_of(seed=3))
    )
    assert judgement.verdict is FAIL
    assert judgement.measured == pytest.approx(100, abs=10)
    assert judgement.sentence.startswith("Slow-down of Products (the slowest 5 %) was ")


def test_a_faster_run_passes() -> None:
    judgement = judge(run_of(level=0.8), baseline_of(run_of(seed=1)))
    assert judgement.verdict is PASS
    assert judgement.measured == pytest.approx(-20, abs=4)
    assert (judgement.margin or 0) > 1


def test_a_slow_down_within_the_tolerance_passes() -> None:
    assert judge(run_of(level=1.2), baseline_of(run_of()), tolerance=30).verdict is PASS


def test_a_judgement_holds_all_that_a_report_needs() -> None:
    judgement = judge(run_of(level=1.2), baseline_of(run_of()), confidence=0.99)
    assert judgement.criterion == "slow-down against baseline.json <= 5 %"
    assert (judgement.metric, judgement.operator) == ("slow-down", "<=")
    assert (judgement.target, judgement.unit) == (5, "%")
    assert (judgement.endpoint, judgement.run_id) == ("Products", "now")
    assert (judgement.confidence, judgement.samples) == (0.99, 12_000)
    assert judgement.measured == pytest.approx(20, abs=0.2)
    low, high = judgement.interval or (0, 0)
    assert 5 < low < 20 < high
    assert judgement.margin == pytest.approx(-3, abs=0.05)


def test_more_confidence_needs_a_wider_interval() -> None:
    widths = []
    for confidence in (0.9, 0.95, 0.999):
        interval = judge(run_of(seed=1), baseline_of(run_of()), 5, confidence).interval
        widths.append(interval[1] - interval[0] if interval else 0)
    assert 0 < widths[0] < widths[1] < widths[2]


# The noise between runs.


def test_a_slow_down_no_larger_than_the_noise_between_runs_is_inconclusive() -> None:
    now = run_of(level=1.08)
    assert judge(now, earlier([1.0])).verdict is FAIL
    judgement = judge(now, earlier([0.95, 1.0, 1.05]))
    assert judgement.verdict is INCONCLUSIVE
    assert judgement.sentence.startswith("INCONCLUSIVE: Slow-down of Products")
    assert "the earlier runs differ by as much as 1" in judgement.reason
    assert "among themselves; add more of them, or allow at least " in judgement.reason
    wild = judge(run_of(level=4), earlier([0.3, 1.0, 3.0]))
    assert re.search(r"differ by as much as \d{3} % among", wild.reason)


def test_the_tolerance_that_is_named_would_have_passed() -> None:
    now, baseline = run_of(level=1.08), earlier([0.95, 1.0, 1.05])
    judgement = judge(now, baseline)
    enough = float(judgement.reason.rpartition("at least ")[2].removesuffix(" %"))
    assert judge(now, baseline, enough).verdict is PASS
    assert judge(now, baseline, enough - 1).verdict is INCONCLUSIVE


def test_runs_that_agree_show_the_same_slow_down_to_be_one() -> None:
    baseline = earlier([1.0, 1.01, 0.99, 1.0, 1.01])
    assert judge(run_of(level=1.12), baseline).verdict is FAIL
    assert judge(run_of(), baseline).verdict is PASS


def test_noise_that_no_tolerance_covers_needs_more_runs() -> None:
    judgement = judge(run_of(level=1.5), earlier([0.5, 1.0, 2.0]))
    assert judgement.verdict is INCONCLUSIVE
    assert judgement.reason.endswith("among themselves; add more of them")


# What cannot be told.


def test_a_run_too_short_to_tell_says_how_long_it_takes() -> None:
    now, then = around(10, 1_000, spread=1, seed=1), around(10, 1_000, spread=1, seed=2)
    judgement = judge(of(an_endpoint(now)), baseline_of(a_run(an_endpoint(then))))
    assert judgement.verdict is INCONCLUSIVE
    assert "the true value lies between -" in judgement.reason
    assert "; runs of about " in judgement.reason
    assert judgement.reason.endswith(", the earlier ones too, would tell")


def test_a_slow_down_of_just_what_is_tolerated_is_too_near_to_tell() -> None:
    judgement = judge(run_of(level=1.05), baseline_of(run_of()))
    assert judgement.verdict is INCONCLUSIVE
    assert judgement.reason.endswith("too near the limit for longer runs to tell")


@pytest.mark.parametrize(
    "now, then, reason",
    [
        ([], 1_000, "no requests were made"),
        ([Request(outcome=500)] * 9, 1_000, "none of 9 requests succeeded"),
        (around(10, 29), 1_000, "too few requests: it takes 32; run about 1 s longer at this rate"),
        (
            around(10, 500),
            1_000,
            (
                "too few requests: it takes 600 to know the slowest 5 %; run about 6 s longer "
                "at this rate"
            ),
        ),
        (
            around(10, 1_000),
            500,
            (
                "too few requests in the baseline: it takes 600 to know the slowest 5 %; "
                "run about 6 s longer at this rate"
            ),
        ),
    ],
)
def test_a_handful_of_requests_never_passes(now: list[Request], then: int, reason: str) -> None:
    baseline = baseline_of(a_run(an_endpoint(around(10, then))))
    judgement = judge(of(an_endpoint(now)), baseline, tolerance=100)
    assert (judgement.verdict, judgement.reason) == (INCONCLUSIVE, reason)
    assert judgement.measured is judgement.interval is judgement.margin is None


def test_a_single_request_neither_passes_nor_divides_by_nothing() -> None:
    run = a_run(an_endpoint([Request()]))
    assert judge(of(an_endpoint([Request()])), baseline_of(run)).verdict is INCONCLUSIVE


def test_times_that_vary_beyond_all_bounds_say_nothing() -> None:
    """Twenty endpoints share the error, and a single second does not show how requests depend."""
    wild = [Request(10 ** (i % 9 - 3)) for i in range(650)]
    endpoints = [an_endpoint(wild, f"Endpoint {i}", rate="1,000/s") for i in range(20)]
    judgement = judge(of(*endpoints), baseline_of(a_run(*endpoints)))
    assert judgement.verdict is INCONCLUSIVE
    assert judgement.reason.startswith("nothing bounds it")
    assert judgement.interval is None


def test_an_endpoint_that_never_succeeded_before_cannot_be_compared() -> None:
    failed = an_endpoint([Request(outcome=500)] * 1_000)
    run = a_run(failed, an_endpoint(around(10, 1_000), "Create Order"))
    judgement = judge(of(an_endpoint(around(10, 1_000))), baseline_of(run))
    assert judgement.reason == "none of its requests succeeded in the baseline"


# Several endpoints.

PRODUCTS, ORDERS, SEARCH = (
    an_endpoint(around(10, 1_000, spread=0.02), name)
    for name in ("Products", "Create Order", "Search")
)


def test_what_the_baseline_has_and_the_run_has_not_is_named_and_never_passes() -> None:
    judgement = judge(of(PRODUCTS), baseline_of(a_run(PRODUCTS, ORDERS)))
    assert judgement.sentence == (
        "INCONCLUSIVE: Slow-down of Products was 0 %; at most 5 % is allowed (1,000 requests at "
        "1,000/min against 1 earlier run; it takes 3 to know how much runs differ; Create Order "
        "was not measured this time): no verdict without all that the baseline has"
    )
    both = judge(of(PRODUCTS), baseline_of(a_run(ORDERS, PRODUCTS, SEARCH)))
    assert "; Create Order and Search were not measured this time)" in both.sentence


def test_a_slow_down_fails_whatever_else_was_not_measured() -> None:
    slower = an_endpoint(around(20, 1_000, spread=0.02))
    judgement = judge(of(slower), baseline_of(a_run(PRODUCTS, ORDERS)))
    assert (judgement.verdict, judgement.reason) == (FAIL, "")
    assert judgement.sentence.endswith("; Create Order was not measured this time)")


def test_what_only_an_older_run_had_or_one_of_other_endpoints_is_not_missed() -> None:
    older = baseline_of(a_run(PRODUCTS, ORDERS), a_run(PRODUCTS))
    assert judge(of(PRODUCTS), older).verdict is PASS
    other = baseline_of(a_run(PRODUCTS), a_run(SEARCH))
    assert judge(of(PRODUCTS), other).verdict is PASS


def test_the_worst_endpoint_decides_and_the_others_that_are_slower_are_named() -> None:
    names = ("Products", "Create Order", "Search")
    then = a_run(*(an_endpoint(around(10, 1_000, spread=0.05), name) for name in names))
    now = of(
        *(
            an_endpoint(around(center, 1_000, spread=0.05), name)
            for name, center in zip(names, (10, 15, 20), strict=True)
        )
    )
    judgement = judge(now, baseline_of(then))
    assert (judgement.verdict, judgement.endpoint) == (FAIL, "Search")
    assert judgement.reason == "also broken by Create Order"
    assert "; the worst of 3 endpoints)" in judgement.sentence


def test_a_failure_beats_what_cannot_be_compared_and_that_beats_a_pass() -> None:
    known, new = an_endpoint(around(10, 1_000, spread=0.02)), an_endpoint([Request()], "New")
    slower = an_endpoint(around(20, 1_000, spread=0.02))
    baseline = baseline_of(a_run(known))
    assert judge(of(known), baseline).verdict is PASS
    assert judge(of(known, new), baseline).verdict is INCONCLUSIVE
    assert judge(of(slower, new), baseline).verdict is FAIL


# Whose fault it is.

FAST, SLOW = around(10, 1_000, spread=0.02), around(20, 1_000, spread=0.02)
THEN = baseline_of(a_run(an_endpoint(FAST)))


def test_a_run_in_doubt_never_passes() -> None:
    for traits, reason in (
        ({"stopped": "Ctrl-C"}, "the run was cut short: Ctrl-C"),
        ({"generator_at_fault": "it starved"}, "it starved"),
    ):
        judgement = judge(of(an_endpoint(FAST), **traits), THEN)
        assert (judgement.verdict, judgement.reason) == (INCONCLUSIVE, reason)


def test_a_slow_down_is_no_failure_when_the_load_generator_is_at_fault() -> None:
    judgement = judge(of(an_endpoint(SLOW), generator_at_fault="it starved"), THEN)
    assert (judgement.verdict, judgement.reason) == (INCONCLUSIVE, "it starved")


def test_a_slow_down_of_a_run_cut_short_is_one_all_the_same() -> None:
    assert judge(of(an_endpoint(SLOW), stopped="Ctrl-C"), THEN).verdict is FAIL


def test_waiting_for_a_worker_is_no_slow_down_of_the_server() -> None:
    waiting = [Request(10, delay_ms=30, busy=True)] * 1_000
    judgement = judge(of(an_endpoint(waiting)), THEN)
    assert judgement.verdict is INCONCLUSIVE
    assert "because all 50 workers were busy; set workers=" in judgement.reason


def test_a_server_beyond_its_threshold_keeps_workers_busy_by_its_own_fault() -> None:
    slow = [Request(40, delay_ms=30, busy=True)] * 1_000
    assert judge(of(an_endpoint(slow, threshold_ms=20)), THEN).verdict is FAIL


def test_what_the_load_generator_was_late_by_is_no_slow_down_of_the_server() -> None:
    late = [replace(each, delay_ms=2.0) for each in FAST]
    judgement = judge(of(an_endpoint(late)), THEN)
    assert judgement.verdict is INCONCLUSIVE
    assert judgement.reason.startswith("the load generator itself was 2 ms later than in the ")


def test_a_load_generator_that_is_as_late_as_ever_hides_no_slow_down() -> None:
    then = baseline_of(a_run(an_endpoint([replace(each, delay_ms=8.0) for each in FAST])))
    now = [replace(each, delay_ms=8.0) for each in SLOW]
    assert judge(of(an_endpoint(now)), then).verdict is FAIL


# How often it is right: a small version of the table in tests/benchmarks/regression.py.


def test_equal_runs_seldom_fail_and_slower_ones_nearly_always() -> None:
    """The level of each run is off by up to 3 %, every value equally likely."""
    load, pairs = Load(), 40
    found: Counter[str] = Counter()
    for seed in range(pairs):
        random = np.random.default_rng(seed)
        levels = 1 + random.uniform(-0.03, 0.03, 2)
        then = simulated_run(response_times(load.draw(random), levels[0]), load, "then")
        baseline = Baseline("baseline.json", (as_earlier(then),))
        drawn = load.draw(random)
        for name, level, slowest in (("same", 1, 1), ("slower", 1.1, 1), ("tail", 1, 2)):
            now = simulated_run(response_times(drawn, levels[1] * level, slowest), load)
            found[name] += judge(now, baseline).verdict is FAIL
    assert found["same"] <= 0.05 * pairs
    assert found["slower"] >= 0.95 * pairs
    assert found["tail"] >= 0.95 * pairs
