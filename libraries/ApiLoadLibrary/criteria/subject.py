"""What a criterion is judged on: one endpoint of a run, or the whole run."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction

from ApiLoadLibrary.errors import UnknownName
from ApiLoadLibrary.measurement.result import EndpointResult, RunResult, Totals
from ApiLoadLibrary.values import Rate

from .grammar import EACH_ENDPOINT
from .metrics import Metric

__all__ = ["Subject", "subjects"]


@dataclass(frozen=True, slots=True)
class Subject(Totals):
    """One endpoint of a run, or all of them together.

    Attributes:
        run: The load run.
        endpoints: Those that it is about.
        name: The endpoint's name; None for the whole run.
    """

    run: RunResult
    endpoints: tuple[EndpointResult, ...]
    name: str | None = None

    def failures(self) -> Counter[int]:
        """How many requests ended in each outcome that their endpoint does not expect."""
        total: Counter[int] = Counter()
        for each in self.endpoints:
            unexpected = each.tally.outcomes.keys() - each.tally.expected
            total.update({outcome: each.tally.outcomes[outcome] for outcome in unexpected})
        return total

    @property
    def rate(self) -> str:
        """What was offered, as a person writes it: `10,000/min`."""
        rates = [each.rate for each in self.endpoints if each.rate is not None]
        times = {each.per for each in rates}
        if len(times) == 1:
            return str(Rate(sum((each.count for each in rates), Fraction(0)), *times))
        mean = sum(each.offered_rate_per_s for each in self.endpoints)
        return f"{mean:,.4g}/s{'' if rates else ' on average'}"

    def basis(self, samples: int) -> str:
        """`12,000 requests at 1,000/min`, or `9,000 of 12,000 …` when not all of them count."""
        plural = "" if self.requests == 1 else "s"
        part = "" if samples == self.requests else f"{samples:,} of "
        return f"{part}{self.requests:,} request{plural} at {self.rate}"


def subjects(metric: Metric, scope: str | None, run: RunResult) -> list[Subject]:
    """What a metric is judged on in a run.

    Raises:
        UnknownName: The run has no such endpoint.
    """
    if scope == EACH_ENDPOINT or (scope is None and metric.by_endpoint):
        return [Subject(run, (each,), each.name) for each in run.endpoints]
    if scope is None:
        return [Subject(run, run.endpoints)]
    for each in run.endpoints:
        if each.name.casefold() == scope.casefold():
            return [Subject(run, (each,), each.name)]
    raise UnknownName("endpoint", scope, [each.name for each in run.endpoints])
