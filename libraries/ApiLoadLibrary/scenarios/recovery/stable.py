"""When all was well for good: the first stable stretch, not the first success."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from .answers import Answer, Kind
from .moods import Mood, MoodSpan

__all__ = ["Steadiness", "Stretches"]

SLOW_SHARE = 0.05
"""More slow answers than that, and the 95th percentile is slow."""


@dataclass(frozen=True, slots=True)
class Steadiness:
    """What a stable stretch is.

    Attributes:
        length_ns: How long it lasts at least.
        success_share: How many of its answers are good at least, 0 to 1.
        slow_down: How many times its 95th percentile may be that of the healthy time.
    """

    length_ns: int
    success_share: float
    slow_down: float


class Stretches:
    """Looks for stable stretches.

    Args:
        answers: In the order in which they were sent.
        spans: The server's moods: a stable stretch begins where it is well.
        steadiness: What is wanted.
        until_ns: When the observation ended.
    """

    def __init__(
        self,
        answers: Sequence[Answer],
        spans: Sequence[MoodSpan],
        steadiness: Steadiness,
        until_ns: int,
    ) -> None:
        self._answers = answers
        self.spans = spans
        self._wanted = steadiness
        self.until_ns = until_ns
        self._at = [each.at_ns for each in answers]
        self._failed = [0, *accumulate(not each.good for each in answers)]
        self._slow = [0, *accumulate(each.kind is Kind.SLOW for each in answers)]

    def first_from(self, moment_ns: int) -> int | None:
        """The place at which the first one begins at or after a moment; None without one."""
        return next((each for each in self._candidates(moment_ns) if self._is_stable(each)), None)

    def begun_from(self, moment_ns: int) -> int | None:
        """The same of one that was still too short when the observation ended."""
        late_ns = self.until_ns - self._wanted.length_ns
        places = self._candidates(max(moment_ns, late_ns))
        return next((each for each in places if self._keeps(each, len(self._answers))), None)

    def _candidates(self, moment_ns: int) -> Iterator[int]:
        """Good answers at which it may begin."""
        for span in self.spans:
            if span.mood is not Mood.WELL:
                continue
            first = max(span.first, bisect_left(self._at, moment_ns))
            for place in range(first, span.behind):
                if self._answers[place].kind is Kind.WELL:
                    yield place

    def _is_stable(self, place: int) -> bool:
        end_ns = self._at[place] + self._wanted.length_ns
        if end_ns > self.until_ns:
            return False
        return self._keeps(place, bisect_left(self._at, end_ns))

    def _keeps(self, place: int, behind: int) -> bool:
        """Whether all answers from one place to another are good and quick enough together."""
        count = behind - place
        failed = self._failed[behind] - self._failed[place]
        slow = self._slow[behind] - self._slow[place]
        good_enough = failed <= (1 - self._wanted.success_share) * count + 1e-9
        return good_enough and slow <= SLOW_SHARE * (count - failed) + 1e-9
