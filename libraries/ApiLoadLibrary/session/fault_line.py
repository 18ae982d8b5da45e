"""The line between load and server, where a suite has put a fault proxy into it."""

from __future__ import annotations

from collections.abc import Callable, Collection

from ApiLoadLibrary.engine.plan import Detours
from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.faults.line import Line, Stream
from ApiLoadLibrary.faults.proxy import FaultProxy
from ApiLoadLibrary.workload.origin import Origin, require_allowed

__all__ = ["FaultLine", "Stream"]


class FaultLine:
    """One at most at a time.

    Attributes:
        owner: The long name of the test or suite that has put it there.
        when_it_changes: Told when the line is about to become bad (False), and when it has become
            good again (True).
    """

    def __init__(self) -> None:
        self._proxy: FaultProxy | None = None
        self.owner = ""
        self.when_it_changes: Callable[[bool], None] = lambda healthy: None

    def start(self, origin: Origin, allowed: Collection[Origin], owner: str) -> Detours:
        """Put a proxy before this server.

        Args:
            origin: The server's.
            allowed: Where load may go to.
            owner: Whose test or suite it is.

        Returns:
            The way that load has to take to get there through it.

        Raises:
            OriginNotAllowed: The server is none that load may go to.
            BadInput: There is a proxy already.
            EngineFailed: It could not be started.
        """
        require_allowed(origin, allowed)
        if self._proxy is not None:
            raise BadInput("A fault proxy is there already: end it with `Stop Fault Proxy` first.")
        self._proxy = FaultProxy(origin.host, origin.port)
        self.owner = owner
        return ((origin, self._proxy.port),)

    def worsen(self, stream: Stream, **faults: int) -> None:
        """Let these faults, of `Faults`, come to those that are there.

        Raises:
            BadInput: There is no proxy.
            EngineFailed: It has died.
        """
        self._put(self._there.line.worse(stream, **faults))

    def cut(self) -> None:
        """Cut all connections, and refuse new ones; see `worsen` for what it raises."""
        self._put(Line(down=True))

    def heal(self) -> None:
        """Let nothing be wrong any more; see `worsen` for what it raises."""
        self._put(Line())

    def stop(self) -> None:
        """Take the proxy away, if there is one, and with it what is wrong."""
        proxy, self._proxy = self._proxy, None
        if proxy is not None:
            proxy.close()
            if not proxy.line.healthy:
                self.when_it_changes(True)

    def _put(self, line: Line) -> None:
        proxy = self._there
        if not line.healthy:
            self.when_it_changes(False)
        proxy.put(line)
        if line.healthy:
            self.when_it_changes(True)

    @property
    def _there(self) -> FaultProxy:
        if self._proxy is None:
            raise BadInput("No fault proxy is there: write `Start Fault Proxy` first.")
        return self._proxy
