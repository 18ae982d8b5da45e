"""The connections of a shard: no more than its workers, those to one origin in turns."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from .connection import Connection
from .connector import Connector
from .plan import ShardPlan
from .poller import Poller

__all__ = ["Pools"]


class Pools:
    """Hands out connections to the origins of a plan, and takes them back.

    Args:
        plan: Whose endpoints, origins and workers these are.
        poller: Watches their sockets.
        carriers: Where connections enter themselves by their sockets' descriptors.
    """

    def __init__(self, plan: ShardPlan, poller: Poller, carriers: dict[int, Connection]) -> None:
        self._poller = poller
        self._carriers = carriers
        self._workers = plan.workers
        connectors = {
            origin: Connector(origin, plan.allowed, plan.verify)
            for origin in {each.origin for each in plan.requests}
        }
        for connector in connectors.values():
            connector.look_up()
        self._of_endpoint = [connectors[each.origin] for each in plan.requests]
        self._idle: dict[Connector, deque[Connection]] = {
            each: deque() for each in connectors.values()
        }
        self._all: list[Connection] = []

    def take(self, endpoint: int) -> Connection:
        """A connection for this endpoint: a new one while workers lack one, else the one
        that has rested longest, so that all workers take turns as real clients do."""
        connector = self._of_endpoint[endpoint]
        if len(self._all) >= self._workers:
            idle = self._idle[connector]
            if idle:
                return idle.popleft()
            self._retire_one()
        connection = Connection(connector, self._poller, self._carriers)
        self._all.append(connection)
        return connection

    def _retire_one(self) -> None:
        """Close an idle connection to another origin: a worker turns to this one."""
        longest = max(self._idle.values(), key=len)
        connection = longest.popleft()
        connection.close()
        self._all.remove(connection)

    def give_back(self, connection: Connection) -> None:
        """The connection's worker is free again."""
        connection.endpoint = -1
        self._idle[connection.connector].append(connection)

    def busy(self) -> Iterator[Connection]:
        """Those that carry a request."""
        return (each for each in self._all if each.endpoint >= 0)

    def close(self) -> None:
        """Close them all."""
        for connection in self._all:
            connection.close()
