"""The alerts of a load run: about hosts and processes, and about the answers themselves.

Each is raised once when it has lasted, and told again when it is over.  Nothing here prints:
whoever waits for the run asks for the news, in the thread that may tell them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ApiLoadLibrary.measurement.alert import Alert
from ApiLoadLibrary.measurement.generators import HostNow
from ApiLoadLibrary.measurement.watched import WatchedKind

from .episodes import Bad, Episodes, Kind, News
from .probe import Figures, Probe
from .running_out import RunningOut
from .senders import SenderAlerts
from .trouble import LoadTrouble

__all__ = ["Alerts", "WatchedAlerts"]

FULL_PERCENT = 90.0
DISK_FULL_PERCENT = 95.0

WORST, LEFT = "{value} at its worst", "{value} left at the worst"
CPU = Kind(
    *("cpu", "%", "The processor of {where}", "is over 90 % busy", "was over 90 % busy", WORST),
    after_s=5.0,
)
MEMORY = Kind(
    *("memory", "%", "The memory of {where}", "is over 90 % full", "was over 90 % full", WORST),
    after_s=5.0,
)
DISK = Kind(
    *("disk", "%", "The disk of {where}", "is over 95 % full", "was over 95 % full", WORST),
    after_s=5.0,
)
FILES = Kind(
    *("open files", "%", "{where}", "has over 90 % of the files open that it may"),
    *("had over 90 % of the files open that it may", WORST),
    after_s=3.0,
)
DISK_SOON = Kind(
    *("disk running out", "s", "The disk of {where}", "will be full in {value} if this goes on"),
    *("was about to be full in {value}", LEFT),
    lowest=True,
)
FILES_SOON = Kind(
    *("open files running out", "s", "{where}"),
    *("will have no more files to open in {value} if this goes on",),
    *("was about to have no more files to open in {value}", LEFT),
    lowest=True,
)
GONE = Kind("gone", "", "{where}", "is gone", "was gone", calm_s=0.0)
UNSEEN = Kind(
    *("not seen", "", "The metrics of {where}", "cannot be read", "could not be read"),
    after_s=3.0,
    calm_s=1.0,
)
RESTARTED = Kind(
    *("restarted", "", "{where}", "was started anew", "was started anew"), momentary=True
)
THRESHOLDS = (
    (CPU, "cpu_percent", FULL_PERCENT),
    (MEMORY, "memory_percent", FULL_PERCENT),
    (MEMORY, "container_memory_percent", FULL_PERCENT),
    (DISK, "disk_percent", DISK_FULL_PERCENT),
    (FILES, "open_files_percent", FULL_PERCENT),
)


class WatchedAlerts:
    """The alerts about one thing that is watched.

    Args:
        name: How people call it.
        kind: What it is.  Whether all of this host's processor is used is said of the host: a
            process alone may use it all, unless its container may use less.
        is_far: Whether it is known through the metrics that it publishes.
    """

    def __init__(self, name: str, kind: WatchedKind, *, is_far: bool = False) -> None:
        self._is_process = kind is not WatchedKind.HOST
        self._is_far = is_far
        self._all: dict[str, Episodes] = {}
        self._name = name
        self._soon = {DISK_SOON: RunningOut(), FILES_SOON: RunningOut()}
        self._restarts = 0.0

    def see(self, at_s: float, figures: Figures) -> Iterator[News]:
        """Take note of a sample.

        Args:
            at_s: When it was taken, in seconds from the run's start.
            figures: What it holds.
        """
        found: dict[Kind, Bad | None] = {}
        for kind, figure, limit in THRESHOLDS:
            if figure in figures and not self._is_of_no_interest(kind, figure, figures):
                bad = figures[figure] > limit
                value = figures[figure]
                found[kind] = (Bad(value, f"{value:.1f} %") if bad else None) or found.get(kind)
        found |= self._running_out(at_s, figures)
        found |= self._life(figures)
        for kind, each in found.items():
            news = self._of(kind).see(at_s, each)
            if news is not None:
                yield news

    def _is_of_no_interest(self, kind: Kind, figure: str, figures: Figures) -> bool:
        """A process's share of the whole machine says less than the machine's own."""
        if not self._is_process or kind is FILES or figure.startswith("container"):
            return False
        return not (kind is CPU and "container_cpu_limit_cores" in figures)

    def _of(self, kind: Kind) -> Episodes:
        return self._all.setdefault(kind.what, Episodes(kind, self._name))

    def _running_out(self, at_s: float, figures: Figures) -> Iterator[tuple[Kind, Bad | None]]:
        left = {}
        if "disk_free_bytes" in figures:
            left[DISK_SOON] = figures["disk_free_bytes"]
        if "open_files_percent" in figures:
            left[FILES_SOON] = 100 - figures["open_files_percent"]
        for kind, each in left.items():
            seconds = self._soon[kind].left_s(at_s, each)
            yield kind, None if seconds is None else Bad(seconds, _span(seconds))

    def _life(self, figures: Figures) -> Iterator[tuple[Kind, Bad | None]]:
        """Whether it is there, and still the same."""
        if "running" not in figures:
            return
        runs = bool(figures["running"])
        yield (UNSEEN if self._is_far else GONE), None if runs else Bad()
        restarts = figures.get("restarts", self._restarts)
        grown, self._restarts = restarts > self._restarts, restarts
        yield RESTARTED, Bad() if grown else None

    def alerts(self) -> list[Alert]:
        """What there was to tell until now."""
        return [alert for each in self._all.values() for alert in each.alerts()]


def _span(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"


class Alerts:
    """All alerts of one load run.

    Args:
        load: Those about its answers; None of a load that provokes trouble on purpose.
    """

    def __init__(self, load: LoadTrouble | None) -> None:
        self.load = load
        self._watched: dict[str, WatchedAlerts] = {}
        self._senders: dict[str, SenderAlerts] = {}

    def see_watched(self, probe: Probe, at_s: float, figures: Figures) -> Iterator[News]:
        """Take note of what a probe saw; see `WatchedAlerts`."""
        found = self._watched.get(probe.name)
        if found is None:
            found = WatchedAlerts(probe.name, probe.kind, is_far=probe.is_far)
            self._watched[probe.name] = found
        return found.see(at_s, figures)

    def see_senders(self, hosts: Mapping[str, HostNow], at_s: float) -> Iterator[News]:
        """Take note of how the machines are that load comes from; see `SenderAlerts`."""
        for host, now in hosts.items():
            yield from self._senders.setdefault(host, SenderAlerts(host)).see(at_s, now)

    def alerts(self) -> tuple[Alert, ...]:
        """What there was to tell until now, in the order in which it began."""
        found = [alert for each in self._watched.values() for alert in each.alerts()]
        found += [alert for each in self._senders.values() for alert in each.alerts()]
        found += self.load.alerts() if self.load else []
        return tuple(sorted(found, key=lambda each: each.start_s))
