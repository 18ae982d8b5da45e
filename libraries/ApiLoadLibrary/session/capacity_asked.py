"""What a search for the highest rate is asked to send, and how it is to search."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.scenarios.load import Load, mixed, sustained
from ApiLoadLibrary.values import Duration, Percent, Rate
from ApiLoadLibrary.workload.action import Action
from ApiLoadLibrary.workload.endpoint import Endpoint

__all__ = ["CapacitySettings", "Sent"]

SHORTEST_STEP_S = 2
"""Whether a server keeps pace is seen from one second to the next."""


@dataclass(frozen=True, slots=True)
class CapacitySettings:
    """How the highest rate is searched for.

    Attributes:
        from_rate: The first rate; None for the lowest at which a step decides the criteria.
        step: How long a rate is tried.
        hold: How long the highest has to hold.
        precision: How far apart the rates may be between which the truth lies.
        at_most: How long all of it may take.
        workers: How many requests may be under way at once; None for enough.
        name: Of the run; named after the endpoints unless given.
    """

    from_rate: Rate | None
    step: Duration
    hold: Duration
    precision: Percent
    at_most: Duration
    workers: int | None
    name: str | None

    def __post_init__(self) -> None:
        if self.step.seconds < SHORTEST_STEP_S:
            raise BadInput(
                f"step='{self.step}' is too short: write {SHORTEST_STEP_S} s or more, like 5 s."
            )
        if self.hold < self.step:
            raise BadInput(
                f"hold='{self.hold}' is shorter than step='{self.step}', and confirms nothing: "
                "write a longer time, like 30 s."
            )
        if not 1 <= self.precision.value <= 50:
            raise BadInput(f"precision='{self.precision}' must be from 1 % to 50 %, like 5 %.")


@dataclass(frozen=True, slots=True)
class Sent:
    """What is sent at a rate.

    Attributes:
        endpoints: To which the requests go.
        title: The same in words.
        parts: Of a mix the part of each; None where each of them is sent the whole rate.
    """

    endpoints: Sequence[Endpoint | Action]
    title: str
    parts: Sequence[Fraction] | None = None

    @property
    def times(self) -> int:
        """How many times the rate is sent in all."""
        return 1 if self.parts else len(self.endpoints)

    @property
    def smallest(self) -> Fraction:
        """The smallest share of the rate that any endpoint gets."""
        return min(self.parts) / sum(self.parts) if self.parts else Fraction(1)

    @property
    def calls(self) -> bool:
        """Whether Python is called for some of it, on a thread of its own."""
        return any(isinstance(each, Action) for each in self.endpoints)

    @property
    def scopes(self) -> list[str]:
        """The names that a criterion may be about."""
        groups = [each.group for each in self.endpoints if each.group]
        return [*(each.name for each in self.endpoints), *groups]

    def load(self, rate: Rate, length: Duration, warm_up: Duration | None = None) -> Load:
        """The rate, for so long."""
        if self.parts is None:
            return sustained(rate, length, warm_up)
        return mixed(rate, self.parts, length, warm_up)
