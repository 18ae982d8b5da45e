"""The session's state on disk while it lasts: what was measured survives whatever comes."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from pathlib import Path

from ApiLoadLibrary.monitor.episodes import News
from ApiLoadLibrary.report.document import INTERIM_NAME, Document
from ApiLoadLibrary.report.record import SessionRecord

from .alarm import AlertDesk
from .history import History

__all__ = ["Interim"]

EVERY_S = 3.0
_IN_VAIN = (
    "What is measured cannot be written down meanwhile ({}): it is kept in memory, and lost only "
    "if robot is killed"
)

OF_THE_TIME = 20
"""Writing takes no more than one part of so many of the time."""


class Interim:
    """Writes the interim report into a folder, when it has one and it is time.

    Args:
        make: A report of what is known.
        desk: Told where it cannot be written, once.
    """

    def __init__(self, make: Callable[[SessionRecord], Document], desk: AlertDesk) -> None:
        self._make = make
        self._desk = desk
        self._in_vain = False
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

        A folder that cannot be written does no harm to the load, and is tried again.
        """
        now = time.monotonic()
        if self._folder is None or (now < self._next_s and not at_once):
            return
        from ApiLoadLibrary.report.write import write_interim  # late: starting takes less

        document = self._make(record())
        try:
            write_interim(document, self._folder)
        except OSError as error:
            self._tell(error)
        self._next_s = time.monotonic() + max(EVERY_S, OF_THE_TIME * (time.monotonic() - now))

    def _tell(self, error: OSError) -> None:
        """Once is enough: whoever reads it knows what to do, or that nothing can be done."""
        if not self._in_vain:
            self._in_vain = True
            self._desk.leave([News(True, _IN_VAIN.format(error.strerror or error))])

    def remove(self) -> None:
        """The reports are written: the interim one has done its duty."""
        if self._folder is not None:
            with contextlib.suppress(OSError):
                (self._folder / INTERIM_NAME).unlink(missing_ok=True)
