"""Ways to damage what is whole: bytes, texts and documents."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from random import Random
from typing import Any

__all__ = ["cut", "damaged", "damaged_document", "spoiled"]

SCALARS = (
    *(None, True, False, 0, 1, -1, 200, 10**20, 10**400, 0.5, -1e300, 1e999, float("nan")),
    *("", " ", "a", "é", "\ud800", "\0", "\n", "{{id}}", "{{", "{a}", "$ref", "#/", "%zz", "1e5"),
    *("/", "//", "https://shop.example", "http://[", "https://a b/", "p95", "GET", "null"),
)


def cut(random: Random, data: bytes) -> list[bytes]:
    """The same bytes in pieces: a few, or one by one."""
    if len(data) < 500 and random.random() < 0.1:
        return [data[at : at + 1] for at in range(len(data))]
    cuts = sorted({random.randrange(len(data) + 1) for _ in range(random.randrange(8))})
    pieces = (data[a:b] for a, b in zip([0, *cuts], [*cuts, len(data)], strict=True))
    return [each for each in pieces if each]


def damaged(random: Random, data: bytes, words: Sequence[bytes]) -> bytes:
    """The bytes with one to three of them changed, lost, doubled, swapped or cut off."""
    for _ in range(random.randint(1, 3)):
        start = random.randrange(len(data) + 1)
        end = min(len(data), start + random.choice((0, 1, 2, 5, 40)))
        within = random.choice(
            (
                b"",
                data[start:end] * 2,
                data[start:end][::-1],
                bytes([random.randrange(256)]),
                random.choice(words),
            )
        )
        data = data[:start] + within + (data[end:] if random.random() < 0.9 else b"")
    return data


def spoiled(random: Random, text: str, words: Sequence[str]) -> str:
    """The same of a text."""
    encoded = [each.encode("utf-8", "surrogatepass") for each in words]
    return damaged(random, text.encode("utf-8", "surrogatepass"), encoded).decode(
        "utf-8", "replace"
    )


def damaged_document(random: Random, document: Any, words: Sequence[Any] = ()) -> Any:
    """A document in which one to four things are something else, elsewhere, or gone."""
    document = copy.deepcopy(document)
    for _ in range(random.randint(1, 4)):
        holder, key = _place(random, document)
        if holder is None:
            return _other(random, document, words)
        if random.random() < 0.3:
            del holder[key]
        elif isinstance(holder, dict) and random.random() < 0.3:
            holder[str(random.choice((*words, *SCALARS)))[:60]] = holder.pop(key)
        else:
            holder[key] = _other(random, holder[key], words)
    return document


def _place(random: Random, document: Any) -> tuple[Any, Any]:
    """Somewhere in it: what holds it, and under what."""
    holder, key, inside = None, None, document
    while isinstance(inside, dict | list) and inside and (holder is None or random.random() < 0.8):
        holder = inside
        key = random.choice(list(inside) if isinstance(inside, dict) else range(len(inside)))
        inside = inside[key]
    return holder, key


def _other(random: Random, value: Any, words: Sequence[Any]) -> Any:
    kind = random.randrange(8)
    if kind == 0:
        return [value]
    if kind == 1:
        return {"name": value}
    if kind == 2:
        return [copy.deepcopy(value) for _ in range(3)]
    if kind == 3:
        return random.choice(([], {}))
    if kind == 4 and isinstance(value, int | float):
        return -value
    return random.choice((*words, *SCALARS))
