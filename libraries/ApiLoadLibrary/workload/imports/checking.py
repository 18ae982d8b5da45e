"""Whether a schema allows a value, found in a bounded number of steps.

The validator is jsonschema's, but for two things: references name converted schemas, and each
that is followed is a step; patterns are those of jsonschema-rs, which reads them as OpenAPI means
them (ECMA-262) and, however wicked they are, ends soon.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property, lru_cache
from typing import Any

from .part import Unmappable
from .schemas import Schema

__all__ = ["Checker", "matches"]

MOST_STEPS = 20_000
"""For one value: so many schemas are looked at, in making it and in checking it."""


class Checker:
    """Checks values.

    Args:
        named: What a `$ref` in a schema names.
    """

    def __init__(self, named: Mapping[str, Schema]) -> None:
        self._named = named
        self._left = MOST_STEPS

    def begin(self) -> None:
        """A new value: all steps are allowed again."""
        self._left = MOST_STEPS

    def step(self) -> None:
        """One step more.

        Raises:
            Unmappable: It is one too many.
        """
        self._left -= 1
        if self._left < 0:
            raise Unmappable("its schema is larger than a request can be made of")

    def target(self, name: str) -> Schema:
        """What a reference names."""
        self.step()
        return self._named[name]

    def allows(self, schema: Schema, value: Any) -> bool:
        """Whether the schema allows the value.

        Raises:
            Unmappable: That cannot be said, or not soon.
        """
        try:
            return bool(self._validator(schema).is_valid(value))
        except (ArithmeticError, ValueError, TypeError) as error:
            raise Unmappable(f"its schema cannot be checked ({error})") from None

    @cached_property
    def _validator(self) -> Any:
        from jsonschema import Draft202012Validator
        from jsonschema.validators import extend

        def reference(validator: Any, name: str, value: Any, _schema: Any) -> Iterator[Any]:
            yield from validator.descend(value, self.target(name))

        own: dict[str, Any] = {
            "$ref": reference,
            "pattern": _pattern,
            "patternProperties": _pattern_properties,
            "additionalProperties": _additional_properties,
        }
        return extend(Draft202012Validator, own)  # type: ignore[no-untyped-call]


def matches(pattern: str, text: str) -> bool:
    """Whether a pattern is found in a text.

    Raises:
        Unmappable: It is none.
    """
    return bool(_compiled(pattern).is_valid(text))


@lru_cache(1_000)
def _compiled(pattern: str) -> Any:
    from jsonschema_rs import Draft202012Validator

    try:
        return Draft202012Validator({"pattern": pattern})
    except ValueError:
        raise Unmappable(f"its schema has the pattern {pattern[:100]}, which is none") from None


def _pattern(_validator: Any, pattern: str, value: Any, _schema: Any) -> Iterator[Any]:
    if isinstance(value, str) and not matches(pattern, value):
        yield _wrong("it does not match its pattern")


def _pattern_properties(validator: Any, named: Any, value: Any, _schema: Any) -> Iterator[Any]:
    for pattern, schema in named.items() if isinstance(value, dict) else ():
        for name, each in value.items():
            if matches(pattern, name):
                yield from validator.descend(each, schema)


def _additional_properties(validator: Any, wanted: Any, value: Any, schema: Any) -> Iterator[Any]:
    for name, each in value.items() if isinstance(value, dict) else ():
        patterns = schema.get("patternProperties", ())
        if name not in schema.get("properties", ()) and not any(
            matches(pattern, name) for pattern in patterns
        ):
            yield from validator.descend(each, wanted)


def _wrong(problem: str) -> Exception:
    from jsonschema import ValidationError

    return ValidationError(problem)
