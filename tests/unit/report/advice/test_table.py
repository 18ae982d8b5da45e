"""The table of rules, and what becomes of what they find."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial
from importlib.resources import files

import pytest

from ApiLoadLibrary.measurement.outcomes import FAILURES, Failure
from ApiLoadLibrary.report.advice import RULES, Found, Rule, look, recommend
from ApiLoadLibrary.report.advice.causes import CAUSES
from ApiLoadLibrary.report.advice.rule import Sure
from ApiLoadLibrary.report.html import render
from ApiLoadLibrary.report.serial import from_json, to_json
from unit.report.advice.cases import CASES
from unit.report.advice.documents import endpoint_of, host_of, judged, passing, run_of, steady

NAMES = [rule.name for rule in RULES]
NEVER_SENT = {Failure.DROPPED_WORKERS_BUSY, Failure.DROPPED_GENERATOR, Failure.STOPPED}


def test_names_are_unique_and_silence_refers_to_them() -> None:
    assert len(set(NAMES)) == len(NAMES)
    assert {name for rule in RULES for name in rule.unless} <= set(NAMES)


def test_no_two_rules_silence_each_other() -> None:
    unless = {rule.name: rule.unless for rule in RULES}
    assert not [(a, b) for a in NAMES for b in unless[a] if a in unless[b]]


def test_each_failure_belongs_to_one_cause() -> None:
    known = [outcome for cause in CAUSES for outcome in cause.outcomes]
    assert len(set(known)) == len(known)
    assert set(FAILURES) - NEVER_SENT <= set(known)
    assert {400, 401, 403, 404, 409, 422, 429, *range(300, 400), *range(500, 600)} <= set(known)


def test_the_documentation_lists_every_rule_in_order() -> None:
    page = files("ApiLoadLibrary").joinpath("docs/recommendations.md").read_text("utf-8")
    table = page.partition("| rule |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| ([^|]+?) \|", table, re.MULTILINE) == NAMES


@pytest.mark.parametrize("case", CASES, ids=[case[0] for case in CASES])
def test_a_case_can_be_shown_and_read_back(case) -> None:
    document = case[1]()
    whole = replace(document, recommendations=recommend(document))
    assert from_json(to_json(whole)) == whole
    page = render(whole)
    assert "What to do next" in page


def test_the_most_urgent_comes_first() -> None:
    broken = endpoint_of(steady(60), outcome=lambda s, n: 500 if n == 7 else 200)
    run = run_of(broken, host=host_of([97.0] * 60))
    document = judged(run, criteria=("p95 < 50 ms", "error rate < 1 %"))
    found = [rule.name for rule, founds in look(document) if founds]
    assert found == ["failures: server errors", "full processor"]
    assert [each.finding for each in document.recommendations] == [
        "The service broke down while answering (500)",
        "The processor of pos-1 was full while answers were slow",
    ]


@pytest.mark.parametrize("count, more", [(5, None), (6, "1 more"), (9, "4 more")])
def test_a_handful_is_shown_and_the_rest_folded_away(count: int, more: str | None) -> None:
    rule = says(*(find(about=str(n), criteria=(f"C{n}",)) for n in range(count)))
    page = render(replace(passing(), recommendations=recommend(passing(), [rule])))
    shown, _, folded = page.partition('<details class="printed"><summary>')
    assert shown.count("<strong><bdi>It is so</bdi></strong>") == min(count, 5)
    assert page.count("<strong><bdi>It is so</bdi></strong>") == count
    assert f"{more}, less urgent</summary>" in folded if more else "less urgent" not in page


def says(*founds: Found, name: str = "rule", unless: tuple[str, ...] = ()) -> Rule:
    return Rule(name, lambda _session: iter(founds), "QA", "Do it.", frozenset(unless))


find = partial(Found, "It is so", ("Seen.",))


def test_the_same_in_several_runs_is_said_once_with_their_names() -> None:
    document = passing()
    runs = [replace(document.runs[0], id=f"r{n}", name=f"Load {n}") for n in range(5)]
    document = replace(document, runs=tuple(runs))
    rule = says(*(find(("C1", f"C{n}"), run=f"r{n}") for n in range(5)))
    (said,) = recommend(document, [rule])
    assert said.evidence == ("Seen.", "Seen in “Load 0”, “Load 1”, “Load 2” and 2 more.")
    assert said.criteria == ("C1", "C0", "C2", "C3", "C4")


def test_of_several_findings_the_surest_comes_first() -> None:
    rule = says(*(find(sure=sure, about=sure.name) for sure in (Sure.LOW, Sure.HIGH)))
    assert [each.confidence for each in recommend(passing(), [rule])] == ["high", "low"]


def test_a_rule_is_silent_where_a_better_one_speaks_of_the_same_run() -> None:
    better = says(find(run="run-1"), name="better")
    other = says(find(run="run-1"), find(run="run-2", about="2"), unless=("better",))
    found = {rule.name: founds for rule, founds in look(passing(), [other, better])}
    assert [each.run for each in found["rule"]] == ["run-2"]
    assert [each.run for each in found["better"]] == ["run-1"]
