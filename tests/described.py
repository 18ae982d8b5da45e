"""Small descriptions of APIs, and what becomes of them."""

from __future__ import annotations

from typing import Any

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.workload.endpoint import Endpoint
from ApiLoadLibrary.workload.imports.choice import Choice
from ApiLoadLibrary.workload.imports.imported import Imported
from ApiLoadLibrary.workload.imports.openapi import read_openapi

LOCATION = "file:///descriptions/shop.yaml"
ALL = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"})


def description(paths: Any, version: str = "3.1.0", **more: Any) -> dict[str, Any]:
    """A description with these paths."""
    named = "swagger" if version == "2.0" else "openapi"
    return {named: version, "info": {"title": "Shop"}, "paths": paths, **more}


def nothing_else(url: str) -> Any:
    """There are no other documents."""
    raise BadInput(f"{url} is another document")


def read(
    document: Any, load: Any = nothing_else, location: str = LOCATION, **choice: Any
) -> Imported:
    """What becomes of a description."""
    return read_openapi(document, Choice(**choice), location, load, "shop.yaml")


def only_endpoint(operation: Any, method: str = "get", path: str = "/x", **more: Any) -> Endpoint:
    """The endpoint that an operation becomes."""
    choice = {"methods": ALL, "values": more.pop("values", {})}
    imported = read(description({path: {method: operation}}, **more), **choice)
    assert imported.left_out == ()
    return imported.endpoints[0]


def why_left_out(operation: Any, method: str = "get", path: str = "/x", **more: Any) -> str:
    """Why an operation becomes none."""
    imported = read(description({path: {method: operation}}, **more), methods=ALL)
    assert imported.endpoints == ()
    return imported.left_out[0].reason
