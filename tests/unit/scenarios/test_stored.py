"""What was accepted, compared with what was stored."""

from __future__ import annotations

from dataclasses import replace

import pytest

from ApiLoadLibrary.measurement.outcomes import Failure
from ApiLoadLibrary.scenarios.stored import Account, account_of, reading_of_count, reading_of_ids
from ApiLoadLibrary.workload.tracing import RequestIds
from unit.criteria.builders import Request, a_run, an_endpoint

IDS = RequestIds("0123456789abcdef0123456789abcdef", 2)
OTHERS = RequestIds("0123456789abcdef0123456789abcdef", 1)


def account(
    requests: int = 10, refused: set[int] | None = None, unknown: set[int] | None = None
) -> Account:
    """Of arrivals 0 to 9; those that were neither refused nor of unknown fate were accepted."""
    refused, unknown = refused or set(), unknown or set()
    accepted = requests - len(refused) - len(unknown)
    return Account(
        "Orders", requests, accepted, frozenset(refused), frozenset(unknown), complete=True, ids=IDS
    )


def rows(*arrivals: int) -> list[str]:
    return [str(IDS.of(each)) for each in arrivals]


@pytest.mark.parametrize(
    "stored, value, reason",
    [
        (range(10), 0, ""),
        (range(9), 1, "1 was accepted and not stored"),
        ([*range(10), 3], 1, f"1 was stored once too often ({IDS.of(3)})"),
        ([*range(10), 3, 3], 2, f"2 were stored once too often ({IDS.of(3)})"),
        ([*range(1, 10), 3], 2, "1 was accepted and not stored; 1 was stored once too often"),
        ([], 10, "10 were accepted and not stored"),
    ],
)
def test_each_accepted_request_is_there_once(stored: list[int], value: int, reason: str) -> None:
    found = reading_of_ids(account(), rows(*stored))
    assert (found.metric, found.value, found.endpoint) == ("unaccounted writes", value, "Orders")
    assert found.reason.startswith(reason)
    assert bool(found.reason) == bool(value)


def test_what_was_refused_must_not_be_there() -> None:
    found = reading_of_ids(account(refused={4, 5}), rows(*range(5), *range(6, 10)))
    assert (found.value, found.reason) == (1, "1 was refused and stored all the same")


@pytest.mark.parametrize("stored", [range(10), range(9), range(8)])
def test_what_timed_out_may_be_there_or_not(stored: range) -> None:
    found = reading_of_ids(account(unknown={8, 9}), rows(*stored))
    assert found.value == 0
    assert found.basis == f"8 accepted, {len(stored)} stored, 2 of unknown fate"


def test_a_time_out_does_not_hide_a_loss() -> None:
    """There are as many rows as were accepted, but one of them is of the time-out."""
    found = reading_of_ids(account(unknown={9}), rows(*range(8), 9))
    assert (found.value, found.reason) == (1, "1 was accepted and not stored")
    counted = reading_of_count(account(unknown={9}), 10)
    assert counted.value is None
    assert "let the server list the request ids (ids=)" in counted.reason


def test_rows_of_other_endpoints_are_no_concern_and_rows_of_nobody_are() -> None:
    found = reading_of_ids(account(), [*rows(*range(10)), str(OTHERS.of(1)), "someone"])
    assert (found.value, found.basis) == (1, "10 accepted, 11 stored")
    assert found.reason == "1 was stored under an id that no request of this run had"


@pytest.mark.parametrize(
    "stored, value, reason", [(10, 0, ""), (8, 2, "2 are missing"), (13, 3, "3 are too many")]
)
def test_who_only_counts_is_compared_by_the_number(stored: int, value: int, reason: str) -> None:
    found = reading_of_count(account(), stored)
    assert (found.value, found.reason) == (value, reason)


def test_a_count_below_what_was_accepted_is_a_loss_whatever_timed_out() -> None:
    assert reading_of_count(account(unknown={9}), 7).value == 2


def test_a_count_does_not_say_whether_a_time_out_stands_in_for_a_loss() -> None:
    found = reading_of_count(account(unknown={9}), 9)
    assert found.value is None
    assert "let the server list the request ids (ids=)" in found.reason
    assert found.endpoint == "Orders"  # it takes the place of what was found before


def test_what_was_never_sent_was_not_stored_for_sure() -> None:
    sent = [Request()] * 8
    dropped = [Request(outcome=Failure.DROPPED_WORKERS_BUSY, delay_ms=900)] * 2
    run = a_run(an_endpoint([*sent, *dropped], "Orders"))
    found = account_of(run, "orders")
    assert found is not None
    assert (found.accepted, found.unknown, found.refused) == (8, frozenset(), frozenset({8, 9}))
    assert reading_of_count(found, 8).value == 0


def test_more_failures_than_can_be_listed_decide_nothing() -> None:
    many = Account("Orders", 10, 5, frozenset({1}), frozenset(), complete=False, ids=IDS)
    assert reading_of_count(many, 10).value is None
    assert reading_of_ids(many, []).value is None


def test_an_id_is_read_back_as_the_arrival_that_carried_it() -> None:
    assert [IDS.arrival_of(str(IDS.of(each))) for each in (0, 7, 2**40)] == [0, 7, 2**40]
    assert IDS.arrival_of(str(OTHERS.of(7))) is None
    assert IDS.arrival_of("7") is None


def test_where_nothing_was_accepted_nothing_is_shown() -> None:
    nothing = account(unknown=set(range(10)))
    assert reading_of_ids(nothing, []).value is reading_of_count(nothing, 0).value is None
    assert reading_of_ids(nothing, []).reason == "no request was accepted"
    assert reading_of_ids(account(refused=set(range(10))), rows(1)).value == 1


def test_what_a_part_of_the_load_generator_has_not_told_is_not_known() -> None:
    run = a_run(an_endpoint([Request()] * 8, "Orders"))
    lost = replace(run, generator=replace(run.generator, lost_shards=(1,)))
    found = account_of(lost, "Orders")
    assert found is not None
    assert reading_of_ids(replace(found, ids=IDS), rows(*range(8))).value is None
    assert reading_of_count(found, 8).value is None
