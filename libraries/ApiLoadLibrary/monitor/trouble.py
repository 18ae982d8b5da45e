"""Error-rate spikes and shifts of response times, against what was usual in the run itself."""

from __future__ import annotations

import math
import statistics
from collections import deque
from collections.abc import Iterator

from ApiLoadLibrary.figures import figure
from ApiLoadLibrary.measurement.alert import Alert
from ApiLoadLibrary.measurement.histogram import Histogram
from ApiLoadLibrary.measurement.progress import Progress

from .episodes import Bad, Episodes, Kind, News

__all__ = ["LoadTrouble"]

WORST = "{value} at its worst"
ERRORS = Kind(
    *("error rate", "%", "Of the requests of “{where}”", "{value} go wrong", "{value} went wrong"),
    WORST,
)
SLOWER = Kind(
    *("response time", "ms", "Of the requests of “{where}”"),
    *("95 of 100 take up to {value}", "95 of 100 took up to {value}", WORST),
    after_s=3.0,
)

SPIKE_SHARE = 0.05
"""Fewer errors than 5 % are for criteria to judge."""

SPIKE_TIMES = 3.0
SPIKE_ERRORS = 5
SPIKE_DEVIATIONS = 5.0
"""Beyond so many standard deviations of a Poisson count it is hardly chance."""

SHIFT_TIMES, SHIFT_MS = 2.0, 10.0
ENOUGH_REQUESTS = 50
LONGEST_STRETCH_S = 5.0
ENOUGH_STRETCHES = 5


class LoadTrouble:
    """The alerts about the answers of one load run.

    Args:
        name: The run's name.
    """

    def __init__(self, name: str) -> None:
        self._errors = _ErrorSpike(name)
        self._slower = _Shift(name)
        self._second = Progress()
        self._began_s = 0.0

    def see(self, elapsed_s: float, progress: Progress) -> Iterator[News]:
        """Take note of what was done since the last call.

        Args:
            elapsed_s: Since the schedule's start.
            progress: What was done.
        """
        self._second.requests += progress.requests
        self._second.errors += progress.errors
        self._second.response.merge(progress.response)
        if elapsed_s < self._began_s + 1.0:
            return
        began_s, self._began_s = self._began_s, elapsed_s
        second, self._second = self._second, Progress()
        yield from self._errors.see(began_s, elapsed_s, second)
        yield from self._slower.see(began_s, elapsed_s, second)

    def alerts(self) -> list[Alert]:
        """What there was to tell until now."""
        return [*self._errors.episodes.alerts(), *self._slower.episodes.alerts()]


class _ErrorSpike:
    def __init__(self, name: str) -> None:
        self.episodes = Episodes(ERRORS, name)
        self._recent: deque[tuple[float, int, int]] = deque(maxlen=2)
        self._requests = self._errors = 0  # of seconds in which all was as usual

    def see(self, began_s: float, at_s: float, second: Progress) -> Iterator[News]:
        if not second.requests:
            return
        self._recent.append((began_s, second.requests, second.errors))
        requests = sum(each[1] for each in self._recent)
        errors = sum(each[2] for each in self._recent)
        bad = self._bad(requests, errors)
        news = self.episodes.see(at_s, bad, began_s)
        if bad is None:
            self._requests += second.requests
            self._errors += second.errors
        if news is not None:
            yield news

    def _bad(self, requests: int, errors: int) -> Bad | None:
        usual = self._errors / self._requests if self._requests else 0.0
        share, expected = errors / requests, usual * requests
        beyond = (errors - expected) / math.sqrt(max(expected, 1.0))
        if (
            errors < SPIKE_ERRORS
            or share <= max(SPIKE_SHARE, SPIKE_TIMES * usual)
            or beyond < SPIKE_DEVIATIONS
        ):
            return None
        before = f"{figure(100 * usual, 2)} %" if self._requests else ""
        return Bad(100 * share, f"{100 * share:.3g} %", before)


class _Shift:
    """Two stretches running in which the slowest answers took twice as long as is usual."""

    def __init__(self, name: str) -> None:
        self.episodes = Episodes(SLOWER, name)
        self._usual_ms: list[float] = []
        self._response = Histogram()
        self._began_s: float | None = None
        self._before: tuple[float, Bad] | None = None

    def see(self, began_s: float, at_s: float, second: Progress) -> Iterator[News]:
        self._response.merge(second.response)
        if self._began_s is None:
            self._began_s = began_s
        count = self._response.count
        if count < ENOUGH_REQUESTS and (not count or at_s - self._began_s < LONGEST_STRETCH_S):
            return
        p95_ns, start_s = self._response.quantile(0.95), self._began_s
        self._response, self._began_s = Histogram(), None
        news = self._stretch(start_s, at_s, (p95_ns or 0) / 1e6)
        if news is not None:
            yield news

    def _stretch(self, start_s: float, at_s: float, p95_ms: float) -> News | None:
        bad = self._bad(p95_ms)
        before, self._before = self._before, None if bad is None else (start_s, bad)
        if bad is None:
            self._usual_ms.append(p95_ms)
            return self.episodes.see(at_s, None)
        if before is None and not self.episodes.is_open:
            return None  # one slow moment is no shift
        return self.episodes.see(at_s, bad, before[0] if before else start_s)

    def _bad(self, p95_ms: float) -> Bad | None:
        if len(self._usual_ms) < ENOUGH_STRETCHES:
            return None
        usual_ms = statistics.median(self._usual_ms)
        if p95_ms <= SHIFT_TIMES * usual_ms + SHIFT_MS:
            return None
        return Bad(p95_ms, _milliseconds(p95_ms), _milliseconds(usual_ms))


def _milliseconds(value: float) -> str:
    return f"{value:,.0f} ms" if value >= 100 else f"{value:.3g} ms"
