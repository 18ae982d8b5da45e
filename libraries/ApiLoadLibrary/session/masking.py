"""Secrets that must appear nowhere, and their removal from text."""

from __future__ import annotations

import json
from urllib.parse import quote, quote_plus

__all__ = ["MASK", "Masker"]

MASK = "<secret>"
TELLTALE = 12
"""From so many characters on, the beginning of a secret gives it away."""


class Masker:
    """Knows the secrets of a session, and takes them out of texts."""

    def __init__(self) -> None:
        self._secrets: list[str] = []

    def add(self, secret: str) -> None:
        """Remember a secret, and the ways in which it may be written."""
        known = {*self._secrets, *_written(secret)} - {""}
        # A secret may hold another one: the longer has to go first.
        self._secrets = sorted(known, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """The text without any secret, nor the beginning of one that was cut off by `...`."""
        for secret in self._secrets:
            text = text.replace(secret, MASK)
        if "..." in text:
            for secret in self._secrets:
                text = _without_cut(text, secret)
        return text


def _written(secret: str) -> set[str]:
    """A secret as it is, as Python and JSON show it, and as URLs and forms carry it."""
    once = _escaped(secret)
    # Robot logs JSON texts as Python shows them.
    twice = {form for each in once for form in _escaped(each)}
    return {secret, *once, *twice, quote(secret), quote(secret, safe=""), quote_plus(secret)}


def _escaped(text: str) -> set[str]:
    """What may stand between quotes for this text; Python's depends on which quotes are around."""
    return {
        repr(text)[1:-1],
        repr('"' + text)[2:-1],
        json.dumps(text)[1:-1],
        json.dumps(text, ensure_ascii=False)[1:-1],
    }


def _without_cut(text: str, secret: str) -> str:
    """Robot cuts long values when it logs them, and a cut secret is no longer the whole."""
    start = text.find(secret[:TELLTALE]) if len(secret) > TELLTALE else -1
    while start >= 0:
        end = start + _shared(secret, text[start:])
        if text.startswith("...", end):
            text = text[:start] + MASK + text[end:]
        start = text.find(secret[:TELLTALE], start + 1)
    return text


def _shared(secret: str, text: str) -> int:
    """How many characters both begin with."""
    pairs = enumerate(zip(secret, text, strict=False))
    return next((count for count, (a, b) in pairs if a != b), min(len(secret), len(text)))
