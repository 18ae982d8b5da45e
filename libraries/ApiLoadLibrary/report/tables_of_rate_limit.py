"""What an engineer digs into, of a rate limit: models, headers, trials of `Retry-After`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from . import formats
from .drawing import Table

__all__ = ["tables_of"]

MOST_TRIALS = 12
_SETTINGS = {
    "limit": ("limit {}", 0),
    "window_s": ("window {} s", 4),
    "phase_s": ("from {} s", 3),
    "rate_per_s": ("{}/s", 4),
    "burst": ("{} at once", 2),
}


def tables_of(details: dict[str, Any]) -> Iterator[Table]:
    """Those that have rows."""
    tables = [_headers(details["headers"])]
    if details["kind"] == "identification":
        tables.insert(0, _models(details["identity"]))
    else:
        tables.insert(0, _trials(details["retry_after"]))
    yield from (each for each in tables if each.rows)


def _models(identity: dict[str, Any]) -> Table:
    rows = tuple(
        (
            each["words"],
            ", ".join(_setting(name, value) for name, value in each["settings"].items()),
            formats.percent(each["mismatch_percent"]),
        )
        for each in identity["models"]
    )
    head = ("Kind", "With which it explains most", "Decides otherwise")
    return Table("Kinds of limiters, the likeliest first", head, rows)


def _setting(name: str, value: float) -> str:
    words, decimals = _SETTINGS[name]
    return words.format(formats.number(value, decimals))


def _trials(said: dict[str, Any]) -> Table:
    rows = tuple(
        (
            formats.duration(each["told_s"]),
            formats.duration(each["waited_s"]),
            "accepted" if each["accepted"] else "refused",
            "yes" if each["kept"] else "no",
        )
        for each in said["trials"][:MOST_TRIALS]
    )
    head = ("Told to wait", "Waited", "Then", "Word kept")
    return Table("What came of Retry-After", head, rows)


def _headers(told: dict[str, Any]) -> Table:
    rows = [(each["form"], f"{each['answers']:,} answers") for each in told["forms"]]
    if told["limits"]:
        rows.append(("Limits told", "; ".join(told["limits"])))
    if told["resets"]:
        rows.append(("Time until there is more, told as", "; ".join(told["resets"])))
    if told["malformed"]:
        examples = "; ".join(told["malformed_examples"])
        rows.append(("Malformed, and ignored", f"{told['malformed']:,}: {examples}"))
    return Table("What the headers tell of the limit", ("Headers", "Told"), tuple(rows))
