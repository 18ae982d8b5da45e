"""Keywords about WebSocket connections: what opens many of them, and what judges that."""

from __future__ import annotations

from robot.api.deco import keyword

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.session.acceptance import AcceptanceSession
from ApiLoadLibrary.session.flood import MESSAGE, Flood, MessageRate, SocketFlood
from ApiLoadLibrary.values import NS_PER_S, Count, Duration, Percent

from .converters import CountOrShare
from .judging import Judging, judging
from .sending import Sender

__all__ = ["Sockets"]

HOLD, OVER = Duration(10 * NS_PER_S), Duration(5 * NS_PER_S)


class Sockets(Judging):
    """What opens WebSocket connections, and what judges what came of them.

    Args:
        session: Whose load it is.
        sender: Carries out the load sentences.
    """

    def __init__(self, session: AcceptanceSession, sender: Sender) -> None:
        super().__init__(session)
        self._sender = sender

    @keyword("Open ${count} WebSocket Connections To ${path}", tags=["load"])
    def open_websocket_connections(
        self,
        count: Count,
        path: str,
        *,
        hold: Duration = HOLD,
        over: Duration = OVER,
        messages: MessageRate | None = None,
        message: str = MESSAGE,
        reply: bool = True,
        reconnect: Duration | None = None,
        ping: Duration | None = None,
        token_in: str | None = None,
        subprotocol: str | None = None,
        headers: dict[str, str] | None = None,
        name: str | None = None,
    ) -> str:
        """Opens WebSocket connections, holds them, and closes them in good order.

        They are opened evenly over a time, as whoever is signed in, and then held.  Meanwhile
        messages can be sent, on all connections in turns, and their answers awaited.  At the end
        all connections can be dropped at once, as by a failing network, and opened again at once.

        Criteria know two endpoints.  A request of `WebSocket Connections` is the opening of one,
        from its moment on the ramp to the end of its handshake; a request of `WebSocket Messages`
        is a message, from its moment in the schedule to its answer.  What else is found is judged
        by sentences of its own, such as `Verify Dropped Connections Below …`.

        `workers` mean nothing here: all connections are open at once.

        Args:
            count: How many connections: `5000`, `5,000`.
            path: On the server, or a whole address (`wss://…`) of an allowed origin.
            hold: How long they are held, once all have been asked for.
            over: How long opening them takes.
            messages: How many are sent while they are held: `200/s` over all of them, or
                `2/min per connection`.  None unless given.
            message: What is sent.  `{{id}}` becomes what its answer is known by, wherever in the
                answer it stands; other values can be filled in as in `Define Endpoint`.
            reply: Whether each message is answered; write `False` for a server that does not send
                back what it gets.
            reconnect: How long to watch, after all were dropped, what comes of opening all again.
                That is a phase of its own (`during=reconnect`), a second after the hold.
            ping: How often each connection is asked for a sign of life; one that gives none until
                the next time is closed.  Pings of the server are answered in any case.
            token_in: The name of the query parameter that holds the token, for servers that do not
                look for it in the Authorization header.
            subprotocol: The one that is asked for.
            headers: More headers of the handshake, as a dictionary.
            name: How criteria (`run=`) and the report call the run.

        Returns:
            The load run's id.

        Example:

        ```robotframework
        Open 5000 WebSocket Connections To /api/ws    over=10 s    hold=1 min    messages=200/s
        Verify Refused Connections Below 0.1 %
        Verify Dropped Connections Below 0.1 %
        Verify No Message Was Lost
        Verify P95 Of WebSocket Connections Below 1 s
        Verify P95 Of WebSocket Messages Below 100 ms
        ```
        """
        flood = Flood(
            count=_whole(count),
            over=over,
            hold=hold,
            messages=messages,
            message=message,
            reply=reply,
            reconnect=reconnect,
            ping=ping,
            subprotocol=subprotocol,
        )
        sockets = SocketFlood(self._session, flood, path, headers or {}, token_in)
        return self._sender.send(lambda: sockets.plan(name), sockets.conclude)

    @judging("Verify Refused Connections Below ${percent}")
    def verify_refused_connections(self, percent: Percent) -> str:
        """Verifies the share of WebSocket connections that could not be opened, for any reason.

        Args:
            percent: The limit: `1 %`, `0.1 %`.

        Example:

        ```robotframework
        Verify Refused Connections Below 0.1 %
        ```
        """
        return f"refused connections < {percent}"

    @judging("Verify Dropped Connections Below ${percent}")
    def verify_dropped_connections(self, percent: Percent) -> str:
        """Verifies the share of WebSocket connections that ended although they were to be held.

        A failure says with which closing codes.

        Args:
            percent: The limit: `1 %`, `0.1 %`.

        Example:

        ```robotframework
        Verify Dropped Connections Below 0.1 %
        ```
        """
        return f"dropped connections < {percent}"

    @judging("Verify Sustained Connections At Least ${least}")
    def verify_sustained_connections(self, least: CountOrShare) -> str:
        """Verifies how many WebSocket connections were open at every moment of the hold.

        Its first second is left to those that are still being opened.

        Args:
            least: A number, `4,950`; or a share of those asked for, `99 %`.

        Example:

        ```robotframework
        Verify Sustained Connections At Least 5,000
        Verify Sustained Connections At Least 99 %
        ```
        """
        is_share = least.endswith(("%", "percent"))
        return f"{'sustained' if is_share else 'held'} connections >= {least}"

    @judging()
    def verify_no_message_was_lost(self) -> str:
        """Verifies that every message that was sent over WebSocket connections was answered.

        One that could not be sent, because no connection was open, is not lost: it is an error.

        Example:

        ```robotframework
        Verify No Message Was Lost
        ```
        """
        return "lost messages <= 0 %"

    @judging()
    def verify_no_message_was_answered_twice(self) -> str:
        """Verifies that no message over WebSocket connections was answered more than once.

        Example:

        ```robotframework
        Verify No Message Was Answered Twice
        ```
        """
        return "duplicated messages <= 0 %"

    @judging()
    def verify_messages_kept_their_order(self) -> str:
        """Verifies that on each WebSocket connection messages were answered in their order.

        Example:

        ```robotframework
        Verify Messages Kept Their Order
        ```
        """
        return "reordered messages <= 0 %"

    @judging("Verify Reconnected Within ${time}")
    def verify_reconnected(self, time: Duration) -> str:
        """Verifies how soon as many WebSocket connections were open as before all were dropped.

        Args:
            time: The limit: `10 s`; it cannot be longer than what is watched (`reconnect=`).

        Example:

        ```robotframework
        Open 1000 WebSocket Connections To /api/ws    reconnect=15 s
        Verify Reconnected Within 10 s
        ```
        """
        return f"reconnect time <= {time}"


def _whole(count: Count) -> int:
    if count.value.denominator != 1:
        raise BadInput(f"count={count} connections cannot be opened: write a whole number.")
    return int(count.value)
