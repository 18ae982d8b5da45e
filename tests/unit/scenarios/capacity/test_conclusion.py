"""What a search comes to: its figures, and the reading that is judged."""

from __future__ import annotations

import math

import pytest

from ApiLoadLibrary.criteria.judgement import Verdict
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.report.build_run import build_run
from ApiLoadLibrary.report.details_of_capacity import details_of_capacity
from ApiLoadLibrary.scenarios.capacity.conclusion import Asked, Taken, concluded
from ApiLoadLibrary.scenarios.capacity.search import End, Kind, Standing, Step, Tried
from ApiLoadLibrary.values import Rate
from unit.criteria.builders import Request, a_run, an_endpoint, judge

HELD, BROKE, GENERATOR = Standing.HELD, Standing.BROKE, Standing.GENERATOR
PASS, FAIL, INCONCLUSIVE = Verdict.PASS, Verdict.FAIL, Verdict.INCONCLUSIVE
ASKED = Asked("Highest rate on Products", ("p95 < 200 ms",), 1.0, 1, 30, "max_rate=40/s")


def took(rate: float, standing: Standing, ms: float = 10, *, hold: bool = False) -> Taken:
    step = Step(rate, Kind.HOLD if hold else Kind.RISE, is_hold=hold)
    run = a_run(an_endpoint([Request(service_ms=ms)] * 60, rate=f"{rate:g}/s"))
    reason = "" if standing is HELD else "P95 of Products was 900 ms; the limit is 200 ms"
    broke = ("p95 < 200 ms",) if standing is BROKE else ()
    return Taken(Tried(step, standing), run, reason, broke)


FOUND = [took(20, HELD), took(40, BROKE, 900), took(30, HELD, 50), took(30, HELD, 60, hold=True)]


def of(taken: list[Taken], end: End | None = End.FOUND, asked: Asked = ASKED) -> RunResult:
    return concluded(asked, taken, end, None if end else "Ctrl-C")


def test_its_own_figures_are_those_of_the_hold() -> None:
    run = of(FOUND)
    assert (run.scenario, run.name) == ("capacity", "Highest rate on Products")
    assert run.endpoints == FOUND[-1].run.endpoints
    steps = run.details["steps"]
    assert [each["standing"] for each in steps] == ["held", "broke", "held", "held"]
    assert (run.details["requests"], run.details["knee_per_s"]) == (240, 20)


def test_nobody_waits_where_answers_take_twice_next_to_nothing() -> None:
    run = of([took(20, HELD, 0.3), took(40, HELD, 2.6), took(80, HELD, 4), took(160, BROKE, 11)])
    assert run.details["knee_per_s"] == 80
    assert (
        of([took(20, HELD, 0.3), took(40, HELD, 2.6), took(80, HELD, 4)]).details["knee_per_s"]
        is None
    )


def test_a_step_is_told_in_a_sentence() -> None:
    rate = Rate.parse("20/s")
    assert took(20, HELD).words(rate) == "20/s held: p95 10.0 ms."
    assert took(20, BROKE).words(rate).startswith("20/s did not hold: P95 of Products was 900 ms")
    assert took(20, GENERATOR).words(rate).startswith("20/s shows nothing: ")


@pytest.mark.parametrize(
    "taken, end, interval, verdicts",
    [
        (FOUND, End.FOUND, (30, 40), (PASS, INCONCLUSIVE, FAIL)),
        ([took(30, HELD), took(30, HELD, hold=True)], End.CAPPED, (30, math.inf), None),
        (
            [took(30, HELD), took(60, GENERATOR), took(30, HELD, hold=True)],
            End.GENERATOR,
            (30, math.inf),
            (PASS, INCONCLUSIVE, INCONCLUSIVE),
        ),
        ([took(20, HELD), took(40, BROKE)], None, (0, 40), (INCONCLUSIVE, INCONCLUSIVE, FAIL)),
        ([took(2, BROKE)], End.NOTHING_HELD, (0, 2), (FAIL, FAIL, FAIL)),
        (
            [took(30, HELD), took(30, BROKE, hold=True)],
            End.UNSTEADY,
            (0, 30),
            (INCONCLUSIVE, FAIL, FAIL),
        ),
    ],
)
def test_an_interval_is_judged(
    taken: list[Taken],
    end: End | None,
    interval: tuple[float, float],
    verdicts: tuple[Verdict, ...] | None,
) -> None:
    run = of(taken, end)
    assert run.readings[0].interval == interval
    judged = [judge(f"highest rate > {each}/s", run) for each in (25, 35, 50)]
    wanted = verdicts or (PASS, INCONCLUSIVE, INCONCLUSIVE)
    assert tuple(each.verdict for each in judged) == wanted


def test_a_verdict_says_what_kept_it_from_more() -> None:
    assert judge("highest rate > 50/s", of(FOUND)).sentence == (
        "Highest rate was 30/s; more than 50/s is required (held for 30 s): at 40/s p95 of "
        "Products was 900 ms; the limit is 200 ms"
    )
    capped = of([took(30, HELD), took(30, HELD, hold=True)], End.CAPPED)
    assert judge("highest rate > 50/s", capped).reason == (
        "no more was tried, because of max_rate=40/s"
    )


@pytest.mark.parametrize(
    "taken, end, sentences",
    [
        (
            FOUND,
            End.FOUND,
            (
                "It carried 30 requests a second with p95 < 200 ms, for 30 s without a break.",
                "At 40 it no longer did: P95 of Products was 900 ms; the limit is 200 ms.",
            ),
        ),
        (
            [took(30, HELD), took(60, GENERATOR), took(30, HELD, hold=True)],
            End.GENERATOR,
            (
                "It carried 30 requests a second with p95 < 200 ms, for 30 s without a break.",
                "At 60 that could not be shown: P95 of Products was 900 ms; the limit is 200 ms.",
                "Then the load generator gave out, not the server: at least so much is carried.",
            ),
        ),
        (
            [took(2, BROKE)],
            End.NOTHING_HELD,
            (
                "At no rate that was tried did all of this hold: p95 < 200 ms.",
                "At 2 this was seen: P95 of Products was 900 ms; the limit is 200 ms.",
            ),
        ),
        (
            [took(20, HELD)],
            None,
            (
                "It carried 20 requests a second with p95 < 200 ms, though for some seconds only.",
                "The search was broken off before its end.",
            ),
        ),
    ],
)
def test_the_page_says_what_was_carried_and_what_gave_out(
    taken: list[Taken], end: End | None, sentences: tuple[str, ...]
) -> None:
    details = details_of_capacity(build_run(of(taken, end)))
    assert details.sentences == sentences
    assert len(details.tables[0].rows) == len(taken)


def test_several_endpoints_are_told_apart_from_all_of_them_together() -> None:
    three = Asked("x", ("p95 < 200 ms",), 1 / 60, 3, 30)
    run = of([took(120, HELD), took(120, HELD, hold=True)], End.CAPPED, three)
    assert run.details["held_per_s"] == 2
    assert (
        details_of_capacity(build_run(run))
        .sentences[0]
        .startswith("It carried 2 requests a second to each of 3 endpoints, 6 in all, with")
    )
