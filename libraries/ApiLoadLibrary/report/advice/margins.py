"""Rules on how much room a verdict leaves, and what has become of it."""

from __future__ import annotations

from collections.abc import Iterator

from ApiLoadLibrary.report import formats
from ApiLoadLibrary.report.document import Verdict

from .evidence import RunEvidence, ids
from .rule import Found

__all__ = ["slower_than_before", "thin_margin"]

THIN = 0.1


def slower_than_before(evidence: RunEvidence) -> Iterator[Found]:
    """A requirement on being no slower than earlier runs was not met."""
    missed = [each for each in evidence.missed if each.metric == "slow-down"]
    if missed:
        yield Found(
            finding="The service is slower than it was in earlier runs",
            evidence=tuple(formats.sentence(each.sentence) for each in missed[:3]),
            criteria=ids(missed),
        )


def thin_margin(evidence: RunEvidence) -> Iterator[Found]:
    """A limit was kept, with less than a tenth of it to spare."""
    thin = [
        each
        for each in evidence.criteria
        if each.verdict is Verdict.PASS
        and each.operator.startswith("<")
        and each.margin is not None
        and 0 <= each.margin < THIN
        and each.target > 0
    ]
    if thin:
        closest = min(thin, key=lambda each: each.margin or 0.0)
        measured = formats.amount(closest.measured, closest.unit, closest.target)
        limit = formats.limit(closest.target, closest.unit)
        more = len(thin) - 1
        yield Found(
            finding="Requirements are met with hardly any room to spare",
            evidence=(
                f"{closest.id}: {measured} measured, {limit} allowed."
                + (f" {formats.plural(more, 'other')} {_are(more)} as close." if more else ""),
            ),
            criteria=ids(thin),
        )


def _are(number: int) -> str:
    return "is" if number == 1 else "are"
