"""The parameters of operations, and the values that are sent in them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from ApiLoadLibrary.workload.template import PLACEHOLDER

from .part import Part, Unmappable
from .samples import Samples
from .schemas import Schemas
from .serialised import query_pairs, quoted, text_of, wording

__all__ = ["NEW_KEY", "Parameters", "Sent", "example_values", "is_idempotency_key"]

NEW_KEY = "{{uuid}}"
_IN_PATH = re.compile(r"\{([^{}]+)\}")
_STYLES = {"path": "simple", "query": "form", "header": "simple", "cookie": "form"}
_OLD_STYLES = {"ssv": "spaceDelimited", "pipes": "pipeDelimited", "tsv": "tabDelimited"}
_LEFT_TO_OTHERS = ("accept", "content-type", "authorization")
"""Headers that descriptions may name as parameters, but not to any effect."""
_OF_SCHEMAS = (
    *("type", "format", "items", "enum", "default", "pattern", "minLength", "maxLength"),
    *("minItems", "maxItems", "uniqueItems", "minimum", "maximum", "multipleOf"),
    *("exclusiveMinimum", "exclusiveMaximum"),
)
"""What a parameter of OpenAPI 2.0 says of its values itself."""


@dataclass(slots=True)
class Sent:
    """What parameters add to a request.

    Attributes:
        path: Path and query.
        headers: Their headers, cookies among them.
        made_up: Places in the path that the description gives no value for, with what was made up.
    """

    path: str
    headers: dict[str, str] = field(default_factory=dict)
    made_up: dict[str, str] = field(default_factory=dict)


class Parameters:
    """Fills in what operations require.

    Args:
        schemas: Of the description.
        samples: Makes values.
        values: What the user gives, by name or by place in a path.

    Attributes:
        known: The names of all parameters so far, and their places in paths.
        used: Those of the user's values that have been used.
    """

    def __init__(self, schemas: Schemas, samples: Samples, values: Mapping[str, Any]) -> None:
        self._schemas = schemas
        self._samples = samples
        self._values = values
        self.known: set[str] = set()
        self.used: set[str] = set()

    def sent(self, path: str, item: Part, operation: Part) -> Sent:
        """What is sent in the parameters that are required, or that the user gives values for.

        Args:
            path: The path with its gaps.
            item: The path's part of the description, whose parameters all its operations share.
            operation: The operation's.

        Raises:
            Unmappable: One is damaged, or no value for it can be made.
        """
        known = dict(_all_of(item)) | dict(_all_of(operation))
        self.known.update(name for _, name in known)
        sent = Sent("")
        sent.path = self._filled(path, known, sent)
        query: list[tuple[str, str]] = []
        cookies: list[str] = []
        for (place, name), part in known.items():
            if place not in ("query", "header", "cookie") or not self._is_sent(part, name):
                continue
            value, style, explode = self._value(part, name), *_style(part, place)
            if place == "query":
                query += query_pairs(name, value, style, explode=explode)
            elif place == "cookie":
                text = quoted(wording(name, value, style, explode=explode))
                cookies.append(f"{quote(name)}={text}")
            elif name.casefold() not in _LEFT_TO_OTHERS:
                sent.headers[name] = self._header(name, value, explode=explode)
        if cookies:
            sent.headers["Cookie"] = "; ".join(cookies)
        if query:
            pairs = "&".join(f"{quote(name, safe='')}={quoted(value)}" for name, value in query)
            sent.path += f"{'&' if '?' in sent.path else '?'}{pairs}"
        return sent

    def _filled(self, path: str, known: Mapping[tuple[str, str], Part], sent: Sent) -> str:
        """The path without gaps."""
        if "#" in path:
            raise Unmappable("its path holds '#', behind which nothing is sent")
        pieces, position = [], 0
        for gap in _IN_PATH.finditer(path):
            name, place = gap[1], path[: gap.end()]
            part = known.get(("path", name))
            self.known.add(place)
            pieces += [_kept(path[position : gap.start()]), self._in_path(name, place, part, sent)]
            position = gap.end()
        return "".join([*pieces, _kept(path[position:])])

    def _in_path(self, name: str, place: str, part: Part | None, sent: Sent) -> str:
        """What fills a gap; where nobody gives a value for it, that is noted."""
        style, explode = _style(part, "path") if part else ("simple", False)
        given = next((key for key in (place, name) if key in self._values), None)
        if given is not None:
            self.used.add(given)
            value = self._values[given]
        else:
            value, is_given = self._described(part) if part else ("1", False)
            if not is_given:
                sent.made_up[place] = text_of(value)
        return quoted(wording(name, value, style, explode=explode))

    def _is_sent(self, part: Part, name: str) -> bool:
        return part.mapping().get("required") is True or name in self._values

    def _value(self, part: Part, name: str) -> Any:
        if name in self._values:
            self.used.add(name)
            return self._values[name]
        return NEW_KEY if is_idempotency_key(name) else self._described(part)[0]

    def _described(self, part: Part) -> tuple[Any, bool]:
        """A value as the description has it, and whether it gives one itself."""
        examples = list(example_values(part))
        content = part.get("content")
        if content is not None and (media := next(content.values(), None)):
            schema = self._schemas.converted(media.get("schema") or _anything(media))
            examples += example_values(media)
            value = self._samples.first_allowed(schema, examples)
            return json.dumps(value, ensure_ascii=False), value in examples
        schema = self._schemas.converted(part.get("schema") or _of_itself(part))
        value = self._samples.first_allowed(schema, examples)
        return value, value in examples or self._samples.is_given(schema, value)

    def _header(self, name: str, value: Any, *, explode: bool) -> str:
        text = wording(name, value, "simple", explode=explode)
        if PLACEHOLDER.search(text) and name not in self._values and text != NEW_KEY:
            raise Unmappable(f"its header {name} holds {{{{…}}}}, which would be filled in")
        return text


def is_idempotency_key(name: str) -> bool:
    """Whether a name is that of a key by which servers know a request that is sent again.

    With the same key all requests of a load would be one to them.
    """
    return re.sub(r"[^a-z]", "", name.casefold()) == "idempotencykey"


def example_values(part: Part) -> Iterator[Any]:
    """The examples that stand beside a schema."""
    written = part.mapping()
    for key in ("example", "x-example"):
        if written.get(key) is not None:
            yield written[key]
    if isinstance(written.get("examples"), Mapping):
        for each in part.get("examples").values():  # type: ignore[union-attr]
            if isinstance(each.value, Mapping) and each.value.get("value") is not None:
                yield each.value["value"]


def _all_of(part: Part) -> Iterator[tuple[tuple[str, str], Part]]:
    """Place and name of each parameter."""
    listed = part.get("parameters")
    if listed is None:
        return
    for each in listed.each():
        name, place = each.text("name"), each.text("in")
        if not name or not place:
            raise Unmappable("one of its parameters has no name, or no place")
        yield (place, name), each


def _style(part: Part, place: str) -> tuple[str, bool]:
    """The style of a parameter, and whether it explodes."""
    old = part.text("collectionFormat")
    if old:
        return _OLD_STYLES.get(old, _STYLES[place]), old == "multi"
    style = part.text("style") or _STYLES[place]
    explode = part.mapping().get("explode")
    default = style == "form" and part.get("schema") is not None
    return style, explode if isinstance(explode, bool) else default


def _of_itself(part: Part) -> Part:
    """The schema of a parameter that is one itself."""
    written = part.mapping()
    schema = {name: written[name] for name in _OF_SCHEMAS if name in written}
    return Part(schema or {"type": "string"}, "schema", part.resolver)


def _anything(part: Part) -> Part:
    return Part({}, "schema", part.resolver)


def _kept(text: str) -> str:
    """A path's own text: what may not stand in a URL is encoded."""
    return quote(text, safe="/:@!$&'()*+,;=~?%")
