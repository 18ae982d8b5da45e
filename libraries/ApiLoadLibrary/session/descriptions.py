"""Descriptions of APIs: what may be read for them, and where their endpoints lie on the server."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from ApiLoadLibrary.errors import BadInput, OriginNotAllowed
from ApiLoadLibrary.workload.endpoint import Endpoint
from ApiLoadLibrary.workload.imports.document import read_document
from ApiLoadLibrary.workload.imports.imported import Imported, LeftOut
from ApiLoadLibrary.workload.imports.part import Load
from ApiLoadLibrary.workload.origin import Origin, require_allowed

from .source import Get, is_address, read_source

__all__ = ["at_server", "beside", "location_of"]


def location_of(source: str) -> str:
    """The URL of a file or an address, which what it refers to is relative to."""
    return source if is_address(source) else Path(source).absolute().as_uri()


def beside(source: str, get: Get) -> Load:
    """Reads documents that a description refers to.

    They must come from where it comes from: its own origin, or its own folder and those below.
    """

    def load(url: str) -> object:
        place = url if is_address(source) else _file_beside(source, url)
        if is_address(source) and not (is_address(url) and Origin.of(url) == Origin.of(source)):
            raise BadInput(f"only documents at {Origin.of(source)} are")
        return read_document(read_source(place, get), place)

    return load


def _file_beside(source: str, url: str) -> str:
    folder = Path(source).resolve().parent
    parts = urlsplit(url)
    if (
        parts.scheme == "file"
        and not parts.netloc
        and "\0" not in (path := url2pathname(parts.path))
    ):
        resolved = Path(path).resolve()
        if resolved.is_relative_to(folder):
            return str(resolved)
    raise BadInput(f"only files in {folder} and below are")


def at_server(imported: Imported, server: str, allowed: Collection[Origin]) -> Imported:
    """The same as it is on a server.

    Where the server's address has a path, that takes the place of the one in the description.

    Args:
        server: Its address.
        allowed: The origins that requests may go to; what would go elsewhere is left out.
    """
    prefix = "" if urlsplit(server).path.strip("/") else urlsplit(imported.base_url or "").path
    endpoints: list[Endpoint] = []
    elsewhere: list[LeftOut] = []
    for each in imported.endpoints:
        if each.path.startswith("/"):
            endpoints.append(replace(each, path=f"{prefix.rstrip('/')}{each.path}"))
            continue
        try:
            require_allowed(Origin.of(each.path), allowed)
        except OriginNotAllowed as error:
            elsewhere.append(LeftOut(f"{each.method} {each.path}", str(error)))
        else:
            endpoints.append(each)
    left_out = (*imported.left_out, *elsewhere)
    return replace(imported, endpoints=tuple(endpoints), left_out=left_out)
