"""Bodies that are made of schemas: small, allowed by the schema, and always the same."""

from __future__ import annotations

import re
import time
from datetime import date, datetime
from ipaddress import ip_address
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from ApiLoadLibrary.workload.imports.part import Unmappable
from ApiLoadLibrary.workload.imports.samples import Samples
from ApiLoadLibrary.workload.imports.texts import made_text
from described import description, read
from strategies import same_every_time


def body_of(schema, version="3.1.0", media=None, **schemas):
    """The body of an operation whose schema this is."""
    content = {"application/json": {"schema": schema, **(media or {})}}
    paths = {"/x": {"post": {"requestBody": {"required": True, "content": content}}}}
    imported = read(description(paths, version, components={"schemas": schemas}))
    if imported.left_out:
        raise Unmappable(imported.left_out[0].reason)
    return imported.endpoints[0].json


def an_object(**properties):
    return {"type": "object", "properties": properties, "required": list(properties)}


TEXT, NUMBER = {"type": "string"}, {"type": "integer"}


@pytest.mark.parametrize(
    "schema, body",
    [
        # What is required, and nothing else; where nothing is, what has an example.
        (an_object(a=TEXT) | {"properties": {"a": TEXT, "b": TEXT}}, {"a": "text"}),
        ({"properties": {"a": TEXT, "b": {"example": 5}, "c": {"default": 6}}}, {"b": 5, "c": 6}),
        ({"type": "object", "properties": {"a": TEXT}}, {}),
        ({"required": ["a"]}, {"a": "text"}),
        ({"required": ["a"], "additionalProperties": NUMBER}, {"a": 1}),
        ({"properties": {"a": TEXT, "b": NUMBER}, "minProperties": 2}, {"a": "text", "b": 1}),
        ({"required": ["n-1"], "patternProperties": {"^n-": NUMBER}}, {"n-1": 1}),
        ({"type": "object", "minProperties": 2}, {"key1": "text", "key2": "text"}),
        (an_object(a=TEXT) | {"dependentRequired": {"a": ["b"]}}, {"a": "text", "b": "text"}),
        # What only answers have.
        (an_object(a=TEXT, id=NUMBER | {"readOnly": True}), {"a": "text"}),
        # Lists.
        ({"type": "array", "items": NUMBER}, [1]),
        ({"type": "array", "items": NUMBER, "maxItems": 0}, []),
        ({"type": "array", "items": NUMBER, "minItems": 3, "uniqueItems": True}, [1, 2, 3]),
        ({"type": "array", "items": TEXT, "minItems": 2, "uniqueItems": True}, ["text", "text1"]),
        ({"items": {"enum": ["x", "y"]}, "minItems": 2, "uniqueItems": True}, ["x", "y"]),
        ({"prefixItems": [TEXT, NUMBER], "items": False, "minItems": 2}, ["text", 1]),
        ({"type": "array", "contains": {"const": 7}}, [7]),
        # The author's own values, if they are allowed.
        (NUMBER | {"example": 5}, 5),
        (NUMBER | {"example": "5", "default": 6}, 6),
        ({"const": {"a": 1}}, {"a": 1}),
        ({"enum": ["b", "a"]}, "b"),
        (NUMBER | {"enum": ["b", 3]}, 3),
        (TEXT | {"example": "{{name}}", "default": "Ann"}, "Ann"),
        # Several types, and none.
        ({"type": ["null", "string"]}, "text"),
        ({"type": "boolean"}, True),
        ({}, {}),
        ({"minLength": 2}, "text"),
        # All of, one of, any of.
        ({"allOf": [an_object(a=TEXT), an_object(b=NUMBER)]}, {"a": "text", "b": 1}),
        ({"allOf": [NUMBER | {"minimum": 3}, {"minimum": 5, "maximum": 9}]}, 5),
        ({"allOf": [{"type": "number", "minimum": 2.5}, NUMBER]}, 3),
        ({"oneOf": [{"type": "string", "enum": []}, NUMBER]}, 1),
        ({"oneOf": [NUMBER, {"type": "number"}, TEXT]}, "text"),
        ({"anyOf": [{"type": "null"}, NUMBER]}, None),
        (an_object(a=TEXT) | {"oneOf": [{"required": ["b"]}]}, {"a": "text", "b": "text"}),
        ({"oneOf": [an_object(a=TEXT)], "anyOf": [an_object(b=TEXT)]}, {"a": "text", "b": "text"}),
    ],
)
def test_a_body_is_made_of(schema, body):
    if body is None:
        with pytest.raises(Unmappable, match="null"):
            body_of(schema)
        return
    assert body_of(schema) == body


@pytest.mark.parametrize(
    "bounds, number",
    [
        ({}, 1),
        ({"minimum": 5}, 5),
        ({"exclusiveMinimum": 5}, 6),
        ({"maximum": -3}, -3),
        ({"exclusiveMaximum": 0}, -1),
        ({"multipleOf": 7}, 0),
        ({"multipleOf": 7, "minimum": 15}, 21),
        ({"minimum": 2.5}, 3),
        ({"not": {"const": 1}}, 0),
    ],
)
def test_whole_numbers_keep_to_their_bounds(bounds, number):
    assert body_of(NUMBER | bounds) == number


@pytest.mark.parametrize(
    "bounds",
    [{"exclusiveMinimum": 0, "exclusiveMaximum": 0.001}, {"multipleOf": 0.25, "minimum": 9.9}],
)
def test_other_numbers_keep_to_their_bounds(bounds):
    schema = {"type": "number", **bounds}
    assert Draft202012Validator(schema).is_valid(body_of(schema))


@pytest.mark.parametrize(
    "name, read_text",
    [
        ("date-time", datetime.fromisoformat),
        ("date", date.fromisoformat),
        ("uuid", UUID),
        ("ipv4", ip_address),
        ("ipv6", ip_address),
        ("email", re.compile(r"\w+@\w+\.\w+").fullmatch),
        ("uri", re.compile(r"https://\S+").fullmatch),
    ],
)
def test_texts_have_their_format(name, read_text):
    assert read_text(body_of(TEXT | {"format": name}))


@pytest.mark.parametrize(
    "pattern",
    [r"^[A-Z]{3}-\d{4}$", r"^([a-z]+:)?[\w-]{1,60}$", r"^/?[a-z0-9][\w.-]+$", r"\d+", r"^(a|b)\1$"],
)
def test_texts_match_their_pattern(pattern):
    assert re.search(pattern, body_of(TEXT | {"pattern": pattern}))


@given(st.integers(0, 100), st.integers(0, 100), st.sampled_from(["date", "uuid", "none"]))
@same_every_time
def test_texts_are_as_long_as_they_must_be(one, other, name):
    low, high = sorted((one, other))
    for more in ({"format": name}, {"pattern": "^[a-z]*$"}):
        assert low <= len(made_text({"minLength": low, "maxLength": high, **more})) <= high


# Older dialects.


@pytest.mark.parametrize("exclusive, number", [(True, 6), (False, 5)])
def test_an_exclusive_bound_may_be_a_truth(exclusive, number):
    schema = NUMBER | {"minimum": 5, "exclusiveMinimum": exclusive}
    assert body_of(schema, "3.0.3") == number


def test_what_may_be_null_is_allowed_to_be_so_in_examples():
    schema = an_object(a=TEXT | {"nullable": True})
    assert body_of(schema, "3.0.3", {"example": {"a": None}}) == {"a": None}


def test_what_stands_beside_a_reference_holds():
    schema = an_object(a=TEXT, b={"$ref": "#/components/schemas/B", "readOnly": True})
    assert body_of(schema, "3.0.3", B=NUMBER) == {"a": "text"}


# Examples.


@pytest.mark.parametrize(
    "media, body",
    [
        ({"example": {"a": "media"}}, {"a": "media"}),
        ({"examples": {"one": {"value": {"a": "named"}}}}, {"a": "named"}),
        ({"example": {"a": 1}, "examples": {"one": {"value": {"a": "named"}}}}, {"a": "named"}),
        ({"example": {"a": "{{x}}"}}, {"a": "text"}),
        ({"example": 1}, {"a": "text"}),
    ],
)
def test_the_first_example_that_is_allowed_is_sent(media, body):
    assert body_of(an_object(a=TEXT), media=media) == body


@pytest.mark.parametrize("pattern", [r"^(a+)+$", r"^(?=(a+)+$)a", r"^(?:(a+)+)\1$"])
def test_wicked_patterns_of_examples_end_soon(pattern):
    """Python's own expressions would take years for them."""
    example = {"example": "a" * 60 + "!"}
    started = time.monotonic()
    assert set(body_of(TEXT | {"pattern": pattern}, media=example)) == {"a"}
    keyed = {"patternProperties": {pattern: NUMBER}, "additionalProperties": TEXT}
    assert body_of(keyed, media={"example": {"a" * 60 + "!": "x"}})
    assert time.monotonic() - started < 10


def test_patterns_are_those_of_openapi():
    schema = TEXT | {"pattern": r"^\p{Lu}\/\d$"}
    assert (
        body_of(schema, media={"examples": {"a": {"value": "É/٣"}, "b": {"value": "É/3"}}}) == "É/3"
    )


def test_names_by_pattern_hold_for_examples():
    schema = {"patternProperties": {"^n-": NUMBER}, "additionalProperties": False}
    examples = [{"n-1": "x"}, {"m-1": 1}, {"n-1": 1}]
    media = {"examples": {str(n): {"value": each} for n, each in enumerate(examples)}}
    assert body_of(schema, media=media) == {"n-1": 1}


# Discriminators.


def test_a_discriminator_has_the_value_that_leads_to_its_branch():
    pet = {
        "oneOf": [{"$ref": "#/components/schemas/Dog"}, {"$ref": "#/components/schemas/Cat"}],
        "discriminator": {"propertyName": "kind", "mapping": {"miaow": "#/components/schemas/Cat"}},
    }
    impossible = an_object(a={"enum": []}, kind=TEXT)
    assert body_of(pet, Dog=an_object(kind=TEXT), Cat=impossible) == {"kind": "Dog"}
    found = body_of(pet, Dog=impossible, Cat=an_object(kind=TEXT, lives=NUMBER))
    assert found == {"kind": "miaow", "lives": 1}


# Schemas of themselves, and other traps.


def test_what_refers_to_itself_ends_where_it_may():
    node = an_object(name=TEXT)
    node["properties"]["next"] = {"$ref": "#/components/schemas/N"}
    node["properties"]["children"] = {"type": "array", "items": {"$ref": "#/components/schemas/N"}}
    node["required"] = ["name", "children"]
    found = body_of({"$ref": "#/components/schemas/N"}, N=node)
    assert found["name"] == "text"
    depth = 0
    while found["children"]:
        found, depth = found["children"][0], depth + 1
    assert depth < 50


REF_A = {"$ref": "#/components/schemas/A"}
ENDLESS = {
    f"S{n}": an_object(**{each: {"$ref": f"#/components/schemas/S{n + 1}"} for each in "abcdefgh"})
    for n in range(30)
}
DOUBLED = {
    f"D{n}": {"allOf": [{"$ref": f"#/components/schemas/D{n + 1}"}] * 2} for n in range(60)
} | {"D60": {}}


@pytest.mark.parametrize(
    "schema, schemas, problem",
    [
        (REF_A, {"A": an_object(a=REF_A)}, "without end"),
        (REF_A, {"A": REF_A}, "refers to itself|of itself"),
        (REF_A, {"A": {"allOf": [REF_A]}}, "of itself"),
        (REF_A, {"A": {"oneOf": [REF_A]}}, "without end"),
        (REF_A, {}, "leads nowhere"),
        (REF_A, {"A": 7}, "no mapping"),
        ({"$ref": "#/components/schemas/S0"}, ENDLESS | {"S30": TEXT}, "larger than a request"),
        ({"$ref": "#/components/schemas/D0"}, DOUBLED, "larger than a request"),
        (an_object(a=False), {}, "allows no value"),
        ({"type": "array", "items": NUMBER, "minItems": 900, "uniqueItems": True}, {}, "larger"),
        (TEXT | {"minLength": 10**12}, {}, "at least 1,000,000,000,000 characters"),
        ({"type": "array", "minItems": 10**9}, {}, "1,000,000,000 items"),
        ({"type": "object", "minProperties": 10**9}, {}, "1,000,000,000 properties"),
        (TEXT | {"pattern": "(((a{999}){999}){999}){999}"}, {}, "pattern"),
        (TEXT | {"pattern": r"\p{Nonsense"}, {}, "pattern"),
        (TEXT | {"pattern": r"^\p{Lu}$"}, {}, "pattern .* of which no text could be made"),
        (NUMBER | {"minimum": 5, "maximum": 4}, {}, "no number"),
        (NUMBER | {"minimum": 10**400}, {}, "no number"),
        ({"type": "number", "multipleOf": 1e-300, "minimum": 1e308}, {}, "no number"),
        ({"allOf": [TEXT, NUMBER]}, {}, "exclude each other"),
        ({"not": {}}, {}, "could be made"),
        ({"$dynamicRef": "#x"}, {}, "dynamic reference"),
        ({"type": "text"}, {}, "which JSON has not"),
    ],
)
def test_what_no_body_can_be_made_of_is_told_soon(schema, schemas, problem):
    started = time.monotonic()
    with pytest.raises(Unmappable, match=problem):
        body_of(schema, **schemas)
    assert time.monotonic() - started < 10  # what does not end takes for ever; the machine is busy


def test_choices_of_choices_end_soon():
    choice = {"oneOf": [an_object(**{f"a{n}": NUMBER}) for n in range(9)]}
    schemas = {f"C{n}": choice for n in range(30)}
    schema = {"allOf": [{"$ref": f"#/components/schemas/C{n}"} for n in range(30)]}
    assert body_of(schema, **schemas) == {"a0": 1}


def test_what_is_nested_too_deeply_is_left_out_wherever_it_is_needed():
    deep = NUMBER
    for _ in range(900):
        deep = {"type": "array", "items": deep, "minItems": 1}
    operation = {
        "requestBody": {"content": {"application/json": {"schema": REF_A}}},
        "responses": {},
    }
    paths = {"/a": {"post": operation}, "/b": {"post": operation}, "/c": {"get": {}}}
    imported = read(description(paths, components={"schemas": {"A": deep}}))
    assert [each.path for each in imported.endpoints] == ["/c"]
    assert [each.reason for each in imported.left_out] == ["its schema is nested too deeply"] * 2


def test_what_is_damaged_spoils_nothing_that_does_not_need_it():
    schema = an_object(a=TEXT)
    schema["properties"] |= {"b": {"$ref": "#/nowhere"}, "c": REF_A}
    assert body_of(schema, A={"type": 5}) == {"a": "text"}


# Whatever a schema says: what is made is allowed by it.

scalars = st.sampled_from(
    [
        *(TEXT, NUMBER, {"type": "boolean"}, {"type": "null"}, {}, True),
        *(TEXT | {"minLength": 7}, TEXT | {"maxLength": 2}, TEXT | {"format": "uuid"}),
        *(NUMBER | {"multipleOf": 3, "minimum": 4}, {"enum": ["a", 1, None]}, {"const": "c"}),
        *({"type": "number", "exclusiveMaximum": -1.5}, {"type": ["string", "null"]}),
    ]
)
schemas = st.recursive(
    scalars,
    lambda inner: st.one_of(
        st.dictionaries(st.sampled_from("abc"), inner, max_size=3).map(
            lambda each: an_object(**each)
        ),
        st.lists(inner, min_size=1, max_size=3).map(lambda each: {"anyOf": each}),
        st.lists(inner, min_size=1, max_size=2).map(lambda each: {"allOf": each}),
        st.lists(inner, min_size=1, max_size=2).map(lambda each: {"oneOf": each}),
        inner.map(lambda each: {"type": "array", "items": each, "minItems": 2}),
        inner.map(lambda each: {"type": "array", "items": each, "uniqueItems": True}),
    ),
    max_leaves=8,
)


@given(schemas)
@same_every_time
def test_what_is_made_is_what_another_validator_allows(schema):
    converted = _with_lists_of_types(schema)
    try:
        value = Samples({}).first_allowed(converted)
    except Unmappable:
        return
    Draft202012Validator(schema).validate(value)


def _with_lists_of_types(schema):
    if isinstance(schema, dict):
        return {
            key: [each] if key == "type" and isinstance(each, str) else _with_lists_of_types(each)
            for key, each in schema.items()
        }
    return [_with_lists_of_types(each) for each in schema] if isinstance(schema, list) else schema
