"""A place in a description: references are followed from it, and wrong types are told by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ApiLoadLibrary.errors import BadInput

if TYPE_CHECKING:
    from referencing import Resource
    from referencing._core import Resolver

__all__ = ["Load", "Part", "Unmappable"]

Load = Callable[[str], Any]
"""Reads another document, whose URL is given, as data; a BadInput says why it may not."""

MOST_REFERENCES = 100
"""In a chain, one leading to the next."""


class Unmappable(Exception):
    """Why a request cannot be made of an operation."""


@dataclass(frozen=True, slots=True)
class Part:
    """A value in a description.

    Attributes:
        value: The data.
        name: What it is called there, for messages.
        resolver: Knows which document it stands in.
    """

    value: Any
    name: str
    resolver: Resolver[Any]

    @classmethod
    def whole(cls, document: Any, location: str, load: Load) -> Part:
        """A whole document.

        Args:
            document: Its data.
            location: Its URL; what it refers to is relative to it.
            load: Reads other documents; each is asked for once.
        """
        from referencing import Registry, Resource

        registry: Registry[Any] = Registry(retrieve=_once(load))  # type: ignore[call-arg]
        registry = registry.with_resource(location, Resource.opaque(document))
        return cls(document, "the document", registry.resolver(location))

    def followed(self) -> Part:
        """What it refers to, or itself.

        Raises:
            Unmappable: The reference leads nowhere, or in a circle.
        """
        part = self
        for _ in range(MOST_REFERENCES):
            if not isinstance(part.value, Mapping) or not isinstance(part.value.get("$ref"), str):
                return part
            part = part.referred(part.value["$ref"])
        raise Unmappable(f"{self.name} refers to itself")

    def referred(self, reference: str) -> Part:
        """What a reference that stands here leads to.

        Raises:
            Unmappable: It leads nowhere.
        """
        try:
            found = self.resolver.lookup(reference)
        except Exception as error:  # noqa: BLE001 - pointers into wrong types raise all there is
            raise Unmappable(f"its reference {reference} {_why(error)}") from None
        return Part(found.contents, self.name, found.resolver)

    def get(self, key: str) -> Part | None:
        """What stands under a key, references followed; None where that is nothing.

        Raises:
            Unmappable: It is no mapping.
        """
        value = self.mapping().get(key)
        return None if value is None else self._inside(value, key).followed()

    def mapping(self) -> Mapping[str, Any]:
        """It as a mapping.

        Raises:
            Unmappable: It is none.
        """
        if not isinstance(self.value, Mapping):
            raise Unmappable(f"{self.name} is no mapping")
        return self.value

    def items(self) -> Iterator[tuple[str, Part]]:
        """Keys and what stands under them, references followed.

        Raises:
            Unmappable: It is no mapping.
        """
        for key, value in self.mapping().items():
            yield key, self._inside(value, key).followed()

    def values(self) -> Iterator[Part]:
        """What stands under its keys, references followed.

        Raises:
            Unmappable: It is no mapping.
        """
        return (value for _, value in self.items())

    def each(self) -> Iterator[Part]:
        """The items of a list, references followed.

        Raises:
            Unmappable: It is none.
        """
        if not isinstance(self.value, list):
            raise Unmappable(f"{self.name} is no list")
        for value in self.value:
            yield self._inside(value, f"an item of {self.name}").followed()

    def text(self, key: str) -> str:
        """The text under a key, empty where there is none."""
        value = self.value.get(key) if isinstance(self.value, Mapping) else None
        return value if isinstance(value, str) else ""

    def _inside(self, value: Any, name: str) -> Part:
        return Part(value, name, self.resolver)


def _once(load: Load) -> Callable[[str], Resource[Any]]:
    """Documents by URL; one that could not be read is not asked for again."""
    from referencing import Resource

    known: dict[str, Resource[Any] | BadInput] = {}

    def retrieve(url: str) -> Resource[Any]:
        if url not in known:
            try:
                known[url] = Resource.opaque(load(url))
            except BadInput as error:
                known[url] = error
        found = known[url]
        if isinstance(found, BadInput):
            raise found
        return found

    return retrieve


def _why(error: BaseException | None) -> str:
    while error is not None:
        if isinstance(error, BadInput):
            return f"is not followed: {error}"
        error = error.__cause__
    return "leads nowhere"
