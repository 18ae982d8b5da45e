"""What is a secret, told by what it is called and what it looks like.

Nothing that is one may get into an endpoint: endpoints are written into suites, logs and reports.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote_plus

__all__ = ["is_secret_name", "is_secret_value", "secret_field"]

_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[\W_]+")
_LAST_WORDS = re.compile(
    r"(?:.* )?(?:passwd|pass ?word|pass ?phrase|pass ?code|pwd|secret|token|jwt|otp|sid"
    r"|csrf|xsrf|cookie|auth|authorization|authentication|credentials?"
    r"|(?:api|access|private|secret|subscription|auth) ?key|(?:session|secret) ?id)"
)
_LOOKS = re.compile(
    r"\beyJ[\w-]{8,}\.[\w-]{8,}"  # a JSON Web Token
    r"|^(?:Bearer|Basic)\s+[\w+/=.~-]{12,}$|^Digest\s+\w+="
    r"|\bsk_(?:live|test)_\w{8}|\bgh[pousr]_\w{20}|\bAKIA[0-9A-Z]{16}\b|\bxox[abp]-\w{8}"
)
_FIELDS = re.compile(  # of multipart forms, of XML, of forms and JSON
    r"""\bname="([^"]{1,60})"|<([\w:.-]{1,60})>|([\w.%[\]-]{1,60})["']?\s{0,3}[:=]\s{0,3}["']?[^\s"'&]"""
)
_QUOTED = re.compile(r'(\w{1,60})\s{0,3}:\s{0,3}"[^"]')  # as in the text of a GraphQL query


def is_secret_name(name: str) -> bool:
    """Whether a header, parameter or field of this name holds a secret: `X-Auth-Token`, `pwd`.

    The last word decides, since `token_count` is none; an `Idempotency-Key` is none either.
    """
    words = _HUMPS.sub(" ", name).strip().casefold()
    return _LAST_WORDS.fullmatch(words) is not None


def is_secret_value(value: str) -> bool:
    """Whether a text looks like a token or key of a well-known form."""
    return _LOOKS.search(value) is not None


def secret_field(body: Any) -> str | None:
    """The name of a field that holds a secret in a body, or None.

    Args:
        body: What JSON means, or the text of a form, XML, GraphQL or anything else.
    """
    if body is None:
        return None
    if isinstance(body, str):
        named = (unquote_plus(next(filter(None, each))) for each in _FIELDS.findall(body))
        return next(filter(is_secret_name, named), "its text" if is_secret_value(body) else None)
    return next(_secret_fields(body), None)


def _secret_fields(root: Any) -> Iterator[str]:
    """Fields of JSON data: those that are empty, or hold a number or a truth, are no secrets."""
    waiting = [("", root)]
    while waiting:  # without recursion: bodies may be nested as deep as they like
        name, value = waiting.pop()
        if isinstance(value, Mapping):
            waiting += [(str(key), each) for key, each in value.items()]
        elif isinstance(value, list | tuple):
            waiting += [(name, each) for each in value]
        elif isinstance(value, str) and value:
            if is_secret_name(name) or is_secret_value(value):
                yield name or "its text"
            elif found := next(filter(is_secret_name, _QUOTED.findall(value)), None):
                yield found
