"""Whatever a description holds, an import ends with endpoints and reasons, or with a sentence."""

from __future__ import annotations

import copy
from typing import Any

import requests
from hypothesis import given
from hypothesis import strategies as st

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.workload.imports.imported import Imported
from ApiLoadLibrary.workload.prepare import prepare
from described import ALL, description, read
from strategies import json_values, same_every_time

SCHEMA = {
    "type": "object",
    "required": ["name", "next", "kind"],
    "properties": {
        "name": {"type": "string", "minLength": 2, "maxLength": 9, "pattern": "^[a-z]+$"},
        "kind": {"enum": ["a", "b"], "readOnly": False},
        "count": {"type": "integer", "minimum": 1, "exclusiveMaximum": 9, "example": 3},
        "next": {"anyOf": [{"type": "null"}, {"$ref": "#/components/schemas/Node"}]},
        "list": {"type": "array", "items": {"$ref": "#/components/schemas/Node"}, "minItems": 0},
    },
    "discriminator": {"propertyName": "kind", "mapping": {"a": "#/components/schemas/Other"}},
    "oneOf": [{"$ref": "#/components/schemas/Other"}],
}
NEW = description(
    {
        "/nodes/{id}": {
            "parameters": [{"$ref": "#/components/parameters/Id"}],
            "get": {"operationId": "getNode", "tags": ["a"], "responses": {"200": {"content": {}}}},
            "post": {
                "requestBody": {
                    "required": True,
                    "content": {
                        "application/json": {
                            "schema": {"$ref": "#/components/schemas/Node"},
                            "examples": {"one": {"value": {"name": "ab"}}},
                        }
                    },
                },
                "security": [{"key": []}],
                "servers": [{"url": "https://{a}.example", "variables": {"a": {"default": "b"}}}],
            },
        }
    },
    servers=[{"url": "/api"}],
    components={
        "parameters": {
            "Id": {"name": "id", "in": "path", "required": True, "schema": {"type": "integer"}}
        },
        "schemas": {"Node": SCHEMA, "Other": {"type": "object", "nullable": True}},
        "securitySchemes": {"key": {"type": "apiKey", "in": "query", "name": "k"}},
    },
)
OLD = description(
    {
        "/nodes": {
            "get": {"parameters": [{"name": "q", "in": "query", "required": True, "type": "array",
                                    "items": {"type": "string"}, "collectionFormat": "csv"}]},
            "post": {
                "consumes": ["application/json"],
                "parameters": [{"name": "b", "in": "body", "schema": {"$ref": "#/definitions/N"}}],
            },
            "put": {"parameters": [{"name": "f", "in": "formData", "type": "string"}]},
        }
    },
    "2.0",
    host="shop.example",
    basePath="/v1",
    schemes=["https"],
    definitions={"N": {"allOf": [{"properties": {"a": {"type": "string", "example": "b"}}}]}},
)  # fmt: skip


SESSION = requests.Session()


def places(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where something stands in a document."""
    inside = value.items() if isinstance(value, dict) else []
    inside = enumerate(value) if isinstance(value, list) else inside
    return [at, *(place for key, each in inside for place in places(each, (*at, key)))]


WORDS = (
    *("$ref", "type", "#/components/schemas/Node", "#/", "#/paths", "#", "object", "array"),
    *("string", "integer", "null", "number", "{{id}}", "{id}", "/", "//", "https://[", "\n", ""),
    *("%zz", "(a+", "2XX", "101", "query", "path", "cookie", "required", "https://shop.example"),
)
damage = json_values | st.sampled_from(WORDS) | st.sampled_from([{"$ref": each} for each in WORDS])


@st.composite
def damaged(draw: st.DrawFn) -> Any:
    """A description in which one to four things are something else, or gone."""
    document = copy.deepcopy(draw(st.sampled_from([NEW, OLD])))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.sampled_from(places(document)[1:]))
        holder = document
        for key in place[:-1]:
            holder = holder[key]
        if isinstance(holder, dict) and draw(st.booleans()):
            holder[draw(st.sampled_from(WORDS))] = holder.pop(place[-1])
        else:
            holder[place[-1]] = draw(damage)
    return document


def test_what_is_to_be_damaged_is_whole():
    for document in (NEW, OLD):
        assert read(document, methods=ALL).left_out == ()


def outcome(document: Any) -> Imported | None:
    """What an import gives; None where it ends with a sentence."""
    try:
        return read(document, methods=ALL)
    except BadInput as error:
        if not str(error).startswith("source='shop.yaml'"):
            raise
        return None


@given(damaged())
@same_every_time
def test_a_damaged_description_gives_endpoints_and_reasons_or_a_sentence(document):
    imported = outcome(document)
    if imported:
        assert all(each.reason and each.operation for each in imported.left_out)
        names = {each.name.casefold() for each in imported.endpoints}
        assert len(names) == len(imported.endpoints)
        for each in imported.endpoints:
            prepare(each, "http://shop.example", SESSION, "a-run", 0).renderer()(0)


@given(json_values)
@same_every_time
def test_anything_may_stand_in_the_place_of_paths(value):
    imported = outcome(description(value))
    assert imported is None or imported.endpoints == ()
