"""Where all clients of clusters live: one event loop, in one thread."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import Future
from functools import cache

__all__ = ["running_loop"]

Loop = asyncio.AbstractEventLoop


@cache
def running_loop() -> Loop:
    """The loop, which runs from the first call on until the process ends.

    Without one Dask starts a thread for each client, fails if that takes more than ten seconds, and
    leaves it behind where the scheduler cannot be reached.
    """
    running = Future[Loop]()
    threading.Thread(target=_run, args=(running,), name="cluster clients", daemon=True).start()
    return running.result()


def _run(running: Future[Loop]) -> None:
    async def for_ever() -> None:
        running.set_result(asyncio.get_running_loop())
        await asyncio.Event().wait()

    # Not the loop that Windows has by default: tornado needs one that selects.
    with asyncio.Runner(loop_factory=asyncio.SelectorEventLoop) as runner:
        runner.run(for_ever())
