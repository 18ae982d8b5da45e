"""Reports of older schema versions, as this version would have written them.

A minor version only adds fields.  What an older report lacks is then what "not measured" is
everywhere: null, or nothing in a list.  A field that has neither needs a default in its class,
or an entry here that makes it of what the report does hold.  A major version changes what is
there, and is refused.
"""

from __future__ import annotations

import dataclasses
from types import NoneType
from typing import Any, get_args, get_origin, get_type_hints

from .document import SCHEMA_VERSION, Document

__all__ = ["is_older", "upgraded"]


def is_older(version: str) -> bool:
    """Whether a version is an earlier one than that of this library, of the same major."""
    return _minor(version) < _minor(SCHEMA_VERSION)


def _minor(version: str) -> int:
    return int(version.partition(".")[2])


def upgraded(data: dict[str, Any]) -> dict[str, Any]:
    """The JSON of an older report, with what it lacks.

    Args:
        data: As it was read; it is left as it is.
    """
    filled: dict[str, Any] = _filled(Document, data)
    return filled | {"schema_version": SCHEMA_VERSION}


def _filled(hint: Any, value: Any) -> Any:
    """`value`, which should be what the hint says, with every field that can be made up for."""
    if dataclasses.is_dataclass(hint):
        return _filled_fields(hint, value) if isinstance(value, dict) else value
    hints = [each for each in get_args(hint) if each not in (NoneType, Ellipsis)]
    if isinstance(value, list) and get_origin(hint) is tuple and len(hints) == 1:
        return [_filled(hints[0], each) for each in value]
    if len(hints) == 1 and NoneType in get_args(hint):
        return _filled(hints[0], value)
    return value


def _filled_fields(cls: Any, data: dict[str, Any]) -> dict[str, Any]:
    filled = dict(data)
    for name, hint in get_type_hints(cls).items():
        if name in data:
            filled[name] = _filled(hint, data[name])
        elif NoneType in get_args(hint):
            filled[name] = None
        elif get_origin(hint) is tuple:
            filled[name] = []
        elif get_origin(hint) is dict:
            filled[name] = {}
    return filled
