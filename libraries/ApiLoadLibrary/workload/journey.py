"""A journey: steps that one simulated user takes in turn, each when the one before was answered.

| written                        | means                                              |
| ------------------------------ | -------------------------------------------------- |
| the name of an endpoint        | a step                                             |
| `Think 2 s`                    | the user thinks before the next step               |
| `Think 1 s..3 s`               | the same, for a time between these, each as likely |
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.measurement.journeys import JOURNEY
from ApiLoadLibrary.measurement.outcomes import DONE
from ApiLoadLibrary.values import Duration

from .action import Call
from .endpoint import check_name

__all__ = ["Journey", "Step", "Think"]

_THINK = re.compile(r"think\b\s*(.*)", re.IGNORECASE)
_BETWEEN = re.compile(r"\s*\.\.\s*|\s+to\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Think:
    """How long a user thinks: a time between two, each as likely.

    Raises:
        ValueError: The first is the longer one.
    """

    low: Duration
    high: Duration

    def __post_init__(self) -> None:
        if self.low > self.high:
            raise ValueError(
                f"'{self.low}..{self.high}' begins with the longer time: write "
                f"{self.high}..{self.low}."
            )

    @classmethod
    def parse(cls, value: object) -> Think:
        """A Think from `2 s` or `1 s..3 s`, or a Think itself.

        Raises:
            ValueError: Neither a time nor two of them.
        """
        if isinstance(value, Think):
            return value
        low, *high = _BETWEEN.split(str(value).strip(), maxsplit=1)
        return cls(Duration.parse(low), Duration.parse(high[0] if high else low))

    def ns(self, noise: int) -> int:
        """One of these times, in ns; `noise` is any number of 64 well-mixed bits."""
        return self.low.ns + noise % (self.high.ns - self.low.ns + 1)

    def __str__(self) -> str:
        return str(self.low) if self.low == self.high else f"{self.low}..{self.high}"


NO_THINKING = Think(Duration(0), Duration(0))


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a journey.

    Attributes:
        name: Of its endpoint; of what a Python function does, its own.
        think: How long the user thinks before it.
    """

    name: str
    think: Think = NO_THINKING


@dataclass(frozen=True, slots=True)
class Journey:
    """A named journey, which load sentences and criteria know beside endpoints.

    Attributes:
        name: How suites and reports call it.
        steps: In their order.
        threshold: The response time to compare with in `Verify P95 Below Threshold`.
        call: The Python function that takes the steps, where it is no row of requests.
    """

    name: str
    steps: tuple[Step, ...]
    threshold: Duration | None = None
    call: Call | None = None
    method: ClassVar[str] = JOURNEY
    group: ClassVar[None] = None
    expected: ClassVar[frozenset[int]] = frozenset({DONE})

    def __post_init__(self) -> None:
        check_name(self.name)
        if not self.steps:
            raise BadInput(
                f"Journey '{self.name}' has no steps: write the names of endpoints behind it, "
                "like Sign In    Products    Create Order."
            )
        for each in self.steps:
            if each.name.casefold() == self.name.casefold():
                raise BadInput(
                    f"Journey '{self.name}' has a step of the same name: call one of them "
                    "otherwise, so that criteria can tell them apart."
                )

    @classmethod
    def parse(
        cls,
        name: str,
        written: Sequence[str],
        think: Think | None = None,
        threshold: Duration | None = None,
        call: Call | None = None,
    ) -> Journey:
        """The journey of what a suite has written.

        Args:
            written: Steps and thinking, in their order.
            think: Between two steps where nothing else is written.
            threshold, call: See the class.

        Raises:
            BadInput: It cannot be read.
        """
        steps: list[Step] = []
        pause: Think | None = None
        for each in map(str.strip, written):
            thinking = _THINK.fullmatch(each)
            if thinking:
                pause = _pause(name, each, thinking[1], is_first=not steps or pause is not None)
            elif steps:
                steps.append(Step(each, pause or think or NO_THINKING))
                pause = None
            else:
                steps.append(Step(each))
        if pause is not None:
            raise BadInput(
                f"Journey '{name}' ends with 'Think {pause}': nobody waits for that; leave it out."
            )
        return cls(name, tuple(steps), threshold, call)

    @property
    def path(self) -> str:
        """What it does, where an endpoint has its path."""
        if self.call is not None:
            return str(self.call)
        return " → ".join(each.name for each in self.steps)

    @property
    def thinking(self) -> Think:
        """All its thinking together."""
        return Think(
            Duration(sum(each.think.low.ns for each in self.steps)),
            Duration(sum(each.think.high.ns for each in self.steps)),
        )


def _pause(journey: str, written: str, time: str, *, is_first: bool) -> Think:
    if is_first:
        raise BadInput(
            f"Journey '{journey}' has '{written}' where no step stands before it: "
            "think once, between two steps."
        )
    try:
        return Think.parse(time)
    except ValueError as error:
        raise BadInput(f"Journey '{journey}' has '{written}': {error}") from None
