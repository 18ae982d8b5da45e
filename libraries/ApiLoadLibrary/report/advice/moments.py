"""Rules on moments: a slow start, a slow spell, pauses that come back, a burst that lingers."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from typing import Any

import numpy as np

from ApiLoadLibrary.report import formats
from ApiLoadLibrary.report.document import Phase, Verdict

from .evidence import RunEvidence, ids
from .rule import Found
from .spells import Flags, is_beyond_chance, period_s, spells
from .wording import listed

__all__ = ["burst_lingers", "burst_slows", "regular_pauses", "slow_spell", "slow_start"]

MUCH_SLOWER = 3.0
SLOWER = 2.0
SHORTEST_S = 20


def slow_start(evidence: RunEvidence) -> Iterator[Found]:
    """The first seconds were far slower than the rest, and too slow for a customer."""
    warm_up = _warm_up(evidence)
    if warm_up is None:
        return
    length_s, before, after = warm_up
    if before >= SLOWER * after and before > evidence.limit_ms():
        told = (
            f"In the first {formats.duration(length_s)} 95 of 100 requests took up to "
            f"{formats.milliseconds(before)}, after that {formats.milliseconds(after)}."
        )
        yield Found(
            finding="The service is slow when load begins",
            evidence=(told,),
        )


def _warm_up(evidence: RunEvidence) -> tuple[float, float, float] | None:
    """How long it took, and the 95th percentile in it and after it."""
    phases = evidence.run.phases
    first = phases[0] if phases else None
    judged = next((each for each in phases if each.judged), None)
    if first and judged and not first.judged and first.name == "warm-up":
        before, after = _p95_of(first), _p95_of(judged)
        return (first.end_s - first.start_s, before, after) if before and after else None
    settled, p95 = evidence.run.settled_after_s, evidence.p95_ms
    if not settled or settled >= len(p95):
        return None
    early, late = (part[~np.isnan(part)] for part in (p95[:settled], p95[settled:]))
    if not len(early) or not len(late):
        return None
    return float(settled), float(np.median(early)), float(np.median(late))


def _p95_of(phase: Phase) -> float | None:
    return phase.response_time_ms.p95 if phase.response_time_ms else None


def slow_spell(evidence: RunEvidence) -> Iterator[Found]:
    """For some seconds everything was far slower, and then it was over."""
    odd, usual = _slow_seconds(evidence)
    if period_s(spells(odd)) is not None:
        return
    # A long tail makes a second's 95th percentile jump by chance, but not its median.
    p50 = evidence.p50_ms
    found = spells(odd & (p50 > SLOWER * np.nanmedian(p50))) if odd.any() else []
    longest = max(found, key=lambda each: each.length, default=None)
    if longest is None or not is_beyond_chance(longest, found, len(odd)):
        return
    worst = formats.milliseconds(float(np.nanmax(evidence.p95_ms[longest.start : longest.end])))
    others = len(found) - 1
    told = (
        f"From {formats.clock(longest.start)} of the load on, for "
        f"{formats.plural(longest.length, 'second')}, 95 of 100 requests took up to {worst}; "
        f"usual were {formats.milliseconds(usual)}."
    )
    yield Found(
        finding="For some seconds everything was far slower than usual",
        evidence=(told, *[f"It happened {formats.plural(others, 'more time')}."][: bool(others)]),
        criteria=ids(evidence.too_slow),
    )


def regular_pauses(evidence: RunEvidence) -> Iterator[Found]:
    """Everything slows down again and again, at the same distance."""
    odd, usual = _slow_seconds(evidence)
    found = spells(odd)
    period = period_s(found)
    if period is None:
        return
    length = statistics.median(each.length for each in found)
    worst = float(np.nanmax(evidence.p95_ms[odd]))
    told = (
        f"About every {formats.duration(round(period))}, {len(found)} times in all, for "
        f"{formats.duration(length)}: 95 of 100 requests took up to "
        f"{formats.milliseconds(worst)} then; usual were {formats.milliseconds(usual)}."
    )
    yield Found(
        finding="Everything slows down again and again, as by a clock",
        evidence=(told,),
        criteria=ids(evidence.too_slow),
    )


def _slow_seconds(evidence: RunEvidence) -> tuple[Flags, float]:
    """In which it was far slower than usual and too slow, after any warm-up; and what is usual."""
    skipped = evidence.run.settled_after_s or 0
    p95 = evidence.p95_ms
    known = p95[skipped:][~np.isnan(p95[skipped:])]
    if len(known) < SHORTEST_S:
        return np.zeros(len(p95), np.bool_), 0.0
    usual = float(np.median(known))
    odd = p95 > max(MUCH_SLOWER * usual, evidence.limit_ms())
    odd[:skipped] = False
    return odd, usual


def burst_slows(evidence: RunEvidence) -> Iterator[Found]:
    """A burst made answers so much slower that a requirement was not met."""
    missed = [each for each in evidence.missed if each.metric == "degradation"]
    if missed:
        yield Found(
            finding="A burst slows the service down more than is allowed",
            evidence=tuple(formats.sentence(each.sentence) for each in missed[:3]),
            criteria=ids(missed),
        )


def burst_lingers(evidence: RunEvidence) -> Iterator[Found]:
    """After a burst the service did not come back to normal while it was watched."""
    names = [
        str(each.get("name"))
        for each in _rows(evidence.run.details.get("endpoints"))
        if evidence.run.scenario == "burst" and each.get("returned") is False
    ]
    late = [
        each
        for each in evidence.criteria
        if each.metric == "return to normal" and each.verdict is Verdict.FAIL
    ]
    if names:
        yield Found(
            finding="The service does not recover from a burst by itself",
            evidence=(f"Not back to normal while it was watched: {listed(names)}.",),
            criteria=ids(late),
        )


def _rows(value: Any) -> list[dict[str, Any]]:
    """A table out of what only a scenario knows; empty if it is none."""
    return [each for each in value if isinstance(each, dict)] if isinstance(value, list) else []
