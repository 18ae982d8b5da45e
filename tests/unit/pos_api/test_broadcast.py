"""Events go to those who subscribe, in order, and nobody waits for whoever is slow."""

import asyncio
import json
from typing import Any

from pos_api.broadcast import Broadcast

SUBSCRIBE = '{"subscribe": "orders"}'


class Member:
    """A connection that takes what it is sent, or, stuck, nothing."""

    def __init__(self, *, stuck: bool = False) -> None:
        self.received: list[Any] = []
        self.closed_with: list[int] = []
        self._free = asyncio.Event()
        if not stuck:
            self._free.set()

    async def send(self, text: str) -> None:
        await self._free.wait()
        self.received.append(json.loads(text)["number"])

    def close(self, code: int, reason: str) -> None:
        self.closed_with.append(code)


async def publish(broadcast: Broadcast, numbers: range) -> None:
    for number in numbers:
        broadcast.publish("orders", {"number": number})
    await asyncio.sleep(0.01)


def test_events_come_in_order_from_the_subscription_on() -> None:
    async def scenario() -> Member:
        broadcast, member = Broadcast(), Member()
        await publish(broadcast, range(3))
        assert broadcast.answer(member, SUBSCRIBE) == '{"subscribed":"orders"}'
        await publish(broadcast, range(3, 9))
        broadcast.leave(member)
        await publish(broadcast, range(9, 12))
        return member

    assert asyncio.run(scenario()).received == list(range(3, 9))


def test_whoever_subscribes_twice_is_told_once() -> None:
    async def scenario() -> Member:
        broadcast, member = Broadcast(), Member()
        for _ in range(2):
            broadcast.answer(member, SUBSCRIBE)
        await publish(broadcast, range(3))
        assert broadcast.subscribers() == 1
        broadcast.leave(member)
        return member

    assert asyncio.run(scenario()).received == [0, 1, 2]


def test_a_stuck_subscriber_is_closed_and_the_others_hear_everything() -> None:
    async def scenario() -> tuple[Member, Member]:
        broadcast, stuck, well = Broadcast(), Member(stuck=True), Member()
        for member in (stuck, well):
            broadcast.answer(member, SUBSCRIBE)
        for start in range(0, 2000, 500):
            await publish(broadcast, range(start, start + 500))
        assert broadcast.subscribers() == 1
        broadcast.leave(well)
        return stuck, well

    stuck, well = asyncio.run(scenario())
    assert stuck.closed_with == [1013]
    assert stuck.received == []
    assert well.received == list(range(2000))
