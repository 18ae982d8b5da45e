"""From findings to a judgement: the one that decides, told as one sentence."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from .finding import Finding
from .judgement import Judgement, Verdict
from .sentences import join, quantity, sentence

__all__ = ["Asked", "judgement_on"]


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked, in words.

    Attributes:
        criterion: As the language writes it.
        metric: The metric's name.
        title: The same as a sentence begins.
        confidence: How sure the verdict must be; None for a point estimate.
        scope, when, window_s: See `Judgement`.
        part: The part of the run that it is about: `after the first 30 s`.
    """

    criterion: str
    metric: str
    title: str
    confidence: float | None
    scope: str | None = None
    when: str = ""
    window_s: int | None = None
    part: str = ""


def judgement_on(asked: Asked, findings: Sequence[Finding], decisive: Finding) -> Judgement:
    """The judgement that one of several findings decides.

    Args:
        asked: What was asked.
        findings: All of them.
        decisive: The worst.
    """
    limit, measured, interval = decisive.limit, decisive.measured, decisive.interval
    bounded = interval is not None and math.isfinite(interval.high)
    reason = _reason(decisive, findings)
    return Judgement(
        criterion=asked.criterion,
        metric=asked.metric,
        endpoint=decisive.subject.name,
        run_id=decisive.subject.run.id,
        operator=limit.symbol,
        target=limit.value,
        unit=limit.unit,
        measured=measured,
        interval=(interval.low, interval.high) if interval and bounded else None,
        confidence=asked.confidence if interval else None,
        margin=None if measured is None else limit.margin(measured),
        samples=decisive.samples,
        verdict=decisive.verdict,
        reason=reason,
        sentence=_sentence(asked, findings, decisive, reason),
        scope=asked.scope,
        when=asked.when,
        window_s=asked.window_s,
    )


def _reason(decisive: Finding, findings: Sequence[Finding]) -> str:
    """Its own, and which other endpoints fail as well."""
    failing = [each for each in findings if each.verdict is Verdict.FAIL]
    others = dict.fromkeys(_name(each) for each in failing)
    others.pop(_name(decisive), None)
    also = [f"also broken by {join(list(others))}"] if others else []
    return "; ".join([*filter(None, [decisive.reason]), *also])


def _name(finding: Finding) -> str:
    watched = finding.subject.watched
    return str(watched.name if watched else finding.subject.name)


def _sentence(asked: Asked, findings: Sequence[Finding], decisive: Finding, reason: str) -> str:
    place = decisive.place or decisive.subject.name
    basis = [*decisive.basis, *filter(None, [asked.part])]
    compared = len({_name(each) for each in findings})
    if compared > 1 and basis:
        what = "hosts" if decisive.subject.watched else "endpoints"
        basis.append(f"the worst of {compared} {what}")
    return sentence(
        f"{asked.title} of {place}" if place else asked.title,
        _value(decisive),
        decisive.limit,
        basis=basis,
        verdict=decisive.verdict,
        reason=reason,
    )


def _value(finding: Finding) -> str | None:
    """What was measured, in words; None of nothing."""
    if finding.measured is None:
        return "never reached" if finding.never else None
    return quantity(finding.measured, finding.limit) + finding.aside
