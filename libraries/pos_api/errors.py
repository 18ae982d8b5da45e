"""Errors that are answers: one JSON shape for all of them, one plain sentence in each."""

import json
from collections.abc import Mapping

from starlette.responses import Response

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_LONGEST_SHOWN = 60


class StartError(Exception):
    """The server cannot start; the message is the one sentence the user gets to read."""


class ApiError(Exception):
    """An error a client is answered with.

    Args:
        status: the HTTP status of the answer.
        code: a short name for programs, such as ``invalid_field``.
        message: a plain sentence for people.
        field: the member of the body, or the parameter, that is to blame.
        headers: further headers of the answer.
        extra: further members of the error object, for shapes such as Stripe's.
        problem: members of RFC 9457 to stand beside the error object, where a standard has a
            type for what went wrong.
    """

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        *,
        field: str | None = None,
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, str] | None = None,
        problem: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.field = field
        self.headers = headers
        self.extra = dict(extra or {})
        self.problem = problem

    def response(self) -> Response:
        """The answer itself: ``{"error": {"code", "message", "field"?}}``."""
        error = {"code": self.code, "message": self.message, **self.extra}
        if self.field is not None:
            error["field"] = self.field
        if self.problem is None:
            return json_response({"error": error}, self.status, self.headers)
        body = _encode({**self.problem, "error": error})
        return Response(body, self.status, self.headers, media_type="application/problem+json")


def json_response(
    body: object, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """A JSON answer, without the spaces that ``json.dumps`` puts in."""
    return Response(_encode(body), status, headers, media_type="application/json")


def invalid_field(field: str, allowed: str, value: object) -> ApiError:
    """A 422 that names the field, says what is allowed and shows what came instead."""
    message = f"{field} must be {allowed}; got {shown(value)}."
    return ApiError(422, "invalid_field", message, field=field)


def shown(value: object) -> str:
    """A value as it looks in JSON, cut so that no answer grows with what it complains about."""
    if isinstance(value, dict):
        return "an object"
    if isinstance(value, list):
        return "a list"
    text = json.dumps(value)
    return text if len(text) <= _LONGEST_SHOWN else text[:_LONGEST_SHOWN] + "…"
