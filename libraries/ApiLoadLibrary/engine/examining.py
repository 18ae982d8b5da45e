"""Looking at answers: which are kept for it, what fails a check, and what that costs.

Checks run where answers are read.  An answer that comes meanwhile is read later than it came,
and looks slow; so the time that checks take is part of what a shard says of itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic_ns

from ApiLoadLibrary.workload.answer import Answer
from ApiLoadLibrary.workload.template import scrambled

from .plan import CheckWork, PlannedEndpoint

__all__ = ["Examiner"]

_WHOLE = 1 << 64


class Examiner:
    """Holds answers to the checks of their endpoints.

    Args:
        endpoints: Of the plan.
    """

    def __init__(self, endpoints: Sequence[PlannedEndpoint]) -> None:
        self._checks = [each.checks for each in endpoints]
        self._right = [each.expected - each.refused for each in endpoints]
        # By endpoint and check, below which number of 64 bits an arrival is looked at.
        self._shares = [
            [int(each.sample.share * _WHOLE) for each in endpoint.checks] for endpoint in endpoints
        ]
        self._most = [max(shares, default=0) for shares in self._shares]
        self.work = CheckWork()

    def wants(self, endpoint: int, arrival: int) -> bool:
        """Whether this arrival's answer is looked at."""
        return _lot(endpoint, arrival) < self._most[endpoint]

    def examined(self, endpoint: int, arrival: int, status: int, answer: Answer) -> int:
        """The outcome of a request that was answered: its status, or the first check that failed.

        An answer whose status is a failure, or a refusal, need not be more than that.
        """
        if status not in self._right[endpoint]:
            return status
        lot = _lot(endpoint, arrival)
        for share, each in zip(self._shares[endpoint], self._checks[endpoint], strict=True):
            if lot < share and (problem := each.problem(answer)) is not None:
                self.work.examples.setdefault((endpoint, each.outcome), problem)
                return each.outcome
        return status

    def note(self, began_ns: int) -> None:
        """Answers have been looked at since this moment, without a pause."""
        self.work.add(monotonic_ns() - began_ns)


def _lot(endpoint: int, arrival: int) -> int:
    """64 bits that are this arrival's, whichever shard sends it."""
    return scrambled(scrambled(endpoint) ^ arrival)
