"""Values of parameters as they stand in a request: the styles of OpenAPI."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from ApiLoadLibrary.workload.template import PLACEHOLDER

from .part import Unmappable

__all__ = ["query_pairs", "quoted", "text_of", "wording"]

_SEPARATORS = {"spaceDelimited": " ", "pipeDelimited": "|", "tabDelimited": "\t"}


def text_of(value: Any) -> str:
    """A single value as text: truths and numbers as JSON writes them."""
    if isinstance(value, str):
        return value
    return "" if value is None else json.dumps(value, ensure_ascii=False, default=str)


def quoted(text: str) -> str:
    """Percent-encoded for a URL, but for placeholders, which are encoded when they are filled."""
    pieces, position = [], 0
    for found in PLACEHOLDER.finditer(text):
        pieces += [quote(text[position : found.start()], safe=""), found[0]]
        position = found.end()
    return "".join([*pieces, quote(text[position:], safe="")])


def wording(name: str, value: Any, style: str, *, explode: bool) -> str:
    """A parameter of a path, a header or a cookie.

    Args:
        style: `simple`, `label`, `matrix` or `form`, which gives what stands behind the name.
        explode: Whether the items of lists and mappings stand apart.
    """
    if style == "matrix":
        if explode and isinstance(value, Mapping | list):
            return "".join(f";{key}={each}" for key, each in _parts(name, value))
        return f";{name}={_joined(value, ',')}"
    if style == "label":
        return f".{_joined(value, '.' if explode else ',', explode=explode)}"
    return _joined(value, ",", explode=explode)


def query_pairs(name: str, value: Any, style: str, *, explode: bool) -> list[tuple[str, str]]:
    """The pairs of a query that a parameter becomes.

    Args:
        style: `form`, `spaceDelimited`, `pipeDelimited`, `tabDelimited` or `deepObject`.
        explode: Whether each item of lists and mappings is a pair of its own.
    """
    if style == "deepObject" and isinstance(value, Mapping):
        return [(f"{name}[{key}]", text_of(each)) for key, each in value.items()]
    if explode and isinstance(value, Mapping | list):
        return _parts(name, value)
    return [(name, _joined(value, _SEPARATORS.get(style, ",")))]


def _parts(name: str, value: Mapping[str, Any] | list[Any]) -> list[tuple[str, str]]:
    if isinstance(value, Mapping):
        return [(str(key), text_of(each)) for key, each in value.items()]
    return [(name, text_of(each)) for each in value]


def _joined(value: Any, separator: str, *, explode: bool = False) -> str:
    if isinstance(value, Mapping):
        if explode:
            return separator.join(f"{key}={text_of(each)}" for key, each in value.items())
        return separator.join(text_of(each) for pair in value.items() for each in pair)
    if isinstance(value, list | tuple):
        return separator.join(map(text_of, value))
    text = text_of(value)
    if not text:
        raise Unmappable("a parameter that it requires is empty")
    return text
