"""A document as data: JSON or YAML, read so that nothing in it can do harm.

YAML is read as version 1.2 has it, which OpenAPI asks for: `on`, `2024-05-01` and `4:20` are
texts.  Tags that make objects are refused, and so is what is nested, or repeats itself by
aliases, beyond what a document for people can mean.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Hashable, Iterator
from typing import Any

import yaml

from ApiLoadLibrary.errors import BadInput

__all__ = ["read_document"]

MOST_NESTED = 200
MOST_PARTS = 1_000_000
"""Values of a document, those that aliases repeat counted each time."""

_LONE_SURROGATE = re.compile(r"[\ud800-\udfff]")
_ESCAPED_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]|\\U0000[dD][89a-fA-F]")


class _Unreadable(Exception):
    """Why a document is none."""


_WHAT_READERS_RAISE = (_Unreadable, ValueError, LookupError, yaml.YAMLError)


def read_document(text: str, source: str, argument: str = "source") -> Any:
    """What a text says, as plain data.

    Args:
        text: JSON or YAML.
        source: What the user calls it: its file or URL.
        argument: What that is given as.

    Raises:
        BadInput: It is neither, or would not end.
    """
    try:
        data = _parsed(text)
        if _ESCAPED_SURROGATE.search(text) and any(map(_LONE_SURROGATE.search, _texts(data))):
            raise _Unreadable("it holds half a character (a lone surrogate)")
        return data
    except RecursionError:
        reason = "it is nested too deeply"
    except _WHAT_READERS_RAISE as error:
        reason = _reason(error)
    raise BadInput(f"{argument}='{source}' cannot be read: {reason}; give JSON or YAML.")


def _reason(error: Exception) -> str:
    """What is wrong, and where."""
    if isinstance(error, yaml.MarkedYAMLError) and error.problem and error.problem_mark:
        mark = error.problem_mark
        return f"{error.problem} (line {mark.line + 1}, column {mark.column + 1})"
    return " ".join(str(error).split())


def _parsed(text: str) -> Any:
    if not text.lstrip().startswith(("{", "[")):
        return _parsed_yaml(text)
    try:
        return json.loads(text, parse_float=_finite, parse_constant=_finite)
    except json.JSONDecodeError as error:
        try:
            return _parsed_yaml(text)  # which may begin with a brace too
        except _WHAT_READERS_RAISE:
            raise error from None


def _finite(written: str) -> float:
    number = float(written)
    if not math.isfinite(number):
        raise _Unreadable(f"{written} is no number that JSON has")
    return number


def _parsed_yaml(text: str) -> Any:
    has_aliases = _check_events(text)
    data = yaml.load(text, _Loader)  # noqa: S506 - it is a safe one
    if has_aliases:
        _check_aliases(data)
    return data


def _check_events(text: str) -> bool:
    """Refuse what is nested too deeply, before it is built: in C that would end the process.

    Returns:
        Whether there are aliases.
    """
    depth, aliases = 0, False
    for event in yaml.parse(text, _Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > MOST_NESTED:
                raise _Unreadable("it is nested too deeply")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        aliases = aliases or isinstance(event, yaml.AliasEvent)
    return aliases


def _check_aliases(data: Any) -> None:
    """Refuse data that holds itself, or grows beyond measure when its aliases are followed."""
    sizes: dict[int, int | None] = {}  # None while what it holds is being counted
    waiting = [data]
    while waiting:
        value = waiting[-1]
        inside = _held_by(value)
        if id(value) not in sizes:
            sizes[id(value)] = None
            unknown = [each for each in inside if _held_by(each) and not sizes.get(id(each))]
            if any(id(each) in sizes for each in unknown):
                raise _Unreadable("an alias in it refers to what it stands in")
            waiting += unknown
            continue
        waiting.pop()
        size = 1 + sum(sizes.get(id(each)) or 1 for each in inside)
        if size > MOST_PARTS:
            raise _Unreadable("its aliases repeat each other beyond measure")
        sizes[id(value)] = size


def _held_by(value: Any) -> list[Any]:
    if isinstance(value, dict):
        return list(value.values())
    return value if isinstance(value, list) else []


def _texts(data: Any) -> Iterator[str]:
    waiting = [data]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            yield from value
        waiting += _held_by(value)


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Plain data of YAML 1.2, with names as they are written: `200:` is the text 200."""

    yaml_constructors = {  # noqa: RUF012 - PyYAML keeps them so
        tag: construct
        for tag, construct in yaml.SafeLoader.yaml_constructors.items()
        if tag is None or tag.rpartition(":")[2] in ("null", "bool", "str", "seq", "map")
    }
    yaml_implicit_resolvers: dict[str, list[tuple[str, re.Pattern[str]]]] = {}  # noqa: RUF012

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Hashable, Any]:
        """A mapping; `<<` takes over what it does not have itself."""
        found: dict[Hashable, Any] = {}
        merged: list[Any] = []
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                problem = "a name in it is no text"
                raise yaml.constructor.ConstructorError(None, None, problem, key.start_mark)
            if key.value == "<<":
                taken = self.construct_object(value, deep=True)
                merged += taken if isinstance(taken, list) else [taken]
            else:
                found[key.value] = self.construct_object(value, deep=deep)
        for each in merged:
            if isinstance(each, dict):
                found = {**each, **found}
        return found


def _as_number(loader: _Loader, node: yaml.ScalarNode) -> int | float:
    try:
        return int(node.value)
    except ValueError:
        return _finite(node.value)


_SCALARS = (  # of the core schema: tag, how it is written, and what that may begin with
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+", "-+0123456789"),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
)
for _name, _pattern, _first in _SCALARS:
    _tag = f"tag:yaml.org,2002:{_name}"
    _Loader.add_implicit_resolver(_tag, re.compile(rf"(?:{_pattern})\Z"), _first)
    if _name in ("int", "float"):
        _Loader.add_constructor(_tag, _as_number)
