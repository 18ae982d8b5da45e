"""Into stretches in which the server behaved alike: the likeliest, sharp at their ends.

A single slow answer, or a single good one, is no change of the server's mood.  So the moods are
found for all answers at once: each mood makes each kind of answer more or less likely, a change
of mood has its price, and the sequence that costs least is the one (the Viterbi algorithm: A. J.
Viterbi, "Error bounds for convolutional codes", 1967).  Boundaries come out where the answers
change, not where some window has filled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import groupby
from math import log

from .answers import Answer, Kind

__all__ = ["Mood", "MoodSpan", "moods_of"]


class Mood(IntEnum):
    """How a server behaves for some time."""

    WELL = 0
    ILL = 1
    """Slow, or failing slowly, or now this and now that."""
    SHUT = 2
    """Failing fast."""


@dataclass(frozen=True, slots=True)
class MoodSpan:
    """Answers in a row that show the same mood.

    Attributes:
        first, behind: The places of its first answer, and of the first one behind it.
    """

    mood: Mood
    first: int
    behind: int


# How likely each kind of answer is in each mood.
_LIKELY = {
    Mood.WELL: {Kind.WELL: 0.970, Kind.SLOW: 0.020, Kind.FAILED: 0.005, Kind.FAST: 0.005},
    Mood.ILL: {Kind.WELL: 0.500, Kind.SLOW: 0.200, Kind.FAILED: 0.200, Kind.FAST: 0.100},
    Mood.SHUT: {Kind.WELL: 0.020, Kind.SLOW: 0.010, Kind.FAILED: 0.020, Kind.FAST: 0.950},
}
_COST = [[-log(_LIKELY[mood][kind]) for kind in Kind] for mood in Mood]

CHANGE = 8.0
"""What a change costs: five failures in a row are one, and nine slow answers are."""

USUAL_INTERVAL_NS = 20_000_000
"""More answers in the same time are no more evidence: whatever holds up one holds up its
neighbours."""

MOST_TRIES = 10
"""A breaker that is half-open lets no more through than that; else it was closed again."""


def moods_of(answers: Sequence[Answer], interval_ns: int) -> list[MoodSpan]:
    """The moods in order, without gaps.

    Args:
        answers: In the order in which they were sent.
        interval_ns: From one probe to the next.
    """
    if not answers:
        return []
    moods = _likeliest(answers, CHANGE * max(1.0, USUAL_INTERVAL_NS / interval_ns))
    for span in _spans(moods):
        if span.mood is Mood.SHUT:
            _trim(moods, answers, span)
    _rejoin_tries(moods, answers)
    return _spans(moods)


def _likeliest(answers: Sequence[Answer], change: float) -> list[Mood]:
    totals = [costs[answers[0].kind] for costs in _COST]
    steps: list[list[int]] = []
    for each in answers[1:]:
        least = min(totals)
        best, highest = totals.index(least), least + change
        steps.append([mood if total <= highest else best for mood, total in enumerate(totals)])
        kind = each.kind
        totals = [
            min(total, highest) + costs[kind] for total, costs in zip(totals, _COST, strict=True)
        ]
    mood = totals.index(min(totals))
    path = [Mood(mood)]
    for came in reversed(steps):
        mood = came[mood]
        path.append(Mood(mood))
    return path[::-1]


def _spans(moods: Sequence[Mood]) -> list[MoodSpan]:
    spans, first = [], 0
    for mood, group in groupby(moods):
        behind = first + len(list(group))
        spans.append(MoodSpan(mood, first, behind))
        first = behind
    return spans


def _trim(moods: list[Mood], answers: Sequence[Answer], span: MoodSpan) -> None:
    """It is shut from its first fast failure to its last one: what is around these belongs to
    what was before and what comes then."""
    places = range(span.first, span.behind)
    fast = [place for place in places if answers[place].kind is Kind.FAST]
    if not fast:
        moods[span.first : span.behind] = [Mood.ILL] * len(places)
        return
    ill = False
    for place in range(span.first, fast[0]):
        ill = ill or answers[place].kind is not Kind.WELL
        moods[place] = Mood.ILL if ill else Mood.WELL
    ill = False
    for place in range(span.behind - 1, fast[-1], -1):
        ill = ill or answers[place].kind is not Kind.WELL
        moods[place] = Mood.ILL if ill else Mood.WELL


def _rejoin_tries(moods: list[Mood], answers: Sequence[Answer]) -> None:
    """A few requests that were tried in between are no end of being shut."""
    spans = _spans(moods)
    for before, span, after in zip(spans, spans[1:], spans[2:], strict=False):
        shut_around = before.mood is Mood.SHUT and after.mood is Mood.SHUT
        tried = [each for each in answers[span.first : span.behind] if each.kind is not Kind.FAST]
        if span.mood is Mood.ILL and shut_around and len(tried) <= MOST_TRIES:
            moods[span.first : span.behind] = [Mood.SHUT] * (span.behind - span.first)
