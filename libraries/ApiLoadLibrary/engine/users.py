"""The users of journeys: what each of them knows and holds, and the connections they go by.

Each user has cookies, values and a connection of its own.  Who thinks keeps the connection, as a
browser does; of very many who think at once, those who have thought longest lose theirs and
connect again.  Connections that nobody needs any more are closed and used for later users: what
one holds in memory is not given up and taken again for each.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ApiLoadLibrary.workload.origin import Origin

from .connection import Connection
from .connector import Connector
from .cookies import CookieJar
from .following import FollowingConnection
from .plan import PlannedJourney, PlannedStep, ShardPlan
from .pools import Pools

__all__ = ["User", "UserConnection", "UserPools"]


class User:
    """One simulated user; a `Carrier`, for the row of its whole journey.

    Attributes:
        endpoint: The place of its journey in the plan.
        arrival: Its number among the journey's users.
        number: The place of its present step in the journey, or of the next while it thinks.
        values: What it has taken from answers.
        scheduled_ns: When its journey was due.
        due_ns: When its present step was, or is.
        thought_ns: All the time that it has thought, or is about to think before that.
        waited_for, sent_ns: Of its first request.
        bytes_sent, bytes_received: Of all its requests.
    """

    __slots__ = (
        "arrival",
        "bytes_received",
        "bytes_sent",
        "connection",
        "due_ns",
        "endpoint",
        "jar",
        "journey",
        "number",
        "scheduled_ns",
        "sent_ns",
        "thought_ns",
        "values",
        "waited_for",
    )
    first_byte_ns = connect_ns = tls_ns = -1
    reconnected = False
    headers = ()

    def __init__(self, endpoint: int, journey: PlannedJourney, arrival: int, due_ns: int) -> None:
        self.endpoint = endpoint
        self.journey = journey
        self.arrival = arrival
        self.scheduled_ns = self.due_ns = due_ns
        self.sent_ns = -1
        self.number = self.thought_ns = self.waited_for = 0
        self.bytes_sent = self.bytes_received = 0
        self.values: dict[str, Any] = {}
        self.jar = CookieJar()
        self.connection: UserConnection | None = None

    @property
    def step(self) -> PlannedStep:
        """The present one, or the next while it thinks."""
        return self.journey.steps[self.number]


class UserConnection(FollowingConnection):
    """A connection that one user goes by; nobody while it is spare."""

    __slots__ = ("user",)

    def take_on(self, user: User) -> None:
        """Belong to this user from now on."""
        self.user: User | None = user
        self.jar = user.jar
        self._closed_by_server = False
        user.connection = self

    def let_go(self) -> None:
        """Belong to nobody."""
        self.close()
        self.endpoint = -1
        if self.user is not None:
            self.user.connection = None
        self.user = self.jar = None


class UserPools(Pools):
    """Hands out connections to users.

    Args:
        kept: How many may stay open while their users think.
    """

    def __init__(self, plan: ShardPlan, make: Callable[[Connector], Connection], kept: int) -> None:
        super().__init__(plan, make)
        self._kept_at_most = kept
        self._busy: set[UserConnection] = set()
        self._resting: dict[UserConnection, None] = {}  # who thinks longest comes first
        self._spare: dict[Connector, list[UserConnection]] = {each: [] for each in self._idle}

    def board(self, user: User, endpoint: int) -> UserConnection:
        """The user's connection for a request to this endpoint."""
        connector = self._of_endpoint[endpoint]
        connection = user.connection
        if connection is not None and connection.connector is not connector:
            self.leave(connection)
            connection = None
        if connection is None:
            connection = self._fresh(connector)
            connection.take_on(user)
        self._resting.pop(connection, None)
        self._busy.add(connection)
        return connection

    def turn(self, connection: Connection, origin: Origin) -> UserConnection:
        """See `Pools`."""
        assert isinstance(connection, UserConnection)
        user = connection.user
        assert user is not None
        turned = self._fresh(self._connectors[origin])
        turned.endpoint, turned.arrival = connection.endpoint, connection.arrival
        turned.scheduled_ns, turned.waited_for = connection.scheduled_ns, connection.waited_for
        self.leave(connection)
        turned.take_on(user)
        self._busy.add(turned)
        return turned

    def give_back(self, connection: Connection) -> None:
        """The connection's worker is free again; its user has it still."""
        assert isinstance(connection, UserConnection)
        connection.endpoint = -1
        self._busy.discard(connection)

    def rest(self, connection: UserConnection) -> None:
        """The connection's user thinks."""
        self._resting[connection] = None
        if len(self._resting) > self._kept_at_most:
            self.leave(next(iter(self._resting)))

    def leave(self, connection: UserConnection) -> None:
        """The connection's user needs it no more."""
        self._busy.discard(connection)
        self._resting.pop(connection, None)
        connection.let_go()
        self._spare[connection.connector].append(connection)

    def _fresh(self, connector: Connector) -> UserConnection:
        spare = self._spare[connector]
        if spare:
            return spare.pop()
        made = self._make(connector)
        assert isinstance(made, UserConnection)
        self._all.append(made)
        return made

    def busy(self) -> Iterator[UserConnection]:
        """See `Pools`."""
        return iter(tuple(self._busy))
