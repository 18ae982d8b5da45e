"""The session's state on disk while it lasts: what was measured survives whatever comes."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from pathlib import Path

from ApiLoadLibrary.report.document import INTERIM_NAME, Document
from ApiLoadLibrary.report.record import SessionRecord

from .history import History

__all__ = ["Interim"]

EVERY_S = 3.0
OF_THE_TIME = 20
"""Writing takes no more than one part of so many of the time."""


class Interim:
    """Writes the interim report into a folder, when it has one and it is time.

    Args:
        make: A report of what is known.
    """

    def __init__(self, make: Callable[[SessionRecord], Document]) -> None:
        self._make = make
        self._folder: Path | None = None
        self._next_s = 0.0

    def write_into(self, folder: Path) -> None:
        """Write there from now on; what a session that was killed has left there is kept."""
        if folder != self._folder:
            self._folder = folder
            with contextlib.suppress(OSError):
                if History(folder).rescue(INTERIM_NAME):
                    (folder / INTERIM_NAME).unlink()

    def write(self, record: Callable[[], SessionRecord], *, at_once: bool = False) -> None:
        """Write what is known now; not so often that it would disturb the load.

        A folder that cannot be written does no harm: the report at the end says so.
        """
        now = time.monotonic()
        if self._folder is None or (now < self._next_s and not at_once):
            return
        from ApiLoadLibrary.report.write import write_interim  # late: starting takes less

        with contextlib.suppress(OSError):
            write_interim(self._make(record()), self._folder)
        self._next_s = time.monotonic() + max(EVERY_S, OF_THE_TIME * (time.monotonic() - now))

    def remove(self) -> None:
        """The reports are written: the interim one has done its duty."""
        if self._folder is not None:
            with contextlib.suppress(OSError):
                (self._folder / INTERIM_NAME).unlink(missing_ok=True)
