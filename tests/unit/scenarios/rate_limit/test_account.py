"""What all answers told together, and what contradicts what."""

from __future__ import annotations

from datetime import datetime

from ApiLoadLibrary.scenarios.rate_limit.account import (
    Account,
    account,
    contract_told,
    read_answers,
)
from ApiLoadLibrary.scenarios.rate_limit.contract import Contract
from ApiLoadLibrary.values import NS_PER_S, Rate
from limited import STARTED_AT, trace_of
from rig.limiters import sliding_log

DRAFT = {"ratelimit": '"a";r=0;t=4', "ratelimit-policy": '"a";q=50;w=5'}
CONTRACT = Contract(Rate.parse("50/5 s"))


def told(headers: dict[str, str], contract: Contract | None = CONTRACT) -> Account:
    """Of an accepted request, and a refused one."""
    trace = trace_of([0, 10**9], sliding_log(1, 10), headers=lambda _now, _ok: headers)
    answers = read_answers(trace, datetime.fromisoformat(STARTED_AT), 5 * NS_PER_S)
    return account(trace, answers, contract, 429)


def test_what_agrees_is_told_without_contradictions() -> None:
    found = told({**DRAFT, "retry-after": "4"})
    assert found.forms == {"RateLimit": 2}
    assert found.limits == ("50/5 s",)
    assert found.contradictions == ()


def test_headers_that_tell_another_limit_than_was_stated_contradict_it() -> None:
    found = told(DRAFT, Contract(Rate.parse("100/5 s")))
    assert found.contradictions == ("the headers tell a limit of 50/5 s, and 100/5 s was stated",)
    assert told(DRAFT, Contract(Rate.parse("100/5 s"), source="found")).contradictions == ()


def test_two_forms_that_tell_different_limits_contradict_each_other() -> None:
    found = told({**DRAFT, "x-ratelimit-limit": "60"})
    assert found.contradictions == ("RateLimit tells a limit of 50, X-RateLimit-* one of 60",)


def test_a_refusal_should_not_tell_that_requests_are_left() -> None:
    found = told({"x-ratelimit-limit": "50", "x-ratelimit-remaining": "3"})
    assert found.contradictions == ("1 refusals told that requests were left",)


def test_a_retry_after_should_not_be_earlier_than_the_reset() -> None:
    found = told({**DRAFT, "retry-after": "1"})
    assert "a Retry-After that is earlier" in found.contradictions[0]


def test_what_is_malformed_is_counted() -> None:
    found = told({"ratelimit": "?!", "retry-after": "4"})
    assert (found.malformed, found.examples) == (2, ("RateLimit: ?!",))


def contract_of(*headers: dict[str, str]) -> Contract | None:
    told = iter(headers)
    trace = trace_of(range(len(headers)), lambda now: 0.0, headers=lambda _now, _ok: next(told))
    return contract_told(read_answers(trace, datetime.fromisoformat(STARTED_AT), None))


def test_a_contract_is_taken_from_headers() -> None:
    assert str(contract_of(DRAFT)) == "50/5 s"
    assert contract_of({}) is None
    assert contract_of({"x-ratelimit-limit": "50"}) is None, "nobody tells for how long"


def test_of_several_policies_the_one_with_the_least_left_counts() -> None:
    policies = {
        "ratelimit": '"day";r=900;t=9, "minute";r=3;t=9',
        "ratelimit-policy": '"day";q=1000;w=86400, "minute";q=60;w=60',
    }
    assert str(contract_of(policies)) == "60/min"


def test_a_window_that_is_not_told_is_the_longest_reset() -> None:
    first = {"x-ratelimit-limit": "50", "x-ratelimit-reset": "5"}
    assert str(contract_of(first, {**first, "x-ratelimit-reset": "4"})) == "50/5 s"
