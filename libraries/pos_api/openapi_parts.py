"""What the OpenAPI document is made of: operations, answers, errors, parameters."""

from typing import Any

from pos_api.openapi_shapes import Schema, reference

_ERRORS = {
    "400": "The body is not valid JSON.",
    "401": "The credentials or the token are missing, wrong or expired.",
    "403": "Only for operators of the server, or only where the server was told to.",
    "404": "There is no such thing.",
    "413": "The body is larger than 64 KiB.",
    "422": "A field or parameter is missing, unknown or out of its range.",
    "426": "This is a WebSocket: send the upgrade headers.",
    "429": "The token's quota is used up.",
    "502": "The payment provider failed.",
    "503": "The database, payments or another connection are not to be had at the moment.",
    "504": "The payment provider did not answer in time; it may have charged.",
}

RATE_LIMIT = {
    "RateLimit-Policy": "The quota and its window, as the draft for these fields has it.",
    "RateLimit": "What is left of it, and seconds until there is more.",
}
_ERROR_HEADERS = {
    "401": {"WWW-Authenticate": "As in RFC 6750."},
    "429": {"Retry-After": "Seconds after which a request is accepted.", **RATE_LIMIT},
    "503": {"Retry-After": "Seconds, where it is known when to try again."},
}


def operation(
    name: str,
    summary: str,
    answers: dict[str, Any],
    *,
    errors: str = "",
    body: str | None = None,
    parameters: tuple[dict[str, Any], ...] = (),
    public: bool = False,
) -> dict[str, Any]:
    """One operation; what follows from its body and its token need not be said again."""
    statuses = set(errors.split())
    statuses |= set() if public else {"401"}
    statuses |= {"400", "413", "422"} if body else set()
    operation: dict[str, Any] = {
        "operationId": name,
        "summary": summary,
        "responses": answers | {status: _error(status) for status in sorted(statuses)},
    }
    if parameters:
        operation["parameters"] = list(parameters)
    if body:
        operation["requestBody"] = {"required": True, "content": json_body(reference(body))}
    if public:
        operation["security"] = []
    return operation


def json_body(schema: Schema) -> dict[str, Any]:
    """Content of a body in JSON."""
    return {"application/json": {"schema": schema}}


def answer(status: int, description: str, schema: str, **headers: str) -> dict[str, Any]:
    """An answer of a status with a body of a schema; in names of headers, _ stands for -."""
    documented: dict[str, Any] = {
        "description": description,
        "content": json_body(reference(schema)),
    }
    if headers:
        documented["headers"] = {
            name.replace("_", "-"): _header(text) for name, text in headers.items()
        }
    return {str(status): documented}


def _header(description: str) -> dict[str, Any]:
    return {"description": description, "schema": {"type": "string"}}


def _error(status: str) -> dict[str, Any]:
    error: dict[str, Any] = {
        "description": _ERRORS[status],
        "content": json_body(reference("Error")),
    }
    if status == "429":
        error["content"] = {"application/problem+json": {"schema": reference("QuotaExceeded")}}
    if headers := _ERROR_HEADERS.get(status):
        error["headers"] = {name: _header(text) for name, text in headers.items()}
    return error


def path_parameter(name: str, schema: Schema) -> dict[str, Any]:
    """A parameter in the path."""
    return {"name": name, "in": "path", "required": True, "schema": schema}


def page_parameters() -> tuple[dict[str, Any], ...]:
    """Limit and offset of what comes in pages."""
    limit = {"type": "integer", "minimum": 1, "maximum": 100, "default": 20}
    offset = {"type": "integer", "minimum": 0, "maximum": 1_000_000, "default": 0}
    return (
        {"name": "limit", "in": "query", "schema": limit},
        {"name": "offset", "in": "query", "schema": offset},
    )
