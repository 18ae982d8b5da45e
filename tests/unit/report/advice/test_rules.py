"""Each rule speaks where the figures do, and is silent where they do not."""

from __future__ import annotations

import pytest

from ApiLoadLibrary.report.advice import RULES
from unit.report.advice.cases import CASES, Make
from unit.report.advice.documents import passing, spoken


@pytest.mark.parametrize("name, shows", [case[:2] for case in CASES], ids=[c[0] for c in CASES])
def test_a_rule_speaks_where_the_figures_do(name: str, shows: Make) -> None:
    (found,) = spoken(shows(), of=name)[name]
    assert found.evidence
    assert all(each.endswith(".") or ": " in each for each in found.evidence)


@pytest.mark.parametrize(
    "name, silent",
    [(name, each) for name, _, silent in CASES for each in silent],
    ids=[f"{name} {n}" for name, _, silent in CASES for n, _ in enumerate(silent)],
)
def test_a_rule_is_silent_where_they_do_not(name: str, silent: Make) -> None:
    assert spoken(silent(), of=name)[name] == []


def test_every_rule_has_its_cases() -> None:
    assert sorted(case[0] for case in CASES) == sorted(rule.name for rule in RULES)


def test_a_clean_pass_needs_no_advice() -> None:
    assert passing().recommendations == ()
