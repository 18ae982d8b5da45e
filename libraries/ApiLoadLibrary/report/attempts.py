"""Attempts at the same tests, in plain words: whoever signs should know of each of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from . import formats
from .document import Document, EarlierSession, Verdict
from .trend import retried

__all__ = ["attempts", "retry", "retry_tail"]


def retry_tail(document: Document) -> str:
    """What a headline adds to a number of requirements met: how many not at once."""
    met, total = len(retried(document)), len(document.criteria)
    if not met:
        return ""
    if total == 1:
        return " only when tried again"
    all_met = all(each.verdict is Verdict.PASS for each in document.criteria)
    return f", {met} {'of them' if all_met else 'met'} only when tried again"


def retry(document: Document) -> Iterator[str]:
    """That this is not the first attempt, and what became of the first."""
    if document.attempts:
        number = len(document.attempts) + 1
        yield f"This is attempt {number}: a part of the suite was run again."
    if met := retried(document):
        yield f"Met only when tried again: {', '.join(each.id for each in met)}."


def attempts(document: Document) -> Iterator[str]:
    """What each earlier attempt came to, a sentence each."""
    for number, attempt in enumerate(document.attempts, 1):
        outcomes = [*_criteria(attempt), *_failed_tests(attempt)]
        kept = f" Kept as {attempt.file}." if attempt.file else ""
        when = formats.when(attempt.started_at)
        yield f"Attempt {number}, {when}: {'; '.join(outcomes)}.{kept}"


def _criteria(attempt: EarlierSession) -> Iterator[str]:
    for each in attempt.criteria:
        about = " of ".join(filter(None, (each.metric, each.scope)))
        measured = formats.amount(each.measured, each.unit, each.target)
        limit = f"{each.operator} {formats.limit(each.target, each.unit)}"
        yield f"{_short(each.test)}, {about} {measured} ({limit}), {each.verdict.value}"


def _failed_tests(attempt: EarlierSession) -> Iterator[str]:
    for name in attempt.failed_tests:
        yield f"{_short(name)} failed for another reason"


def _short(test: str) -> str:
    """The test's own name, without its suites'."""
    return re.split(r"\.(?=\S)", test)[-1]
