"""What a new user names to begin with: an address, or a document that describes an API."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit, urlunsplit

import requests

from ApiLoadLibrary.errors import BadInput, ServerUnreachable
from ApiLoadLibrary.session.descriptions import at_server, beside, location_of
from ApiLoadLibrary.session.http import guarded_session
from ApiLoadLibrary.session.source import is_address, read_source, text_of
from ApiLoadLibrary.workload.endpoint import Endpoint
from ApiLoadLibrary.workload.imports.choice import Choice
from ApiLoadLibrary.workload.imports.document import read_document
from ApiLoadLibrary.workload.imports.har import from_har, is_har
from ApiLoadLibrary.workload.imports.imported import Imported
from ApiLoadLibrary.workload.imports.naming import words_of
from ApiLoadLibrary.workload.imports.openapi import read_openapi
from ApiLoadLibrary.workload.imports.postman import from_postman, is_postman
from ApiLoadLibrary.workload.origin import Origin

from .robot_text import one_line

__all__ = ["Found", "look_at"]

ARGUMENT = "--from"
TIMEOUT_S = 10
_BEGINNING = re.compile(r"\A\s*\{|^['\"]?(?:openapi|swagger)['\"]?\s*:", re.MULTILINE)
_DESCRIPTIONS = ("/openapi.json", "/swagger.json", "/v3/api-docs")
"""Where frameworks put what describes an API: FastAPI and many; Swagger's tools; springdoc."""

_REASONS = (
    (requests.exceptions.SSLError, "its certificate cannot be verified"),
    (requests.Timeout, f"nothing within {TIMEOUT_S} s"),
    (requests.ConnectionError, "no connection"),
)


@dataclass(frozen=True, slots=True)
class Found:
    """What there is to begin with.

    Attributes:
        imported: What is known of the API.
        base_url: Where it is.
        how: How that was found, as a sentence.
    """

    imported: Imported
    base_url: str
    how: str


def look_at(source: str, server: str | None = None) -> Found:
    """Find out what a source is, and read it.

    Args:
        source: A file, or a URL.
        server: Where the API is, if not where the source says.

    Raises:
        BadInput: It is nothing that can be read, or does not say where the API is.
        ServerUnreachable: Nothing answers there.
    """
    if server is not None:
        Origin.of(server)
    if not is_address(source):
        return _described(read_source(source, _get, ARGUMENT), source, server)
    answer = _get(source)
    text = text_of(answer)
    if answer.ok and _may_describe(text):
        found = _description(text, source)
        if found is not None:
            return _with_server(found, source, server)
    return _undescribed(source, answer.status_code, server)


def _described(text: str, source: str, server: str | None) -> Found:
    found = _description(text, source)
    if found is None:
        raise BadInput(
            f"{ARGUMENT}='{source}' is neither an OpenAPI description, nor a HAR recording, nor a "
            "Postman collection: name one of these, or the address of the API."
        )
    return _with_server(found, source, server)


def _undescribed(source: str, status: int, server: str | None) -> Found:
    """What an address alone can tell, which may lead to a description."""
    parts = urlsplit(source)
    origin = str(Origin.of(source))
    if parts.path in ("", "/"):
        for path in _DESCRIPTIONS:
            answer = _get(origin + path)
            text = text_of(answer)
            found = _description(text, origin + path) if answer.ok and _may_describe(text) else None
            if found is not None:
                return _with_server(found, origin + path, server)
    path = urlunsplit(("", "", parts.path or "/", parts.query, ""))
    endpoint = Endpoint(words_of(parts.path) or "Home", "GET", path)
    how = f"GET {path} of {origin} was answered with {status}."
    if status >= 400:
        how += " That is no success: in api.resource write a path that the API has."
    return Found(Imported(parts.netloc, origin, (endpoint,)), server or origin, how)


def _description(text: str, source: str) -> Imported | None:
    """What a document describes; None where it is nothing of what is known."""
    document = read_document(text, source)
    if is_har(document):
        return from_har(document)
    if is_postman(document):
        return from_postman(document)
    if isinstance(document, Mapping) and {"openapi", "swagger"} & document.keys():
        return read_openapi(document, Choice(), location_of(source), beside(source, _get), source)
    return None


def _may_describe(text: str) -> bool:
    """Whether an answer is worth reading as a description: most are pages, or data."""
    return _BEGINNING.search(text) is not None


def _with_server(imported: Imported, source: str, server: str | None) -> Found:
    """What was found, with where it is: as was said, as it says itself, or where it comes from."""
    named = imported.base_url or ""
    if server is not None:
        base_url = server
    elif is_address(named):
        base_url = named
    elif is_address(source):
        base_url = str(Origin.of(source))
    else:
        raise BadInput(
            f"{ARGUMENT}='{source}' does not say on which server the API is: add "
            "--server http://… with its address."
        )
    base_url = base_url.rstrip("/")
    there = at_server(imported, base_url, {Origin.of(base_url)})
    how = f"{one_line(imported.title)}, as {source} describes it."
    return Found(there, base_url, how)


def _get(url: str) -> requests.Response:
    origin = Origin.of(url)
    try:
        return guarded_session(lambda: {origin}).get(url, timeout=TIMEOUT_S)
    except requests.RequestException as error:
        reason = next((why for kind, why in _REASONS if isinstance(error, kind)), str(error))
        raise ServerUnreachable(
            f"{url} gave no answer ({reason}): start the server, or correct the address."
        ) from None
