"""A part of a run, or several runs, as one."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest

from ApiLoadLibrary.errors import UnknownName
from ApiLoadLibrary.measurement.outcomes import Failure
from ApiLoadLibrary.measurement.phases import Phase
from ApiLoadLibrary.measurement.result import PhaseResult, RunResult
from ApiLoadLibrary.measurement.stretch import between, in_phase
from unit.criteria.builders import Request, a_run, an_endpoint

MS = 1_000_000
S = 1_000 * MS


def a_rising_run(seconds: int = 10) -> RunResult:
    """Ten requests in each second: of 1 ms in the first, of 2 ms in the second …."""
    requests = [Request(service_ms=1 + number // 10) for number in range(10 * seconds)]
    endpoint = an_endpoint(requests, rate="10/s")
    return a_run(endpoint, cpu_percent=range(10, 10 * seconds + 1, 10))


def test_a_stretch_has_what_was_scheduled_in_its_seconds_and_nothing_else() -> None:
    part = between(a_rising_run(), 3, 5)
    (endpoint,) = part.endpoints
    assert (part.length_ns, part.requests, part.planned) == (2 * S, 20, 20)
    assert endpoint.tally.response.judged().sum_ns == 10 * (4 + 5) * MS
    assert sorted(endpoint.tally.seconds) == [0, 1]
    assert endpoint.achieved_rate_per_s == 10
    assert part.host is not None
    assert [each.cpu_percent for each in part.host.samples] == [40, 50]


def test_stretches_side_by_side_are_the_whole() -> None:
    requests = [
        *[Request(outcome=500), Request(delay_ms=50), Request(delay_ms=50, busy=True)] * 10,
        *[Request(outcome=Failure.DROPPED_GENERATOR, delay_ms=9)] * 5,
    ]
    run = a_run(an_endpoint(requests, rate="10/s"))
    parts = [between(run, first, first + 1) for first in range(4)]
    (whole,) = run.endpoints
    assert sum((each.outcomes for each in parts), Counter()) == run.outcomes
    for name in ("late", "errors", "in_time", "dropped"):
        assert sum(getattr(each, name) for each in parts) == getattr(run, name)
    busy = [each.endpoints[0].tally.late_workers_busy for each in parts]
    assert sum(busy) == whole.tally.late_workers_busy == 10
    judged = sum(each.endpoints[0].tally.response.judged().count for each in parts)
    assert judged == whole.tally.response.judged().count


def test_a_stretch_of_a_whole_run_has_the_same_quantiles() -> None:
    run = a_rising_run()
    mine = between(run, 0, 10).endpoints[0].tally.response.judged()
    theirs = run.endpoints[0].tally.response.judged()
    for share in (0.01, 0.5, 0.95, 1):
        assert mine.quantile(share) == pytest.approx(theirs.quantile(share), rel=0.001)
    assert mine.mean_ns == theirs.mean_ns


def test_after_a_runs_end_nothing_is_left() -> None:
    part = between(a_rising_run(), 10, 20)
    assert (part.length_ns, part.requests) == (0, 0)


def test_a_stretch_beyond_the_end_is_as_long_as_there_was_load() -> None:
    assert between(a_rising_run(), 8, 20).length_ns == 2 * S


def with_phases(run: RunResult) -> RunResult:
    """The same after a warm-up of four seconds."""
    warm_up = an_endpoint([Request(outcome=503)] * 40, rate="10/s")
    phases = (
        PhaseResult(Phase("warm-up", 0, 4 * S, judged=False), (warm_up,)),
        PhaseResult(Phase("load", 4 * S, 14 * S), run.endpoints, run.host),
    )
    return replace(run, phases=phases)


def test_a_phase_is_a_run_of_its_own() -> None:
    run = with_phases(a_rising_run())
    warm_up = in_phase(run, "Warm-Up")
    assert (warm_up.length_ns, warm_up.outcomes, warm_up.host) == (4 * S, {503: 40}, None)
    assert in_phase(run, "load").host == run.host


def test_a_phase_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(UnknownName, match=r"no phase of the run 'burst'.* There is: warm-up, load"):
        in_phase(with_phases(a_rising_run()), "burst")
