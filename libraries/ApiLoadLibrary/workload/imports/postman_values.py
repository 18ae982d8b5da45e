"""Variables of a Postman collection: `{{name}}`, where a value may hold further ones."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from .plain import items, text

__all__ = ["Values", "variables_of"]

_VARIABLE = re.compile(r"\{\{\s*+((?:[^{}\s]++|\s++(?!\}))*+)\s*+\}\}")
_DYNAMIC = {
    "$guid": "{{uuid}}",
    "$randomUUID": "{{uuid}}",
    "$randomInt": "{{integer 0..1000}}",
}
"""Postman's values that differ from request to request, and ours that do the same."""
DEEPEST = 10
LONGEST = 1_000_000


class Values:
    """Fills in variables, and remembers those that have no value.

    Args:
        known: The values; what they hold of ours, like `{{counter}}`, stays as it is.
        given: Those of the person who imports: they come before the others.
    """

    def __init__(self, known: Mapping[str, str], given: Mapping[str, str] | None = None) -> None:
        self._given = dict(given or {})
        self._known = {**known, **self._given}

    def with_inner(self, more: Mapping[str, str]) -> Values:
        """The same, with those of a folder."""
        return Values({**self._known, **more}, self._given) if more else self

    def fill(self, written: str, missing: set[str]) -> str:
        """The text with its variables filled in; `missing` gets the names of the others."""
        return self._filled(written, missing, DEEPEST)

    def _filled(self, written: str, missing: set[str], depth: int) -> str:
        def value(found: re.Match[str]) -> str:
            name = found[1]
            if name in self._given:
                return self._given[name]
            if name in _DYNAMIC:
                return _DYNAMIC[name]
            if name not in self._known or not depth:
                missing.add(name)
                return found[0]
            return self._filled(self._known[name], missing, depth - 1)

        filled = _VARIABLE.sub(value, written)
        if len(filled) > LONGEST:  # variables that hold each other grow without end
            missing.update(_VARIABLE.findall(written))
            return written
        return filled


def variables_of(owner: Mapping[str, Any], key: str = "variable") -> dict[str, str]:
    """The variables of a collection or folder; with `key='values'` those of an environment.

    Those that are disabled, empty, or marked as secret have no value here.
    """
    return {
        text(each.get("key") or each.get("id")): text(each.get("value"))
        for each in items(owner.get(key))
        if text(each.get("value"))
        and not each.get("disabled")
        and each.get("enabled", True)
        and each.get("type") != "secret"
    }
