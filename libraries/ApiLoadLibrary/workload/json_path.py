"""Places in JSON documents, as JSONPath (RFC 9535) names them: `$.data.tokens[0]`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ApiLoadLibrary.errors import BadInput

__all__ = ["JsonPath"]


class JsonPath:
    """A path, read once; it travels to other processes as its text.

    Args:
        text: `$.items[*].id`, `$['first name']`, `$.items[?@.price > 9]`.
        argument: Who names the path, for the message.

    Attributes:
        leads_to_one: Whether it can name one place at most: names and numbers alone.

    Raises:
        BadInput: Not such a path.
    """

    __slots__ = ("_query", "leads_to_one", "text")

    def __init__(self, text: str, argument: str = "path") -> None:
        from jsonpath_rfc9535 import JSONPathError, compile  # noqa: A004 - few runs need it

        self.text = text
        try:
            self._query = compile(text)
        except (JSONPathError, RecursionError, ValueError) as error:
            # The first line says what is wrong, and then where: `…, line 1, column 4`.
            problem = str(error).split(", line ")[0]
            raise BadInput(
                f"{argument}='{text}' is no place in a JSON document ({problem}): write for "
                "example $.data.tokens[0], or $['access-token'] where a name has other signs."
            ) from None
        self.leads_to_one = self._query.singular_query()

    def __repr__(self) -> str:
        return f"JsonPath({self.text!r})"

    def __reduce__(self) -> tuple[type[JsonPath], tuple[str]]:
        return JsonPath, (self.text,)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, JsonPath) and other.text == self.text

    def __hash__(self) -> int:
        return hash(self.text)

    def values(self, document: Any) -> list[Any]:
        """All that stands at such places, in the document's order.

        Raises:
            RecursionError: The document is nested too deeply.
        """
        return list(self._found(document))

    def value(self, document: Any, default: Any = None) -> Any:
        """What stands at the first such place; the default where there is none.

        Raises:
            RecursionError: The document is nested too deeply.
        """
        return next(self._found(document), default)

    def _found(self, document: Any) -> Iterator[Any]:
        from jsonpath_rfc9535 import JSONPathRecursionError

        try:
            for node in self._query.finditer(document):
                yield node.value
        except JSONPathRecursionError:
            raise RecursionError from None
