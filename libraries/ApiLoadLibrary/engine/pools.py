"""The connections of a shard: no more than its workers, those to one origin in turns."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator

from ApiLoadLibrary.workload.origin import Origin

from .connection import Connection
from .connector import Connector
from .plan import ShardPlan

__all__ = ["Pools"]


class Pools:
    """Hands out connections to the origins of a plan, and takes them back.

    Args:
        plan: Whose endpoints, origins and workers these are.
        make: Makes a connection.
    """

    def __init__(self, plan: ShardPlan, make: Callable[[Connector], Connection]) -> None:
        self._make = make
        self._workers = plan.workers
        first = {each.origin for each in plan.requests}
        self._connectors = connectors = {
            origin: Connector.planned(plan, origin)
            for origin in (plan.allowed if plan.follow else first)
        }
        for origin, connector in connectors.items():
            connector.look_up(needed=origin in first)
        self._of_endpoint = [connectors[each.origin] for each in plan.requests]
        self._idle: dict[Connector, deque[Connection]] = {
            each: deque() for each in connectors.values()
        }
        self._all: list[Connection] = []

    def take(self, endpoint: int) -> Connection:
        """A connection for this endpoint: a new one while workers lack one, else the one
        that has rested longest, so that all workers take turns as real clients do."""
        connector = self._of_endpoint[endpoint]
        if len(self._all) < self._workers:
            connection = self._make(connector)
            self._all.append(connection)
            return connection
        idle = self._idle[connector]
        if idle:
            return idle.popleft()
        longest = max(self._idle.values(), key=len)
        return self._replace(longest.popleft(), connector)

    def turn(self, connection: Connection, origin: Origin) -> Connection:
        """A connection to another origin for what this one carries, in its place."""
        turned = self._replace(connection, self._connectors[origin])
        turned.endpoint, turned.arrival = connection.endpoint, connection.arrival
        turned.scheduled_ns, turned.waited_for = connection.scheduled_ns, connection.waited_for
        return turned

    def _replace(self, connection: Connection, connector: Connector) -> Connection:
        """Close a connection: its worker turns to another origin."""
        connection.close()
        self._all.remove(connection)
        other = self._make(connector)
        other.succeed(connection)
        self._all.append(other)
        return other

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
