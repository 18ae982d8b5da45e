"""Tests run in several processes at once; here each waits until nobody in the room disturbs it.

There are three kinds.  The usual ones run beside each other.  `quiet` ones mostly wait and judge
what they measure meanwhile: they run beside each other too, a few at once, but not beside the usual
ones, which use all the processor time that there is.  One that runs `alone` has no other beside it.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from rig.process import ROOT

KINDS = ("usual", "quiet", "alone")
ROOM = ROOT / ".pytest_cache" / "turns"
PLACES = (os.cpu_count() or 1) + 1
"""So many quiet ones run beside each other: more would hold up each other's load."""
LOOK_EVERY_S = 0.02


@contextmanager
def turn(kind: str, room: Path = ROOM) -> Iterator[None]:
    """Wait for others to end, and keep them out who would disturb.

    Each kind has a file, which those in the room have locked, however their processes end.
    """
    room.mkdir(parents=True, exist_ok=True)
    with (room / kind).open("w") as mine, ExitStack() as place:
        # One comes in at a time: whoever waits is not passed by others again and again.
        with (room / "gate").open("w") as gate:
            fcntl.flock(gate, fcntl.LOCK_EX)
            for each in KINDS:
                if each != kind:
                    _wait_until_nobody_has(room / each)
            fcntl.flock(mine, fcntl.LOCK_EX if kind == "alone" else fcntl.LOCK_SH)
            if kind == "quiet":
                _take_a_place(room, place)
        yield


def _take_a_place(room: Path, stack: ExitStack) -> None:
    """Whoever waits for one keeps the gate: none of another kind could come in before."""
    places = [stack.enter_context((room / f"place-{n}").open("w")) for n in range(PLACES)]
    while True:
        for each in places:
            with suppress(BlockingIOError):
                fcntl.flock(each, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
        time.sleep(LOOK_EVERY_S)


def _wait_until_nobody_has(file: Path) -> None:
    with file.open("w") as theirs:
        fcntl.flock(theirs, fcntl.LOCK_EX)
