"""A limit, and what it makes of a value or of an interval."""

from __future__ import annotations

import operator
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ApiLoadLibrary.values import Amount, ByteRate, Duration, Factor, Percent, Rate, Size

from .confidence import Interval
from .judgement import Verdict

__all__ = ["OPERATORS", "Limit", "Target"]

Target = Duration | Percent | Rate | ByteRate | Size | Factor | Amount
"""What a limit may be written as."""


@dataclass(frozen=True, slots=True)
class Operator:
    """How a value is compared with a limit, and how a sentence names the limit."""

    holds: Callable[[float, float], bool]
    phrase: str
    wants_less: bool


OPERATORS = {
    "<": Operator(operator.lt, "the limit is {}", wants_less=True),
    "<=": Operator(operator.le, "at most {} is allowed", wants_less=True),
    ">": Operator(operator.gt, "more than {} is required", wants_less=False),
    ">=": Operator(operator.ge, "at least {} is required", wants_less=False),
}


_VALUES: dict[type, Callable[[Any], tuple[Any, str]]] = {
    Duration: lambda target: (target.ms, "ms"),
    Percent: lambda target: (target.value, "%"),
    Rate: lambda target: (target.per_second, "/s"),
    ByteRate: lambda target: (target.mb_per_s, "MB/s"),
    Size: lambda target: (target.mb, "MB"),
    Factor: lambda target: (target.value, "times"),
    Amount: lambda target: (target.value, ""),
}
"""What each kind of limit is in figures."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One side of a comparison.

    Attributes:
        symbol: The operator.
        value: The limit, in `unit`.
        unit: `ms`, `%`, `/s`, `MB`, `MB/s` or `times`; empty of a count.
        words: The limit as a person writes it.
    """

    symbol: str
    value: float
    unit: str
    words: str

    @classmethod
    def of(cls, symbol: str, target: Target) -> Limit:
        """The limit that a criterion's target sets."""
        value, unit = _VALUES[type(target)](target)
        return cls(symbol, float(value), unit, str(target))

    @property
    def phrase(self) -> str:
        """`the limit is 500 ms`."""
        return OPERATORS[self.symbol].phrase.format(self.words)

    @property
    def wants_less(self) -> bool:
        """Whether it is a ceiling; else it is a floor."""
        return OPERATORS[self.symbol].wants_less

    def met(self, value: float) -> bool:
        """Whether this value is on the good side."""
        return OPERATORS[self.symbol].holds(value, self.value)

    def verdict(self, interval: Interval) -> Verdict:
        """Pass when all of the interval is on the good side, fail when none of it is."""
        low, high = self.met(interval.low), self.met(interval.high)
        if low != high:
            return Verdict.INCONCLUSIVE
        return Verdict.PASS if low else Verdict.FAIL

    def point_verdict(self, value: float) -> Verdict:
        """The verdict on a value that is no estimate, or has no interval."""
        return Verdict.PASS if self.met(value) else Verdict.FAIL

    def distance(self, value: float) -> float:
        """How far the value is on the good side, in `unit`; negative on the bad side."""
        return self.value - value if self.wants_less else value - self.value

    def margin(self, value: float) -> float | None:
        """The distance as a share of the limit; None of a limit of 0."""
        return self.distance(value) / self.value if self.value else None
