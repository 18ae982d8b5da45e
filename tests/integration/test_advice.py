"""Advice on load that was really sent, to servers of which it is known what is wrong with them."""

from __future__ import annotations

from dataclasses import dataclass, replace

import pytest

from ApiLoadLibrary.report.advice import headrooms, look
from ApiLoadLibrary.report.build import build_document
from ApiLoadLibrary.report.document import Document
from ApiLoadLibrary.report.record import JudgedCriterion
from ApiLoadLibrary.session.tester import Load, stepped
from ApiLoadLibrary.values import Duration, Rate
from integration.loads import get, send, steady
from unit.criteria.builders import judge
from unit.report import samples

LATENESS = "p95 < 100 ms"


def measured(address: str, path: str, load: Load, *criteria: str, **settings: object) -> Document:
    """The document of a load, judged by these criteria; of this machine it says nothing, as what
    else that one is doing is not known."""
    run = replace(send(address, [get(path)], load, **settings), host=None, watched=())
    judged = tuple(
        JudgedCriterion(f"C{number}", judge(text, run), "Suite.Test")
        for number, text in enumerate(criteria, 1)
    )
    return build_document(samples.session(runs=(run,), criteria=judged))


def spoken(document: Document) -> list[str]:
    """The names of the rules that spoke."""
    return [rule.name for rule, founds in look(document) if founds]


@dataclass(frozen=True)
class Case:
    """A load, and the rules that are to speak of it."""

    path: str
    load: Load
    criteria: tuple[str, ...]
    rules: list[str]
    workers: int = 50


FEW_ERRORS = "error rate < 5 %"
SHORT = steady("100/s", "2 s")


@pytest.mark.parametrize(
    "case",
    [
        Case("/ok", SHORT, (LATENESS, FEW_ERRORS), []),
        Case("/last", SHORT, (LATENESS,), ["connections not kept"]),
        Case(
            "/sometimes/400", steady("100/s", "4 s"), ("average < 20 ms",), ["two kinds of answers"]
        ),
        Case(
            "/delay/200",
            steady("40/s", "2 s"),
            (LATENESS,),
            ["cannot keep up", "unwatched"],
            workers=4,
        ),
    ],
    ids=["well", "closes", "two kinds", "overload"],
)
def test_what_is_wrong_is_found_and_nothing_else(rig: str, case: Case) -> None:
    document = measured(rig, case.path, case.load, *case.criteria, workers=case.workers)
    (run,) = document.runs
    # A machine that was too busy for this is not the server's fault, and nothing is said of that.
    rules = case.rules if run.generator.healthy else ["generator"]
    assert spoken(document) == rules


@pytest.mark.slow
def test_the_rate_that_four_workers_carry_lies_where_it_is_said_to(rig: str) -> None:
    """Each takes a twentieth of a second, so that four carry 80 a second and no more."""
    load = stepped(Rate.parse("20/s"), Rate.parse("120/s"), 2, Duration.parse("2 s"))
    document = measured(rig, "/delay/50", load, "p95 < 200 ms", workers=4)
    told = [each.sentence for each in headrooms(document)]
    if document.runs[0].generator.healthy:
        assert told == ["Between 20 and 120 requests a second the service gives out."]
        assert "gives out" in spoken(document)
    else:
        assert told == []
