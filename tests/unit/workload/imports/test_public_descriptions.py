"""Descriptions that others have published: each operation becomes an endpoint or is listed.

They lie in the folder that API_DESCRIPTIONS names.
"""

from __future__ import annotations

import json
import os
import uuid
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import requests
from openapi_schema_validator import OAS30WriteValidator, OAS31Validator
from referencing import Registry, Resource

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.workload.imports.choice import Choice
from ApiLoadLibrary.workload.imports.document import read_document
from ApiLoadLibrary.workload.imports.imported import Imported
from ApiLoadLibrary.workload.imports.openapi import read_openapi
from ApiLoadLibrary.workload.prepare import prepare

FILES = sorted(Path(os.environ.get("API_DESCRIPTIONS", "nowhere")).glob("*"))
DESCRIPTIONS = [each for each in FILES if "openapi" in each.name or "swagger" in each.name]
METHODS = ("get", "head", "post", "put", "patch", "delete", "options", "trace")
WHOLE = "urn:description"

pytestmark = pytest.mark.public
each_description = pytest.mark.parametrize("file", DESCRIPTIONS, ids=lambda file: file.stem)


def nothing_else(url: str) -> Any:
    raise BadInput(f"{url} is another document")


@cache
def read(file: Path) -> tuple[Any, Imported]:
    document = read_document(file.read_text("utf-8"), file.name)
    choice = Choice(methods=frozenset(map(str.upper, METHODS)))
    return document, read_openapi(document, choice, file.as_uri(), nothing_else, file.name)


def operations(document: Any) -> list[tuple[str, Any]]:
    return [
        (f"{method.upper()} {path}", item[method])
        for path, item in document["paths"].items()
        for method in item
        if method in METHODS
    ]


def test_there_are_descriptions_and_three_of_them_are_large():
    sizes = [len(operations(read(file)[0])) for file in DESCRIPTIONS]
    assert len([size for size in sizes if size > 100]) >= 3


@each_description
def test_each_operation_is_an_endpoint_or_is_listed(file):
    document, imported = read(file)
    labels = [label for label, _ in operations(document)]
    left_out = [each.operation for each in imported.left_out]
    assert len(labels) == len(imported.endpoints) + len(left_out)
    assert set(left_out) < set(labels)
    assert all(each.reason for each in imported.left_out)


@each_description
def test_all_but_a_few_operations_are_mapped(file):
    _, imported = read(file)
    assert len(imported.left_out) <= 0.05 * len(imported.endpoints)


@each_description
def test_paths_have_no_gaps_left_and_each_request_can_be_prepared(file):
    _, imported = read(file)
    session = requests.Session()
    for place, endpoint in enumerate(imported.endpoints):
        assert "{" not in endpoint.path
        prepare(endpoint, "http://server.example", session, "a-run", place)


@each_description
def test_bodies_are_what_another_validator_allows(file):
    document, imported = read(file)
    left_out = {each.operation for each in imported.left_out}
    mapped = [each for each in operations(document) if each[0] not in left_out]
    registry = Registry().with_resource(WHOLE, Resource.opaque(document))
    kind = OAS31Validator if "3.1" in str(document.get("openapi")) else OAS30WriteValidator
    judged = 0
    for (label, operation), endpoint in zip(mapped, imported.endpoints, strict=True):
        assert endpoint.method == label.split()[0]
        if endpoint.json is not None:
            schema = absolute(schema_of(document, operation))
            kind(schema, registry=registry).validate(filled_in(endpoint.json))
            judged += 1
    assert judged > 3


def filled_in(body: Any) -> Any:
    """The body of one request, whose idempotency key is its own."""
    return json.loads(json.dumps(body).replace("{{uuid}}", str(uuid.uuid4())))


def schema_of(document: Any, operation: Any) -> Any:
    if "requestBody" in operation:
        content = followed(document, operation["requestBody"])["content"]
        return followed(document, content["application/json"])["schema"]
    parameters = [followed(document, each) for each in operation["parameters"]]
    return next(each["schema"] for each in parameters if each["in"] == "body")


def followed(document: Any, value: Any) -> Any:
    while "$ref" in value:
        found = document
        for key in value["$ref"].removeprefix("#/").split("/"):
            found = found[key]
        value = found
    return value


def absolute(schema: Any) -> Any:
    """The same with references that lead into the whole document."""
    if isinstance(schema, list):
        return [absolute(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: f"{WHOLE}{each}" if key == "$ref" and isinstance(each, str) else absolute(each)
        for key, each in schema.items()
    }
