"""What was watched while load ran: hosts, processes and an application's own gauges, by second."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum

__all__ = ["GAUGE", "HALF_A_SAMPLE_S", "Watched", "WatchedKind", "end_to_end"]

GAUGE = "gauge:"
"""Begins the names of figures that a suite has named itself: `gauge:pool`."""

HALF_A_SAMPLE_S = 0.5
"""A sample looks back over a second: the first of a stretch comes when one is over."""


class WatchedKind(Enum):
    """What can be watched."""

    HOST = "host"
    PROCESS = "process"
    GENERATOR = "generator"


@dataclass(frozen=True, slots=True)
class Watched:
    """One thing that was watched, over a load run.

    Attributes:
        name: How people, and criteria, call it.
        kind: What it is.
        of_system: Whether it is part of the system under test.
        at_s: When each sample was taken, in seconds from the start of the run's judged phase;
            a sample covers the second before it, and what came before the phase is negative.
        figures: By name with its unit, a value for each sample; None where it could not be seen.
        gaps: Why something could not be seen, a sentence's tail each.
    """

    name: str
    kind: WatchedKind
    of_system: bool
    at_s: tuple[float, ...]
    figures: Mapping[str, tuple[float | None, ...]]
    gaps: tuple[str, ...] = ()

    def values(self, figure: str) -> list[float]:
        """What was seen of a figure, in order; empty where nothing was."""
        return [each for each in self.figures.get(figure, ()) if each is not None]

    @property
    def gauges(self) -> list[str]:
        """The names of the gauges that a suite has named."""
        return [each.removeprefix(GAUGE) for each in self.figures if each.startswith(GAUGE)]

    def within(self, start_s: float, end_s: float) -> Watched:
        """What was seen of a stretch, timed from its start."""
        low, high = start_s + HALF_A_SAMPLE_S, end_s + HALF_A_SAMPLE_S
        kept = [place for place, at_s in enumerate(self.at_s) if low <= at_s <= high]
        return replace(
            self,
            at_s=tuple(round(self.at_s[place] - start_s, 3) for place in kept),
            figures={
                name: tuple(values[place] for place in kept)
                for name, values in self.figures.items()
            },
        )


def end_to_end(parts: Sequence[tuple[float, Watched]]) -> Watched:
    """One thing seen in several runs as if they had been one.

    Args:
        parts: Where each run starts, and what was seen in it.
    """
    last = parts[-1][1]
    names = dict.fromkeys(name for _, each in parts for name in each.figures)
    return replace(
        last,
        at_s=tuple(start_s + at_s for start_s, each in parts for at_s in each.at_s),
        figures={
            name: tuple(
                value
                for _, each in parts
                for value in each.figures.get(name, (None,) * len(each.at_s))
            )
            for name in names
        },
        gaps=tuple(dict.fromkeys(gap for _, each in parts for gap in each.gaps)),
    )
