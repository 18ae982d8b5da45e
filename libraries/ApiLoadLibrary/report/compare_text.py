"""A comparison as a table for the console."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from . import formats
from .compare import Cell, Comparison, Row

__all__ = ["comparison_text"]

WIDEST_NAME = 72


def comparison_text(comparison: Comparison) -> str:
    """The reports, each requirement, and each load run by endpoint, as plain text."""
    return "\n".join(_lines(comparison)) + "\n"


def _lines(comparison: Comparison) -> Iterator[str]:
    for side in comparison.sides:
        facts = ", ".join((side.title, *side.facts))
        yield formats.visible(f"{side.letter}  {side.look.sign} {side.headline}")
        yield formats.visible(f"   {facts}: {side.source.name}")
    letters = [side.letter for side in comparison.sides]
    if comparison.requirements:
        yield ""
        yield from _table("Requirement", letters, comparison.requirements)
    for run in comparison.runs:
        yield ""
        for sentence in run.sentences:
            yield formats.visible(f"{run.name}: {sentence}")
        yield from _table("95 of 100 answered within", letters, run.rows)


def _table(head: str, letters: Sequence[str], rows: Sequence[Row]) -> Iterator[str]:
    cells = [(_short(row.name), *map(_cell, row.cells), row.difference) for row in rows]
    whole = [(head, *letters, "difference"), *cells]
    widths = [max(len(row[place]) for row in whole) for place in range(len(letters) + 1)]
    for name, *figures, difference in whole:
        columns = [name.ljust(widths[0])]
        columns += [text.rjust(width) for text, width in zip(figures, widths[1:], strict=True)]
        yield "  ".join([*columns, difference]).rstrip()


def _short(name: str) -> str:
    name = formats.visible(name).replace("\n", " ")
    return name if len(name) <= WIDEST_NAME else f"{name[: WIDEST_NAME - 1]}…"


def _cell(cell: Cell) -> str:
    return f"{cell.text} {cell.look.sign}" if cell.look else cell.text
