"""Values that a user takes from one answer and shows in later requests.

| taken from                  | written                                    |
| --------------------------- | ------------------------------------------ |
| the answer's JSON           | `product=$.products[2].id`                 |
| one of its headers          | `order=header Location`                    |

Later steps name them as they name other values: `{{product}}`, in paths, headers and bodies.
Each is encoded for the place where it stands, so that no value can break out of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ApiLoadLibrary.errors import BadInput

from .answer import Answer, Unreadable
from .encoding import Encode
from .json_path import JsonPath

__all__ = ["Missing", "Take", "Taken"]

_NAME = re.compile(r"[^\W\d]\w*")
_HEADER = re.compile(r"header\s+([!#$%&'*+.^`|~\w-]+)", re.IGNORECASE | re.ASCII)
_NOTHING = object()


class Missing(Exception):
    """The answer does not hold the value."""


@dataclass(frozen=True, slots=True)
class Take:
    """A value to take from an answer.

    Attributes:
        name: What later requests call it, in small letters.
        place: Where it stands: a path in the answer's JSON, or the name of a header.
    """

    name: str
    place: JsonPath | str

    @classmethod
    def parse(cls, name: str, written: str) -> Take:
        """The value of `product=$.products[2].id`, or of `order=header Location`.

        Raises:
            BadInput: No name, or no place in an answer.
        """
        if not _NAME.fullmatch(name):
            raise BadInput(f"'{name}' cannot name a value: write one word, like product.")
        text = str(written).strip()
        if header := _HEADER.fullmatch(text):
            return cls(name.lower(), header[1])
        if not text.startswith("$"):
            raise BadInput(
                f"{name}='{text}' is no place in an answer: write for example "
                f"{name}=$.products[2].id, or {name}=header Location."
            )
        return cls(name.lower(), JsonPath(text, name))

    def value(self, answer: Answer) -> Any:
        """What stands there.

        Raises:
            Missing: Nothing does.
        """
        if isinstance(self.place, str):
            found: Any = answer.header(self.place)
            if found is None:
                raise Missing
            return found
        try:
            found = self.place.value(answer.document, _NOTHING)
        except (Unreadable, RecursionError):
            raise Missing from None
        if found is _NOTHING or found is None:
            raise Missing
        return found


@dataclass(frozen=True, slots=True)
class Taken:
    """The place of a taken value in a request.

    Attributes:
        name: The value's, in small letters.
        encode: Makes the bytes that stand there of a text; None where the value is the whole of a
            JSON string, and is sent as the JSON that it is.
    """

    name: str
    encode: Encode | None

    @property
    def as_json(self) -> Taken:
        """What stands for the whole of a JSON string."""
        return Taken(self.name, None)

    def fill(self, values: Mapping[str, Any]) -> bytes:
        """The bytes for a user with these values.

        Raises:
            ValueError: The value cannot stand there, as a line break in a header cannot.
        """
        value = values[self.name]
        if self.encode is None:
            return json.dumps(value).encode()
        return self.encode(value if isinstance(value, str) else json.dumps(value))
