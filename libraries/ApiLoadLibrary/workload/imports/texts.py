"""Texts of a format, a pattern and a length that a schema asks for."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

from .checking import matches
from .part import Unmappable

__all__ = ["made_text"]

LONGEST = 10_000
_SEEDS = 50
"""How many texts of a pattern are tried before it is given up."""

_OF_FORMATS = {
    "date-time": "2025-01-15T09:30:00Z",
    "date": "2025-01-15",
    "time": "09:30:00Z",
    "duration": "PT1H",
    "email": "tester@example.com",
    "idn-email": "tester@example.com",
    "hostname": "example.com",
    "idn-hostname": "example.com",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uri": "https://example.com/",
    "url": "https://example.com/",
    "iri": "https://example.com/",
    "uri-reference": "/example",
    "iri-reference": "/example",
    "uri-template": "/example/{id}",
    "json-pointer": "/example",
    "relative-json-pointer": "0",
    "regex": "[a-z]+",
    "uuid": "3fa85f64-5717-4562-b3fc-2c963f66afa6",
    "byte": "dGV4dA==",
}
_FILLING = "text"


def made_text(schema: Mapping[str, Any]) -> str:
    """A short text that the schema's format, pattern and length allow, always the same.

    Raises:
        Unmappable: None was found.
    """
    shortest: int = schema.get("minLength", 0)
    longest: int = schema.get("maxLength", LONGEST)
    if shortest > min(longest, LONGEST):
        raise Unmappable(f"its schema asks for a text of at least {shortest:,} characters")
    if "pattern" in schema:
        return _of_pattern(schema["pattern"], max(shortest, min(1, longest)), longest)
    text = _OF_FORMATS.get(schema.get("format", ""), _FILLING)
    if shortest <= len(text) <= longest:
        return text
    filled = _FILLING * (shortest // len(_FILLING) + 1)
    return filled[: max(shortest, min(len(_FILLING), longest))]


def _of_pattern(pattern: str, shortest: int, longest: int) -> str:
    import rstr

    for seed in range(_SEEDS):
        try:
            text = str(rstr.Rstr(_FewRepetitions(seed, shortest)).xeger(pattern))
            fits = shortest <= len(text) <= longest and text.isprintable()
            if fits and matches(pattern, text):
                return text
        except Exception:  # noqa: BLE001 - of patterns that it does not know, it raises what comes
            break
    raise Unmappable(f"its schema has the pattern {pattern[:100]}, of which no text could be made")


class _FewRepetitions(random.Random):
    """Chances by which patterns are repeated seldom, and not without end.

    With even seeds each part is repeated as often as makes up a length that grows smaller with
    them; with odd ones it is left to chance.
    """

    def __init__(self, seed: int, length: int) -> None:
        super().__init__(seed)
        self._by_chance = bool(seed % 2)
        self._more = length + seed if self._by_chance else max(0, length - seed // 2)
        self._left = LONGEST // 10

    def randint(self, a: int, b: int) -> int:
        """How often something is repeated: hardly more than it must be."""
        self._left -= 1
        if self._left < 0 or a > LONGEST // 10:
            raise OverflowError
        most = max(a, min(b, a + self._more))
        return super().randint(a, most) if self._by_chance else most
