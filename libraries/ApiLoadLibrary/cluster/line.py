"""The way of commands to one shard."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

from .connection import GONE
from .loop import running_loop
from .messages import ALIVE

__all__ = ["Line"]

Deliver = Callable[[str, object], Awaitable[object]]


class Line:
    """Commands to one shard, in the order in which they were said.

    Each may travel on another connection, so none sets out before the one ahead of it has arrived,
    or could not.  Each shard has its own line: who cannot be reached does not hold up the others.

    Args:
        deliver: Takes a command to an attempt at the shard, in the loop of all clients.
    """

    def __init__(self, deliver: Deliver) -> None:
        self._deliver = deliver
        self._taken = asyncio.Lock()  # first come, first served

    def say(self, attempt: str, command: object) -> None:
        """Have a command delivered; from any thread, and without a wait.

        A sign of life is left out while something else is on its way: they would pile up for one
        that does not answer.
        """
        asyncio.run_coroutine_threadsafe(self._say(attempt, command), running_loop())

    async def _say(self, attempt: str, command: object) -> None:
        if command == ALIVE and self._taken.locked():
            return
        async with self._taken:
            with contextlib.suppress(*GONE):
                await self._deliver(attempt, command)
