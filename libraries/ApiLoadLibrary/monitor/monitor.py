"""Watches, once a second, in threads of its own.

Guarantees:

* All that is near is looked at in one thread, one after the other; what is far has a thread each,
  so that an answer that does not come keeps nothing else waiting.
* A look that fails leaves a sample without values, and its reason; it ends nothing.
* Samples are only ever added, whole and by one thread: whoever reads needs no lock.
* No thread outlives the process, and `stop` waits only for what is near.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import psutil

from ApiLoadLibrary.measurement.watched import Watched, WatchedKind

from .probe import Figures, Probe, Unseen

__all__ = ["Monitor", "Sample"]

EVERY_S = 1.0
MOST_GAPS = 3
"""Reasons that are told of one thing; more of them say no more."""

OWN_COST = "monitor_cpu_percent"
"""The figure of the load generator that says what watching itself takes, of one core."""


@dataclass(frozen=True, slots=True)
class Sample:
    """What one look saw.

    Attributes:
        at_s: When, on the monotonic clock.
        figures: What was seen.
    """

    at_s: float
    figures: Figures


class _Seen:
    """All that one probe saw."""

    def __init__(self, probe: Probe) -> None:
        self.probe = probe
        self.samples: list[Sample] = []
        self.gaps: dict[str, int] = {}

    def look(self, now_s: float) -> Figures:
        """One look, whatever comes of it."""
        try:
            return self.probe.look(now_s)
        except Unseen as unseen:
            reason, figures = str(unseen), unseen.figures
        except (OSError, ValueError, psutil.Error) as error:
            reason, figures = f"it could not be seen ({type(error).__name__})", {}
        if reason in self.gaps or len(self.gaps) < MOST_GAPS:
            self.gaps[reason] = self.gaps.get(reason, 0) + 1
        return figures

    def add(self, more: Figures) -> None:
        """Keep one look."""
        now_s = time.monotonic()
        self.samples.append(Sample(now_s, self.look(now_s) | more))

    def between(self, start_s: float, end_s: float, zero_s: float) -> Watched:
        """What was seen between two moments of the monotonic clock, timed from a third."""
        kept = [each for each in list(self.samples) if start_s <= each.at_s <= end_s]
        probe = self.probe
        names = dict.fromkeys((*probe.expects, *(name for each in kept for name in each.figures)))
        return Watched(
            name=probe.name,
            kind=probe.kind,
            of_system=probe.of_system,
            at_s=tuple(round(each.at_s - zero_s, 3) for each in kept),
            figures={name: tuple(each.figures.get(name) for each in kept) for name in names},
            gaps=tuple(f"{reason}, {count:,} ×" for reason, count in self.gaps.items()),
        )


class Monitor:
    """Watches from `start` to `stop`; a sample covers the second before it.

    Args:
        probes: What looks, at one thing each.
    """

    def __init__(self, probes: Iterable[Probe]) -> None:
        self._seen = [_Seen(each) for each in probes]
        self._done = threading.Event()
        self._near: threading.Thread | None = None
        self._read: dict[int, int] = {}
        self._spent_s: dict[int, float] = {}

    def start(self) -> None:
        """Begin to watch; the first samples are due in a second.  Once begun, it goes on."""
        if self._near is not None:
            return
        near = [each for each in self._seen if not each.probe.is_far]
        self._near = threading.Thread(target=self._watch, args=(near,), daemon=True, name="monitor")
        self._near.start()
        for each in self._seen:
            if each.probe.is_far:
                name = f"monitor {each.probe.name}"
                thread = threading.Thread(
                    target=self._watch, args=([each],), daemon=True, name=name
                )
                thread.start()

    def stop(self) -> None:
        """Watch no longer."""
        self._done.set()
        if self._near is not None:
            self._near.join()

    def seen(self, start_s: float, end_s: float, zero_s: float) -> tuple[Watched, ...]:
        """What was seen between two moments of the monotonic clock, timed from a third."""
        return tuple(each.between(start_s, end_s, zero_s) for each in self._seen)

    def news(self) -> Iterator[tuple[Probe, Sample]]:
        """What was seen since the last call; for one reader."""
        for place, each in enumerate(self._seen):
            start = self._read.get(place, 0)
            new = each.samples[start:]
            self._read[place] = start + len(new)
            yield from ((each.probe, sample) for sample in new)

    def cost_s(self) -> float:
        """The processor time that watching has taken until now, in seconds."""
        return sum(list(self._spent_s.values()))

    def _watch(self, watched: Sequence[_Seen]) -> None:
        # psutil and rates look back to the look before: the first one here only begins to count.
        for each in watched:
            each.look(time.monotonic())
        due, spent_s = time.monotonic() + EVERY_S, self.cost_s()
        while not self._done.wait(max(0.0, due - time.monotonic())):
            # What could not be done in time is left out, not made up for.
            due = max(due + EVERY_S, time.monotonic())
            before_s, spent_s = spent_s, self.cost_s()
            own = {OWN_COST: 100 * (spent_s - before_s) / EVERY_S}
            for each in watched:
                each.add(own if each.probe.kind is WatchedKind.GENERATOR else {})
            self._spent_s[threading.get_ident()] = time.thread_time()
