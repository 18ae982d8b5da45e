"""Rules on failures: of which kind, where, and when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial

import numpy as np

from ApiLoadLibrary.report import formats
from ApiLoadLibrary.report.document import Criterion

from .arrays import Doubles
from .causes import CAUSES, Cause
from .evidence import RunEvidence, ids
from .rule import Found, Rule, per_run
from .spells import Spell, main_spell

__all__ = ["CAUSE_RULES", "broke_down", "failure_spell", "strangers_admitted"]

FEWEST = 10
WORTH_TELLING = 0.005
"""Of all requests; fewer failures are told where a requirement asks for fewer still."""

MAIN_PART = 0.2
"""Of all failures: a cause of fewer is not where to start."""

NEARLY_ALL = 0.8
SHORTEST_S = 20
BROKEN = 0.5

Counts = Sequence[tuple[str, int]]
"""Endpoints by name, and how often it happened there."""


def _cause(cause: Cause, evidence: RunEvidence) -> Iterator[Found]:
    """So many requests failed for one cause that it is worth mending."""
    counts = [
        (endpoint.name, sum(each.count for each in endpoint.failures if cause.holds(each)))
        for endpoint in evidence.run.endpoints
    ]
    count, all_failures = sum(number for _, number in counts), evidence.run.errors
    asked = evidence.too_many_errors
    many = count >= FEWEST and count >= WORTH_TELLING * evidence.run.requests
    if not (many or (asked and count)) or count < MAIN_PART * all_failures:
        return
    share = formats.percent(100 * count / evidence.run.requests)
    told = [f"{count:,} of {formats.plural(all_failures, 'failure')}; {share} of all requests."]
    told += _where(counts)
    if count >= NEARLY_ALL * all_failures:
        told += _when(evidence.errors)
    yield Found(cause.finding, tuple(told), criteria=ids(_touched(asked, counts)))


def _touched(criteria: tuple[Criterion, ...], counts: Counts) -> list[Criterion]:
    """Those of the criteria that are about an endpoint where it happened."""
    names = [None, *(name for name, count in counts if count)]
    return [each for each in criteria if each.endpoint in names]


def _where(counts: Counts) -> Iterator[str]:
    if len(counts) < 2:
        return
    worst, most = max(counts, key=lambda each: each[1])
    total, hit = sum(count for _, count in counts), sum(count > 0 for _, count in counts)
    if most >= NEARLY_ALL * total:
        yield f"{'All' if hit == 1 else 'Nearly all'} on one endpoint: {worst}."
    else:
        yield f"On {hit} of {len(counts)} endpoints."


def _when(errors: Doubles) -> Iterator[str]:
    """In which part of the run, where it was not all of it."""
    spell = main_spell(errors, NEARLY_ALL) if len(errors) >= SHORTEST_S else None
    if spell and spell.length <= len(errors) / 2:
        began, ended = formats.clock(spell.start), formats.clock(spell.end)
        yield f"Most came between {began} and {ended} of the load."


CAUSE_RULES = tuple(
    Rule(
        f"failures: {cause.name}",
        per_run(partial(_cause, cause), doubtful=cause.doubtful),
        cause.who,
        cause.advice,
    )
    for cause in CAUSES
)


def failure_spell(evidence: RunEvidence) -> Iterator[Found]:
    """Nearly all failures came in one short time, and then it was over."""
    spell = _spell(evidence)
    if spell is None or spell.end > 0.9 * len(evidence.errors):
        return
    inside = int(evidence.errors[spell.start : spell.end].sum())
    told = (
        f"{inside:,} of {evidence.run.errors:,} failures fell into "
        f"{formats.plural(spell.length, 'second')} of {len(evidence.errors):,}, "
        f"from {formats.clock(spell.start)} on."
    )
    yield Found(
        finding="Failures came all at once, and then it was over",
        evidence=(told,),
        criteria=ids(evidence.too_many_errors),
    )


def broke_down(evidence: RunEvidence) -> Iterator[Found]:
    """From one moment on most requests failed, to the end: it did not come back."""
    errors, offered = evidence.errors, evidence.offered
    start = _first_of_broken_end(errors, offered)
    if start is None or len(errors) < SHORTEST_S or start < 0.1 * len(errors):
        return
    before = float(errors[:start].sum() / max(offered[:start].sum(), 1))
    after = float(errors[start:].sum() / max(offered[start:].sum(), 1))
    if before > BROKEN / 10 or len(errors) - start < 3:
        return
    was, became = formats.percent(100 * before), formats.percent(100 * after)
    told = (
        f"From {formats.clock(start)} of the load to its end {became} of the requests "
        f"failed; before that {was} did."
    )
    yield Found(
        finding="The service broke down under load and did not come back",
        evidence=(told,),
        criteria=ids(evidence.too_many_errors),
    )


def _first_of_broken_end(errors: Doubles, offered: Doubles) -> int | None:
    """The first of the seconds at the end in each of which most requests failed."""
    fine = np.flatnonzero((offered > 0) & (errors < BROKEN * offered))
    start = int(fine[-1]) + 1 if len(fine) else 0
    return start if float(errors[start:].sum()) >= FEWEST else None


def _spell(evidence: RunEvidence) -> Spell | None:
    """The short time in which nearly all failures came."""
    errors = evidence.errors
    if len(errors) < SHORTEST_S or evidence.run.errors < 2 * FEWEST:
        return None
    spell = main_spell(errors, NEARLY_ALL)
    return spell if spell and spell.length <= len(errors) / 4 else None


def strangers_admitted(evidence: RunEvidence) -> Iterator[Found]:
    """Somebody without a right was let in."""
    rows = evidence.run.details.get("strangers")
    admitted = [
        row
        for row in (rows if isinstance(rows, list) else ())
        if isinstance(row, dict) and isinstance(row.get("admitted"), int) and row["admitted"] > 0
    ]
    if admitted:
        total = sum(row["admitted"] for row in admitted)
        ways = sorted({f"{row.get('endpoint')} ({row.get('kind')})" for row in admitted})
        yield Found(
            finding=f"{formats.plural(total, 'request')} without a right got in",
            evidence=(f"At {'; '.join(ways[:5])}{'; and more' if len(ways) > 5 else ''}.",),
            criteria=ids(evidence.missed),
        )
