"""Servers whose certificates are not verified: that is not lost without a word."""

from __future__ import annotations

from ApiLoadLibrary.monitor.episodes import News

from .alarm import AlertDesk
from .config import LoadTestConfig

__all__ = ["Unverified"]


class Unverified:
    """Tells of each such server once, and remembers it for the report.

    Args:
        desk: Where it is left what is to be told.

    Attributes:
        origins: Of all such servers so far.
    """

    def __init__(self, desk: AlertDesk) -> None:
        self._desk = desk
        self.origins: set[str] = set()

    def note(self, config: LoadTestConfig) -> None:
        """Load goes by these settings from now on."""
        if config.verify is not False:
            return
        found = {str(each) for each in config.allowed if each.tls} - self.origins
        self.origins |= found
        self._desk.leave(News(True, _WORDS.format(each)) for each in sorted(found))


_WORDS = (
    "verify=False: TLS certificates of {} are not verified, so that another server could "
    "answer in its place"
)
