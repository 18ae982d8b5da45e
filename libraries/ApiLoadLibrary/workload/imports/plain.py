"""Reading what others wrote as JSON, where nothing can be relied on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

__all__ = ["items", "json_or_none", "mapping", "text"]

MOST_NESTED = 100


def mapping(value: Any) -> Mapping[str, Any]:
    """A JSON object, empty where there is none."""
    return value if isinstance(value, Mapping) else {}


def items(value: Any) -> list[Mapping[str, Any]]:
    """The objects of a JSON list, empty where there is none."""
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def text(value: Any) -> str:
    """A JSON value as text: a string as it is, a number or truth as JSON writes it, else empty."""
    if isinstance(value, str):
        return value
    return json.dumps(value) if isinstance(value, bool | int | float) else ""


def json_or_none(written: str) -> Any:
    """A body as data, or None where it is not JSON, or nested so deeply that only a text can be."""
    try:
        value = json.loads(written, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return None
    return value if _is_shallow(value) else None


def _is_shallow(value: Any) -> bool:
    level = [value]
    for _ in range(MOST_NESTED):
        lists = [each for each in level if isinstance(each, list)]
        objects = [each.values() for each in level if isinstance(each, dict)]
        level = [each for inner in (*lists, *objects) for each in inner]
        if not level:
            return True
    return False


def _refuse(constant: str) -> None:
    raise ValueError(constant)  # NaN and Infinity are no JSON, and cannot be sent as such
