"""Alerts about the machines of a cluster that load comes from."""

from __future__ import annotations

from ApiLoadLibrary.measurement.generators import HostNow
from ApiLoadLibrary.monitor.alerts import Alerts


def seen(*moments: HostNow) -> tuple[list[str], list[str]]:
    """What is told as it happens, and what the report says, of looks half a second apart."""
    alerts = Alerts(load=None)
    told = [
        news.text
        for number, now in enumerate(moments, 1)
        for news in alerts.see_senders({"w1": now}, number / 2)
    ]
    return told, [each.message for each in alerts.alerts()]


def test_a_machine_that_is_busy_is_told_of_once() -> None:
    told, kept = seen(*[HostNow(99.0, 2, 0)] * 13)
    assert told == [
        "The processor of w1, which sends load, is over 90 % busy (since 0:00 into the load)"
    ]
    (sentence,) = kept
    assert sentence == (
        "The processor of w1, which sends load, was over 90 % busy from 0:00 until the end, "
        "99.0 % at its worst."
    )


def test_processes_that_are_lost_are_told_of_at_once() -> None:
    told, kept = seen(*[HostNow(50.0, 2, 0)] * 4, HostNow(None, 2, 1), HostNow(None, 2, 2))
    assert told == [
        "The load generator on w1 has lost 1 of its 2 processes (since 0:02 into the load)"
    ]
    (sentence,) = kept
    assert sentence == (
        "The load generator on w1 lacked processes from 0:02 until the end, "
        "2 of its 2 processes at the worst."
    )


def test_a_machine_that_is_lost_is_not_said_to_be_at_rest() -> None:
    told, kept = seen(*[HostNow(99.0, 1, 0)] * 10, *[HostNow(None, 1, 1)] * 13)
    assert [each.split(" (")[0] for each in told] == [
        "The processor of w1, which sends load, is over 90 % busy",
        "The load generator on w1 has lost 1 of its 1 processes",
    ]
    assert all(" until the end" in each for each in kept)


def test_a_machine_that_was_busy_for_a_moment_or_was_not_heard_of_is_none() -> None:
    assert seen(HostNow(99.0, 2, 0), *[HostNow(None, 2, 0)] * 13) == ([], [])
