"""Shapes of which the schemas are made, as JSON Schema has them."""

from collections.abc import Collection
from typing import Any

Schema = dict[str, Any]

STRING: Schema = {"type": "string"}
BOOLEAN: Schema = {"type": "boolean"}


def object_of(
    properties: dict[str, Schema], *, optional: Collection[str] = (), example: Any = None
) -> Schema:
    """An object of these members and no others."""
    schema: Schema = {
        "type": "object",
        "properties": properties,
        "required": [name for name in properties if name not in optional],
        "additionalProperties": False,
    }
    if example is not None:
        schema["examples"] = [example]
    return schema


def list_of(name: str, **limits: int) -> Schema:
    """A list of what has that schema."""
    return {"type": "array", "items": reference(name), **limits}


def whole(lowest: int, highest: int | None = None, description: str = "") -> Schema:
    """A whole number, both ends included."""
    schema: Schema = {"type": "integer", "minimum": lowest}
    if highest is not None:
        schema["maximum"] = highest
    if description:
        schema["description"] = description
    return schema


def text_of(longest: int, description: str = "") -> Schema:
    """A text of one character at least."""
    schema: Schema = {"type": "string", "minLength": 1, "maxLength": longest}
    return {**schema, "description": description} if description else schema


def one_of(*words: str) -> Schema:
    """One of a few words."""
    return {"type": "string", "enum": list(words)}


def or_null(schema: Schema) -> Schema:
    """The same, or null."""
    return {**schema, "type": [schema["type"], "null"]}


def reference(name: str) -> Schema:
    """A reference to the schema of that name in this document."""
    return {"$ref": f"#/components/schemas/{name}"}
