"""A document as JSON, and back: what went in comes out equal."""

from __future__ import annotations

import dataclasses
import json
import re
import sys
from collections.abc import Callable
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, NoReturn, Union, get_args, get_origin, get_type_hints

from ApiLoadLibrary.errors import BadInput

from .document import SCHEMA_VERSION, Document
from .older import is_older, upgraded

__all__ = ["from_json", "to_json"]


def to_json(document: Document) -> str:
    """The document as JSON; the same document always gives the same text.

    Raises:
        ValueError: It holds nan or an infinity, which JSON does not know.
    """
    text = json.dumps(_plain(document), indent=2, ensure_ascii=False, allow_nan=False)
    # Half a surrogate pair, from a broken answer, has no UTF-8; as an escape it survives.
    return text.encode("utf-8", "backslashreplace").decode("utf-8") + "\n"


def _plain(value: object) -> object:
    if dataclasses.is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in dataclasses.fields(value)}
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return value.value if isinstance(value, Enum) else value


def from_json(text: str) -> Document:
    """The document that `to_json` wrote, now or in an older version.

    Fields that a later version added are left out.

    Raises:
        BadInput: The text is cut off, no report, of a later kind, or damaged; says where.
    """
    try:
        data = json.loads(text, parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"The report cannot be read, its JSON is damaged: {error}.") from None
    if is_older(_version_of(data)):
        data = upgraded(data)
    document: Document = _build(Document, data, "")
    return document


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number")


def _version_of(data: object) -> str:
    version = data.get("schema_version") if isinstance(data, dict) else None
    if not isinstance(version, str):
        raise BadInput("This is no acceptance report: it has no schema_version.")
    if not re.fullmatch(r"[0-9]{1,4}\.[0-9]{1,4}", version):
        raise BadInput(f"This is no acceptance report: '{version[:40]}' is no schema_version.")
    if version.split(".")[0] != SCHEMA_VERSION.split(".")[0]:
        raise BadInput(
            f"The report has schema version {version}, this library reads {SCHEMA_VERSION}: "
            "use the library's version that wrote it, or a later one."
        )
    return version


def _damaged(place: str, expected: str, value: object) -> NoReturn:
    found = json.dumps(value, default=str)
    found = found if len(found) <= 40 else f"{found[:40]}…"
    where = place.strip(".")
    raise BadInput(f"The report is damaged at {where}: expected {expected}, got {found}.")


def _read(hint: Any, value: object, place: str) -> Any:
    """`value` as what the type hint says; anything else is an error that names the place."""
    if hint is Any:
        return value
    origin = get_origin(hint)
    if origin is not None:
        return _GENERICS[origin](get_args(hint), value, place)
    if dataclasses.is_dataclass(hint):
        return _build(hint, value, place)
    if issubclass(hint, Enum):
        return _read_enum(hint, value, place)
    return _read_scalar(hint, value, place)


def _read_union(hints: tuple[Any, ...], value: object, place: str) -> Any:
    if value is None and NoneType in hints:
        return None
    options = [hint for hint in hints if hint is not NoneType]
    if len(options) == 1:
        return _read(options[0], value, place)
    if type(value) in options:
        return value
    _damaged(place, " or ".join(_SCALARS[hint][0] for hint in options), value)


def _read_tuple(hints: tuple[Any, ...], value: object, place: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        _damaged(place, "a list", value)
    if hints[-1] is Ellipsis:
        return tuple(_read(hints[0], each, f"{place}[{n}]") for n, each in enumerate(value))
    if len(value) != len(hints):
        _damaged(place, f"{len(hints)} values", value)
    return tuple(
        _read(hint, each, f"{place}[{n}]")
        for n, (hint, each) in enumerate(zip(hints, value, strict=True))
    )


def _read_dict(hints: tuple[Any, ...], value: object, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        _damaged(place, "an object", value)
    return {key: _read(hints[1], each, f"{place}.{key}") for key, each in value.items()}


_GENERICS: dict[Any, Callable[[tuple[Any, ...], object, str], Any]] = {
    Union: _read_union,
    UnionType: _read_union,
    tuple: _read_tuple,
    dict: _read_dict,
}


def _read_enum(hint: type[Enum], value: object, place: str) -> Enum:
    try:
        return hint(value)
    except ValueError:
        _damaged(place, " or ".join(str(each.value) for each in hint), value)


LARGEST = sys.float_info.max
_SCALARS: dict[type, tuple[str, Callable[[object], bool]]] = {
    str: ("text", lambda value: isinstance(value, str)),
    bool: ("true or false", lambda value: isinstance(value, bool)),
    int: ("a whole number", lambda value: type(value) is int),
    float: ("a number", lambda value: type(value) in (int, float) and abs(value) <= LARGEST),  # type: ignore[arg-type]
}


def _read_scalar(hint: type, value: object, place: str) -> Any:
    expected, fits = _SCALARS[hint]
    if not fits(value):
        _damaged(place, expected, value)
    return float(value) if hint is float else value  # type: ignore[arg-type]


@cache
def _fields_of(cls: type) -> list[tuple[str, Any, bool]]:
    """Name, type and whether it must be there, of each field of a class."""
    hints = get_type_hints(cls)
    return [
        (each.name, hints[each.name], each.default is dataclasses.MISSING)
        for each in dataclasses.fields(cls)
    ]


def _build(cls: Any, data: object, place: str) -> Any:
    if not isinstance(data, dict):
        _damaged(place or "its top", "an object", data)
    values = {}
    for name, hint, required in _fields_of(cls):
        if name in data:
            values[name] = _read(hint, data[name], f"{place}.{name}")
        elif required:
            raise BadInput(f"The report is damaged: {f'{place}.{name}'.strip('.')} is missing.")
    return cls(**values)
