"""The operations of one path as an ASGI application: token check, action, error answers."""

import logging
import sqlite3
from collections.abc import Awaitable, Callable, Mapping

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from pos_api.auth import TokenAuthority
from pos_api.errors import ApiError

Action = Callable[[Request], Awaitable[Response]]
"""What an endpoint does: reads a request, gives an answer, or raises an `ApiError`."""

_log = logging.getLogger("pos_api")


class PathItem:
    """The actions of one path, by HTTP method.

    An object of a class of its own, not a function: Starlette calls it as it is, where it would
    wrap a function in three closures per request.

    Args:
        actions: by method; GET also serves HEAD.
        authority: checks the bearer token first; None for a public path.
    """

    def __init__(self, actions: Mapping[str, Action], authority: TokenAuthority | None) -> None:
        self._actions = dict(actions)
        self._authority = authority
        if "GET" in actions:
            self._actions["HEAD"] = actions["GET"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; Starlette has already seen to it that the method is known."""
        try:
            response = await self._answer(Request(scope, receive))
        except ClientDisconnect:
            return
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response:
        try:
            if self._authority is not None:
                token = self._authority.check_headers(request.scope["headers"])
                request.scope["token_id"] = token.id
            return await self._actions[request.scope["method"]](request)
        except ApiError as error:
            return error.response()
        except sqlite3.Error as error:
            _log.error("The database failed: %s", error)
            return _unavailable().response()


def _unavailable() -> ApiError:
    message = "The database cannot be used at the moment; try again later."
    return ApiError(503, "database_unavailable", message)
