"""How text is written where it stands in a request."""

from __future__ import annotations

import json
from collections.abc import Callable
from urllib.parse import quote, quote_plus

__all__ = ["Encode", "form_quoted", "json_text", "url_quoted"]

Encode = Callable[[str], bytes]


def url_quoted(text: str) -> bytes:
    """In a path or a query."""
    return quote(text, safe="").encode()


def form_quoted(text: str) -> bytes:
    """In a form."""
    return quote_plus(text).encode()


def json_text(text: str) -> bytes:
    """Between the quotes of a JSON string."""
    return json.dumps(text)[1:-1].encode()
