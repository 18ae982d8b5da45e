"""Bodies of a Postman collection's requests."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote_plus

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.workload.template import PLACEHOLDER

from .plain import items, json_or_none, mapping, text
from .postman_values import Values

__all__ = ["Body", "body_of"]

_LANGUAGES = {
    "json": "application/json",
    "xml": "application/xml",
    "html": "text/html",
    "javascript": "application/javascript",
    "text": "text/plain",
}
_FORM = "application/x-www-form-urlencoded"
_BOUNDARY = "----part-of-this-form"
_WITHOUT_BODY = ("GET", "HEAD", "OPTIONS")


class Body(NamedTuple):
    """What is sent, and what its Content-Type says; neither where there is no body."""

    text: str | None = None
    media_type: str = ""


def body_of(
    request: Mapping[str, Any], method: str, values: Values, missing: set[str], *, pruned: bool
) -> Body:
    """The body with its variables filled in.

    Args:
        missing: Gets the names of variables without a value.
        pruned: Whether GET and its like are sent without the body that they have.

    Raises:
        BadInput: It sends files, or is of a kind that Postman did not have.
    """
    body = mapping(request.get("body"))
    mode = text(body.get("mode"))
    if not mode or body.get("disabled") or (pruned and method in _WITHOUT_BODY):
        return Body()
    if mode == "raw":
        language = text(mapping(mapping(body.get("options")).get("raw")).get("language"))
        return Body(values.fill(text(body.get("raw")), missing), _LANGUAGES.get(language, ""))
    if mode == "urlencoded":
        fields = _fields(body.get("urlencoded"), values, missing)
        return Body("&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in fields), _FORM)
    if mode == "formdata":
        return _multipart(_fields(body.get("formdata"), values, missing))
    if mode == "graphql":
        return _graphql(mapping(body.get("graphql")), values, missing)
    if mode == "file":
        raise BadInput("it sends a file: define it by hand, with data=")
    raise BadInput(f"its body is of the kind '{mode[:20]}', which is not known")


def _fields(written: Any, values: Values, missing: set[str]) -> list[tuple[str, str]]:
    fields = []
    for each in items(written):
        if each.get("disabled"):
            continue
        if each.get("type") == "file":
            raise BadInput("it sends a file: define it by hand, with data=")
        name, value = (values.fill(text(each.get(key)), missing) for key in ("key", "value"))
        fields.append((name, value))
    return fields


def _quoted(field: str) -> str:
    """As forms write it; what is filled in under load is quoted then."""
    parts = []
    position = 0
    for found in PLACEHOLDER.finditer(field):
        parts += [quote_plus(field[position : found.start()]), found[0]]
        position = found.end()
    return "".join((*parts, quote_plus(field[position:])))


def _multipart(fields: list[tuple[str, str]]) -> Body:
    """RFC 7578; names are quoted as browsers do."""
    lines = []
    for name, value in fields:
        quoted = name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
        head = f'Content-Disposition: form-data; name="{quoted}"'
        lines += [f"--{_BOUNDARY}", head, "", value]
    whole = "\r\n".join([*lines, f"--{_BOUNDARY}--", ""])
    return Body(whole, f"multipart/form-data; boundary={_BOUNDARY}")


def _graphql(written: Mapping[str, Any], values: Values, missing: set[str]) -> Body:
    query = {"query": values.fill(text(written.get("query")), missing)}
    variables = values.fill(text(written.get("variables")), missing)
    if variables.strip():
        query["variables"] = json_or_none(variables)
        if query["variables"] is None:
            raise BadInput("the variables of its GraphQL query are no JSON: correct them")
    return Body(json.dumps(query, ensure_ascii=False), "application/json")
