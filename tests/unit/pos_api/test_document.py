"""The OpenAPI document against the routes, and against itself."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from starlette.routing import Route, WebSocketRoute

from pos_api.app import build_router
from pos_api.faults import Faults
from pos_api.openapi import openapi_document
from pos_api.settings import Settings
from pos_api.shop import Shop
from pos_api.storage import Database

DOCUMENT = openapi_document()
OPERATIONS = [
    (path, method, operation)
    for path, item in DOCUMENT["paths"].items()
    for method, operation in item.items()
]


def nodes(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value:
        if isinstance(inner, dict | list):
            yield from nodes(inner)


def schema_with_components(schema: dict[str, Any]) -> dict[str, Any]:
    return {**schema, "components": DOCUMENT["components"]}


@pytest.fixture
def routes(tmp_path: Path) -> set[tuple[str, str]]:
    """Path and method of every route of the application."""
    database = Database(tmp_path / "shop.sqlite3")
    router = build_router(Shop(Settings(), database, "http://127.0.0.1:9", Faults()))
    database._connection.close()
    found = {(r.path, "GET") for r in router.routes if isinstance(r, WebSocketRoute)}
    for route in router.routes:
        if isinstance(route, Route):
            found |= {(route.path, method) for method in (route.methods or set()) - {"HEAD"}}
    return found


def test_every_route_is_in_the_document_and_nothing_else(routes: set[tuple[str, str]]) -> None:
    assert {(path, method.upper()) for path, method, _ in OPERATIONS} == routes


def test_operations_have_names_of_their_own() -> None:
    names = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(set(names)) == len(names)


def test_every_reference_leads_to_a_schema_and_every_schema_is_used() -> None:
    used = {node["$ref"].rpartition("/")[2] for node in nodes(DOCUMENT) if "$ref" in node}
    assert used == set(DOCUMENT["components"]["schemas"])


def test_path_parameters_are_declared() -> None:
    for path, _, operation in OPERATIONS:
        declared = {p["name"] for p in operation.get("parameters", []) if p["in"] == "path"}
        assert {part[1:].split("}")[0] for part in path.split("/") if "{" in part} == declared


@pytest.mark.parametrize("name, schema", DOCUMENT["components"]["schemas"].items())
def test_schemas_are_valid_and_so_are_their_examples(name: str, schema: dict[str, Any]) -> None:
    jsonschema.Draft202012Validator.check_schema(schema)
    for example in schema.get("examples", []):
        whole = schema_with_components(schema)
        jsonschema.validate(example, whole, jsonschema.Draft202012Validator)


def test_every_body_a_client_sends_has_an_example() -> None:
    schemas = DOCUMENT["components"]["schemas"]
    bodies = [operation["requestBody"] for _, _, operation in OPERATIONS
              if "requestBody" in operation]  # fmt: skip
    assert len(bodies) == 6
    for body in bodies:
        name = body["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        assert schemas[name]["examples"], name


def test_operations_with_a_token_document_the_challenge() -> None:
    for path, _, operation in OPERATIONS:
        if "security" not in operation:
            assert "WWW-Authenticate" in operation["responses"]["401"]["headers"], path
