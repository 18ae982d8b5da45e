"""The address of the server that a description, or a part of it, names."""

from __future__ import annotations

import re
from urllib.parse import urljoin, urlsplit

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.workload.origin import Origin

from .part import Part

__all__ = ["server_of", "server_of_old"]


def server_of(part: Part, location: str) -> str | None:
    """The first server that a part names, as a whole URL or as a path alone.

    Args:
        location: The document's own URL; what is relative is relative to it.

    Raises:
        Unmappable: What it says is damaged.
    """
    listed = part.get("servers")
    for server in listed.each() if listed else ():
        variables = server.get("variables")
        url = server.text("url")
        for name, variable in variables.items() if variables else ():
            url = url.replace(f"{{{name}}}", str(variable.mapping().get("default", "")))
        return _address(url, location)
    return None


def server_of_old(whole: Part, location: str) -> str | None:
    """The same of OpenAPI 2.0."""
    host, path = whole.text("host"), whole.text("basePath")
    if not host:
        return _address(path, location) if path else None
    schemes = whole.mapping().get("schemes")
    scheme = "http" if isinstance(schemes, list) and schemes == ["http"] else "https"
    return _address(f"{scheme}://{host}{path}", location)


def _address(url: str, location: str) -> str | None:
    if location.startswith(("http://", "https://")):
        url = _joined(location, url)
    url = url.rstrip("/")
    if url.startswith("/") and re.fullmatch(r"[\w./~:@!$&'()*+,;=%-]+", url):
        return url
    try:
        Origin.of(url)
    except BadInput:
        return None
    parts = urlsplit(url)
    return None if re.search(r"[?#{}\s]", url) else f"{parts.scheme}://{parts.netloc}{parts.path}"


def _joined(location: str, url: str) -> str:
    try:
        return urljoin(location, url)
    except ValueError:
        return ""
