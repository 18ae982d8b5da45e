"""A WebSocket behind the API: it echoes, tells of new orders, and counts all it does.

Closing codes: 1008 for a token that will not do, 1009 for a message over 64 KiB, 1007 for text
that is not UTF-8, 1002 for what is no WebSocket frame, 1012 when the server ends, 1013 for a
subscriber that is too slow, 1011 when a fault drops a connection. 1003 is never sent: texts and
bytes are both taken. Beyond the connection limit the handshake is refused with 503, which costs
less than a connection would.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message
from starlette.websockets import WebSocket, WebSocketDisconnect

from pos_api.auth import TokenAuthority
from pos_api.broadcast import Broadcast
from pos_api.errors import ApiError, json_response
from pos_api.faults import Faults

WEBSOCKET_PATH = "/api/ws"

_NO_STATUS, _ABNORMAL = 1005, 1006
_POLICY_VIOLATION, _INTERNAL_ERROR = 1008, 1011
_DROP_EVERY_S = 1.0
_DROPPED_SHARE = 0.1


class Counts:
    """What the WebSocket has done, to the last message.

    ``opened`` are those that were served. A bad token's connection is refused after its
    handshake, so completed handshakes are ``opened`` and ``refused["token"]`` together; and
    ``closed`` has a code for each of them that has ended.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.open = self.peak = self.opened = 0
        self.messages_in = self.messages_out = 0
        self.refused = {"token": 0, "limit": 0}
        self.closed: Counter[int] = Counter()

    def enter(self) -> None:
        """A connection is served from now on."""
        self.open += 1
        self.peak = max(self.peak, self.open)

    def snapshot(self) -> dict[str, object]:
        """The part of ``/api/metrics``."""
        return {
            "limit": self.limit,
            "open": self.open,
            "peak": self.peak,
            "opened": self.opened,
            "refused": dict(self.refused),
            "messages_in": self.messages_in,
            "messages_out": self.messages_out,
            "closed": {str(code): self.closed[code] for code in sorted(self.closed)},
        }


class Realtime:
    """The WebSocket and the endpoint that tells its state."""

    def __init__(self, authority: TokenAuthority, limit: int, faults: Faults) -> None:
        self.counts = Counts(limit)
        self._authority = authority
        self._faults = faults
        self._broadcast = Broadcast()
        self._members: set[_Connection] = set()
        self._dropping: asyncio.Task[None] | None = None

    async def open(self) -> None:
        """Get ready to drop connections, should that be wrong one day."""
        self._dropping = asyncio.create_task(self._drop_while_wrong())

    async def close(self) -> None:
        """Stop what was started."""
        if self._dropping is not None:
            self._dropping.cancel()

    def announce(self, event: Mapping[str, object]) -> None:
        """Tell those who have subscribed to orders."""
        self._broadcast.publish("orders", event)

    async def health(self, request: Request) -> Response:
        """``GET /api/websocket/health``: what is connected now, and what has been so far."""
        counts = self.counts
        body = {
            "status": "ok",
            "path": WEBSOCKET_PATH,
            "connections": counts.open,
            "limit": counts.limit,
            "peak": counts.peak,
            "subscribers": self._broadcast.subscribers(),
            "accepted_total": counts.opened,
            "refused_total": sum(counts.refused.values()),
            "messages_total": counts.messages_in,
        }
        return json_response(body)

    async def require_upgrade(self, request: Request) -> Response:
        """``GET /api/ws`` as a plain request: say what to do instead."""
        message = f"{WEBSOCKET_PATH} is a WebSocket: open it with ws:// and the upgrade headers."
        headers = {"Upgrade": "websocket", "Connection": "Upgrade"}
        raise ApiError(426, "upgrade_required", message, headers=headers)

    async def connect(self, websocket: WebSocket) -> None:
        """Serve one connection: the token in the header, or as ``?access_token=…``."""
        if self.counts.open >= self.counts.limit:
            self.counts.refused["limit"] += 1
            await websocket.send_denial_response(_full(self.counts.limit).response())
            return
        try:
            self._check(websocket)
        except ApiError as error:
            await self._refuse(websocket, error.message)
            return
        await self._serve(websocket)

    def _check(self, websocket: WebSocket) -> None:
        token = websocket.query_params.get("access_token")
        if token is None:
            self._authority.check_headers(websocket.scope["headers"])
        else:
            self._authority.check_token(token.encode("utf-8", "replace"))

    async def _refuse(self, websocket: WebSocket, reason: str) -> None:
        """Accepted first: a client gets to see a close code only after the handshake."""
        await websocket.accept()
        self.counts.refused["token"] += 1
        self.counts.closed[_POLICY_VIOLATION] += 1
        with suppress(WebSocketDisconnect):  # it did not wait for the reason
            await websocket.close(_POLICY_VIOLATION, reason)

    async def _serve(self, websocket: WebSocket) -> None:
        connection = _Connection(websocket, self.counts)
        self.counts.enter()  # before the handshake, so that none slips in beyond the limit
        try:
            await websocket.accept()
            self.counts.opened += 1
            self._members.add(connection)
            code = await self._converse(connection)
            self.counts.closed[code] += 1
        finally:
            self.counts.open -= 1
            self._members.discard(connection)
            self._broadcast.leave(connection)

    async def _converse(self, connection: "_Connection") -> int:
        """Echo, and do what is asked for, until the end; the code of the end."""
        while True:
            message = await connection.receive()
            if message["type"] == "websocket.disconnect":
                return _code_of(message)
            self.counts.messages_in += 1
            text = message.get("text")
            if text is None:
                await connection.send_bytes(message["bytes"])
            else:
                await connection.send(self._broadcast.answer(connection, text) or text)

    async def _drop_while_wrong(self) -> None:
        """The fault of a server that loses connections: some, each second."""
        while True:
            await asyncio.sleep(_DROP_EVERY_S)
            if self._faults.drop_websockets and self._members:
                count = max(1, round(len(self._members) * _DROPPED_SHARE))
                for connection in random.sample(list(self._members), count):
                    connection.close(_INTERNAL_ERROR, "dropped on purpose")


class _Connection:
    """One client's connection, with what may be sent through it counted."""

    def __init__(self, websocket: WebSocket, counts: Counts) -> None:
        self.receive = websocket.receive
        self._websocket = websocket
        self._counts = counts
        self._closing: asyncio.Task[None] | None = None
        self._gone = False

    async def send(self, text: str) -> None:
        """Send a text, unless the connection is ending."""
        await self._send({"type": "websocket.send", "text": text})

    async def send_bytes(self, content: bytes) -> None:
        """Send bytes, unless the connection is ending."""
        await self._send({"type": "websocket.send", "bytes": content})

    def close(self, code: int, reason: str) -> None:
        """Close soon; the conversation then ends with that code."""
        if self._closing is None:
            self._closing = asyncio.create_task(self._close(code, reason))

    async def _close(self, code: int, reason: str) -> None:
        with suppress(WebSocketDisconnect, RuntimeError):  # it has ended by itself
            await self._websocket.close(code, reason)

    async def _send(self, message: Message) -> None:
        if self._gone or self._closing is not None:
            return
        try:
            await self._websocket.send(message)
        except (WebSocketDisconnect, RuntimeError):
            # It is ending; whoever receives learns of it, with the code.
            self._gone = True
        else:
            self._counts.messages_out += 1


def _code_of(message: Message) -> int:
    """The close code of an end; uvicorn calls a lost connection 1005 as well, without a reason."""
    code: int = message.get("code", _NO_STATUS)
    return _ABNORMAL if code == _NO_STATUS and "reason" not in message else code


def _full(limit: int) -> ApiError:
    message = f"{limit} connections are open; more are not taken."
    return ApiError(503, "too_many_connections", message, headers={"Retry-After": "1"})
