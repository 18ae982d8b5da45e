"""Servers that break every rule: each has its name, its blame and its count, and holds nobody up.

The table on the page about failures is read from there: what it promises is what is tested.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from ApiLoadLibrary.measurement.outcomes import Failure
from integration.failures import EACH, found, load, table
from rig.hostile import ANSWERS, ENDING, PORTS, SCRIPTS
from rig.process import counts, hostile_server

REDIRECTS = ("circle", "away")
BEFORE = (*PORTS, *ENDING)


@pytest.fixture(scope="module")
def hostile() -> Iterator[tuple[str, dict[str, str]]]:
    with hostile_server() as found:
        yield found


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
