"""The form of what only one scenario knows of a run."""

from __future__ import annotations

from dataclasses import dataclass

from .drawing import Chart, Table

__all__ = ["Details"]


@dataclass(frozen=True, slots=True)
class Details:
    """What only one scenario knows of a run.

    Attributes:
        title: A heading.
        sentences: What was found, in plain words.
        facts: Names and values.
        charts: Its pictures.
        tables: What an engineer digs into.
    """

    title: str
    sentences: tuple[str, ...]
    facts: tuple[tuple[str, str], ...] = ()
    charts: tuple[Chart, ...] = ()
    tables: tuple[Table, ...] = ()
