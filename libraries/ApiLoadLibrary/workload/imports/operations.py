"""The operations of a description: which there are, and what answers they say they give."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from ApiLoadLibrary.workload.endpoint import parse_expected

from .part import Part, Unmappable

__all__ = ["Operation", "Unreadable", "operations"]

_METHODS = ("get", "head", "post", "put", "patch", "delete", "options", "trace")
_SWITCHING = "101"
_STREAM = "text/event-stream"


class Unreadable(NamedTuple):
    """A part of the paths that holds no operation that could be read."""

    label: str
    reason: str


class Operation(NamedTuple):
    """A method on a path.

    Attributes:
        method: The HTTP method, upper case.
        path: The path, with gaps for parameters.
        item: What the description says of the path.
        part: What it says of the operation.
    """

    method: str
    path: str
    item: Part
    part: Part

    @property
    def label(self) -> str:
        """How people know it: `GET /orders/{id}`."""
        return f"{self.method} {self.path}"

    @property
    def names(self) -> tuple[str, str, str]:
        """What it may be called, the best first."""
        path = self.path.replace("{", " by ")
        return self.part.text("operationId"), self.part.text("summary"), f"{self.method} {path}"

    @property
    def tags(self) -> list[str]:
        """What it is filed under."""
        listed = self.part.mapping().get("tags")
        return [str(each) for each in listed] if isinstance(listed, list) else []

    def expected(self) -> frozenset[int]:
        """The statuses of success that it declares; all of them where it declares none.

        Raises:
            Unmappable: It is damaged, or its answer is none that ends.
        """
        responses = self.part.get("responses")
        statuses = [str(each).upper() for each in responses.mapping()] if responses else []
        if _SWITCHING in statuses:
            raise Unmappable("it leaves HTTP (status 101): see `Open … WebSocket Connections To …`")
        declared = [each for each in statuses if re.fullmatch(r"2(\d\d|XX)", each)]
        for status in declared:
            if responses and (response := responses.get(status)) and _is_stream(response):
                raise Unmappable(f"it answers with a stream ({_STREAM}), which does not end")
        return parse_expected(", ".join(declared) or "2xx")


def operations(whole: Part) -> Iterator[Operation | Unreadable]:
    """All operations, in the order of the document.

    Raises:
        Unmappable: There are no paths at all.
    """
    paths = whole.get("paths")
    if paths is None:
        raise Unmappable("it has no paths")
    for path in paths.mapping():
        if path.startswith("x-"):
            continue
        try:
            item = paths.get(path)
            if item is None:
                continue
            if not path.startswith("/"):
                raise Unmappable("its path does not begin with '/'")
            methods = [each for each in item.mapping() if each in _METHODS]
        except Unmappable as error:
            yield Unreadable(path, str(error))
            continue
        for method in methods:
            yield _operation(method.upper(), path, item)


def _operation(method: str, path: str, item: Part) -> Operation | Unreadable:
    try:
        part = item.get(method.lower())
        if part is None:
            raise Unmappable("it is empty")
        part.mapping()
    except Unmappable as error:
        return Unreadable(f"{method} {path}", str(error))
    return Operation(method, path, item, part)


def _is_stream(response: Part) -> bool:
    content = response.get("content")
    return content is not None and _STREAM in content.mapping()
