"""Values that schemas allow: small ones, always the same.

What the author of a schema gives as an example comes first, if the schema allows it.  An object
has what is required; where nothing is, what has an example.  Whatever is made is checked against
its schema in the end, so that the making may leave out what schemas seldom say.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from ApiLoadLibrary.workload.template import PLACEHOLDER

from .checking import Checker, matches
from .part import Unmappable
from .schemas import Schema
from .texts import made_text

__all__ = ["Samples"]

DEEPEST = 40
MOST_ITEMS = 1_000
MOST_BRANCHES = 100
"""Of two choices that hold at once, made one; of more the first alone is looked at."""

_BOUNDS: dict[str, Callable[[Any, Any], Any]] = {
    **dict.fromkeys(("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties"), max),
    **dict.fromkeys(("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties"), min),
}
_HINTS = {  # of a schema without a type: the first that it has
    **dict.fromkeys(("properties", "required", "additionalProperties", "minProperties"), "object"),
    **dict.fromkeys(("items", "prefixItems", "minItems", "contains"), "array"),
    **dict.fromkeys(("pattern", "format", "minLength", "maxLength"), "string"),
    **dict.fromkeys(("minimum", "maximum", "multipleOf", "exclusiveMinimum"), "number"),
}


class Samples:
    """Makes values.

    Args:
        named: What a `$ref` in a schema names.
    """

    def __init__(self, named: Mapping[str, Schema]) -> None:
        self._checker = Checker(named)

    def first_allowed(self, schema: Schema, given: Iterable[Any] = ()) -> Any:
        """The first of these that the schema allows, or else one that is made.

        Raises:
            Unmappable: None is allowed, and none could be made.
        """
        self._checker.begin()
        for value in given:
            if _is_plain(value) and self._checker.allows(schema, value):
                return value
        made = self._made(schema, 0)
        if not (_is_plain(made) and self._checker.allows(schema, made)):
            raise Unmappable("nothing that its schema allows could be made")
        return made

    def allows(self, schema: Schema, value: Any) -> bool:
        """Whether the schema allows a value."""
        self._checker.begin()
        return self._checker.allows(schema, value)

    def is_given(self, schema: Schema, value: Any) -> bool:
        """Whether a value is one that the schema itself gives, as an example or in a list."""
        self._checker.begin()
        return value in _examples(self._merged(schema))

    def _made(self, schema: Schema, depth: int) -> Any:
        self._checker.step()
        if depth > DEEPEST:
            raise Unmappable("its schema requires what holds itself, without end")
        whole = self._merged(schema)
        for value in _examples(whole):
            if _is_plain(value) and self._checker.allows(whole, value):
                return value
        for keyword in ("oneOf", "anyOf"):
            if whole.get(keyword):
                return self._one_of(whole, keyword, depth)
        return self._of_type(whole, depth)

    def _one_of(self, whole: dict[str, Any], keyword: str, depth: int) -> Any:
        """A value of the first branch that has one which the whole allows."""
        rest = {key: value for key, value in whole.items() if key not in (keyword, *_OF_AUTHORS)}
        reason = Unmappable(f"no branch of {keyword} in its schema allows what could be made")
        for branch in whole[keyword]:
            try:
                value = self._made({"allOf": [rest, branch]}, depth + 1)
            except Unmappable as error:
                self._checker.step()  # raises where it is not the branch's own fault
                reason = error
                continue
            if self._checker.allows(whole, value):
                return value
        raise reason

    def _of_type(self, whole: dict[str, Any], depth: int) -> Any:
        kind = _type(whole)
        if kind == "object":
            return self._object(whole, depth)
        if kind == "array":
            return self._array(whole, depth)
        if kind == "string":
            return made_text(whole)
        if kind in ("integer", "number"):
            return self._number(whole, kind)
        return True if kind == "boolean" else None

    def _object(self, whole: dict[str, Any], depth: int) -> dict[str, Any]:
        made: dict[str, Any] = {}
        required = list(whole.get("required", ()))
        if not required:
            made |= self._exemplary(whole, depth)
        for name in (*required, *made):
            required += whole.get("dependentRequired", {}).get(name, ())
        for name in required:
            if name not in made:
                made[name] = self._made(self._schema_of(name, whole), depth + 1)
        self._fill(made, whole, depth)
        return made

    def _exemplary(self, whole: dict[str, Any], depth: int) -> dict[str, Any]:
        """The properties that have an example."""
        made: dict[str, Any] = {}
        for name, schema in whole.get("properties", {}).items():
            try:
                if schema is not False and any(True for _ in _examples(self._merged(schema))):
                    made[name] = self._made(schema, depth + 1)
            except Unmappable:
                self._checker.step()  # raises where it is not the property's own fault
        return made

    def _fill(self, made: dict[str, Any], whole: dict[str, Any], depth: int) -> None:
        """Add what is not required, until there are enough properties."""
        fewest = whole.get("minProperties", 0)
        if fewest > MOST_ITEMS:
            raise Unmappable(f"its schema asks for {fewest:,} properties")
        more = (*whole.get("properties", ()), *(f"key{number}" for number in range(1, fewest + 1)))
        for name in more:
            if len(made) >= fewest:
                return
            schema = self._schema_of(name, whole)
            if name not in made and schema is not False:
                made[name] = self._made(schema, depth + 1)

    def _schema_of(self, name: str, whole: dict[str, Any]) -> Schema:
        """What a property of this name must be."""
        by_pattern = whole.get("patternProperties", {})
        fitting = (each for pattern, each in by_pattern.items() if matches(pattern, name))
        found: Schema = whole.get("additionalProperties", True)
        found = whole.get("properties", {}).get(name, next(fitting, found))
        return {"type": ["string"]} if found is True else found

    def _array(self, whole: dict[str, Any], depth: int) -> list[Any]:
        fewest = whole.get("minItems", 0)
        if fewest > MOST_ITEMS:
            raise Unmappable(f"its schema asks for {fewest:,} items")
        wanted = fewest or min(1, whole.get("maxItems", 1))
        made: list[Any] = []
        for place in range(wanted):
            try:
                made.append(self._item(whole, place, made, depth))
            except Unmappable:
                if fewest:
                    raise
                self._checker.step()  # raises where it is not the item's own fault
                return []
        return made

    def _item(self, whole: dict[str, Any], place: int, before: Sequence[Any], depth: int) -> Any:
        first: Sequence[Schema] = whole.get("prefixItems", ())
        schema = first[place] if place < len(first) else whole.get("items", True)
        if "contains" in whole and place >= len(first):
            schema = {"allOf": [schema, whole["contains"]]}
        item = self._made({"type": ["string"]} if schema is True else schema, depth + 1)
        if whole.get("uniqueItems") and item in before:
            item = next((each for each in self._others(schema, item) if each not in before), item)
        return item

    def _others(self, schema: Schema, item: Any) -> Iterator[Any]:
        """Values beside this one that the schema allows."""
        whole = self._merged(schema)
        listed = whole.get("enum", ())
        numbered = (
            f"{item}{number}"[-whole.get("maxLength", MOST_ITEMS) :]
            if isinstance(item, str)
            else item + number
            for number in range(1, MOST_ITEMS)
            if isinstance(item, str | int | float)
        )
        for each in (*listed, *numbered):
            self._checker.step()
            if self._checker.allows(whole, each):
                yield each

    def _number(self, whole: dict[str, Any], kind: str) -> int | float:
        limits = {name: value for name, value in whole.items() if name in _NUMERIC}
        limits["type"] = [kind]
        try:
            for value in _numbers_near(whole):
                number = int(value) if kind == "integer" and value == value // 1 else value
                if self._checker.allows(limits, number):
                    return number
        except ArithmeticError:
            pass  # bounds beyond all measure
        raise Unmappable("no number that its schema allows was found")

    def _merged(self, schema: Schema, within: tuple[str, ...] = ()) -> dict[str, Any]:
        """A schema as one, with what it refers to and all that it is of.

        Args:
            within: The references that are being followed.
        """
        self._checker.step()
        if schema is False:
            raise Unmappable("its schema allows no value in a place that it requires")
        if schema is True:
            return {}
        if "unmappable" in schema:
            raise Unmappable(schema["unmappable"])
        whole = {key: value for key, value in schema.items() if key not in ("$ref", "allOf")}
        for each in schema.get("allOf", ()):
            whole = _both(whole, self._merged(each, within))
        name = schema.get("$ref")
        if name is not None:
            if name in within:
                raise Unmappable("its schema is of itself")
            whole = _both(whole, self._merged(self._checker.target(name), (*within, name)))
        return whole


_NUMERIC = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "not")
_OF_AUTHORS = ("example", "examples", "default")


def _examples(whole: Mapping[str, Any]) -> Iterator[Any]:
    """What the author of a schema gives as its values, the best first."""
    if "const" in whole:
        yield whole["const"]
    if whole.get("example") is not None:
        yield whole["example"]
    yield from whole.get("examples", ())
    if whole.get("default") is not None:
        yield whole["default"]
    yield from whole.get("enum", ())


def _is_plain(value: Any) -> bool:
    """Whether nothing in it would be taken for a placeholder, and filled in."""
    if isinstance(value, str):
        return not PLACEHOLDER.search(value)
    if isinstance(value, Mapping):
        return all(map(_is_plain, value.values()))
    return all(map(_is_plain, value)) if isinstance(value, list) else True


def _numbers_near(bounds: Mapping[str, Any]) -> Iterator[int | float]:
    """Small numbers, and then those around the bounds."""
    low = max(bounds.get("minimum", -math.inf), bounds.get("exclusiveMinimum", -math.inf))
    high = min(bounds.get("maximum", math.inf), bounds.get("exclusiveMaximum", math.inf))
    step = bounds.get("multipleOf", 1)
    yield from (1, 0, step)
    for bound in (low, high):
        if math.isfinite(bound):
            times = math.floor(bound / step)
            yield bound
            yield from (step * (times + more) for more in (0, 1, -1, 2))
    if math.isfinite(low) and math.isfinite(high):
        yield low / 2 + high / 2


def _type(whole: Mapping[str, Any]) -> str:
    """The type to make: what comes first, but nothing that is left empty."""
    for each in whole.get("type", ()):
        if each != "null":
            return str(each)
    if "type" in whole:
        return "null"
    return next((hint for keyword, hint in _HINTS.items() if keyword in whole), "object")


def _both(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """What holds where both hold; for what cannot be said so, what the first says."""
    both = {**other, **one}
    for keyword in one.keys() & other.keys():
        ours, theirs = one[keyword], other[keyword]
        if keyword in _BOUNDS:
            both[keyword] = _BOUNDS[keyword](ours, theirs)
        elif keyword == "required":
            both[keyword] = [*ours, *theirs]
        elif keyword in ("type", "enum"):
            both[keyword] = _common(keyword, ours, theirs)
        elif keyword == "properties":
            both[keyword] = {**theirs, **ours} | {
                name: {"allOf": [ours[name], theirs[name]]} for name in ours.keys() & theirs.keys()
            }
        elif keyword in ("items", "contains"):
            both[keyword] = {"allOf": [ours, theirs]}
        elif keyword in ("oneOf", "anyOf") and len(ours) * len(theirs) <= MOST_BRANCHES:
            both[keyword] = [{"allOf": [a, b]} for a in ours for b in theirs]
    return both


def _common(keyword: str, ours: list[Any], theirs: list[Any]) -> list[Any]:
    if keyword == "type" and "number" in theirs and "integer" in ours:
        return ["integer"]
    if keyword == "type" and "number" in ours and "integer" in theirs:
        return ["integer"]
    common = [each for each in ours if each in theirs]
    if not common:
        raise Unmappable(f"its schema allows no value: two lists of {keyword} exclude each other")
    return common
