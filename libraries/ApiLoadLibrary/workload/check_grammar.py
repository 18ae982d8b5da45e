"""The language of checks, read.

    check      ::= subject predicate
    subject    ::= "status" | "header" NAME | "body" | "size" | "time"
                 | PATH | "count of" PATH
    predicate  ::= sign value | "is one of" value { "," value }
                 | "contains" value | "does not contain" value
                 | "starts with" TEXT | "ends with" TEXT | "matches" PATTERN
                 | "is empty" | "is not empty" | "exists" | "does not exist"
                 | "is a number" | "is a text" | "is a list" | "is an object" | "is a boolean"
                 | "fits schema" FILE
    sign       ::= "=" | "is" | "!=" | "is not" | "<" | "below" | "<=" | "at most"
                 | ">" | "above" | ">=" | "at least"

PATH is a JSONPath (RFC 9535) into a body of JSON, as `$.items[*].price`.  A value is a number,
`true`, `false`, `null`, or text, which needs no quotes unless it would be one of the others; of
`time` it is a DURATION, of `size` a number of BYTES, as in criteria.  PATTERN is a regular
expression as Python has it; it is looked for anywhere in the text.  Case matters in values, and
nowhere else.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from ApiLoadLibrary.errors import BadCheck, BadInput, nearest
from ApiLoadLibrary.files import why_unreadable
from ApiLoadLibrary.values import Duration, Percent, Size

from .check import (
    ALL_ANSWERS,
    KINDS,
    Check,
    Compared,
    Containing,
    Count,
    Empty,
    Existing,
    Fitting,
    Header,
    Kind,
    Matching,
    OneOf,
    Place,
    Plain,
    Predicate,
    Subject,
)
from .endpoint import parse_expected
from .json_path import JsonPath

__all__ = ["parse_check"]

EXAMPLES = "write for example $.items is not empty, body contains thank you, or time < 500 ms."
_SIGNS = {
    **{each: each for each in ("<=", ">=", "!=", "<", ">", "=")},
    "is not": "!=",
    "is": "=",
    "at most": "<=",
    "at least": ">=",
    "below": "<",
    "above": ">",
}
_WHOLE: dict[str, Predicate] = {
    "is not empty": Empty(expected=False),
    "is empty": Empty(),
    "exists": Existing(),
    "does not exist": Existing(expected=False),
    **{f"is {article} {kind}": Kind(kind) for kind in KINDS for article in ("a", "an")},
}
_SOUNDING_LIKE_WORDS = ("is", "is not")
_BEHIND_IS = (
    *("true", "false", "null", "not null", "not true", "not false"),
    *(each.removeprefix("is ") for each in _WHOLE if each.startswith("is ")),
)
_TEXTUAL = ("does not contain", "contains", "starts with", "ends with", "matches")
_LISTED, _FITS = "is one of", "fits schema"
_OPERATORS = (*_WHOLE, *_TEXTUAL, _LISTED, _FITS, *_SIGNS)
"""In this order: one that another begins with comes after it."""

_OPERATOR = re.compile(
    "|".join(
        re.escape(each).replace("\\ ", r"\s+") + (r"(?!\S)" if each[-1].isalpha() else "")
        for each in _OPERATORS
    ),
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"(status|body|size|time)(?=[\s<>=!]|$)|header\s+([^\s<>=]+)|(count\s+of\s+)?(\$.*)",
    re.IGNORECASE | re.DOTALL,
)
_MEASURES: dict[str, type[Duration | Size]] = {"time": Duration, "size": Size}
_ONLY_SIGNS = ("status", "size", "time")


def parse_check(text: str, sample: Percent = ALL_ANSWERS) -> Check:
    """Read a check such as `$.items is not empty`.

    Args:
        text: The check.
        sample: The share of answers that are to be looked at.

    Raises:
        BadCheck: It cannot be read, or its schema cannot.
        BadInput: No answer would be looked at.
    """
    written = text.strip()
    if not sample.value:
        raise BadInput("sample='0 %' looks at no answer: write a share above 0 %, like 10 %.")
    try:
        subject, rest = _subject(written)
        subject, predicate = _judged(subject, rest)
    except ValueError as error:
        raise BadCheck(written, str(error)) from None
    return Check(_name(written, predicate), subject, predicate, sample)


def _name(written: str, predicate: Predicate) -> str:
    """The check as it was written, but without the folder of its schema."""
    if not isinstance(predicate, Fitting):
        return written
    end = re.split(_FITS.replace(" ", r"\s+"), written, maxsplit=1, flags=re.IGNORECASE)[1]
    return f"{written[: -len(end)]} {Path(end.strip()).name}"


def _subject(text: str) -> tuple[Subject, str]:
    """What is looked at, and the words behind it."""
    found = _SUBJECT.match(text)
    if found is None:
        word = text.split(" ", 1)[0]
        guess = nearest(word, ("status", "header ETag", "body", "size", "time", "count of $.items"))
        hint = f" Did you mean '{guess}'?" if guess else ""
        raise ValueError(f"'{word}' is nothing in an answer; {EXAMPLES}{hint}")
    plain, header, count, path = found.groups()
    if plain:
        return Plain(plain.lower()), text[found.end() :].strip()
    if header:
        return Header(header), text[found.end() :].strip()
    end = _end_of_path(path)
    place = JsonPath(path[:end])
    return (Count(place) if count else Place(place)), path[end:].strip()


def _end_of_path(text: str) -> int:
    """Where a path ends: at a space or a sign that stands in no bracket and no quotes."""
    depth, quote, escaped = 0, "", False
    for position, sign in enumerate(text):
        if escaped:
            escaped = False
        elif quote:
            escaped = sign == "\\"
            quote = "" if sign == quote else quote
        elif depth and sign in "'\"":
            quote = sign
        elif sign in "[(":
            depth += 1
        elif sign in "])":
            depth -= 1
        elif not depth and (sign.isspace() or sign in "<>=!"):
            return position
    return len(text)


def _judged(subject: Subject, rest: str) -> tuple[Subject, Predicate]:
    """Subject and predicate, now that it is known what is said of it."""
    found = _OPERATOR.match(rest)
    if found is None:
        said = f"'{rest}' says nothing of it" if rest else f"nothing is said of {subject.words}"
        raise ValueError(f"{said}: {EXAMPLES}")
    word = " ".join(found[0].lower().split())
    value = rest[found.end() :].strip()
    _require_sense(subject, word)
    if word in _WHOLE:
        if value:
            raise ValueError(f"'{value}' stands behind '{word}': leave it out.")
        return subject, _WHOLE[word]
    if not value.strip(" ,"):
        raise ValueError(f"nothing stands behind '{word}': {EXAMPLES}")
    if word == _FITS:
        of_json = Place(JsonPath("$")) if isinstance(subject, Plain) else subject
        return of_json, _fitting(value)
    if word == _LISTED:
        return subject, OneOf(tuple(_value(subject, each) for each in _items(value)))
    if word in _SIGNS:
        if word in _SOUNDING_LIKE_WORDS:
            _require_meant(value)
        return subject, _compared(subject, _SIGNS[word], value)
    return subject, _textual(word, value)


def _require_sense(subject: Subject, word: str) -> None:
    """See whether this can be said of that."""
    is_number = isinstance(subject, Count) or subject.words in _ONLY_SIGNS
    if is_number and word not in _SIGNS and (word != _LISTED or subject.words in _MEASURES):
        raise ValueError(f"{subject.words} is a number: write =, <, <=, > or >= behind it.")
    is_body = isinstance(subject, Plain) and not is_number
    if word == _FITS and not (is_body or isinstance(subject, Place)):
        raise ValueError(f"a schema describes JSON, not {subject.words}: write body fits schema ….")
    if is_body and "exist" in word:
        raise ValueError("a body is always there: write body is not empty.")
    if (is_body or isinstance(subject, Header)) and isinstance(_WHOLE.get(word), Kind):
        raise ValueError(f"{subject.words} is always text: write matches ….")


def _require_meant(value: str) -> None:
    """Refuse a text that is nearly one of our words: it would be compared, and mean nothing."""
    meant = nearest(value, _BEHIND_IS)
    if meant is not None and meant != value:
        raise ValueError(
            f"'{value}' is no word of checks: write {meant}, or \"{value}\" for the text."
        )


def _compared(subject: Subject, sign: str, written: str) -> Compared:
    target = _value(subject, written)
    if sign in {"=", "!="}:
        return Compared(sign, target)
    if isinstance(target, bool) or not isinstance(target, int | float | Duration | Size):
        raise ValueError(f"'{written}' is no number, as {sign} needs one: write for example 1.")
    return Compared(sign, target)


def _value(subject: Subject, written: str) -> Any:
    """What was written, as the kind of thing that the subject is."""
    if measure := _MEASURES.get(subject.words):
        return measure.parse(written)
    if subject.words == "status":
        return _status(written)
    value = _literal(written)
    if isinstance(subject, Count) and (not isinstance(value, int) or isinstance(value, bool)):
        raise ValueError(f"'{written}' is no whole number: write for example 1.")
    if isinstance(subject, Header | Plain):
        return value if isinstance(value, str) else written
    return value


def _status(written: str) -> int:
    (status, *others) = parse_expected(written)
    if others:
        raise ValueError(f"'{written}' is more than one status: write 201, or is one of 200, 201.")
    return status


def _literal(written: str) -> Any:
    """A number, `true`, `false`, `null` or a text, with quotes or without."""
    try:
        value = json.loads(written)
    except (ValueError, RecursionError):
        return written
    return value if not isinstance(value, list | dict) else written


def _items(written: str) -> list[str]:
    """What stands between commas that are in no quotes."""
    return [each.strip() for each in re.findall(r'(?:"(?:\\.|[^"\\])*"|[^,"])+', written)]


def _textual(word: str, written: str) -> Predicate:
    if "contain" in word:
        return Containing(_literal(written), expected=word == "contains")
    text = str(_literal(written))
    pattern = {
        "starts with": rf"\A{re.escape(text)}",
        "ends with": rf"{re.escape(text)}\Z",
        "matches": written,
    }[word]
    try:
        return Matching(re.compile(pattern))
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"'{written}' is no regular expression ({error}).") from None


def _fitting(file: str) -> Fitting:
    """What the schema in this file describes."""
    try:
        text = Path(file).read_text(encoding="utf-8-sig")
        schema = Fitting(json.dumps(json.loads(text)))
        schema.require_readable()
    except (OSError, ValueError) as error:
        reason = why_unreadable(Path(file), error)
        raise ValueError(
            f"'{file}' is no file with a JSON Schema ({reason}): name one, "
            "like ${CURDIR}/orders.schema.json."
        ) from None
    return schema
