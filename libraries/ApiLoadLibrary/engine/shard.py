"""A shard: a process of its own that runs its part of a plan and nothing else.

It talks to its parent over its standard streams: pickled objects, which delimit
themselves.  In comes the plan, then the start (a moment on the monotonic clock,
which all processes of a machine share), then perhaps new tokens of users (by their numbers), an
earlier end (its offset from the start), or a stop; out go `READY`,
`News` about twice a second, and a `ShardEnd`.  All that it measures it tells in
its news: what was told survives the shard.

It ignores Ctrl-C and other signals to end, which reach the whole process group: the
parent decides.
When its input ends the parent has died, and so does the shard.
"""

from __future__ import annotations

import contextlib
import gc
import os
import pickle
import queue
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from ApiLoadLibrary.errors import ApiLoadError
from ApiLoadLibrary.measurement.progress import Part
from ApiLoadLibrary.measurement.recorder import warm_up

from .books import Tell
from .dispatch import Dispatcher
from .following import FollowingLoop
from .loop import LoadLoop
from .plan import ShardEnd, ShardPlan
from .room import open_files_for, raise_descriptor_limit

__all__ = ["READY", "STOP", "News", "main"]

READY = "ready"
STOP = "stop"

Loop = Dispatcher[Any]
News = tuple[Part, int]
"""What one endpoint's latest requests came to, and how many workers are busy."""


def main() -> None:
    """Run the shard that the parent process describes."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    commands = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    # Whatever prints by mistake must not talk to the parent.
    os.dup2(2, 1)

    plan: ShardPlan = pickle.load(commands)
    raise_descriptor_limit(open_files_for(plan.connections))
    outbox: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
    try:
        loop = _loop_for(plan, lambda part, busy: outbox.put(pickle.dumps((part, busy))))
    except ApiLoadError as error:
        sys.exit(str(error))  # these are its last words
    warm_up()
    gc.collect()
    gc.freeze()
    if not plan.blocking:
        # The collector's pauses would be seen as delays, and the load loop makes no cycles that
        # last.  What others wrote may make some with every request.
        gc.disable()
    _send(answers, pickle.dumps(READY))
    start_ns: int = pickle.load(commands)
    threading.Thread(target=_obey, args=(commands, loop), daemon=True).start()
    with _posting(outbox, answers):
        outbox.put(pickle.dumps(_run(loop, start_ns)))


def _loop_for(plan: ShardPlan, tell: Tell) -> Loop:
    if plan.sockets is not None:
        from .sockets import SocketLoop  # what it needs is imported by those who need it

        return SocketLoop(plan, tell)
    if plan.journeys:
        return _journey_loop_for(plan, tell)
    if not plan.blocking:
        return FollowingLoop(plan, tell) if plan.looks_at_answers else LoadLoop(plan, tell)
    from .blocking import BlockingLoop  # it needs `requests`, which takes long to import

    return BlockingLoop(plan, tell)


def _journey_loop_for(plan: ShardPlan, tell: Tell) -> Loop:
    if plan.blocking:
        from .guided import GuidedLoop

        return GuidedLoop(plan, tell)
    from .journeys import JourneyLoop

    return JourneyLoop(plan, tell)


def _run(loop: Loop, start_ns: int) -> ShardEnd:
    time.sleep(max(0, start_ns - time.monotonic_ns() - 2_000_000) / 1e9)
    wall_s, cpu_s, waited_s = time.monotonic(), time.process_time(), run_queue_wait_s()
    loop.run(start_ns)
    waited_after_s = run_queue_wait_s()
    return ShardEnd(
        ended_ns=loop.ended_ns - start_ns,
        peak_busy=loop.peak_busy,
        wall_s=time.monotonic() - wall_s,
        cpu_s=time.process_time() - cpu_s,
        run_queue_wait_s=(
            None if waited_s is None or waited_after_s is None else waited_after_s - waited_s
        ),
        stood_still_s=loop.stood_still_ns / 1e9,
        stopped=loop.stopped,
        errors=loop.errors,
        trace=tuple(loop.trace),
        sockets=loop.sockets,
        checked=loop.checked,
        journeys=loop.journeys,
    )


@contextmanager
def _posting(outbox: queue.SimpleQueue[bytes | None], answers: IO[bytes]) -> Iterator[None]:
    """Send what is put into the outbox, in a thread: a slow parent must not hold up the load."""

    def post() -> None:
        while (message := outbox.get()) is not None:
            _send(answers, message)

    postman = threading.Thread(target=post)
    postman.start()
    try:
        yield
    finally:
        outbox.put(None)
        postman.join()


def _send(stream: IO[bytes], message: bytes) -> None:
    with contextlib.suppress(OSError):  # the parent has died: `_obey` will notice
        stream.write(message)
        stream.flush()


def _obey(commands: IO[bytes], loop: Loop) -> None:
    """Wait for the parent to say when to end, or to die."""
    with contextlib.suppress(EOFError, OSError):
        while True:
            said: str | int | dict[int, str] = pickle.load(commands)
            if isinstance(said, int):
                loop.end_at(said)
            elif isinstance(said, dict):
                loop.renew(said)
            elif said == STOP:
                loop.stop()
    os._exit(1)


def run_queue_wait_s() -> float | None:
    """How long this process was ready to run but had no core (Linux), in seconds.

    The second number of /proc/self/schedstat, in ns: a generator that is starved by
    others shows there, while its own CPU share looks modest.
    """
    try:
        return int(Path("/proc/self/schedstat").read_text().split()[1]) / 1e9
    except (OSError, IndexError, ValueError):
        return None


if __name__ == "__main__":
    main()
