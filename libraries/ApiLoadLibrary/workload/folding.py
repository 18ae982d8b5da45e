"""Paths with what differs from request to request folded away: `/orders/123` is `/orders/{id}`.

A segment is taken for an id where it is

- a number, a UUID, or eight hexadecimal digits or more with a number among them,
- a word and numbers behind a hyphen or underscore: `order-123`, `ORD_2024_17`,
- a mail address,
- or where sixteen letters and digits or more stand together, mixed, as they do in tokens.

So what a suite does with a hundred orders is one endpoint, and no token becomes a name.
"""

from __future__ import annotations

import re

__all__ = ["folded"]

_ID = re.compile(
    r"""
      \d+
    | [0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}
    | (?=[a-f]*\d)[0-9a-f]{8,}
    | [a-z]+(?:[-_]\d+)+
    | [^@]+@[^@]+
    | .*(?<![a-z0-9])(?=[a-z]*\d)(?=\d*[a-z])[a-z0-9]{16,}.*
    """,
    re.IGNORECASE | re.VERBOSE,
)
_ENDING = re.compile(r"(?<=.)\.[a-z][a-z0-9]{1,4}$", re.IGNORECASE)
_USED_BY_CRITERIA = str.maketrans({each: f"%{ord(each):02X}" for each in ',<>="'})


def folded(path: str) -> str:
    """The path without its query, `{id}` in the place of ids; it can stand in a criterion.

    A file's ending stays: `/reports/17.pdf` is `/reports/{id}.pdf`.
    """
    bare = re.split(r"[?#;]", path, maxsplit=1)[0]
    segments = [_segment(each) for each in bare.split("/")]
    return "/".join(segments).translate(_USED_BY_CRITERIA) or "/"


def _segment(segment: str) -> str:
    if _ID.fullmatch(segment):
        return "{id}"
    ending = _ENDING.search(segment)
    if ending and _ID.fullmatch(segment[: ending.start()]):
        return "{id}" + ending[0]
    return segment
