"""Alerts on their way from whoever looks after a load run to whoever may tell them."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable
from dataclasses import replace

from ApiLoadLibrary.measurement.alert import Alert
from ApiLoadLibrary.measurement.progress import Progress
from ApiLoadLibrary.monitor.alerts import Alerts
from ApiLoadLibrary.monitor.episodes import News
from ApiLoadLibrary.monitor.monitor import Monitor
from ApiLoadLibrary.monitor.trouble import LoadTrouble
from ApiLoadLibrary.scenarios.plan import LoadPlan

__all__ = ["Alarm", "AlertDesk"]

PROVOKING = ("strangers", "rate_limit", "overload", "recovery", "capacity")
"""Scenarios that make a system refuse or fail on purpose: that it does is no alarm."""

MOST_TOLD = 20
"""Of one load run.  Who has read so many reads no more; the report has them all."""


class AlertDesk:
    """Where alerts wait until somebody tells them.

    Load may be looked after in threads of its own, and what these log is dropped: they leave
    here what is to be told, and Robot's own thread takes it.

    Where several load runs go on at once they share hosts and processes: one of them, the first,
    raises the alerts about these.  What it has lost on a host each tells by itself.
    """

    def __init__(self) -> None:
        self._news: deque[News] = deque()
        self._lock = threading.Lock()
        self._going: list[str] = []

    def leave(self, news: Iterable[News]) -> None:
        """Leave what is to be told; any thread may."""
        self._news.extend(news)

    def take(self) -> list[News]:
        """What is to be told now."""
        found = []
        while self._news:
            found.append(self._news.popleft())
        return found

    def begin(self, run_id: str) -> None:
        """A load run begins."""
        with self._lock:
            self._going.append(run_id)

    def end(self, run_id: str) -> None:
        """A load run has ended."""
        with self._lock:
            if run_id in self._going:
                self._going.remove(run_id)

    def leads(self, run_id: str) -> bool:
        """Whether this load run raises the alerts about hosts and processes."""
        with self._lock:
            return self._going[:1] == [run_id]


class Alarm:
    """Raises the alerts of one load run.

    Args:
        plan: Of the run.
        monitor: Watches meanwhile.
        desk: Where alerts are left.
    """

    def __init__(self, plan: LoadPlan, monitor: Monitor, desk: AlertDesk) -> None:
        provokes = plan.load.scenario in PROVOKING
        self._alerts = Alerts(None if provokes else LoadTrouble(plan.name))
        self._run_id = plan.run_id
        self._monitor = monitor
        self._desk = desk
        self._told = 0
        desk.begin(plan.run_id)

    def look(self, progress: Progress, elapsed_s: float, now_s: float) -> None:
        """Look at what has happened since the last call.

        Args:
            progress: What was done.
            elapsed_s: Since the schedule's start.
            now_s: This moment, on the monotonic clock.
        """
        news: list[News] = []
        if self._alerts.load is not None:
            news += self._alerts.load.see(elapsed_s, progress)
        seen = list(self._monitor.news())
        leads = self._desk.leads(self._run_id)
        hosts = {
            name: each if leads else replace(each, cpu_percent=None)
            for name, each in progress.hosts.items()
        }
        news += self._alerts.see_senders(hosts, elapsed_s)
        if leads:
            for probe, sample in seen:
                at_s = elapsed_s - (now_s - sample.at_s)
                news += self._alerts.see_watched(probe, at_s, sample.figures)
        self._desk.leave(news[: max(0, MOST_TOLD - self._told)])
        self._told += len(news)

    def end(self) -> None:
        """The run is over."""
        self._desk.end(self._run_id)

    def alerts(self) -> tuple[Alert, ...]:
        """What there was to tell until now."""
        return self._alerts.alerts()
