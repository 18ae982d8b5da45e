"""How a recovery is told on the page."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ApiLoadLibrary.measurement.exchange import Exchange
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.report.build import build_document
from ApiLoadLibrary.report.document import Document
from ApiLoadLibrary.report.html import render
from ApiLoadLibrary.report.scenario_details import Details
from ApiLoadLibrary.report.serial import from_json, to_json
from ApiLoadLibrary.report.view_details import view_details
from ApiLoadLibrary.scenarios.recovery.conclusion import concluded
from ApiLoadLibrary.scenarios.recovery.timeline import Fault
from simulated_recovery import MS, Breaker, S, exchange, probing, shedder
from unit.criteria.builders import a_run, an_endpoint, around
from unit.report import samples

INTERVAL = 20 * MS


def measured(
    trace: list[Exchange], began: float | None, ended: float | None, *, overload: bool = False
) -> RunResult:
    """A run of probes with what it shows."""
    run = a_run(an_endpoint(around(20, len(trace)), "Pay", rate="50/s"))
    run = replace(run, scenario="recovery", trace=tuple(trace))
    start, end = (None if each is None else int(each * S) for each in (began, ended))
    return concluded(run, probing(INTERVAL), Fault(start, end, overload))


def reported(run: RunResult) -> Document:
    """The document, read back from its JSON."""
    return from_json(to_json(build_document(samples.session(runs=(replace(run, trace=()),)))))


def told(run: RunResult) -> Details:
    """What the page says of it."""
    details = view_details(reported(run).runs[0])
    assert details is not None
    return details


def steady(wrong: dict[int, Exchange], count: int = 1000) -> list[Exchange]:
    """Probes of a server with which all is well, but for some."""
    return [wrong.get(number) or exchange(number, INTERVAL, 20.0) for number in range(count)]


def test_a_breaker_is_told_from_its_opening_to_the_recovery() -> None:
    breaker = Breaker(3.0, 8.3, noise=lambda _: 0)
    run = measured(breaker.trace(20, INTERVAL), 3.0, 8.3)
    details = told(run)
    assert details.title == "How Pay came through the fault"
    assert "\n".join(details.sentences) + "\n" == (
        "While the fault lasted (5.3 s), no request was served.\n"
        "After 420 ms and 21 failures a circuit breaker opened: from then on requests were "
        "turned away within 0.50 ms instead of being left to wait.\n"
        "It was open for 6.7 s, let 3 requests through meanwhile, and closed again.\n"
        "1.80 s after the fault was over, all was well for good: the circuit breaker stayed open "
        "for 1.8 s of that time.\n"
        "From then on no request failed.\n"
    )
    facts = dict(details.facts)
    assert facts["Tries let through"] == "3"
    assert facts["First seconds back"] == "as quick as before"
    (chart,) = details.charts
    assert [each.label for each in chart.stretches] == [
        *("healthy", "degraded", "breaker open", "trying again", "breaker open"),
        *("trying again", "breaker open", "trying again", "recovered"),
    ]
    assert [each.look for each in chart.stretches][:3] == ["calm", "warn", "bad"]
    assert chart.length_s == pytest.approx(20, abs=0.02)
    assert len(chart.lines[0].values) * chart.step_s >= chart.length_s
    assert len(chart.table.rows) == 9
    assert "How Pay came through the fault" in render(reported(run))


def test_a_load_shedder_is_told_apart() -> None:
    details = told(measured(shedder(20, (3, 8), 0.7), 3.0, 8.0, overload=True))
    assert details.title == "How Pay came through the overload"
    assert details.sentences[1].endswith(
        "while others were served: that is load shedding, and no circuit breaker."
    )
    assert details.sentences[2] == "When the overload was over, all was well at once."
    assert "Breaker opened after" not in dict(details.facts)


def test_what_cannot_be_told_for_sure_says_so() -> None:
    details = told(measured(shedder(20, (3, 8), 1.0), 3.0, 8.0, overload=True))
    assert "What did that cannot be told for sure: " in details.sentences[1]
    assert "turned away at once" in [each.label for each in details.charts[0].stretches]


def test_nothing_that_went_wrong_is_told_in_two_sentences() -> None:
    details = told(measured(steady({}), 3.0, 8.0, overload=True))
    assert "\n".join(details.sentences) + "\n" == (
        "While the overload lasted (5 s), every request was served as quickly as ever.\n"
        "When the overload was over, all was well at once.\n"
        "From then on no request failed.\n"
    )


def test_what_was_slow_and_came_back_slowly_is_told() -> None:
    slow = {number: exchange(number, INTERVAL, 300.0) for number in range(150, 410)}
    details = told(measured(steady(slow), 3.0, 7.9, overload=True))
    assert details.sentences[0] == (
        "While the overload lasted (4.9 s), every request was served, if slowly."
    )
    assert details.sentences[1].startswith("300 ms after the overload was over, all was well")
    assert details.sentences[-1] == (
        "In its first 3 s back, requests took 15 times as long as when all was well."
    )
    assert dict(details.facts)["First seconds back"] == "15 times as long"


def test_what_never_recovered_says_what_was_still_wrong() -> None:
    failing = {number: exchange(number, INTERVAL, 320.0, 500) for number in range(150, 1000)}
    details = told(measured(steady(failing), 3.0, 8.0))
    assert "\n".join(details.sentences) + "\n" == (
        "While the fault lasted (5 s), no request was served.\n"
        "No circuit breaker opened: all 850 failures were tried to the end, and 95 of 100 took "
        "320 ms.\n"
        "It did not recover while it was watched: in the last 3 s of the 12 s watched after it "
        "100 % of the probes failed (150 × status 500).\n"
    )
    assert dict(details.facts)["Recovered after"] == "never"


def test_what_nobody_noted_is_not_told() -> None:
    details = told(measured(steady({}), None, None))
    assert details.sentences[0].startswith("How many requests failed in it cannot be told: ")
    assert details.sentences[1].startswith("How soon it recovered cannot be told: ")


def test_without_a_healthy_time_there_is_one_sentence() -> None:
    run = measured(steady({}, 10), 3.0, 8.0)
    assert "\n".join(told(run).sentences) + "\n" == (
        "Nothing can be told: only 10 probes were answered before the trouble began, and 20 at "
        "least are needed: let the healthy time last longer, or probe more often.\n"
    )
    assert all(each.value is None and not each.never for each in run.readings)


def test_probes_that_were_late_now_and_then_find_the_same() -> None:
    """Their lateness has been taken off; a generator that stood still for long is doubted."""
    trace = steady({})
    for held_ns, counted in ((700 * MS, True), (1_100 * MS, False)):
        late = [
            each._replace(sent_ns=8 * S + held_ns, done_ns=8 * S + held_ns + 20 * MS)
            if 8 * S <= each.scheduled_ns < 8 * S + held_ns
            else each
            for each in trace
        ]
        readings = measured(late, 3.0, 8.0).readings
        assert {each.counted for each in readings} == {counted}
