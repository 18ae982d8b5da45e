"""Who runs beside whom."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet
from pathlib import Path

import pytest

from rig.turns import KINDS, PLACES, turn

A_MOMENT_S = 0.1
Enter = Callable[[str], tuple[Future[None], Callable[[], None]]]


@pytest.fixture
def enter(tmp_path: Path) -> Iterator[Enter]:
    """Come into a room of one's own: a promise to be in it, and how to leave."""
    with ThreadPoolExecutor(PLACES + 2) as pool:
        leaving: list[threading.Event] = []

        def begin(kind: str) -> tuple[Future[None], Callable[[], None]]:
            inside: Future[None] = Future()
            leave = threading.Event()
            leaving.append(leave)

            def stay() -> None:
                with turn(kind, tmp_path):
                    inside.set_result(None)
                    leave.wait(20)

            pool.submit(stay)
            return inside, leave.set

        yield begin
        for each in leaving:
            each.set()


def waits(inside: Future[None]) -> bool:
    try:
        inside.result(A_MOMENT_S)
    except NotYet:
        return True
    return False


@pytest.mark.parametrize("second", KINDS)
@pytest.mark.parametrize("first", KINDS)
def test_only_those_of_one_kind_are_beside_each_other_and_some_are_alone(
    enter: Enter, first: str, second: str
) -> None:
    one, leave = enter(first)
    one.result(20)
    other, _ = enter(second)
    assert waits(other) == (first != second or first == "alone")
    leave()
    other.result(20)


def test_who_waits_is_not_passed_by_those_who_would_fit(enter: Enter) -> None:
    one, leave = enter("usual")
    one.result(20)
    alone, leave_alone = enter("alone")
    assert waits(alone)
    late, _ = enter("usual")
    assert waits(late)
    leave()
    alone.result(20)
    assert waits(late)
    leave_alone()
    late.result(20)


def test_only_a_few_quiet_ones_are_beside_each_other(enter: Enter) -> None:
    few = [enter("quiet") for _ in range(PLACES)]
    for inside, _ in few:
        inside.result(20)
    another, _ = enter("quiet")
    assert waits(another)
    _, leave = few[-1]
    leave()
    another.result(20)
