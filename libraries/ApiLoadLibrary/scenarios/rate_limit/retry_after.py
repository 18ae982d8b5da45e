"""Whether `Retry-After` keeps its word: too early is refused, on time is accepted.

A refusal's word is tried by the next request, where that came alone.  Since the field counts
whole seconds, one that comes less than a second too early shows nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from ApiLoadLibrary.measurement.exchange import Exchange
from ApiLoadLibrary.values import NS_PER_S

from .headers import Answer

__all__ = ["RetryAfter", "Trial", "try_retry_after"]


@dataclass(frozen=True, slots=True)
class Trial:
    """One request that tried what the refusal before it had said.

    Attributes:
        told_s: How long to wait.
        waited_s: How long it was.
        accepted: Whether it was let through.
    """

    told_s: float
    waited_s: float
    accepted: bool

    @property
    def early(self) -> bool:
        """Whether it came before its time."""
        return self.waited_s < self.told_s

    @property
    def kept(self) -> bool:
        """Whether the word was kept."""
        return self.accepted is not self.early


@dataclass(frozen=True, slots=True)
class RetryAfter:
    """What was told to wait for, and whether that was so.

    Attributes:
        refusals: Answers that refused.
        present: Of these, those with the field.
        readable: Of these, those whose field could be read.
        shortest_s, longest_s: Of what was told.
        trials: Requests that tried it.
    """

    refusals: int
    present: int
    readable: int
    shortest_s: float | None
    longest_s: float | None
    trials: tuple[Trial, ...]

    @property
    def honest_percent(self) -> float | None:
        """Trials in which the word was kept; a refusal without a word has broken it.

        None where nothing was refused, or where nothing could be tried.
        """
        if not self.refusals:
            return None
        told = self.readable / self.refusals
        if not self.trials:
            return 0.0 if not self.readable else None
        kept = sum(each.kept for each in self.trials) / len(self.trials)
        return 100 * told * kept

    def details(self) -> dict[str, Any]:
        """The same as JSON holds it."""
        return {
            "refusals": self.refusals,
            "present": self.present,
            "readable": self.readable,
            "shortest_s": self.shortest_s,
            "longest_s": self.longest_s,
            "honest_percent": self.honest_percent,
            "trials": [
                {
                    "told_s": each.told_s,
                    "waited_s": each.waited_s,
                    "accepted": each.accepted,
                    "kept": each.kept,
                }
                for each in self.trials
            ],
        }


def try_retry_after(
    requests: Sequence[Exchange],
    answers: Sequence[Answer],
    accepted: Collection[int],
    refused: int,
    alone_from_ns: int,
) -> RetryAfter:
    """What the refusals said, and what came of those requests that were sent alone.

    Args:
        requests: To one endpoint, in order.
        answers: What the headers of each told.
        accepted, refused: Statuses.
        alone_from_ns: From when on each request comes alone.
    """
    refusals = [
        answer for each, answer in zip(requests, answers, strict=True) if each.outcome == refused
    ]
    waits = [each.retry_after_ns / NS_PER_S for each in refusals if each.retry_after_ns is not None]
    return RetryAfter(
        refusals=len(refusals),
        present=sum(each.has_retry_after for each in refusals),
        readable=len(waits),
        shortest_s=min(waits, default=None),
        longest_s=max(waits, default=None),
        trials=tuple(_trials(requests, answers, accepted, refused, alone_from_ns)),
    )


def _trials(
    requests: Sequence[Exchange],
    answers: Sequence[Answer],
    accepted: Collection[int],
    refused: int,
    alone_from_ns: int,
) -> list[Trial]:
    found: list[Trial] = []
    word: tuple[int, int] | None = None  # when the last refusal was sent, how long it said to wait
    for each, answer in zip(requests, answers, strict=True):
        passed = each.outcome in accepted
        if word is not None and each.scheduled_ns >= alone_from_ns:
            found += _trial(each.sent_ns - word[0], word[1], accepted=passed)
            word = None if passed else word
        if each.outcome == refused and answer.retry_after_ns is not None:
            word = each.sent_ns, answer.retry_after_ns
    return found


def _trial(waited_ns: int, told_ns: int, *, accepted: bool) -> list[Trial]:
    """None where it shows nothing: less than a second too early, and accepted all the same."""
    trial = Trial(told_ns / NS_PER_S, waited_ns / NS_PER_S, accepted)
    is_rounding = accepted and trial.early and told_ns - waited_ns < NS_PER_S
    return [] if is_rounding else [trial]
