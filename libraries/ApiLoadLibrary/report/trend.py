"""What has changed since earlier sessions, in plain words.

Nothing here claims that a change is more than chance: a value is said to be unlike earlier ones
only where it lies outside all of them, and how many they were.  A comparison that is sure of
itself is `Verify No Regression Against`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from . import formats
from .document import Criterion, Document, EarlierCriterion, EarlierSession, Verdict
from .earlier import by_key

__all__ = ["Requirement", "changes", "requirements", "retried", "summary"]

FEW = 3
"""Fewer earlier values have no usual range."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """A criterion, and what it came to in earlier sessions.

    Attributes:
        criterion: What it came to now.
        earlier: The same in each earlier session, oldest first; None where it was not judged.
    """

    criterion: Criterion
    earlier: tuple[EarlierCriterion | None, ...]

    @property
    def judged(self) -> list[EarlierCriterion]:
        """Those of the earlier ones in which it was judged."""
        return [each for each in self.earlier if each]

    @property
    def values(self) -> list[float]:
        """What was measured earlier, in the unit of now."""
        unit = self.criterion.unit
        return [e.measured for e in self.judged if e.measured is not None and e.unit == unit]


def requirements(document: Document, sessions: Sequence[EarlierSession]) -> list[Requirement]:
    """Every criterion with its outcomes in these sessions."""
    known = [by_key(each.criteria) for each in sessions]
    return [
        Requirement(criterion, tuple(each.get(key) for each in known))
        for key, criterion in by_key(document.criteria).items()
    ]


def retried(document: Document) -> list[Criterion]:
    """Criteria that are met now, and were not in an earlier attempt."""
    return [
        each.criterion
        for each in requirements(document, document.attempts)
        if each.criterion.verdict is Verdict.PASS
        and any(earlier.verdict is not Verdict.PASS for earlier in each.judged)
    ]


def changes(requirement: Requirement) -> str:
    """What is new of a requirement, in a few words."""
    parts = [_of_verdicts(requirement), _of_values(requirement), _of_limits(requirement)]
    return formats.sentence("; ".join(filter(None, parts)))


def _of_verdicts(requirement: Requirement) -> str:
    now = requirement.criterion.verdict
    before = [each.verdict for each in requirement.judged]
    if not before:
        return "judged for the first time"
    alike = _alike_at_the_end(before)
    if before[-1] is now:
        return "" if now is Verdict.PASS else f"{_NOT[now]} for the {_ordinal(alike + 1)} time"
    if now is Verdict.PASS:
        return "met again" if Verdict.PASS in before else "met for the first time"
    was = "met" if before[-1] is Verdict.PASS else _NOT[before[-1]]
    times = f" {alike} times in a row" if alike > 1 else ""
    return f"{_NOT[now]} now, {was}{times} before"


_NOT = {Verdict.FAIL: "not met", Verdict.INCONCLUSIVE: "not decided"}


def _ordinal(number: int) -> str:
    words = {2: "second", 3: "third"}
    return words.get(number, f"{number}th")


def _alike_at_the_end(verdicts: Sequence[Verdict]) -> int:
    """How many of the last are the same."""
    count = 0
    for each in reversed(verdicts):
        if each is not verdicts[-1]:
            break
        count += 1
    return count


def _of_values(requirement: Requirement) -> str:
    criterion, values = requirement.criterion, requirement.values
    if criterion.measured is None or not values:
        return ""
    told = [formats.amount(each, criterion.unit) for each in (min(values), max(values), values[-1])]
    if len(values) < FEW:
        return f"{told[2]} the last time"
    worse = _is_worse(requirement)
    if worse is None:
        return f"within what {len(values)} earlier runs measured, {told[0]} to {told[1]}"
    higher = criterion.measured > max(values)
    edge = f"{'at most' if higher else 'at least'} {told[1 if higher else 0]}"
    return f"{'worse' if worse else 'better'} than in all of {len(values)} earlier runs, {edge}"


def _is_worse(requirement: Requirement) -> bool | None:
    """Of a value that lies outside of all earlier ones; None where it does not."""
    criterion, values = requirement.criterion, requirement.values
    if criterion.measured is None or len(values) < FEW:
        return None
    if min(values) <= criterion.measured <= max(values):
        return None
    return (criterion.measured > max(values)) is criterion.operator.startswith("<")


def _of_limits(requirement: Requirement) -> str:
    criterion = requirement.criterion
    before = requirement.judged[-1] if requirement.judged else None
    if before is None or (before.target, before.unit) == (criterion.target, criterion.unit):
        return ""
    return f"the limit was {formats.limit(before.target, before.unit)}"


def summary(document: Document) -> Iterator[str]:
    """What has changed in all, a sentence each."""
    asked = requirements(document, document.history)
    known = [each for each in asked if each.judged]
    groups = {
        "Not met now, but the last time": [each for each in known if _fell(each)],
        "Met again": [each for each in known if _rose(each)],
        "Worse than in all earlier runs": [each for each in known if _is_worse(each) is True],
        "Better than in all earlier runs": [each for each in known if _is_worse(each) is False],
    }
    for words, found in groups.items():
        if found:
            yield f"{words}: {', '.join(each.criterion.id for each in found)}."
    if known and not any(groups.values()):
        yield "Nothing stands out."


def _fell(requirement: Requirement) -> bool:
    last = requirement.judged[-1].verdict
    return last is Verdict.PASS and requirement.criterion.verdict is not Verdict.PASS


def _rose(requirement: Requirement) -> bool:
    last = requirement.judged[-1].verdict
    return last is not Verdict.PASS and requirement.criterion.verdict is Verdict.PASS
