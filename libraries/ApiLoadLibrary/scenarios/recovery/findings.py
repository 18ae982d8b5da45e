"""All that is found in a trace of probes: the level, the states, and what was behind them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ApiLoadLibrary.measurement.exchange import Exchange

from .answers import Answer, Kind, classified, first_at, seen
from .level import Level, level_of
from .moods import Mood, moods_of
from .shutting import Defence, Shutting, shutting_of
from .stable import Steadiness, Stretches
from .stalls import Stalls, stalls_of
from .timeline import Fault, StateSpan, timeline_of

__all__ = ["Findings", "Probing", "findings_of"]

USUALLY_HEALTHY_NS = 5_000_000_000
"""Where nobody noted when the trouble began, all is taken to be well so long at most …"""

TROUBLE = 3
"""… and until so many failures in a row."""


@dataclass(frozen=True, slots=True)
class Probing:
    """How a server was probed, and what is wanted of it.

    Attributes:
        endpoint: The name of the endpoint that was probed.
        expected: The outcomes that are successes.
        workers: How many probes could be under way at once: who waits for one of them waits for
            the server.
        interval_ns: From one probe to the next.
        steadiness: When all is well again.
    """

    endpoint: str
    expected: Collection[int]
    workers: int
    interval_ns: int
    steadiness: Steadiness


@dataclass(frozen=True, slots=True)
class Findings:
    """What a trace shows.

    Attributes:
        answers: What the probes saw, in the order in which they were sent.
        level: How the server was when all was well.
        states: What it did when, from 0 to the end of the observation.
        shutting: Its fast failures.
        stretches: Looks for stable stretches.
        troubled_from: The place of the first answer that was not well; None if all was.
        until_ns: When the observation ended.
        stalls: When the generator itself stood still.
    """

    probing: Probing
    fault: Fault
    answers: Sequence[Answer]
    level: Level
    states: Sequence[StateSpan]
    shutting: Shutting
    stretches: Stretches
    troubled_from: int | None
    until_ns: int
    stalls: Stalls

    @property
    def breaker(self) -> bool:
        """Whether a circuit breaker was seen."""
        return self.shutting.defence is Defence.BREAKER

    @property
    def tried_failures(self) -> list[Answer]:
        """Failures that were no fast ones."""
        return [each for each in self.answers if each.kind is Kind.FAILED]

    @property
    def fast_failures(self) -> list[Answer]:
        """Those that were."""
        return [each for each in self.answers if each.kind is Kind.FAST]

    def between(self, start_ns: int, end_ns: int) -> Sequence[Answer]:
        """The answers to what was sent in a stretch of time."""
        return self.answers[first_at(self.answers, start_ns) : first_at(self.answers, end_ns)]


def findings_of(trace: Sequence[Exchange], probing: Probing, fault: Fault) -> Findings | str:
    """What a trace shows; or why it shows nothing: the tail of a sentence."""
    stalls = stalls_of(trace, probing.workers)
    raw = seen(trace, probing.expected, stalls)
    if not raw:
        return "no probe was answered"
    level = level_of(_healthy(raw, fault), probing.steadiness.slow_down)
    if isinstance(level, str):
        return level
    answers = classified(raw, level)
    spans = moods_of(answers, probing.interval_ns)
    shutting = shutting_of(answers, spans, probing.interval_ns)
    until_ns = answers[-1].at_ns + probing.interval_ns
    stretches = Stretches(answers, spans, probing.steadiness, until_ns)
    states = timeline_of(answers, shutting, stretches, fault)
    troubled = next((each.first for each in spans if each.mood is not Mood.WELL), None)
    return Findings(
        *(probing, fault, answers, level, states, shutting, stretches, troubled, until_ns),
        stalls=stalls,
    )


def _healthy(answers: Sequence[Answer], fault: Fault) -> Sequence[Answer]:
    """The answers before the trouble."""
    if fault.began_ns is not None:
        before = answers[: first_at(answers, fault.began_ns)]
        return [each for each in before if each.done_ns <= fault.began_ns]
    in_a_row = 0
    for place, each in enumerate(answers):
        in_a_row = 0 if each.good else in_a_row + 1
        if in_a_row == TROUBLE:
            return answers[: place + 1 - TROUBLE]
        if each.at_ns >= USUALLY_HEALTHY_NS:
            return answers[:place]
    return answers
