"""What a limiter decided, and when: the trace of one endpoint as arrays."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ApiLoadLibrary.measurement.exchange import Exchange
from ApiLoadLibrary.values import NS_PER_S

__all__ = ["Decisions", "Flags", "Floats", "Ints", "decisions"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Decisions:
    """Requests in the order in which they were decided on.

    Attributes:
        at_s: When, from the run's start.
        accepted: Whether each was let through.
        took_s: How long its answer took.
    """

    at_s: Floats
    accepted: Flags
    took_s: Floats

    def __len__(self) -> int:
        return len(self.at_s)

    @property
    def refused(self) -> int:
        """How many were not let through."""
        return int(np.count_nonzero(~self.accepted))

    def run_lengths(self) -> list[int]:
        """How many were accepted in a row before each refusal that followed some."""
        edges = np.flatnonzero(~self.accepted)
        lengths = np.diff(np.concatenate(([-1], edges))) - 1
        return [int(each) for each in lengths if each]


def decisions(trace: Iterable[Exchange], accepted: Collection[int], refused: int) -> Decisions:
    """What was decided on one endpoint's requests.

    When it was decided lies between sending and answering; it is taken to be half of what the
    quickest answer took after sending, since a slow one was decided on at once, and
    waited or was worked on afterwards.

    Args:
        trace: Its requests.
        accepted: Statuses of what was let through.
        refused: The status of what was not; requests that ended otherwise tell nothing.
    """
    told = [each for each in trace if each.outcome in accepted or each.outcome == refused]
    if not told:
        nothing = np.empty(0)
        return Decisions(nothing, np.empty(0, np.bool_), nothing)
    sent = np.array([each.sent_ns for each in told]) / NS_PER_S
    took = np.array([each.service_ns for each in told]) / NS_PER_S
    passed = np.array([each.outcome != refused for each in told])
    order = np.argsort(sent, kind="stable")
    at = sent[order] + float(np.min(took)) / 2
    return Decisions(at, passed[order], took[order])
