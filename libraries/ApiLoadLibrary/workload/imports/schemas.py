"""The schemas of a description in one dialect: JSON Schema 2020-12, as it holds for requests.

What OpenAPI 2.0 and 3.0 say in words of their own is said in those of the newer dialect.  A
property that is only read is one that a request may not have.  A discriminator becomes the
constant that it stands for.  Only what is listed here is taken over, each with the type that it
must have, so that whoever works on a schema need not doubt its form.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from typing import Any

from .part import Part, Unmappable

__all__ = ["Schema", "Schemas"]

Schema = dict[str, Any] | bool

_TYPES = frozenset({"object", "array", "string", "integer", "number", "boolean", "null"})
_NESTED = (
    *("items", "contains", "additionalProperties", "propertyNames"),
    *("not", "if", "then", "else"),
)
_LISTS = ("allOf", "anyOf", "oneOf", "prefixItems")
_NAMED = ("properties", "patternProperties", "dependentSchemas")
_COUNTS = (
    *("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"),
    *("minContains", "maxContains"),
)
_LARGEST = sys.float_info.max
_NUMBERS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")


class Schemas:
    """Converts schemas; each that is referred to is converted once.

    What stands beside a reference holds too, although older versions say that it is ignored:
    whoever writes it there means it.

    Attributes:
        named: What a converted `$ref` names.  One that could not be converted says why, under
            `unmappable`: it spoils no schema but those that need it.
    """

    def __init__(self) -> None:
        self.named: dict[str, Schema] = {}
        self._names: dict[int, str] = {}
        self._waiting: list[Part] = []

    def converted(self, part: Part) -> Schema:
        """A schema; all that it refers to is named afterwards.

        Raises:
            Unmappable: It is damaged.
        """
        schema = self._converted(part)
        while self._waiting:
            each = self._waiting.pop()
            name = self._names[id(each.value)]
            try:
                self.named[name] = self._converted(each)
            except Unmappable as error:
                self.named[name] = {"unmappable": str(error)}
            except RecursionError:
                self.named[name] = {"unmappable": "its schema is nested too deeply"}
        return schema

    def _referred(self, part: Part, reference: str) -> str:
        """The name of what a reference leads to."""
        try:
            target = part.referred(reference)
        except Unmappable as error:
            name = f"nowhere {len(self.named)}"
            self.named[name] = {"unmappable": str(error)}
            return name
        if id(target.value) not in self._names:
            self._names[id(target.value)] = f"s{len(self._names)}"
            self._waiting.append(target)
        return self._names[id(target.value)]

    def _converted(self, part: Part) -> Schema:
        if isinstance(part.value, bool):
            return part.value
        written = part.mapping()
        if "$dynamicRef" in written or "$recursiveRef" in written:
            raise Unmappable("its schema has a dynamic reference")
        schema: dict[str, Any] = {}
        if isinstance(written.get("$ref"), str):
            schema["$ref"] = self._referred(part, written["$ref"])
        for name in written:
            if convert := _PLAIN.get(name):
                schema[name] = convert(name, written[name])
        self._convert_nested(part, written, schema)
        _convert_types(written, schema)
        _convert_bounds(schema, written)
        self._discriminate(part, written, schema)
        self._forbid_read_only(part, schema)
        return schema

    def _convert_nested(
        self, part: Part, written: Mapping[str, Any], schema: dict[str, Any]
    ) -> None:
        for name in written:
            inside = Part(written[name], name, part.resolver)
            if name == "items" and isinstance(inside.value, list):  # of older drafts
                schema["prefixItems"] = [self._converted(each) for each in _raw_items(inside)]
            elif name in _NESTED:
                schema[name] = self._converted(inside)
            elif name in _LISTS:
                schema[name] = [self._converted(each) for each in _raw_items(inside)]
            elif name in _NAMED:
                schema[name] = {
                    key: self._converted(Part(value, key, part.resolver))
                    for key, value in inside.mapping().items()
                }

    def _discriminate(self, part: Part, written: Mapping[str, Any], schema: dict[str, Any]) -> None:
        """Let each branch have the value of the discriminator that leads to it."""
        discriminator = written.get("discriminator")
        if not isinstance(discriminator, Mapping):
            return
        name = discriminator.get("propertyName")
        if not isinstance(name, str):
            return
        for keyword in ("oneOf", "anyOf"):
            for branch, one in zip(schema.get(keyword, ()), written.get(keyword, ()), strict=True):
                if isinstance(branch, dict) and "$ref" in branch:
                    value = self._leading_to(branch["$ref"], one["$ref"], part, discriminator)
                    branch.setdefault("properties", {})[name] = {"const": value}
                    branch["required"] = [*branch.get("required", ()), name]

    def _leading_to(
        self, target: str, reference: str, part: Part, discriminator: Mapping[str, Any]
    ) -> str:
        mapping = discriminator.get("mapping")
        for value, leads_to in mapping.items() if isinstance(mapping, Mapping) else ():
            if not isinstance(leads_to, str):
                continue
            if leads_to in (reference, reference.rpartition("/")[2]):
                return str(value)
            if "/" in leads_to and self._referred(part, leads_to) == target:
                return str(value)
        return reference.rpartition("/")[2]

    def _forbid_read_only(self, part: Part, schema: dict[str, Any]) -> None:
        """What is only read may not be in a request, even if answers require it."""
        written = part.value.get("properties", {})
        read_only = {
            name
            for name, value in written.items()
            if _is_read_only(Part(value, name, part.resolver))
        }
        for name in read_only:
            schema["properties"][name] = False
        if read_only and "required" in schema:
            schema["required"] = [each for each in schema["required"] if each not in read_only]


def _is_read_only(part: Part) -> bool:
    """Whether a property says so itself, or what it refers to."""
    try:
        places = (part, part.followed())
    except Unmappable:
        return False
    return any(
        isinstance(each.value, Mapping) and each.value.get("readOnly") is True for each in places
    )


def _raw_items(part: Part) -> list[Part]:
    if not isinstance(part.value, list):
        raise Unmappable(f"{part.name} of its schema is no list")
    return [Part(each, part.name, part.resolver) for each in part.value]


def _convert_types(written: Mapping[str, Any], schema: dict[str, Any]) -> None:
    """Types as a list, with null among them where it may be left empty."""
    types = written.get("type")
    if types is None:
        return
    listed = types if isinstance(types, list) else [types]
    if listed == ["file"]:  # of OpenAPI 2.0
        listed, schema["format"] = ["string"], "binary"
    for each in listed:
        if not isinstance(each, str) or each not in _TYPES:
            raise Unmappable(f"its schema has the type {each!r}, which JSON has not")
    if written.get("nullable") is True or written.get("x-nullable") is True:
        listed = [*listed, "null"]
    schema["type"] = list(dict.fromkeys(listed))


def _convert_bounds(schema: dict[str, Any], written: Mapping[str, Any]) -> None:
    """`exclusiveMinimum: true` makes the minimum itself one that is excluded."""
    for bound in ("minimum", "maximum"):
        exclusive = f"exclusive{bound.capitalize()}"
        if isinstance(written.get(exclusive), bool):
            del schema[exclusive]
            if written[exclusive] and bound in schema:
                schema[exclusive] = schema.pop(bound)


def _as_it_is(_name: str, value: Any) -> Any:
    return value


def _damaged(name: str, value: Any, wanted: str) -> Unmappable:
    return Unmappable(f"{name} of its schema is {str(value)[:50]!r}, and no {wanted}")


def _count(name: str, value: Any) -> int:
    if (
        isinstance(value, bool)
        or not isinstance(value, int | float)
        or not 0 <= value == value // 1
    ):
        raise _damaged(name, value, "count")
    return int(value)


def _number(name: str, value: Any) -> int | float:
    if name.startswith("exclusive") and isinstance(value, bool):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > _LARGEST:
        raise _damaged(name, value, "number")
    if name == "multipleOf" and value <= 0:
        raise _damaged(name, value, "number above 0")
    return value


def _text(name: str, value: Any) -> str:
    if not isinstance(value, str):
        raise _damaged(name, value, "text")
    return value


def _texts(name: str, value: Any) -> list[str]:
    if name == "required" and isinstance(value, bool):  # of parameters, and often a slip
        return []
    if not isinstance(value, list):
        raise _damaged(name, value, "list")
    return [_text(name, each) for each in value]


def _list(name: str, value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise _damaged(name, value, "list")
    return value


def _examples(_name: str, value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _named_texts(name: str, value: Any) -> dict[str, list[str]]:
    if not isinstance(value, Mapping):
        raise _damaged(name, value, "mapping")
    return {key: _texts(name, each) for key, each in value.items()}


def _truth(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise _damaged(name, value, "truth")
    return value


_PLAIN: dict[str, Callable[[str, Any], Any]] = {
    **dict.fromkeys(_COUNTS, _count),
    **dict.fromkeys(_NUMBERS, _number),
    **dict.fromkeys(("pattern", "format"), _text),
    **dict.fromkeys(("default", "example", "const"), _as_it_is),
    "required": _texts,
    "enum": _list,
    "examples": _examples,
    "uniqueItems": _truth,
    "dependentRequired": _named_texts,
}
