"""From a session to its document."""

import math
from dataclasses import replace

import numpy as np
import pytest

from ApiLoadLibrary.criteria.evaluation import evaluate
from ApiLoadLibrary.criteria.grammar import parse
from ApiLoadLibrary.measurement.histogram import Histogram
from ApiLoadLibrary.measurement.outcomes import Blame, Failure, FailureKind
from ApiLoadLibrary.measurement.tally import Tally
from ApiLoadLibrary.report.build import build_document
from ApiLoadLibrary.report.build_run import build_run
from ApiLoadLibrary.report.document import FailedTest, SystemUnderTest, Verdict
from ApiLoadLibrary.report.record import JudgedCriterion
from unit.report import samples

PASS, FAIL, OPEN = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE
BROKEN = (FailedTest("Sign In", "401"),)
BUSY = int(Failure.DROPPED_WORKERS_BUSY)


@pytest.mark.parametrize(
    "verdicts, failed_tests, interrupted, verdict",
    [
        ([], (), None, OPEN),  # nothing was judged
        ([PASS, PASS], (), None, PASS),
        ([PASS, OPEN], (), None, OPEN),
        ([OPEN, FAIL, PASS], (), None, FAIL),
        ([PASS], BROKEN, None, OPEN),  # a test that could not judge may have failed
        ([PASS], (), "Ctrl-C", OPEN),  # what was still to come may have failed
        ([FAIL], BROKEN, "Ctrl-C", FAIL),
        ([], BROKEN, None, OPEN),
    ],
)
def test_a_document_passes_only_when_everything_was_judged_and_met(
    verdicts, failed_tests, interrupted, verdict
):
    record = samples.session(
        criteria=tuple(samples.judged(n, verdict=each) for n, each in enumerate(verdicts)),
        failed_tests=failed_tests,
        interrupted=interrupted,
    )
    assert build_document(record).verdict is verdict


def test_a_run_adds_up():
    document = build_run(samples.run())
    assert document.requests == document.planned == 5_000
    assert document.errors == sum(each.errors for each in document.endpoints) == 4
    assert document.requests == sum(each.offered for each in document.timeline)
    assert document.errors == sum(each.errors for each in document.timeline)
    assert document.answered == 4_999  # one waited in vain
    assert document.offered_rate_per_s == pytest.approx(5_000 / 30, abs=1e-6)
    assert document.bytes_sent == 120 * 5_000
    assert [each.second for each in document.timeline] == list(range(30))


def test_figures_are_those_of_sorted_response_times():
    tally = Tally(frozenset({200}), 10_000_000)
    rows = samples.rows(1, 30, 4.0, 200)
    tally.add(rows.T)
    endpoint = replace(samples.endpoint(1), tally=tally)
    times = build_run(replace(samples.run(), endpoints=(endpoint,))).response_time_ms
    truth = np.sort(rows[:, 4] - rows[:, 1]) / 1e6
    assert times.count == len(truth) == 500
    assert times.mean == pytest.approx(truth.mean(), rel=1e-6)
    assert times.min == pytest.approx(truth[0], abs=1e-6)
    assert times.max == pytest.approx(truth[-1], abs=1e-6)
    for name, rank in (("median", 250), ("p90", 450), ("p95", 475), ("p99", 495), ("p99_9", 500)):
        assert getattr(times, name) == pytest.approx(truth[rank - 1], rel=0.001)


def test_a_second_has_its_own_percentiles():
    rows = samples.rows(1, 30, 4.0, 200)
    run = build_run(replace(samples.run(), endpoints=(samples.endpoint(1),)))
    truth = np.sort((rows[:, 4] - rows[:, 1])[rows[:, 1] // 1_000_000_000 == 7]) / 1e6
    rank = math.ceil(0.95 * len(truth))
    assert run.timeline[7].p95_ms == pytest.approx(truth[rank - 1], rel=0.001)
    assert run.endpoints[0].p95_ms_by_second[7] == run.timeline[7].p95_ms


def test_the_histogram_travels_without_loss():
    endpoint = samples.endpoint(4)
    kept = Histogram.decode(build_run(samples.run()).endpoints[4].histogram)
    judged = endpoint.tally.response.judged()
    assert kept.cells() == judged.cells()


def test_nothing_measured_is_none_and_never_zero():
    silent = replace(samples.endpoint(1), tally=Tally(frozenset({200}), 1))
    run = build_run(replace(samples.run(), endpoints=(silent,)))
    assert run.response_time_ms is run.schedule_delay_ms is run.error_rate is None
    assert run.endpoints[0].histogram is None
    assert all(second.p95_ms is None for second in run.timeline)


def test_failures_tell_kind_blame_and_number_the_most_frequent_first():
    run = build_run(
        samples.run(bad={3: {503: 5, int(Failure.RESET): 9, int(Failure.ANSWER_TIMEOUT): 1}})
    )
    failures = [(each.kind, each.blame, each.count) for each in run.endpoints[3].failures]
    assert failures == [
        (FailureKind.CONNECTION, Blame.NETWORK, 9),
        (FailureKind.STATUS, Blame.SERVER, 5),
        (FailureKind.TIMEOUT, Blame.SERVER, 1),
    ]
    assert run.endpoints[3].status_codes == {"201": 485, "503": 5}


@pytest.mark.parametrize(
    "slower, threshold_ns, blame",
    [
        (1.0, 50_000_000, Blame.GENERATOR),  # answers in time: too few workers were planned
        (20.0, 50_000_000, Blame.SERVER),  # answers too slow: they held the workers
        (20.0, None, Blame.GENERATOR),  # nobody said what slow is
    ],
)
def test_busy_workers_are_the_servers_fault_only_when_it_was_slow(slower, threshold_ns, blame):
    endpoint = replace(samples.endpoint(3, 30, slower, {BUSY: 7}), threshold_ns=threshold_ns)
    run = build_run(replace(samples.run(), endpoints=(endpoint,)))
    assert [(each.blame, each.count) for each in run.endpoints[0].failures] == [(blame, 7)]
    assert run.dropped == run.endpoints[0].dropped == 7


def test_samples_show_first_failures_and_slowest_requests():
    run = build_run(samples.run())
    failed = [each for each in run.samples if each.why == "failed"]
    assert len(failed) == 4
    assert {each.status for each in failed} == {500, 503, None}
    assert all(each.what for each in failed)
    slow = [each for each in run.samples if each.why == "slow" and each.endpoint == "Products"]
    assert len(slow) == 5
    assert slow[0].response_time_ms == run.endpoints[1].response_time_ms.max


def test_a_run_that_was_stopped_has_no_empty_seconds_after_it():
    stopped = replace(samples.run(12), length_ns=300 * samples.NS_PER_S, stopped="Ctrl-C")
    assert len(build_run(stopped).timeline) == 12
    assert len(build_run(replace(stopped, stopped=None)).timeline) == 300


def test_resources_have_average_and_peak():
    (use,) = build_document(samples.session()).resources
    cpu = [each.cpu_percent for each in use.samples]
    assert (use.run, use.host, len(use.samples)) == ("run-1", "pos-1", 30)
    assert use.cpu_percent.average == pytest.approx(sum(cpu) / 30)
    assert use.cpu_percent.peak == max(cpu)


def test_a_run_without_a_watched_host_has_no_resources():
    record = samples.session(runs=(replace(samples.run(1), host=None),))
    assert build_document(record).resources == ()


def test_credentials_do_not_travel_with_the_address():
    system = SystemUnderTest("https://user:secret@pos.example:8443/v2")
    document = build_document(samples.session(system_under_test=system))
    assert document.system_under_test.base_url == "https://pos.example:8443/v2"


def test_figures_that_are_none_do_not_become_nan():
    odd = samples.judged(1, measured=math.nan, interval=(3.0, math.inf), margin=-math.inf)
    (criterion,) = build_document(samples.session(criteria=(odd,))).criteria
    assert (criterion.measured, criterion.interval, criterion.margin) == (None, (3.0, None), None)


def test_details_become_what_json_gives_back():
    run = replace(samples.run(1), details={"limits": (600, math.nan), 7: Blame.SERVER})
    assert build_run(run).details == {"limits": [600, None], "7": "Blame.SERVER"}


def test_duration_is_counted_across_offsets():
    record = samples.session(
        started_at="2026-11-23T14:00:00+01:00", finished_at="2026-11-23T13:01:30+00:00"
    )
    assert build_document(record).duration_s == 90


@pytest.mark.parametrize(
    "text",
    [
        "achieved rate >= 98 % of target",
        "p95 < threshold",
        "p95 of Products < 20 ms",
        "average <= 5 ms",
        "p99.9 of Products < 60 ms",
        "max service time of all answers < 1 s",
        "error rate of Each Endpoint < 1 %",
        "cpu < 90 %",
        "memory < 40 %",
    ],
)
def test_a_real_judgement_keeps_its_figures(text):
    run = samples.run()
    judgement = evaluate(parse(text, [each.name for each in run.endpoints]), run)
    record = samples.session(runs=(run,), criteria=(JudgedCriterion("C1", judgement, "Test"),))
    (criterion,) = build_document(record).criteria
    assert criterion.verdict is judgement.verdict
    assert (criterion.measured, criterion.target) == (judgement.measured, judgement.target)
    assert (criterion.run, criterion.endpoint) == (run.id, judgement.endpoint)
