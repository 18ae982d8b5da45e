"""What was behind fast failures: a circuit breaker, a load shedder, or nobody can tell.

Seen from outside both turn requests away at once.  They differ in what they do next:

- A circuit breaker opens after failures or slow answers, turns everybody away, lets a try
  through now and then, stays shut when that fails, and closes when it succeeds.
- A load shedder needs no failure before, and goes on serving some while it turns others away.

So only a whole cycle, open → try → closed, is called a breaker.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from itertools import pairwise

from .answers import Answer, Kind
from .moods import Mood, MoodSpan

__all__ = ["Defence", "HalfOpen", "Shut", "Shutting", "shutting_of"]

FEW = 3
"""So many are no accident: requests turned away, or served among those turned away."""

RHYTHM = 0.7
"""Tries of a breaker come when it has been open for its time, the same each time or growing: none
is a smaller part of the one before.  Requests that a shedder happens to serve come anyhow."""


class Defence(Enum):
    """What turned requests away at once."""

    BREAKER = "circuit breaker"
    SHEDDING = "load shedding"
    UNKNOWN = "fast failures"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class HalfOpen:
    """Requests that were let through together while all others were turned away.

    Attributes:
        start_ns: When the first of them was sent.
        end_ns: When the last of them was answered.
        tries: Their places among the answers.
        good: Whether the last of them succeeded.
    """

    start_ns: int
    end_ns: int
    tries: tuple[int, ...]
    good: bool


@dataclass(frozen=True, slots=True)
class Shut:
    """A stretch of fast failures.

    Attributes:
        first, behind: The places of its first answer and of the first behind it.
        half_open: When requests were let through meanwhile.
        closing: The half-open moment that ended it, if its try was seen.
        served: How many requests were served well meanwhile, and others still turned away after.
        closed: Whether all was well right after it.
    """

    first: int
    behind: int
    half_open: tuple[HalfOpen, ...]
    closing: HalfOpen | None
    served: int
    closed: bool


@dataclass(frozen=True, slots=True)
class Shutting:
    """All fast failures of a trace, and what was behind them.

    Attributes:
        reason: Why it is called so: a sentence without its full stop.
        stretches: Where all were turned away.
        failed_before: Failures from the first one until the first fast one.
    """

    defence: Defence
    reason: str
    stretches: tuple[Shut, ...]
    failed_before: int

    @property
    def tries(self) -> int:
        """How many requests were let through while the others were turned away."""
        return sum(len(each.tries) for each in self.half_open)

    @property
    def half_open(self) -> list[HalfOpen]:
        """All moments of that, in order."""
        return [
            each
            for shut in self.stretches
            for each in (*shut.half_open, *filter(None, [shut.closing]))
        ]


def shutting_of(answers: Sequence[Answer], spans: Sequence[MoodSpan], interval_ns: int) -> Shutting:
    """What was behind the fast failures.

    Args:
        answers: In the order in which they were sent.
        spans: The server's moods.
        interval_ns: From one probe to the next: tries that are no further apart were let through
            together.
    """
    fast = [place for place, each in enumerate(answers) if each.kind is Kind.FAST]
    if len(fast) < FEW:
        return Shutting(Defence.NONE, "requests were not turned away at once", (), 0)
    troubled = next((each for each in spans if each.mood is not Mood.WELL), None)
    start = troubled.first if troubled else fast[0]
    tried = [each for each in answers[start : fast[0]] if each.kind is not Kind.WELL]
    failed = [each for each in tried if each.kind is Kind.FAILED]
    telling = _Telling(answers, interval_ns)
    stretches = [
        telling.shut(span, after)
        for span, after in zip(spans, [*spans[1:], None], strict=True)
        if span.mood is Mood.SHUT
    ]
    opened_ns = [answers[each.first].at_ns for each in stretches]
    defence, reason = _judged(stretches, opened_ns, bool(tried), _mixed(answers, spans, fast))
    if defence is not Defence.BREAKER:
        stretches = [_as_seen(each) for each in stretches]
    return Shutting(defence, reason, tuple(stretches), len(failed))


class _Telling:
    """Reads stretches of fast failures.

    Args:
        answers: All answers.
        interval_ns: From one probe to the next.
    """

    def __init__(self, answers: Sequence[Answer], interval_ns: int) -> None:
        self._answers = answers
        self._interval_ns = interval_ns

    def shut(self, span: MoodSpan, after: MoodSpan | None) -> Shut:
        """One stretch, and how it ended."""
        answers = self._answers
        half_open = list(self._half_open(span))
        closed = after is not None and after.mood is Mood.WELL
        last_fast_ns = answers[span.behind - 1].at_ns
        closing = None
        if closed and half_open and half_open[-1].good and half_open[-1].end_ns >= last_fast_ns:
            closing = half_open.pop()
        elif closed:
            first = answers[span.behind]
            closing = HalfOpen(first.at_ns, first.done_ns, (span.behind,), good=True)
        served = sum(each.good for each in half_open)
        return Shut(span.first, span.behind, tuple(half_open), closing, served, closed)

    def _half_open(self, span: MoodSpan) -> Iterator[HalfOpen]:
        """What was let through, what went together as one."""
        answers = self._answers
        group: list[int] = []
        for place in range(span.first, span.behind):
            if answers[place].kind is Kind.FAST:
                continue
            if group and answers[place].at_ns > self._until_ns(group):
                yield self._as_one(group)
                group = []
            group.append(place)
        if group:
            yield self._as_one(group)

    def _until_ns(self, group: Sequence[int]) -> int:
        """Until when what is sent belongs to these."""
        return max(self._answers[each].done_ns for each in group) + 3 * self._interval_ns // 2

    def _as_one(self, group: Sequence[int]) -> HalfOpen:
        tries = [self._answers[each] for each in group]
        return HalfOpen(
            tries[0].at_ns, max(each.done_ns for each in tries), tuple(group), tries[-1].good
        )


def _judged(
    stretches: Sequence[Shut], opened_ns: Sequence[int], tried: bool, mixed: int
) -> tuple[Defence, str]:
    """What it was, and why.

    Args:
        stretches: Of fast failures.
        opened_ns: When each of them began.
        tried: Whether requests had failed or been slow before.
        mixed: How many were served between others that were turned away.
    """
    served = mixed + sum(each.served for each in stretches)
    if served >= FEW or not stretches:
        return Defence.SHEDDING, (
            f"{served:,} requests were served while others were turned away at once, which a "
            "circuit breaker does not do"
            if served
            else "only some requests were turned away at once, between others that were not"
        )
    if not tried:
        return Defence.UNKNOWN, (
            "requests were turned away at once before any had failed or been slow, and a circuit "
            "breaker opens only after that"
        )
    tries = [each for shut in stretches for each in shut.half_open]
    if not tries:
        return Defence.UNKNOWN, (
            "no request was seen to be tried while the others were turned away at once: let the "
            "trouble last longer than a circuit breaker stays open, or probe more often"
        )
    if not stretches[-1].closed:
        return Defence.UNKNOWN, (
            f"{_times(len(tries))} a request was tried while the others were turned away at once, "
            "but none of that ended with all being served again"
        )
    if not _have_rhythm(stretches, opened_ns):
        return Defence.SHEDDING, "requests were let through among the others without any rhythm"
    return Defence.BREAKER, (
        "it opened after failures or slow answers, turned requests away at once, let a try "
        f"through {_times(len(tries) + 1)}, and closed"
    )


def _times(count: int) -> str:
    return {1: "once", 2: "twice"}.get(count, f"{count} times")


def _have_rhythm(stretches: Sequence[Shut], opened_ns: Sequence[int]) -> bool:
    """Whether it was open for as long before each of its tries as before the last, or longer."""
    for shut, start_ns in zip(stretches, opened_ns, strict=True):
        tries = [*shut.half_open, *filter(None, [shut.closing])]
        shut_ns = [start_ns, *(each.end_ns for each in tries)]
        pauses = [each.start_ns - since for each, since in zip(tries, shut_ns, strict=False)]
        if any(b < RHYTHM * a for a, b in pairwise(pauses)):
            return False
    return True


def _mixed(answers: Sequence[Answer], spans: Sequence[MoodSpan], fast: Sequence[int]) -> int:
    """How many were served between others that were turned away, outside of shut stretches."""
    return sum(
        sum(each.good for each in answers[max(span.first, fast[0]) : min(span.behind, fast[-1])])
        for span in spans
        if span.mood is Mood.ILL
        and any(each.kind is Kind.FAST for each in answers[span.first : span.behind])
    )


def _as_seen(shut: Shut) -> Shut:
    """Of what is no breaker, nothing is half-open."""
    return Shut(shut.first, shut.behind, (), None, shut.served, shut.closed)
