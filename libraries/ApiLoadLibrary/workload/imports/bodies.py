"""The bodies of operations: JSON, a form, or a text."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ApiLoadLibrary.workload.template import PLACEHOLDER

from .parameters import NEW_KEY, example_values, is_idempotency_key
from .part import Part, Unmappable
from .samples import Samples
from .schemas import Schema, Schemas
from .serialised import text_of

__all__ = ["Bodies", "Body"]

_JSON = re.compile(r"(?:application|text)/(?:[\w.+-]+\+)?json|\*/\*|application/\*", re.IGNORECASE)
_FORM = re.compile(r"application/x-www-form-urlencoded", re.IGNORECASE)
_TEXT = re.compile(r"text/[\w.+-]+|application/(?:[\w.+-]+\+)?xml", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Body:
    """What is sent behind the headers.

    Attributes:
        json: As JSON.
        data: As a form or a text.
        media_type: What the Content-Type header must say, where that does not follow.
    """

    json: Any = None
    data: dict[str, Any] | str | None = None
    media_type: str | None = None


@dataclass(frozen=True, slots=True)
class _Media:
    """One way to write a body: its type, and the part of the description that says what of."""

    name: str
    part: Part

    @property
    def kind(self) -> str:
        return self.name.partition(";")[0].strip()


class Bodies:
    """Makes bodies.

    Args:
        schemas: Of the description.
        samples: Makes values.
        consumes: The media types of operations of OpenAPI 2.0 that name none themselves.
    """

    def __init__(self, schemas: Schemas, samples: Samples, consumes: Any) -> None:
        self._schemas = schemas
        self._samples = samples
        self._consumes = consumes

    def body(self, item: Part, operation: Part) -> Body:
        """The body of an operation, in the media type that is made most easily.

        Raises:
            Unmappable: It has one that cannot be made up.
        """
        media, required = self._media(item, operation)
        for fits, make in ((_JSON, self._json), (_FORM, self._form)):
            for each in media:
                if fits.fullmatch(each.kind):
                    return make(each)
        for each in media:
            if (text := self._text(each)) is not None:
                return Body(data=text, media_type=each.name)
        if media and required:
            raise Unmappable(
                f"its body ({', '.join(each.kind for each in media)}) cannot be made up: "
                "write `Define Endpoint` with data="
            )
        return Body()

    def _media(self, item: Part, operation: Part) -> tuple[list[_Media], bool]:
        """The ways to write the body, and whether there must be one."""
        request = operation.get("requestBody")
        if request is None:
            return self._media_of_old(item, operation)
        content = request.get("content")
        listed = [_Media(name, each) for name, each in content.items()] if content else []
        return listed, request.mapping().get("required") is True

    def _media_of_old(self, item: Part, operation: Part) -> tuple[list[_Media], bool]:
        """The same of OpenAPI 2.0, where bodies are parameters."""
        listed = [part.get("parameters") for part in (item, operation)]
        parameters = [each for part in listed if part for each in part.each()]
        names = _texts(operation.mapping().get("consumes", self._consumes))
        body = [each for each in parameters if each.text("in") == "body"]
        if body:
            names = names or ["application/json"]
            return [_Media(name, body[-1]) for name in names], _is_required(body[-1])
        fields = {each.text("name"): each for each in parameters if each.text("in") == "formData"}
        if not fields:
            return [], False
        form = _form_of(fields, operation)
        needed = any(map(_is_required, fields.values()))
        return [_Media(name, form) for name in names or [_FORM.pattern]], needed

    def _json(self, media: _Media) -> Body:
        value = self._value(media)
        if value is None:
            raise Unmappable("its body is null, which cannot be sent")
        plain = media.kind.casefold() == "application/json" or "*" in media.kind
        return Body(json=value, media_type=None if plain else media.name)

    def _form(self, media: _Media) -> Body:
        value = self._value(media)
        if not isinstance(value, Mapping):
            raise Unmappable("its body is a form, but its schema is of something else")
        return Body(data={name: _field(each) for name, each in value.items()})

    def _text(self, media: _Media) -> str | None:
        """A text, where there is an example; what is only text can be made too."""
        if not _TEXT.fullmatch(media.kind):
            return None
        for example in self._examples(media):
            if isinstance(example, str) and not PLACEHOLDER.search(example):
                return example
        value = self._value(media) if media.kind.casefold() == "text/plain" else None
        return value if isinstance(value, str) else None

    def _value(self, media: _Media) -> Any:
        schema = media.part.get("schema")
        converted = True if schema is None else self._schemas.converted(schema)
        value = self._samples.first_allowed(converted, self._examples(media))
        return self._with_new_key(value, converted) if isinstance(value, Mapping) else value

    def _with_new_key(self, value: Mapping[str, Any], schema: Schema) -> Mapping[str, Any]:
        """The same with an idempotency key of its own in each request, if it may be a UUID."""
        for name in filter(is_idempotency_key, value):
            tried = {**value, name: str(uuid.UUID(int=0))}
            if self._samples.allows(schema, tried):
                return {**value, name: NEW_KEY}
        return value

    def _examples(self, media: _Media) -> Iterator[Any]:
        yield from example_values(media.part)
        of_old = media.part.value.get("x-examples")
        if isinstance(of_old, Mapping) and media.name in of_old:
            yield of_old[media.name]
        schema = media.part.get("schema")
        if schema is not None and isinstance(schema.value, Mapping):
            yield from example_values(schema)


def _form_of(fields: Mapping[str, Part], operation: Part) -> Part:
    """A body with a schema, of parameters that are fields of a form."""
    schema = {
        "type": "object",
        "properties": {name: _without_required(each.value) for name, each in fields.items()},
        "required": [name for name, each in fields.items() if _is_required(each)],
    }
    return Part({"schema": schema}, "body", operation.resolver)


def _without_required(value: Any) -> Any:
    return {key: each for key, each in value.items() if key != "required"}


def _texts(value: Any) -> list[str]:
    return [each for each in value if isinstance(each, str)] if isinstance(value, list) else []


def _is_required(part: Part) -> bool:
    return part.mapping().get("required") is True


def _field(value: Any) -> Any:
    """A field of a form: text, or several."""
    return list(map(text_of, value)) if isinstance(value, list) else text_of(value)
