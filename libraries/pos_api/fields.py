"""Checked reading of what clients send: JSON bodies, their members, and query parameters."""

import json
import re
from collections.abc import Collection
from typing import Never

from starlette.requests import Request

from pos_api.errors import ApiError, invalid_field

LARGEST_BODY = 64 * 1024
"""Bytes a request body may have; the largest valid order needs about 4,000."""

# int() would also take "1_0", " 7" and digits of other scripts. Nine digits fit every range here.
_DIGITS = re.compile(r"[0-9]{1,9}", re.ASCII)


class Fields:
    """The members of one JSON object, read by name, type and range.

    Every reading method raises a 422 `ApiError` that names the field when the value will not do.
    Unknown members are refused at once, so that a misspelt optional field is not lost in silence.
    """

    def __init__(self, value: object, known: Collection[str], name: str = "") -> None:
        if not isinstance(value, dict):
            raise _not_an_object(value, name)
        self._members = value
        self._prefix = f"{name}." if name else ""
        for member in value:
            if member not in known:
                raise self._unknown(member, known)

    def __contains__(self, name: str) -> bool:
        return name in self._members

    def path_of(self, name: str) -> str:
        """The member's name as a client would look for it: ``items[0].quantity``."""
        return self._prefix + name

    def integer(self, name: str, lowest: int, highest: int) -> int:
        """A whole number in a range, both ends included."""
        allowed = f"a whole number from {lowest} to {highest}"
        value = self._required(name, allowed)
        # bool is a subclass of int in Python, but true is not a quantity.
        if type(value) is not int or not lowest <= value <= highest:
            raise invalid_field(self.path_of(name), allowed, value)
        return value

    def optional_integer(self, name: str, lowest: int, highest: int) -> int | None:
        """Like `integer`, but the member may be missing or null."""
        return None if self._members.get(name) is None else self.integer(name, lowest, highest)

    def share(self, name: str) -> float:
        """A number from 0 to 1."""
        allowed = "a number from 0 to 1"
        value = self._required(name, allowed)
        if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
            raise invalid_field(self.path_of(name), allowed, value)
        return float(value)

    def boolean(self, name: str) -> bool:
        """True or false."""
        value = self._required(name, "true or false")
        if not isinstance(value, bool):
            raise invalid_field(self.path_of(name), "true or false", value)
        return value

    def text(self, name: str, longest: int) -> str:
        """A text of one line, from one to ``longest`` characters."""
        allowed = f"a text of 1 to {longest} printable characters"
        value = self._required(name, allowed)
        # isprintable() also refuses lone surrogates, which neither SQLite nor UTF-8 can hold.
        if not isinstance(value, str) or not 1 <= len(value) <= longest or not value.isprintable():
            raise invalid_field(self.path_of(name), allowed, value)
        return value

    def optional_text(self, name: str, longest: int) -> str | None:
        """Like `text`, but the member may be missing or null."""
        return None if self._members.get(name) is None else self.text(name, longest)

    def secret(self, name: str, longest: int) -> str:
        """Like `text`, but a complaint never repeats the value."""
        value = self._members.get(name)
        if isinstance(value, str) and 1 <= len(value) <= longest:
            return value
        message = f"{self.path_of(name)} must be a text of 1 to {longest} characters."
        raise ApiError(422, "invalid_field", message, field=self.path_of(name))

    def choice(self, name: str, choices: Collection[str]) -> str:
        """One of a few words, in capital or small letters; returned in small ones."""
        allowed = " or ".join(f'"{choice}"' for choice in choices)
        value = self._required(name, allowed)
        if not isinstance(value, str) or value.lower() not in choices:
            raise invalid_field(self.path_of(name), allowed, value)
        return value.lower()

    def objects(self, name: str, most: int, known: Collection[str]) -> list["Fields"]:
        """A list of one to ``most`` objects."""
        allowed = f"a list of 1 to {most} objects"
        value = self._required(name, allowed)
        if not isinstance(value, list):
            raise invalid_field(self.path_of(name), allowed, value)
        if not 1 <= len(value) <= most:
            message = f"{self.path_of(name)} must be {allowed}; got {len(value)}."
            raise ApiError(422, "invalid_field", message, field=self.path_of(name))
        return [Fields(one, known, f"{name}[{index}]") for index, one in enumerate(value)]

    def _required(self, name: str, allowed: str) -> object:
        if name not in self._members:
            message = f"{self.path_of(name)} is missing; it must be {allowed}."
            raise ApiError(422, "missing_field", message, field=self.path_of(name))
        return self._members[name]

    def _unknown(self, member: str, known: Collection[str]) -> ApiError:
        # Letters that are not printable could not be encoded, or would break the sentence.
        name = self._prefix + member[:60].encode("ascii", "replace").decode()
        message = f"{name} is not a known field; known are {', '.join(known)}."
        return ApiError(422, "unknown_field", message, field=name)


async def read_fields(request: Request, known: Collection[str]) -> Fields:
    """The request's body as the members of a JSON object.

    Raises:
        ApiError: 413 for a body over `LARGEST_BODY`, 400 for one that is not JSON, 422 for JSON
            that is not an object, or has members not in ``known``.
    """
    return Fields(_parse(await _read_body(request)), known)


def whole_number_parameter(
    request: Request, name: str, default: int, lowest: int, highest: int
) -> int:
    """A whole number from the query string, or the default where it is not given."""
    if not request.scope["query_string"]:
        return default
    text = request.query_params.get(name)
    if text is None:
        return default
    if _DIGITS.fullmatch(text) and lowest <= int(text) <= highest:
        return int(text)
    raise invalid_field(name, f"a whole number from {lowest} to {highest}", text)


async def _read_body(request: Request) -> bytes:
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            message = f"The body is larger than the {LARGEST_BODY} bytes that are allowed."
            raise ApiError(413, "body_too_large", message)
    return body


def _parse(body: bytes) -> object:
    try:
        return _decode(body.decode())
    # Wrong UTF-8 and numbers of thousands of digits are ValueErrors too; RecursionError is what
    # thousands of opening brackets end in.
    except (ValueError, RecursionError) as error:
        message = 'The body is not valid JSON; send an object such as {"amount": 100}.'
        raise ApiError(400, "malformed_json", message) from error


def _refuse_constant(name: str) -> Never:
    raise ValueError(f"{name} is not JSON")


# Made once: json.loads makes a decoder per call when it has to refuse NaN and Infinity.
_decode = json.JSONDecoder(parse_constant=_refuse_constant).decode


def _not_an_object(value: object, name: str) -> ApiError:
    if name:
        return invalid_field(name, "an object", value)
    return ApiError(422, "not_an_object", "The body must be a JSON object, in braces.")
