"""Servers that break every rule: each has its name, its blame and its count, and holds nobody up.

The table on the page about failures is read from there: what it promises is what is tested.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import ApiLoadLibrary
from ApiLoadLibrary.measurement.outcomes import Failure, describe
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.values import Duration
from ApiLoadLibrary.workload.endpoint import Endpoint
from integration.loads import sustain
from rig.hostile import ANSWERS, ENDING, PORTS, SCRIPTS
from rig.process import counts, hostile_server

EACH = 5
REDIRECTS = ("circle", "away")
BEFORE = (*PORTS, *ENDING)
PAGE = Path(ApiLoadLibrary.__file__).parent / "docs" / "failures.md"
ROW = re.compile(r"^\| .* \| `([\w-]+)` \| (.*) \| (\w+|–) \|$", re.MULTILINE)


def table() -> dict[str, tuple[str, str]]:
    """How each case ends and who is to blame, as the page says it."""
    return {name: (words, blame) for name, words, blame in ROW.findall(PAGE.read_text("utf-8"))}


@pytest.fixture(scope="module")
def hostile() -> Iterator[tuple[str, dict[str, str]]]:
    with hostile_server() as found:
        yield found


def load(address: str, paths: dict[str, str], **settings: object) -> RunResult:
    """Five requests to each of them, all at the same time."""
    endpoints = [Endpoint(f"Case {name}", "GET", path) for name, path in paths.items()]
    began = time.monotonic()
    result = sustain(
        address,
        endpoints,
        f"{EACH * 2}/s",
        "500 ms",
        timeout="500 ms",
        connect_timeout=Duration.parse("300 ms"),
        workers=len(paths) * EACH,
        **settings,
    )
    assert time.monotonic() - began < 8
    return result


def found(result: RunResult) -> dict[str, tuple[str, str]]:
    """The same as the table, of a run in which each case always ended in the same way."""
    ends = {}
    for each in result.endpoints:
        assert len(each.tally.outcomes) == 1, (each.name, each.tally.outcomes)
        ((outcome, count),) = each.tally.outcomes.items()
        assert count == EACH
        name = each.name.removeprefix("Case ")
        info = describe(outcome)
        ends[name] = ("answered", "–") if outcome == 200 else (info.words, info.blame.value)
    return ends


@pytest.mark.quiet
def test_each_broken_answer_has_its_name_and_holds_up_nobody(
    hostile: tuple[str, dict[str, str]],
) -> None:
    address, _ = hostile
    before = counts(address)
    names = [each for each in (*ANSWERS, *SCRIPTS) if each not in REDIRECTS]
    result = load(address, {each: f"/{each}" for each in names})
    expected = {name: end for name, end in table().items() if name in names}
    assert found(result) == expected
    assert expected.keys() == set(names)
    after = counts(address)
    assert {each: after[each] - before.get(each, 0) for each in names} == dict.fromkeys(names, EACH)
    assert not any("stood still" in each for each in result.generator.reasons)


def test_each_port_that_misbehaves_has_its_name(hostile: tuple[str, dict[str, str]]) -> None:
    address, ports = hostile
    result = load(address, {name: f"{ports[name]}/ok" for name in BEFORE}, allow=[*ports.values()])
    expected = {name: end for name, end in table().items() if name in BEFORE}
    (eager,) = (each for each in result.endpoints if each.name == "Case eager")
    assert eager.tally.requests == EACH
    assert set(eager.tally.outcomes) <= {200, Failure.NOT_HTTP}
    others = tuple(each for each in result.endpoints if each is not eager)
    assert found(replace(result, endpoints=others)) == expected
    assert expected.keys() == set(BEFORE) - {"eager"}


def test_redirects_in_circles_and_away_end(hostile: tuple[str, dict[str, str]]) -> None:
    address, _ = hostile
    result = load(address, {each: f"/{each}" for each in REDIRECTS}, redirects="follow")
    expected = {name: end for name, end in table().items() if name in REDIRECTS}
    assert found(result) == expected
    assert expected.keys() == set(REDIRECTS)


def test_through_requests_every_request_ends_in_time_and_is_counted(
    hostile: tuple[str, dict[str, str]],
) -> None:
    address, _ = hostile
    names = [each for each in (*ANSWERS, *SCRIPTS) if each not in REDIRECTS]
    result = load(address, {each: f"/{each}" for each in names}, transport="requests")
    assert {each.tally.requests for each in result.endpoints} == {EACH}
    good = {each.name for each in result.endpoints if set(each.tally.outcomes) == {200}}
    assert {"Case ok", "Case without-a-reason"} <= good
    assert result.outcomes[Failure.ANSWER_TIMEOUT] >= EACH
    assert Failure.SENDER_FAILED not in result.outcomes  # nothing of it is our code's fault
