"""What the console shows while load runs: a bar on a terminal, a line every 10 s elsewhere."""

from __future__ import annotations

import sys
from collections.abc import Callable

from robot.api import logger

from ApiLoadLibrary.measurement.histogram import Histogram
from ApiLoadLibrary.measurement.progress import Progress
from ApiLoadLibrary.session.tester import Moment

__all__ = ["ConsoleProgress"]

BAR_CELLS = 20
LINE_EVERY_S = 10.0
BAR_EVERY_S = 0.5


class ConsoleProgress:
    """Told of the progress of a run, or of one after the other, it now and then writes it down.

    Args:
        mask: Takes secrets out of what is written: nobody else does it for the console.
    """

    def __init__(self, mask: Callable[[str], str]) -> None:
        self._mask = mask
        stream = sys.__stdout__
        self._terminal = bool(stream and stream.isatty())
        self._every_s = BAR_EVERY_S if self._terminal else LINE_EVERY_S
        self._began = False
        self._run_begins("", 0.0)

    def _run_begins(self, name: str, at_s: float) -> None:
        self._name, self._since_s, self._seen_s = name, at_s, at_s
        self._next_s = at_s if self._terminal else at_s + LINE_EVERY_S
        self._requests = self._errors = 0
        self._recent = Progress()

    def __call__(self, moment: Moment) -> None:
        """Take note, and write when it is time."""
        if moment.name != self._name or moment.elapsed_s < self._seen_s:
            self._run_begins(moment.name, moment.elapsed_s)
        self._seen_s = moment.elapsed_s
        self._requests += moment.progress.requests
        self._errors += moment.progress.errors
        self._recent.merge(moment.progress)
        if moment.elapsed_s >= self._next_s:
            self._write(moment)
            self._next_s = moment.elapsed_s + self._every_s
            self._since_s = moment.elapsed_s
            self._recent = Progress()

    def say(self, sentence: str) -> None:
        """Write something that stays, on a line of its own."""
        self.close()
        self._start()
        logger.console(self._mask(f"  {sentence}"))

    def close(self) -> None:
        """Leave the terminal's line, so that Robot's own output starts on a new one."""
        if self._terminal:
            logger.console("\r\033[K", newline=False)

    def _write(self, moment: Moment) -> None:
        elapsed, length = moment.elapsed_s, moment.length_s
        rate = self._recent.requests / max(elapsed - self._since_s, 0.1)
        figures = (
            f"{rate:,.0f}/s   p95 {_milliseconds(self._recent.response)}   "
            f"{self._requests:,} requests   {self._errors:,} errors   "
            f"{max(0.0, length - elapsed):,.0f} s left"
        )
        self._start()
        if not self._terminal:
            logger.console(self._mask(f"  {moment.name}: {figures}"))
            return
        filled = round(BAR_CELLS * min(1.0, max(0.0, elapsed) / length))
        bar = "█" * filled + "░" * (BAR_CELLS - filled)
        logger.console(f"\r\033[K  {bar}  {figures}", newline=False)

    def _start(self) -> None:
        if not self._began:
            self._began = True
            logger.console("")  # Robot has left its cursor behind the test's name


def _milliseconds(response: Histogram) -> str:
    p95_ns = response.quantile(0.95)
    return "-" if p95_ns is None else f"{p95_ns / 1e6:,.1f} ms"
