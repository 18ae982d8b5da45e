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
    *("has lost {value}", "lacked processes", "{value} at the worst"),
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
        lost = Bad(now.lost, f"{now.lost} of its {now.shards} processes") if now.lost else None
        found = [self._lost.see(at_s, lost)]
        if now.cpu_percent is not None:  # of one that is not heard of nobody knows
            is_busy = now.cpu_percent > BUSY_PERCENT
            busy = Bad(now.cpu_percent, f"{now.cpu_percent:.1f} %") if is_busy else None
            found.append(self._busy.see(at_s, busy))
        yield from (each for each in found if each is not None)

    def alerts(self) -> list[Alert]:
        """What there was to tell until now."""
        return [*self._busy.alerts(), *self._lost.alerts()]
