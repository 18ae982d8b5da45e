"""Sessions as they might have gone, judged and not judged."""

from contextlib import suppress
from dataclasses import replace

from ApiLoadLibrary.criteria.grammar import parse
from ApiLoadLibrary.criteria.judgement import Judgement, Verdict
from ApiLoadLibrary.errors import BadCriterion
from ApiLoadLibrary.measurement.outcomes import Failure
from ApiLoadLibrary.measurement.result import GeneratorHealth
from ApiLoadLibrary.report.record import (
    FailedTest,
    JudgedCriterion,
    NotJudged,
    SessionRecord,
    SystemUnderTest,
)
from unit.report.runs import ENDPOINTS, HEALTHY, NS_PER_S, STARTED, endpoint, host, rows, run

__all__ = ["ENDPOINTS", "HEALTHY", "NS_PER_S", "endpoint", "host", "rows", "run"]

FINISHED = "2026-11-23T14:03:05+01:00"


def judgement(verdict: Verdict = Verdict.PASS, **changes) -> Judgement:
    measured = {Verdict.PASS: 17.3, Verdict.FAIL: 61.2, Verdict.INCONCLUSIVE: 49.1}[verdict]
    made = Judgement(
        criterion="p95 of Each Endpoint < 50 ms",
        metric="p95",
        endpoint="Create Order",
        run_id="run-1",
        operator="<",
        target=50.0,
        unit="ms",
        measured=measured,
        interval=(measured - 0.9, measured + 1.1),
        confidence=0.95,
        margin=(50 - measured) / 50,
        samples=500,
        verdict=verdict,
        reason=""
        if verdict is not Verdict.INCONCLUSIVE
        else "50 ms lies within 48.2 to 50.2 ms: run at least 4 min longer to tell",
        sentence=f"P95 of Create Order was {measured} ms; the limit is 50 ms (500 requests)",
    )
    made = replace(made, **changes)
    return made if made.scope else replace(made, scope=_scope(made.criterion))


def _scope(text: str) -> str | None:
    with suppress(BadCriterion):  # figures that are still to come
        return parse(text).scope
    return None


def judged(number: int, *, requirement: str | None = "PERF-1", **changes) -> JudgedCriterion:
    return JudgedCriterion(
        id=f"C{number}",
        judgement=judgement(**changes),
        test="Suites.Normal Load.Everyday Load Is Carried With Room To Spare",
        requirement=requirement,
        owner="Retail Operations",
    )


def usual_criteria() -> tuple[JudgedCriterion, ...]:
    """What the everyday suite asks, all of it met."""
    share = {"endpoint": None, "unit": "%"}
    return (
        judged(1, criterion="achieved rate >= 98 %", metric="achieved rate", operator=">=",
               target=98.0, measured=100.0, interval=None, confidence=None, margin=2 / 98,
               sentence="Achieved rate was 100 % of target; at least 98 % is asked for", **share),
        judged(2, criterion="p95 of Each Endpoint < threshold"),
        judged(3, criterion="p95 of Products < 20 ms", endpoint="Products", target=20.0,
               measured=9.8, interval=(9.4, 10.3), margin=0.51),
        judged(4, criterion="average of Each Endpoint < 15 ms", metric="average",
               endpoint="Open Banking QR", target=15.0, measured=10.9, interval=(10.6, 11.3),
               margin=0.27),
        judged(5, criterion="error rate < 1 %", metric="error rate", target=1.0, measured=0.08,
               interval=(0.02, 0.20), margin=0.92, samples=5_000,
               sentence="Error rate was 0.08 %; the limit is 1 %", **share),
        judged(6, criterion="cpu < 90 %", metric="cpu", target=90.0, measured=41.2, interval=None,
               confidence=None, margin=0.54, samples=30, sentence="CPU was 41.2 %", **share),
    )  # fmt: skip


def session(**changes) -> SessionRecord:
    """A session that passed, but for the changes."""
    made = SessionRecord(
        title="Acceptance report",
        started_at=STARTED,
        finished_at=FINISHED,
        system_under_test=SystemUnderTest(
            base_url="https://pos.example:8443",
            name="Point of Sale API",
            version="4.2.0",
            commit="8f31c2a",
            environment="staging-eu",
        ),
        environment={
            "library": "0.1.0",
            "robot_framework": "7.5",
            "python": "3.11.7",
            "platform": "Linux",
            "cpu_count": 4,
            "generator_host": "ci-7",
        },
        runs=(run(),),
        criteria=usual_criteria(),
    )
    return replace(made, **changes)


def failing() -> SessionRecord:
    """Create Order is slow and breaks down, one requirement is open, one run was not judged."""
    slow = run(
        slower={3: 4.6},
        bad={3: {503: 41, int(Failure.DROPPED_WORKERS_BUSY): 5}, 2: {500: 1}},
    )
    met, open_one = usual_criteria(), judged(7, verdict=Verdict.INCONCLUSIVE, metric="p99.9",
        criterion="p99.9 of Stripe Intent < 50 ms", endpoint="Stripe Intent", measured=41.0,
        interval=(36.0, float("inf")), margin=0.18,
        reason="500 requests are too few: p99.9 takes at least 2,995")  # fmt: skip
    late = judged(
        2,
        verdict=Verdict.FAIL,
        criterion="p95 of Each Endpoint < threshold",
        measured=71.4,
        interval=(67.0, 77.9),
        margin=-0.43,
        sentence="P95 of Create Order was 71.4 ms; the limit is 50 ms (500 requests at 1,000/min)",
    )
    wrong = judged(
        5,
        verdict=Verdict.FAIL,
        criterion="error rate of Create Order < 1 %",
        metric="error rate",
        target=1.0,
        unit="%",
        measured=9.2,
        interval=(6.8, 12.1),
        margin=-8.2,
        endpoint="Create Order",
        sentence="Error rate of Create Order was 9.2 %; the limit is 1 % (500 requests)",
    )
    return session(
        runs=(slow, replace(run(run_id="run-2", seconds=12), name="Warm-up", host=None)),
        criteria=(met[0], late, met[2], met[3], wrong, met[5], open_one),
        not_judged=(NotJudged("Warm-up", "load was sent, but no requirement was judged on it"),),
    )


def inconclusive() -> SessionRecord:
    """The load generator was starved, and a test never came to judge."""
    starved = GeneratorHealth(
        2, 50, 50, 98.7, 31.0,
        reasons=("the load generator could not keep up: 212 of 5,000 requests started late",),
    )  # fmt: skip
    criteria = (*usual_criteria()[:5], judged(6, verdict=Verdict.INCONCLUSIVE))
    return session(
        runs=(replace(run(), generator=starved),),
        criteria=criteria,
        failed_tests=(FailedTest("Suites.Burst.Ten Times The Load", "Sign-in was refused: 401"),),
    )
