"""All load runs of a session, judged as one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ApiLoadLibrary.criteria.everything import everything
from ApiLoadLibrary.criteria.judgement import Verdict
from ApiLoadLibrary.measurement.result import RunResult
from unit.criteria.builders import Request, a_run, an_endpoint, judge

PASS, FAIL, INCONCLUSIVE = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE
GOOD = [Request(10)] * 1_000


def run(requests: list[Request], rate: str = "100/s", **traits: str) -> RunResult:
    """A run of one endpoint."""
    return a_run(an_endpoint(requests, rate=rate), **traits)  # type: ignore[arg-type]


def test_runs_follow_each_other_second_by_second() -> None:
    whole = everything([run(GOOD), replace(run(GOOD[:300]), id="run-2")])
    assert (whole.id, whole.requests, whole.length_ns) == ("run-2", 1_300, 13 * 10**9)
    assert sorted(whole.seconds()) == list(range(13))
    assert (whole.load_runs, whole.stopped, whole.generator.reasons) == (2, None, ())


def test_no_second_is_lost_where_runs_are_no_whole_seconds_long() -> None:
    """Two runs of 6.2 s; the last one's end went wrong."""
    bad = [*[Request(10)] * 500, *[Request(10, outcome=500)] * 120]
    whole = everything([run([Request(10)] * 620), run(bad)])
    assert judge("error rate < 50 % in every 1 s", whole).verdict is FAIL
    assert sum(each.requests for each in whole.seconds().values()) == whole.requests == 1_240
    assert max(whole.seconds()) < whole.length_ns // 10**9


def test_many_short_runs_keep_a_second_each() -> None:
    short = [run([Request(10)] * 20) for _ in range(8)]
    broken = [run([Request(10, outcome=500)] * 20) for _ in range(2)]
    judgement = judge("error rate < 1 % after the first 1 s", everything([*short, *broken]))
    assert judgement.measured == pytest.approx(100 * 40 / 180)


LATE = [Request(10, delay_ms=900)] * 1_000


@pytest.mark.parametrize("runs", [[LATE, GOOD * 100], [GOOD * 100, LATE]])
def test_a_generator_at_fault_in_one_run_is_at_fault_in_all(runs: list[list[Request]]) -> None:
    whole = everything([run(each) for each in runs])
    judgement = judge("error rate < 1 %", whole)
    assert judgement.verdict is INCONCLUSIVE
    assert "the load generator sent 1,000 of 1,000 requests late or never" in judgement.reason


def test_what_was_wrong_with_one_run_is_wrong_with_all() -> None:
    faulty = run(GOOD, generator_at_fault="it was starved")
    stopped = run(GOOD, stopped="somebody pressed Ctrl-C")
    whole = everything([faulty, stopped, run(GOOD)])
    assert whole.generator.reasons == ("it was starved",)
    assert judge("error rate < 1 %", whole).reason == (
        "the run was cut short: somebody pressed Ctrl-C"
    )


@pytest.mark.parametrize("closed_first", [True, False])
def test_with_a_run_that_had_no_target_all_have_none(closed_first: bool) -> None:
    closed = run(GOOD * 10, scenario="closed")
    runs = [closed, run(GOOD)] if closed_first else [run(GOOD), closed]
    judgement = judge("achieved rate >= 98 % of target", everything(runs))
    assert judgement.verdict is INCONCLUSIVE
    assert "has no target" in judgement.reason


def test_the_sentence_says_how_many_runs_they_are() -> None:
    judgement = judge("error rate < 1 %", everything([run(GOOD), run(GOOD)]))
    assert judgement.sentence == (
        "Error rate was 0 %; the limit is 1 % (2,000 requests in 2 load runs)"
    )


def test_hosts_are_seen_through_all_runs() -> None:
    watched = a_run(an_endpoint(GOOD, rate="100/s"), cpu_percent=[50] * 10)
    whole = everything([watched, watched])
    assert whole.host is not None
    assert [each.at_s for each in whole.host.samples] == [float(n) for n in range(1, 21)]
