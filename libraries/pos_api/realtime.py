"""A small WebSocket behind the API: it knows who may connect, echoes, and counts."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket, WebSocketDisconnect

from pos_api.auth import TokenAuthority
from pos_api.errors import ApiError, json_response

WEBSOCKET_PATH = "/api/ws"
_POLICY_VIOLATION = 1008


class Realtime:
    """The WebSocket and the endpoint that tells its state."""

    def __init__(self, authority: TokenAuthority) -> None:
        self._authority = authority
        self._connections = 0
        self._accepted_total = 0
        self._refused_total = 0
        self._messages_total = 0

    async def health(self, request: Request) -> Response:
        """``GET /api/websocket/health``: what is connected now, and what has been so far."""
        body = {
            "status": "ok",
            "path": WEBSOCKET_PATH,
            "connections": self._connections,
            "accepted_total": self._accepted_total,
            "refused_total": self._refused_total,
            "messages_total": self._messages_total,
        }
        return json_response(body)

    async def require_upgrade(self, request: Request) -> Response:
        """``GET /api/ws`` as a plain request: say what to do instead."""
        message = f"{WEBSOCKET_PATH} is a WebSocket: open it with ws:// and the upgrade headers."
        headers = {"Upgrade": "websocket", "Connection": "Upgrade"}
        raise ApiError(426, "upgrade_required", message, headers=headers)

    async def connect(self, websocket: WebSocket) -> None:
        """Serve one connection: the token in the header, or as ``?access_token=…``.

        Accepted before it is judged, because a client gets to see a close code only afterwards:
        refused before, it would see a bare 403.
        """
        await websocket.accept()
        try:
            self._check(websocket)
        except ApiError as error:
            self._refused_total += 1
            await websocket.close(_POLICY_VIOLATION, error.message)
            return
        await self._serve(websocket)

    def _check(self, websocket: WebSocket) -> None:
        token = websocket.query_params.get("access_token")
        if token is None:
            self._authority.check_headers(websocket.scope["headers"])
        else:
            self._authority.check_token(token.encode("utf-8", "replace"))

    async def _serve(self, websocket: WebSocket) -> None:
        self._connections += 1
        self._accepted_total += 1
        try:
            while True:
                await self._echo(websocket)
        except WebSocketDisconnect:
            pass
        finally:
            self._connections -= 1

    async def _echo(self, websocket: WebSocket) -> None:
        message = await websocket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1000))
        self._messages_total += 1
        text = message.get("text")
        if text is not None:
            await websocket.send_text(text)
        else:
            await websocket.send_bytes(message["bytes"])
