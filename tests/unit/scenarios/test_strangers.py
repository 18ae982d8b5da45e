"""Who must not come in: as whom they come, and what may be said of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ApiLoadLibrary.criteria.judgement import Verdict
from ApiLoadLibrary.measurement.outcomes import Failure
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.scenarios.strangers import by_strangers, disguises, let_in
from ApiLoadLibrary.workload.endpoint import Endpoint
from unit.criteria.builders import Request, a_run, an_endpoint, judge

NOBODY = "admitted strangers <= 0 %"
KINDS = disguises("opaque-token", None)


def visited(*outcomes: list[int]) -> RunResult:
    """A run in which each kind of stranger got such answers at one door after the other."""
    doors = ["Products", "Orders"]
    ends = [
        replace(
            an_endpoint([Request(outcome=each) for each in part], f"Door {place}"),
            group=doors[place // len(KINDS)],
        )
        for place, part in enumerate(outcomes)
    ]
    return let_in(KINDS, ())(a_run(*ends))


def test_where_everybody_is_turned_away_nobody_was_admitted() -> None:
    assert judge(NOBODY, visited([401] * 20, [403] * 20)).verdict is Verdict.PASS


@pytest.mark.parametrize(
    "answers",
    [[Failure.ANSWER_TIMEOUT] * 20, [404] * 20, [500] * 20, [429] * 20, []],
    ids=["no answer", "not found", "broken", "too many", "nobody came"],
)
def test_a_door_that_turned_nobody_away_proves_nothing(answers: list[int]) -> None:
    judgement = judge(NOBODY, visited([401] * 20, [401] * 20, [401] * 20, answers))
    assert judgement.verdict is Verdict.INCONCLUSIVE
    assert "Orders turned nobody away with a forged token" in judgement.reason
    assert "401 or 403" in judgement.reason


def test_one_open_door_is_found_whatever_the_others_say() -> None:
    judgement = judge(NOBODY, visited([500] * 20, [401] * 19 + [200]))
    assert judgement.verdict is Verdict.FAIL
    assert "Products let in 1 with a forged token" in judgement.sentence


@pytest.mark.parametrize("token", ["A", "AA", "aba", "x", "a.b.c", "a.b.AA", "a.b.", "a.b.xyz"])
def test_a_forged_token_is_never_the_good_one(token: str) -> None:
    for each in disguises(token, None):
        assert each.token != token


def test_strangers_bring_neither_tokens_nor_cookies() -> None:
    door = Endpoint("Till", "GET", "/", headers={"COOKIE": "a=b", "authorization": "x", "X-A": "1"})
    nobody, forged = by_strangers([door], KINDS)
    assert nobody.headers == {"X-A": "1", "Authorization": None, "Cookie": None}
    assert forged.headers["Authorization"] == "Bearer nekot-euqapo"
