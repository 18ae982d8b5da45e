"""Runs with a warm-up, runs as fast as possible, and runs of a generator whose ceiling is known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ApiLoadLibrary.measurement.generators import GeneratorHost
from ApiLoadLibrary.measurement.phases import Phase
from ApiLoadLibrary.measurement.result import PhaseResult, RunResult
from ApiLoadLibrary.report import formats
from ApiLoadLibrary.report.build import build_document
from ApiLoadLibrary.report.build_run import build_run
from ApiLoadLibrary.report.document import Document
from ApiLoadLibrary.report.html import render
from ApiLoadLibrary.report.merge import merged
from ApiLoadLibrary.report.view_run import view_run_alone
from ApiLoadLibrary.report.view_tables import run_tables
from ApiLoadLibrary.report.view_trust import trust
from ApiLoadLibrary.report.words import load_sentence, steadiness
from unit.criteria.builders import Request, a_run, an_endpoint
from unit.report import samples


def reported(run: RunResult) -> Document:
    return build_document(samples.session(runs=(run,)))


def warmed_up() -> RunResult:
    """Thirty seconds, after ten that were not judged."""
    run = samples.run(30)
    warm_up = Phase("warm-up", 0, 10 * samples.NS_PER_S, judged=False)
    load = Phase("load", 10 * samples.NS_PER_S, 40 * samples.NS_PER_S)
    before = samples.run(10).endpoints
    return replace(run, phases=(PhaseResult(warm_up, before), PhaseResult(load, run.endpoints)))


def closed() -> RunResult:
    run = samples.run(30)
    endpoints = tuple(
        replace(each, rate=None, offered="as fast as possible") for each in run.endpoints
    )
    return replace(run, scenario="closed", endpoints=endpoints)


def with_ceiling(run: RunResult, per_s: float | None) -> RunResult:
    return replace(run, generator=replace(run.generator, ceiling_per_s=per_s))


def test_a_warm_up_is_told_and_its_figures_are_kept_apart() -> None:
    (run,) = reported(warmed_up()).runs
    warm_up, load = run.phases
    assert (warm_up.name, warm_up.start_s, warm_up.end_s, warm_up.judged) == (
        "warm-up",
        0,
        10,
        False,
    )
    assert (load.start_s, load.end_s, load.judged) == (10, 40, True)
    assert (load.requests, load.errors) == (run.requests, run.errors)
    assert warm_up.requests < run.requests / 2
    assert load.response_time_ms == run.response_time_ms
    assert load_sentence(run) == (
        "1,000 requests a minute on each of 10 endpoints for 30 s, after 10 s of warm-up."
    )
    below = replace(run, phases=(replace(warm_up, name="below"), load))
    assert load_sentence(below).endswith("for 30 s, after 10 s of load below the limit.")


def test_the_page_has_a_table_of_phases_where_there_are_several() -> None:
    assert "<summary>Phases</summary>" in render(reported(warmed_up()))
    assert "<summary>Phases</summary>" not in render(reported(samples.run(30)))


def test_a_run_as_fast_as_possible_has_neither_an_offered_rate_nor_a_delay() -> None:
    document = reported(closed())
    (run,) = document.runs
    assert view_run_alone(run).chips == (
        f"carried {run.achieved_rate_per_s:.1f}/s",
        "with 50 workers",
    )
    assert load_sentence(run) == "Load on each of 10 endpoints for 30 s: as fast as possible."
    assert "of their moment" not in next(trust(document)).text


@pytest.mark.parametrize(
    "per_s, words",
    [
        (52_000.0, " It sent 0.32 % of the 52,000/s that it can send on its machine."),
        (None, "were busy at once."),
    ],
)
def test_the_headroom_is_stated_where_the_ceiling_is_known(per_s: float | None, words: str) -> None:
    document = reported(with_ceiling(samples.run(30), per_s))
    assert next(trust(document)).text.endswith(words)
    chips = view_run_alone(document.runs[0]).chips
    assert ("ceiling 52,000/s" in chips) == (per_s is not None)


def from_a_cluster() -> RunResult:
    run = samples.run(30)
    hosts = (
        GeneratorHost("gen-1", 2, 0, 41.5, 120, 0.0, 0.4),
        GeneratorHost("gen-2", 1, 0, 38.0, None, 0.2, 0.3),
    )
    return replace(run, generator=replace(run.generator, hosts=hosts, ceiling_per_s=52_000.0))


def test_the_machines_that_sent_the_load_are_told_one_by_one() -> None:
    document = reported(from_a_cluster())
    (table,) = (each for each in run_tables(document.runs[0]) if "machines" in each.caption)
    assert [dict(zip(table.head, row, strict=True)) for row in table.rows][1] == {
        "Machine": "gen-2",
        "Processes": "1",
        "Lost": "0",
        "Processors busy": "38 %",
        "Open files": formats.NOTHING,
        "Began late": "0.20 ms",
        "Clock known within": "0.30 ms",
    }
    assert f"<summary>{table.caption}</summary>" in render(document)


def test_of_one_machine_there_is_no_table() -> None:
    assert "machines that sent the load" not in render(reported(samples.run(30)))


def test_how_well_the_machines_kept_step_speaks_for_the_figures() -> None:
    assert next(trust(reported(from_a_cluster()))).text.endswith(
        " that it can send on its machines. Its load came from 2 machines, which began within "
        "0.50 ms of one moment, as far as their clocks are known."
    )


def test_reports_of_clusters_are_merged_with_their_machines() -> None:
    here = reported(samples.run(30))
    there = replace(reported(replace(from_a_cluster(), id="run-2")), started_at=here.finished_at)
    runs = merged([("here", here), ("there", there)]).runs
    assert [len(each.generator.hosts) for each in runs] == [0, 2]


def with_means(*ms: float, scenario: str = "sustained"):
    """A run with twenty requests in each second, all of them so many ms long."""
    values = [value for second in ms for value in [second] * 20]
    requests = [Request(each * (0.98 + 0.04 * (n % 2))) for n, each in enumerate(values)]
    return build_run(a_run(an_endpoint(requests, rate="20/s"), scenario=scenario))


STEADY = (*[10.0, 10.2] * 30,)
WARMING_UP = (*[60.0] * 10, *STEADY)
RISING = tuple(10 + second for second in range(60))


def test_a_warm_up_is_found_and_told_and_counts_all_the_same():
    run = with_means(*WARMING_UP)
    assert (run.settled, run.settled_after_s) == (True, 10)
    assert view_run_alone(run).sentence.endswith(
        ". The first 10 s were a warm-up, unlike the rest; they count all the same."
    )
    assert run.requests == 20 * len(WARMING_UP)


def test_a_steady_run_says_nothing_of_it():
    run = with_means(*STEADY)
    assert (run.settled, run.settled_after_s, steadiness(run)) == (True, 0, "")


def test_a_run_that_never_settles_says_so_beside_its_figures():
    run = with_means(*RISING)
    assert (run.settled, run.settled_after_s) == (False, None)
    assert steadiness(run) == "Response times never settled: a longer run may show others."
    document = replace(build_document(samples.session()), runs=(run,))
    assert steadiness(run) in [fact.text for fact in trust(document)]


def test_of_a_short_run_or_a_load_that_changes_nobody_can_tell():
    for run in (with_means(*STEADY[:20]), with_means(*RISING, scenario="ramp")):
        assert (run.settled, run.settled_after_s, steadiness(run)) == (None, None, "")
