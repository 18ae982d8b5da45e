"""Events for those who subscribe: each subscriber has a queue, and nobody waits for a slow one."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Protocol

TOPICS = ("orders",)

_LONGEST_QUEUE = 1000
_LONGEST_COMMAND = 200
_TRY_AGAIN_LATER = 1013
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


class Member(Protocol):
    """A connection as the broadcast sees it."""

    async def send(self, text: str) -> None:
        """Send a message, waiting while the client does not take it."""

    def close(self, code: int, reason: str) -> None:
        """Close soon."""


class Broadcast:
    """Who has subscribed to what.

    A subscriber that lags a thousand events behind is disconnected with 1013: what it would get
    is old, and keeping it would cost memory for ever.
    """

    def __init__(self) -> None:
        self._senders: dict[str, dict[Member, _Sender]] = {topic: {} for topic in TOPICS}

    def subscribers(self) -> int:
        """Subscriptions, of all topics together."""
        return sum(map(len, self._senders.values()))

    def publish(self, topic: str, event: Mapping[str, object]) -> None:
        """Hand an event to all who have subscribed; encoded once, and only if there is anybody."""
        senders = self._senders[topic]
        if not senders:
            return
        text = _encode(event)
        for member, sender in list(senders.items()):
            if not sender.offer(text):
                self._end(topic, member)
                member.close(_TRY_AGAIN_LATER, "too slow for the events")

    def answer(self, member: Member, text: str) -> str | None:
        """Do what a message asks for and return the answer; None for one that asks for nothing."""
        command = _read_command(text)
        if command is None:
            return None
        verb, topic = command
        if topic not in TOPICS:
            return _encode({"error": {"code": "unknown_topic", "topics": TOPICS}})
        if verb == "subscribe":
            self._senders[topic].setdefault(member, _Sender(member.send))
        else:
            self._end(topic, member)
        return _encode({f"{verb}d": topic})

    def leave(self, member: Member) -> None:
        """Forget a member."""
        for topic in TOPICS:
            self._end(topic, member)

    def _end(self, topic: str, member: Member) -> None:
        sender = self._senders[topic].pop(member, None)
        if sender is not None:
            sender.stop()


class _Sender:
    """Sends the events of one subscriber, one after another."""

    def __init__(self, send: Callable[[str], Awaitable[None]]) -> None:
        self._queue: asyncio.Queue[str] = asyncio.Queue(_LONGEST_QUEUE)
        self._send = send
        self._task = asyncio.create_task(self._run())

    def offer(self, text: str) -> bool:
        """Queue an event, unless the queue is full."""
        if self._queue.full():
            return False
        self._queue.put_nowait(text)
        return True

    def stop(self) -> None:
        """Send no more."""
        self._task.cancel()

    async def _run(self) -> None:
        while True:
            await self._send(await self._queue.get())


def _read_command(text: str) -> tuple[str, str] | None:
    """``{"subscribe": "orders"}`` or ``{"unsubscribe": "orders"}``; anything else is an echo's."""
    if len(text) > _LONGEST_COMMAND or "subscribe" not in text:
        return None
    try:
        command = json.loads(text)
    except ValueError:
        return None
    if not isinstance(command, dict) or len(command) != 1:
        return None
    ((verb, topic),) = command.items()
    if verb in {"subscribe", "unsubscribe"} and isinstance(topic, str):
        return verb, topic
    return None
