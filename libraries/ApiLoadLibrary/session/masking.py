"""Secrets that must appear nowhere, and their removal from text.

A session may have thousands of secrets, and every line that Robot logs passes by here.  So a text
is not searched for one after the other: at each place in it, its next few characters are looked
up among the beginnings of all secrets, and only where one begins so are whole ones compared.
"""

from __future__ import annotations

import base64
import html
import json
import re
import threading
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from typing import TypeVar
from urllib.parse import quote, quote_plus

__all__ = ["MASK", "Masker"]

MASK = "<secret>"
TELLTALE = 12
"""From so many characters on, the beginning of a secret gives it away."""

BEGINNING = 4
FEW = 100
"""Up to so many texts it is faster to look for one after the other."""

T = TypeVar("T")

CODED_FROM = 8
"""What is shorter is not looked for in base64: its few letters there would be found anywhere."""


class Masker:
    """Knows the secrets of a session, and takes them out of texts; any thread may use it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._secrets: set[str] = set()
        self._written: Counter[str] = Counter()  # what is looked for, and for how many secrets
        self._lengths: dict[str, Counter[int]] = {}  # of what begins so
        self._in_order: list[str] | None = None
        self._longest_first: list[str] | None = None

    def add(self, *secrets: str) -> None:
        """Remember secrets, and the ways in which they may be written."""
        with self._lock:
            for secret in secrets:
                if secret and secret not in self._secrets:
                    self._secrets.add(secret)
                    for each in _written(secret):
                        self._learn(each, 1)

    def forget(self, secret: str) -> None:
        """It is none any more, as a token that has run out."""
        with self._lock:
            if secret in self._secrets:
                self._secrets.discard(secret)
                for each in _written(secret):
                    self._learn(each, -1)

    def _learn(self, text: str, count: int) -> None:
        lengths = self._lengths.setdefault(text[:BEGINNING], Counter())
        _count(self._written, text, count)
        _count(lengths, len(text), count)
        if not lengths:
            del self._lengths[text[:BEGINNING]]
        self._in_order = self._longest_first = None

    def __call__(self, text: str) -> str:
        """The text without any secret, nor the beginning of one that was cut off by `...`."""
        if not self._secrets:
            return text
        with self._lock:
            text = self._without_whole(text)
            return self._without_cut(text) if "..." in text else text

    def _without_whole(self, text: str) -> str:
        if len(self._written) > FEW:
            return _without(text, self._whole_ones(text))
        if self._longest_first is None:  # a secret may hold another one
            self._longest_first = sorted(self._written, key=len, reverse=True)
        for each in self._longest_first:
            text = text.replace(each, MASK)
        return text

    def _whole_ones(self, text: str) -> Iterator[tuple[int, int]]:
        """Where each whole secret begins and ends."""
        lengths, written = self._lengths, self._written
        for start in range(len(text)):
            found = lengths.get(text[start : start + BEGINNING])
            if found is not None:
                for length in sorted(found, reverse=True):
                    if text[start : start + length] in written:
                        yield start, start + length
                        break

    def _without_cut(self, text: str) -> str:
        """Robot cuts long values when it logs them, and a cut secret is no longer the whole."""
        return _without(text, self._cut_ones(text))

    def _cut_ones(self, text: str) -> Iterator[tuple[int, int]]:
        if self._in_order is None:
            self._in_order = sorted(each for each in self._written if len(each) > TELLTALE)
        longest = max(map(len, self._in_order), default=0)
        cut = text.find("...")
        while cut >= 0:
            for start in range(max(0, cut - longest), cut - TELLTALE + 1):
                begun = text[start : start + BEGINNING] in self._lengths
                if begun and _begins_one(text[start:cut], self._in_order):
                    yield start, cut
                    break
            cut = text.find("...", cut + 3)


def _count(counter: Counter[T], key: T, more: int) -> None:
    """So many more of these; what is not there any more is left out."""
    counter[key] += more
    if not counter[key]:
        del counter[key]


def _begins_one(text: str, in_order: list[str]) -> bool:
    """Whether one of these texts begins like that."""
    place = bisect_left(in_order, text)
    return place < len(in_order) and in_order[place].startswith(text)


def _without(text: str, found: Iterator[tuple[int, int]]) -> str:
    """The text with masks in these places; what begins within another one is a part of it."""
    pieces, end = [], 0
    for start, after in found:
        if start >= end:
            pieces += [text[end:start], MASK]
            end = after
    return "".join([*pieces, text[end:]]) if pieces else text


def _written(secret: str) -> set[str]:
    """A secret as it is, as Python, JSON and HTML show it, as URLs, forms and base64 carry it."""
    once = _escaped(secret)
    # Robot logs JSON texts as Python shows them.
    twice = {form for each in once for form in _escaped(each)}
    page = html.escape(secret)
    pages = {page, page.replace("&quot;", "&#34;").replace("&#x27;", "&#39;")}
    return {secret, *once, *twice, *pages, *_quoted(secret), *_coded(secret)} - {""}


def _escaped(text: str) -> set[str]:
    """What may stand between quotes for this text; Python's depends on which quotes are around."""
    return {
        repr(text)[1:-1],
        repr('"' + text)[2:-1],
        json.dumps(text)[1:-1],
        json.dumps(text, ensure_ascii=False)[1:-1],
    }


def _quoted(text: str) -> set[str]:
    """In paths, queries and forms; the digits of escapes may be small letters too."""
    forms = {quote(text), quote(text, safe=""), quote_plus(text)}
    small = {re.sub(r"%[0-9A-F]{2}", lambda found: found[0].lower(), each) for each in forms}
    return forms | small


def _coded(text: str) -> set[str]:
    """What base64 makes of it, wherever it stands in what is encoded."""
    if len(text) < CODED_FROM:
        return set()
    data = text.encode("utf-8", "replace")
    forms = {base64.b64encode(data).decode()}
    for before in range(3):
        coded = base64.b64encode(b"\0" * before + data).decode()
        # Letters at either end depend on what stands around it.
        forms.add(coded[-(-before * 8 // 6) : (before + len(data)) * 8 // 6])
    return forms | {each.translate(_FOR_URLS) for each in forms}


_FOR_URLS = str.maketrans("+/", "-_")
