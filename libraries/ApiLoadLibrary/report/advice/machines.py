"""What was watched of the system during one load run: hosts and processes, with their figures."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

import numpy as np

from ApiLoadLibrary.measurement.watched import WatchedKind
from ApiLoadLibrary.report.document import Document, ResourceSecond, Run

from .arrays import Doubles, numbers

__all__ = ["Machine", "machines_of"]

LOCAL = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True)
class Machine:
    """A host, or a process with its children.

    Attributes:
        name: How people call it.
        is_process: Whether it is a process; its figures are its own alone.
        is_shared: Whether the load generator worked on this host too.
        at_s: When it was looked at, in seconds from the start of what is judged.
        figures: By their names, with the unit, a value for each moment; nan where it was not seen.
    """

    name: str
    is_process: bool
    is_shared: bool
    at_s: Doubles
    figures: dict[str, Doubles]

    def values(self, figure: str) -> Doubles:
        """What was seen of a figure, in order."""
        values = self.figures.get(figure, np.empty(0))
        return values[~np.isnan(values)]

    def average(self, figure: str) -> float | None:
        """The mean of a figure; None where it was not seen."""
        values = self.values(figure)
        return float(values.mean()) if len(values) else None

    def peak(self, figure: str) -> float | None:
        """The largest value of a figure; None where it was not seen."""
        values = self.values(figure)
        return float(values.max()) if len(values) else None

    def between(self, figure: str, start_s: float, end_s: float) -> Doubles:
        """What was seen of a figure in a stretch; a sample looks back over a second."""
        values = self.figures.get(figure)
        if values is None:
            return np.empty(0)
        return values[(self.at_s > start_s) & (self.at_s <= end_s)]


def machines_of(document: Document, run: Run) -> tuple[Machine, ...]:
    """What was watched in a run, but for the load generator and, unless the system is on it too,
    its machine."""
    mine = (*LOCAL, document.environment.get("generator_host"))
    return tuple(_machines(document, run, mine) or _of_older(document, run, mine))


def _machines(document: Document, run: Run, mine: tuple[object, ...]) -> list[Machine]:
    found = []
    for each in document.monitored:
        is_host = each.kind is WatchedKind.HOST
        is_mine = is_host and each.name in mine
        if each.run != run.id or each.kind is WatchedKind.GENERATOR:
            continue
        if is_mine and not each.of_system:
            continue
        figures = {one.name: numbers(one.values) for one in each.figures if not one.gauge}
        found.append(_judged(each.name, not is_host, is_mine, numbers(each.at_s), figures))
    return [each for each in found if len(each.at_s)]


def _judged(
    name: str, is_process: bool, is_shared: bool, at_s: Doubles, figures: dict[str, Doubles]
) -> Machine:
    """Without what came before the judged phase."""
    within = at_s > 0
    kept = {
        figure: values[within] for figure, values in figures.items() if len(values) == len(at_s)
    }
    return Machine(name, is_process, is_shared, at_s[within], kept)


def _of_older(document: Document, run: Run, mine: tuple[object, ...]) -> Iterator[Machine]:
    """What reports of version 1.0 tell of the system's host."""
    names = [each.name for each in fields(ResourceSecond) if each.name != "at_s"]
    for use in document.resources:
        if use.run == run.id and use.samples:
            at_s = numbers([each.at_s for each in use.samples])
            figures = {
                name: numbers([float(getattr(each, name)) for each in use.samples])
                for name in names
            }
            yield Machine(use.host, False, use.host in mine, at_s, figures)
