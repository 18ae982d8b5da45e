"""What a burst did to response times, judged."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ApiLoadLibrary.criteria.judgement import Verdict
from ApiLoadLibrary.errors import BadCriterion
from ApiLoadLibrary.measurement.phases import Phase
from ApiLoadLibrary.measurement.result import EndpointResult, PhaseResult, RunResult
from unit.criteria.builders import Request, a_run, an_endpoint, around, judge

PASS, FAIL, INCONCLUSIVE = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE
PER_S, NORMAL_S, BURST_S = 50, 12, 10
S = 1_000_000_000


def calm(seconds: int, ms: float = 10.0, seed: int = 1) -> list[Request]:
    return around(ms, PER_S * seconds, seed=seed)


def endpoint(requests: list[Request], name: str = "Products") -> EndpointResult:
    return an_endpoint(requests, name, rate=f"{PER_S}/s")


def a_burst(
    burst: list[Request],
    after: list[Request],
    before: list[Request] | None = None,
    **traits: object,
) -> RunResult:
    """A run of one endpoint: calm, then a burst, then what came after."""
    parts = [before or calm(NORMAL_S), burst, after]
    endpoints = [endpoint(each) for each in parts]
    starts = [0, NORMAL_S * S, (NORMAL_S + BURST_S) * S]
    phases = tuple(
        PhaseResult(Phase(name, start, start + each.length_ns, name == "burst"), (each,))
        for name, start, each in zip(("before", "burst", "after"), starts, endpoints, strict=True)
    )
    run = replace(a_run(endpoints[1]), scenario="burst", phases=phases)
    return replace(run, **traits)  # type: ignore[arg-type]


def test_degradation_compares_the_burst_with_the_normal_load_before_it() -> None:
    run = a_burst(calm(BURST_S, 40, seed=2), calm(NORMAL_S))
    judgement = judge("degradation < 6 times", run)
    assert judgement.verdict is PASS
    assert (judgement.endpoint, judgement.unit) == ("Products", "times")
    assert judgement.measured == pytest.approx(4, rel=0.1)
    assert judgement.sentence.startswith("Degradation of Products was ")
    assert "p95 13.5 ms before and 54.9 ms in the burst" in judgement.sentence
    failed = judge("degradation of Products < 2 times", run)
    assert failed.verdict is FAIL
    assert "the limit is 2 times" in failed.sentence


def test_a_handful_of_requests_has_no_degradation_and_says_what_would() -> None:
    few = a_burst(calm(1, 40), calm(NORMAL_S))
    judgement = judge("degradation < 9 times", few)
    assert judgement.verdict is INCONCLUSIVE
    assert judgement.reason == ("too few requests in the burst: it takes 59; make duration= longer")
    judgement = judge("degradation < 9 times", a_burst(calm(9), calm(9), before=calm(1)))
    assert judgement.reason.endswith("before the burst: it takes 59; make around= longer")


def test_who_only_waited_for_a_worker_was_not_made_slower_by_the_server() -> None:
    waited = [Request(10, delay_ms=90, busy=True)] * (PER_S * BURST_S)
    judgement = judge("degradation < 3 times", a_burst(waited, calm(NORMAL_S)))
    assert judgement.verdict is INCONCLUSIVE
    assert "set workers=" in judgement.reason


def test_a_burst_that_nothing_survived_has_no_degradation() -> None:
    refused = [Request(1, outcome=503)] * (PER_S * BURST_S)
    judgement = judge("degradation < 3 times", a_burst(refused, calm(NORMAL_S)))
    assert judgement.verdict is INCONCLUSIVE
    assert judgement.reason == "no request in the burst was answered as expected"


def test_return_to_normal_is_the_start_of_three_good_seconds() -> None:
    after = [*calm(4, 60), *calm(1), *calm(1, 60), *calm(6)]  # one good second is not enough
    judgement = judge("return to normal <= 10 s", a_burst(calm(BURST_S, 40), after))
    assert (judgement.verdict, judgement.measured) == (PASS, 6_000)
    assert judge("return to normal <= 6 s", a_burst(calm(BURST_S, 40), after)).verdict is PASS
    late = judge("return to normal <= 5 s", a_burst(calm(BURST_S, 40), after))
    assert late.verdict is FAIL
    assert "Return to normal of Products was 6,000 ms; at most 5 s is allowed" in late.sentence


def test_what_was_never_slow_is_back_at_once() -> None:
    judgement = judge("return to normal <= 1 s", a_burst(calm(BURST_S, 40), calm(NORMAL_S)))
    assert (judgement.verdict, judgement.measured) == (PASS, 0)


def test_what_did_not_return_while_it_was_watched_fails() -> None:
    judgement = judge("return to normal <= 5 s", a_burst(calm(BURST_S, 40), calm(NORMAL_S, 60)))
    assert (judgement.verdict, judgement.measured) == (FAIL, None)
    assert judgement.sentence.startswith(
        "Return to normal of Products was never reached; at most 5 s is allowed "
        "(normal is a p95 of "
    )
    assert "not within the 12 s that were watched after the burst" in judgement.reason


def test_quick_failures_are_no_return_to_normal() -> None:
    failing = [Request(1, outcome=503) if i % 2 else Request(10) for i in range(12 * PER_S)]
    judgement = judge("return to normal <= 5 s", a_burst(calm(BURST_S), failing))
    assert judgement.verdict is FAIL
    assert "50 % failed" in judgement.reason


def test_seconds_without_an_answer_are_no_normal_load_to_return_to() -> None:
    """Else whatever comes after is as good as that."""
    down = [*calm(4), *[Request(1, outcome=503)] * (4 * PER_S), *calm(4)]
    run = a_burst(calm(BURST_S), calm(NORMAL_S, 5_000), before=down)
    judgement = judge("return to normal <= 5 s", run)
    assert judgement.verdict is INCONCLUSIVE
    assert "in 3 s of the normal load before the burst no request was answered" in judgement.reason


def test_what_was_not_watched_long_enough_is_unknown() -> None:
    run = a_burst(calm(BURST_S, 40), calm(NORMAL_S, 60))
    judgement = judge("return to normal <= 30 s", run)
    assert judgement.verdict is INCONCLUSIVE
    assert "not within the 12 s that were watched" in judgement.reason
    assert judgement.reason.endswith("make around= 33 s or longer")


@pytest.mark.parametrize("criterion", ["degradation < 9 times", "return to normal <= 9 s"])
@pytest.mark.parametrize("busy, says", [(True, "set workers="), (False, "give it more cores")])
def test_a_normal_load_that_was_not_carried_is_no_measure(
    criterion: str, busy: bool, says: str
) -> None:
    waited = [Request(10, delay_ms=500, busy=busy)] * (PER_S * NORMAL_S)
    run = a_burst(calm(BURST_S, 400), calm(NORMAL_S, 400), before=waited)
    judgement = judge(criterion, run)
    assert judgement.verdict is INCONCLUSIVE
    assert judgement.reason.startswith("before the burst ")
    assert says in judgement.reason


def test_what_only_waited_for_a_worker_after_the_burst_did_not_keep_from_returning() -> None:
    waited = [Request(10, delay_ms=500, busy=True)] * (PER_S * NORMAL_S)
    judgement = judge("return to normal <= 5 s", a_burst(calm(BURST_S), waited))
    assert judgement.verdict is INCONCLUSIVE
    assert "set workers=" in judgement.reason


def test_too_little_normal_load_says_nothing_of_normal() -> None:
    run = a_burst(calm(BURST_S), calm(NORMAL_S), before=calm(2))
    judgement = judge("return to normal <= 5 s", run)
    assert judgement.verdict is INCONCLUSIVE
    assert "it takes 3 s of normal load before the burst" in judgement.reason


@pytest.mark.parametrize("criterion", ["degradation < 9 times", "return to normal <= 9 s"])
def test_without_a_burst_or_with_one_cut_short_nothing_passes(criterion: str) -> None:
    sustained = judge(criterion, a_run(endpoint(calm(5))))
    assert sustained.verdict is INCONCLUSIVE
    assert sustained.reason == "there was no burst: send one with `Burst To …`"
    cut = judge(criterion, a_burst(calm(BURST_S), calm(NORMAL_S), stopped="Ctrl-C"))
    assert cut.verdict is INCONCLUSIVE
    assert "cut short" in cut.reason


def test_neither_is_known_by_windows_or_phases() -> None:
    run = a_burst(calm(BURST_S), calm(NORMAL_S))
    for clause in ("in every 5 s", "during before"):
        with pytest.raises(BadCriterion, match="known of the whole run only"):
            judge(f"degradation < 3 times {clause}", run)
