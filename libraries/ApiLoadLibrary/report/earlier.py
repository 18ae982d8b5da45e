"""What earlier sessions of the same suite came to, as a part of a new one's document."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from .document import Criterion, Document, EarlierCriterion, EarlierSession

__all__ = ["Key", "by_key", "earlier_session", "only", "told", "with_earlier"]

MOST_SHOWN = 10
"""Earlier sessions in the document: a page has no room for more, and nobody asks."""

Key = tuple[str, str, str | None, str, int]
"""Test, metric, scope, part of the run; and which of several that are alike in all of these."""


class Judged(Protocol):
    """A criterion, of now or earlier."""

    @property
    def test(self) -> str: ...
    @property
    def metric(self) -> str: ...
    @property
    def scope(self) -> str | None: ...
    @property
    def when(self) -> str: ...


J = TypeVar("J", bound=Judged)


def by_key(criteria: Iterable[J]) -> dict[Key, J]:
    """Criteria by what they ask about; their limits may change from session to session."""
    seen: Counter[tuple[str, str, str | None, str]] = Counter()
    found: dict[Key, J] = {}
    for each in criteria:
        about = (each.test, each.metric, each.scope, each.when)
        found[(*about, seen[about])] = each
        seen[about] += 1
    return found


def earlier_session(document: Document, file: str | None) -> EarlierSession:
    """A session as the ones that come after it remember it.

    Args:
        file: The name of its report, where that is kept.
    """
    system = document.system_under_test
    return EarlierSession(
        started_at=document.started_at,
        verdict=document.verdict,
        version=system.version,
        commit=system.commit,
        file=file,
        criteria=tuple(map(_earlier_criterion, document.criteria)),
        failed_tests=tuple(each.name for each in document.failed_tests),
    )


def _earlier_criterion(criterion: Criterion) -> EarlierCriterion:
    names = [each.name for each in dataclasses.fields(EarlierCriterion)]
    return EarlierCriterion(**{name: getattr(criterion, name) for name in names})


def with_earlier(document: Document, kept: Iterable[tuple[str, Document]]) -> Document:
    """The document, and what earlier sessions came to.

    Compared are sessions of the same suite, on the same system in the same environment.  Where
    this one left out a part of the suite, as `--rerunfailed` does, it repeats an earlier one of
    the same version: back to the last that left out nothing, those are attempts.

    Args:
        kept: The name of its file, and the document, of each session that is known.
    """
    before = sorted(
        (each for each in kept if _is_comparable(each[1], document)),
        key=lambda each: _moment(each[1]),
    )
    first = len(before) - _attempts(document, [each for _, each in before])
    attempts = [_of_tests(earlier_session(each, file), document) for file, each in before[first:]]
    shown = before[max(first - MOST_SHOWN, 0) : first]
    return dataclasses.replace(
        document,
        attempts=(*document.attempts, *filter(told, attempts)),
        history=tuple(earlier_session(each, file) for file, each in shown),
    )


def _is_comparable(earlier: Document, document: Document) -> bool:
    return _about(earlier) == _about(document) and _moment(earlier) < _moment(document)


def _about(document: Document) -> tuple[str, str | None, str | None]:
    system = document.system_under_test
    return document.suite, system.name, system.environment


def _moment(document: Document) -> datetime:
    return datetime.fromisoformat(document.started_at)


def _attempts(document: Document, before: Sequence[Document]) -> int:
    """How many of the last sessions this one repeats a part of."""
    number = 0
    for each in reversed(before if document.left_out else ()):
        if _build(each) != _build(document):
            break
        number += 1
        if not each.left_out:
            break
    return number


def _build(document: Document) -> tuple[str | None, str | None]:
    return document.system_under_test.version, document.system_under_test.commit


def _of_tests(session: EarlierSession, document: Document) -> EarlierSession:
    """What the session came to in the tests that were run again."""
    return only(session, document.tests)


def only(session: EarlierSession, tests: Collection[str]) -> EarlierSession:
    """The session, as far as it was about these tests."""
    return dataclasses.replace(
        session,
        criteria=tuple(each for each in session.criteria if each.test in tests),
        failed_tests=tuple(each for each in session.failed_tests if each in tests),
    )


def told(session: EarlierSession) -> bool:
    """Whether anything is known of what it came to."""
    return bool(session.criteria or session.failed_tests)
