"""A flood of WebSocket connections: opened at a ramp, held, talked on, and opened all over again.

    0 ──── over ────┬──────── hold ────────┬── 1 s ──┬──── reconnect ────
    connections are │ messages are sent    │ answers │ all were dropped at once,
    opened          │                      │ come    │ and all are asked for again

The last two parts are those of a run with a reconnect storm.  It is a phase of its own, which
is not judged unless a criterion says so: `during=reconnect`.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from ApiLoadLibrary.engine.later import Later
from ApiLoadLibrary.engine.listed import Listed
from ApiLoadLibrary.engine.plan import SocketPlan
from ApiLoadLibrary.engine.schedule import Constant, Schedule
from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.measurement.outcomes import DONE
from ApiLoadLibrary.measurement.phases import Phase
from ApiLoadLibrary.measurement.sockets import CONNECTION_NAME, MESSAGE_NAME, MESSAGES
from ApiLoadLibrary.values import NS_PER_S, Duration, Rate
from ApiLoadLibrary.workload.endpoint import Endpoint
from ApiLoadLibrary.workload.message import MessageRate, MessageTemplate
from ApiLoadLibrary.workload.request import RequestTemplate

from .load import Load
from .plan import LoadPlan, Transport, plan_load

__all__ = ["RECONNECT", "Flood", "connections_to", "plan_flood"]

MOST = 100_000
OPENED = 101
RECONNECT = "reconnect"
LEAST_NS = NS_PER_S // 10
SETTLING = Duration(NS_PER_S)
"""Before all connections are dropped, so that no message is under way."""


@dataclass(frozen=True, slots=True)
class Flood:
    """What is asked for.

    Attributes:
        count: How many connections are opened.
        over: How long that takes, evenly.
        hold: How long they are held then.
        messages: How many are sent meanwhile; None for none.
        message: What is sent; see `MessageTemplate`.
        reply: Whether each message is answered with something that holds its id.
        reconnect: How long is watched what comes of opening all of them again, after they have
            been dropped at once; None for no such thing.
        ping: How often each connection is asked for a sign of life; None for never.
        subprotocol: The one that is asked for, if any.

    Raises:
        BadInput: A number or a time that makes no flood.
    """

    count: int
    over: Duration
    hold: Duration
    messages: MessageRate | None
    message: str
    reply: bool = True
    reconnect: Duration | None = None
    ping: Duration | None = None
    subprotocol: str | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.count <= MOST:
            raise BadInput(f"count={self.count} must be from 1 to {MOST:,}.")
        for name in ("over", "hold", "reconnect", "ping"):
            time = getattr(self, name)
            if time is not None and time.ns < self._least_ns(name):
                least = Duration(self._least_ns(name))
                raise BadInput(f"{name}='{time}' is too short: write {least} or longer.")

    @staticmethod
    def _least_ns(name: str) -> int:
        return LEAST_NS if name in ("hold", "reconnect", "ping") else 1

    @property
    def ramp_ns(self) -> int:
        """When the last connection has been asked for."""
        return self.over.ns

    @property
    def hold_end_ns(self) -> int:
        """When no more messages are sent."""
        return self.over.ns + self.hold.ns

    @property
    def end_ns(self) -> int:
        """When the connections are closed, or all dropped."""
        return self.hold_end_ns + (SETTLING.ns if self.reconnect else 0)

    @property
    def length_ns(self) -> int:
        """All of it."""
        return self.end_ns + (self.reconnect.ns if self.reconnect else 0)

    @property
    def rate(self) -> Rate | None:
        """Of messages, over all connections."""
        return self.messages.over_all(self.count) if self.messages else None

    @property
    def words(self) -> str:
        """As a person says it."""
        talk = f", with {self.rate} messages" if self.rate else ""
        return self._held + talk + (", and all opened again" if self.reconnect else "")

    @property
    def _held(self) -> str:
        connections = f"{self.count:,} connection{'s' * (self.count > 1)}"
        return f"{connections} over {self.over}, held for {self.hold}"

    def load(self) -> Load:
        """The load on the two endpoints: connections and messages."""
        phases = [Phase("load", 0, self.end_ns)]
        if self.reconnect is not None:
            phases.append(Phase(RECONNECT, self.end_ns, self.length_ns, judged=False))
        schedules: list[Schedule] = [Listed(self._openings_ns(), self.length_ns)]
        if self.rate is not None:
            schedules.append(Later(Constant(self.rate, self.hold), self.ramp_ns, self.length_ns))
        return Load(
            "websocket_flood",
            self.words,
            tuple(phases),
            schedules=tuple(schedules),
            own_words=(self._held, str(self.rate)),
        )

    def _openings_ns(self) -> tuple[int, ...]:
        ramp = tuple(number * self.over.ns // self.count for number in range(self.count))
        return ramp + (self.end_ns,) * self.count if self.reconnect else ramp

    def sockets(self) -> SocketPlan:
        """What the engine has to know of it."""
        return SocketPlan(
            connections=self.count,
            times=2 if self.reconnect else 1,
            ping_ns=self.ping.ns if self.ping else None,
            subprotocol=self.subprotocol,
        )


def connections_to(path: str, headers: dict[str, str], threshold: Duration | None) -> Endpoint:
    """The endpoint that connections are opened to.

    Raises:
        BadInput: No path, or no header.
    """
    return Endpoint(
        CONNECTION_NAME,
        "GET",
        path,
        headers=headers,
        expected=frozenset({OPENED}),
        threshold=threshold,
    )


def plan_flood(
    run_id: str,
    name: str,
    flood: Flood,
    connections: Endpoint,
    opening: RequestTemplate,
    *,
    transport: Transport,
) -> LoadPlan:
    """The plan of a flood.

    Args:
        connections: See `connections_to`.
        opening: Its request.

    Raises:
        BadInput: More than the cap allows, or messages that cannot be told apart.
        OriginNotAllowed: It would leave the allowed origins.
    """
    _require_within_cap(flood, transport.max_rate)
    if transport.through_requests:
        raise BadInput(
            "transport=requests carries no WebSocket connections: write "
            "`Configure Load    transport=http1` before."
        )
    requests: list[tuple[Endpoint, RequestTemplate | MessageTemplate]] = [(connections, opening)]
    if flood.rate is not None:
        message = MessageTemplate.of(flood.message, run_id, MESSAGES, answered=flood.reply)
        requests.append((_messages_to(connections), message))
    load, sockets = flood.load(), flood.sockets()
    return plan_load(run_id, name, load, requests, transport, sockets=sockets)


def _messages_to(connections: Endpoint) -> Endpoint:
    return Endpoint(
        MESSAGE_NAME,
        "SEND",
        connections.path,
        expected=frozenset({DONE}),
        threshold=connections.threshold,
    )


def _require_within_cap(flood: Flood, cap: Rate | None) -> None:
    if cap is None:
        return
    if flood.reconnect is not None:
        raise BadInput(
            f"reconnect='{flood.reconnect}' opens all connections at once, and max_rate={cap} "
            "forbids that: leave one of them out."
        )
    for what, rate in (
        (f"over='{flood.over}'", Rate(Fraction(flood.count), flood.over)),
        (f"messages={flood.messages}", flood.rate),
    ):
        if rate is not None and rate.per_second > cap.per_second:
            raise BadInput(f"{what} is more than max_rate={cap} allows: write less, or raise it.")
