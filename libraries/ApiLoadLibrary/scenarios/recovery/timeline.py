"""The states of a server over time, as somebody would tell them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from .answers import Answer, first_at
from .moods import Mood, MoodSpan
from .shutting import Shut, Shutting
from .stable import Stretches

__all__ = ["Fault", "State", "StateSpan", "timeline_of"]


class State(Enum):
    """What a server is doing."""

    HEALTHY = "healthy"
    DEGRADED = "degraded"
    FAST_FAILING = "fast-failing"
    HALF_OPEN = "half-open"
    RECOVERING = "recovering"
    RECOVERED = "recovered"


@dataclass(frozen=True, slots=True)
class Fault:
    """The trouble that a server was in.

    Attributes:
        began_ns, ended_ns: From the run's start; None where nobody noted it.
        overload: Whether it was load of our own; else it is whatever others brought about.
    """

    began_ns: int | None
    ended_ns: int | None
    overload: bool = False


@dataclass(frozen=True, slots=True)
class StateSpan:
    """A state, and when the server was in it."""

    state: State
    start_ns: int
    end_ns: int


def timeline_of(
    answers: Sequence[Answer], shutting: Shutting, stretches: Stretches, fault: Fault
) -> list[StateSpan]:
    """The states in order, without gaps, from 0 to the end of the observation."""
    telling = _Telling(answers, shutting, stretches, fault)
    starts: list[tuple[int, State]] = []
    troubled = False
    for span in stretches.spans:
        starts += telling.starts(span, troubled)
        troubled = troubled or span.mood is not Mood.WELL
    return _joined(starts, stretches.until_ns)


class _Telling:
    """Turns one mood after the other into states."""

    def __init__(
        self, answers: Sequence[Answer], shutting: Shutting, stretches: Stretches, fault: Fault
    ) -> None:
        self._answers = answers
        self._shutting = shutting
        self._shut = {each.first: each for each in shutting.stretches}
        self._stretches = stretches
        self._fault = fault

    def starts(self, span: MoodSpan, troubled: bool) -> Iterator[tuple[int, State]]:
        """When which state begins.

        Args:
            span: A stretch of one mood.
            troubled: Whether all has not been well before.
        """
        if span.mood is Mood.SHUT:
            yield from self._shut_states(self._shut[span.first])
        elif span.mood is Mood.ILL:
            yield from self._ill_states(span)
        elif not troubled:
            yield self._answers[span.first].at_ns, State.HEALTHY
        else:
            yield from self._well_again(span)

    def _shut_states(self, shut: Shut) -> Iterator[tuple[int, State]]:
        yield self._answers[shut.first].at_ns, State.FAST_FAILING
        for each in shut.half_open:
            yield each.start_ns, State.HALF_OPEN
            yield each.end_ns, State.FAST_FAILING
        if shut.closing is not None:
            yield shut.closing.start_ns, State.HALF_OPEN

    def _ill_states(self, span: MoodSpan) -> Iterator[tuple[int, State]]:
        """Degraded; once its cause is gone and most are served again, it is recovering."""
        answers = self._answers
        yield answers[span.first].at_ns, State.DEGRADED
        ended_ns = self._fault.ended_ns
        if ended_ns is None:
            return
        after = answers[max(span.first, first_at(answers, ended_ns)) : span.behind]
        if after and 2 * sum(each.good for each in after) > len(after):
            yield after[0].at_ns, State.RECOVERING

    def _well_again(self, span: MoodSpan) -> Iterator[tuple[int, State]]:
        """Recovering, until it is well for good."""
        start_ns = self._begins_ns(span)
        stable = self._stretches.first_from(self._answers[span.first].at_ns)
        if stable == span.first:
            yield start_ns, State.RECOVERED
            return
        yield start_ns, State.RECOVERING
        if stable is not None and stable < span.behind:
            yield self._answers[stable].at_ns, State.RECOVERED

    def _begins_ns(self, span: MoodSpan) -> int:
        """When the try that closed the breaker was answered; else when a good one was sent."""
        ends = [
            each.closing.end_ns
            for each in self._shutting.stretches
            if each.closing is not None and each.behind == span.first
        ]
        return ends[0] if ends else self._answers[span.first].at_ns


def _joined(starts: Sequence[tuple[int, State]], until_ns: int) -> list[StateSpan]:
    """Each state lasts until the next one begins; the same twice is once."""
    changes: list[tuple[int, State]] = []
    for start_ns, state in starts:
        while changes and changes[-1][0] >= start_ns:
            changes.pop()
        if not changes or changes[-1][1] is not state:
            changes.append((start_ns if changes else 0, state))
    ends = [*(start for start, _ in changes[1:]), until_ns]
    return [
        StateSpan(state, start, max(start, end))
        for (start, state), end in zip(changes, ends, strict=True)
    ]
