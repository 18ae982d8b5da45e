"""The alerts about the machines of a cluster that load comes from."""

from __future__ import annotations

from collections.abc import Iterator

from ApiLoadLibrary.measurement.alert import Alert
from ApiLoadLibrary.measurement.generators import HostNow

from .episodes import Bad, Episodes, Kind, News

__all__ = ["SenderAlerts"]

BUSY_PERCENT = 90.0

BUSY = Kind(
    *("generator cpu", "%", "The processor of {where}, which sends load,"),
    *("is over 90 % busy", "was over 90 % busy", "{value} at its worst"),
    after_s=5.0,
)
LOST = Kind(
    *("lost", "processes", "The load generator on {where}"),
    *("has lost {value}", "lost {value}", "{value} at the worst"),
)


class SenderAlerts:
    """The alerts about one machine that sends.

    Args:
        host: Its name or address.
    """

    def __init__(self, host: str) -> None:
        self._busy = Episodes(BUSY, host)
        self._lost = Episodes(LOST, host)

    def see(self, at_s: float, now: HostNow) -> Iterator[News]:
        """Take note of how it is.

        Args:
            at_s: When, in seconds from the run's start.
            now: How it is.
        """
        cpu = now.cpu_percent
        busy = None if cpu is None or cpu <= BUSY_PERCENT else Bad(cpu, f"{cpu:.1f} %")
        lost = Bad(now.lost, f"{now.lost} of its {now.shards} processes") if now.lost else None
        for episodes, bad in ((self._busy, busy), (self._lost, lost)):
            news = episodes.see(at_s, bad)
            if news is not None:
                yield news

    def alerts(self) -> list[Alert]:
        """What there was to tell until now."""
        return [*self._busy.alerts(), *self._lost.alerts()]
