"""Commands to one shard keep their order, however long each of them travels."""

from __future__ import annotations

import asyncio
import queue

import pytest

from ApiLoadLibrary.cluster.line import Line
from ApiLoadLibrary.cluster.loop import running_loop
from ApiLoadLibrary.cluster.messages import ALIVE, NEVER, Begin

SOON_S = 5
BEGIN = Begin(1)
STOP = "stop"


class Road:
    """Commands that are on their way arrive when it is opened."""

    def __init__(self) -> None:
        self.set_out = queue.SimpleQueue[object]()
        self.arrived: list[object] = []
        self._open = asyncio.Event()
        self._open.set()

    def close(self) -> None:
        running_loop().call_soon_threadsafe(self._open.clear)

    def open(self) -> None:
        running_loop().call_soon_threadsafe(self._open.set)

    async def carry(self, attempt: str, command: object) -> None:
        self.set_out.put(command)
        await self._open.wait()
        self.arrived.append(command)

    async def fail(self, attempt: str, command: object) -> None:
        self.set_out.put(command)
        raise OSError


def test_none_sets_out_before_the_one_ahead_of_it_has_arrived() -> None:
    road = Road()
    line = Line(road.carry)
    road.close()
    for command in (BEGIN, STOP, NEVER):
        line.say("first", command)
    assert road.set_out.get(timeout=SOON_S) == BEGIN
    with pytest.raises(queue.Empty):
        road.set_out.get(timeout=0.1)
    road.open()
    assert [road.set_out.get(timeout=SOON_S) for _ in range(2)] == [STOP, NEVER]
    assert road.arrived[:2] == [BEGIN, STOP]


def test_signs_of_life_do_not_pile_up_for_one_that_does_not_answer() -> None:
    road = Road()
    line = Line(road.carry)
    road.close()
    line.say("first", BEGIN)
    for _ in range(10):
        line.say("first", ALIVE)
    line.say("first", STOP)
    assert road.set_out.get(timeout=SOON_S) == BEGIN
    road.open()
    assert road.set_out.get(timeout=SOON_S) == STOP


def test_who_does_not_answer_does_not_hold_up_the_others() -> None:
    blocked, free = Road(), Road()
    blocked.close()
    lines = [Line(road.carry) for road in (blocked, free)]
    for line in lines:
        line.say("first", BEGIN)
        line.say("first", STOP)
    assert [free.set_out.get(timeout=SOON_S) for _ in range(2)] == [BEGIN, STOP]
    assert blocked.arrived == []
    blocked.open()


def test_what_could_not_be_delivered_does_not_end_the_line() -> None:
    road = Road()
    line = Line(road.fail)
    line.say("first", BEGIN)
    line.say("first", STOP)
    assert [road.set_out.get(timeout=SOON_S) for _ in range(2)] == [BEGIN, STOP]
