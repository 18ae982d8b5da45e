"""The form of a rule: what it looks for, and what is to be done about it by whom."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from enum import IntEnum

from .evidence import RunEvidence, SessionEvidence

__all__ = ["Found", "Rule", "Sure", "per_run"]


class Sure(IntEnum):
    """How sure a finding is; the value puts the surest first."""

    HIGH = 0
    MEDIUM = 1
    LOW = 2


@dataclass(frozen=True, slots=True)
class Found:
    """What a rule has seen.

    Attributes:
        finding: In a few words, without the run's name: it stands at the head of a recommendation.
        evidence: The figures, a sentence each.
        criteria: The ids of the criteria that it is about.
        sure: How sure it is.
        advice: What to do, where the rule's own words do not fit.
        who: Who should act, where it is not whom the rule names.
        about: What sets it apart from findings of the same rule: an endpoint.  The same about
            the same in several runs is said once.
        run: The id of the load run; None for the whole session.
    """

    finding: str
    evidence: tuple[str, ...]
    criteria: tuple[str, ...] = ()
    sure: Sure = Sure.HIGH
    advice: str = ""
    who: str = ""
    about: str = ""
    run: str | None = None


Look = Callable[[SessionEvidence], Iterator[Found]]


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table of rules.

    Attributes:
        name: What it is called in that table, and in the documentation.
        look: Finds what it is about, or nothing.
        who: Who should act.
        advice: What to do.
        unless: The names of rules that explain the same better, or would say the opposite: where
            one of them speaks of a load run, this one is silent of it.
    """

    name: str
    look: Look
    who: str
    advice: str
    unless: frozenset[str] = frozenset()


def per_run(
    look: Callable[[RunEvidence], Iterator[Found]],
    *,
    doubtful: bool = False,
    provoked: bool = False,
    even: bool = False,
) -> Look:
    """A rule on each load run by itself.

    Args:
        look: What it is.
        doubtful: Also on those whose load generator was not up to it.
        provoked: Also on those that make the system refuse on purpose.
        even: Only on those whose load is the same all the time.
    """

    def all_runs(session: SessionEvidence) -> Iterator[Found]:
        for run in session.runs:
            fits = (doubtful or run.trusted) and (provoked or run.ordinary)
            if fits and (run.even or not even):
                yield from (replace(found, run=run.run.id) for found in look(run))

    return all_runs
