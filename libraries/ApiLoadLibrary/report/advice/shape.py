"""Rules on the shape of response times: two kinds of answers, and a few that take very long."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ApiLoadLibrary.report import formats
from ApiLoadLibrary.report.document import Distribution, Endpoint

from .arrays import numbers
from .evidence import RunEvidence
from .modes import TwoKinds, two_kinds_of
from .rule import Found, Sure
from .wording import missed_by

__all__ = ["heavy_tail", "two_kinds"]

LONG = 10.0
"""Times as long as usual."""

FEWEST_OF_TAIL = 1_000
"""Requests; of fewer, less than ten make up the slowest hundredth."""

CHANCE_OF_SPELLS = 0.5
"""Slow seconds that are next to each other more often than twice what chance would do."""


def two_kinds(evidence: RunEvidence) -> Iterator[Found]:
    """An endpoint's requests are either quick or slow, and hardly ever between."""
    for endpoint in evidence.slow:
        kinds = two_kinds_of(evidence.histogram(endpoint))
        if kinds is None or kinds.slow_ms <= evidence.limit_ms(endpoint):
            continue
        if not _comes_in_spells(endpoint, kinds):
            yield _two_kinds(evidence, endpoint, kinds)


def _two_kinds(evidence: RunEvidence, endpoint: Endpoint, kinds: TwoKinds) -> Found:
    quick, slow, between = map(
        formats.milliseconds, (kinds.quick_ms, kinds.slow_ms, kinds.between_ms)
    )
    share, requests = (
        formats.percent(100 * kinds.share),
        formats.plural(_count(endpoint), "request"),
    )
    told = (
        f"{share} of {requests} took around {slow}, the others around {quick}, and hardly any "
        f"took {between}."
    )
    return Found(
        finding=f"{endpoint.name} has two kinds of answers: quick ones and slow ones",
        evidence=(told,),
        criteria=missed_by(evidence, endpoint),
        about=endpoint.name,
    )


def _comes_in_spells(endpoint: Endpoint, kinds: TwoKinds) -> bool:
    """Whether the slow ones came all at the same time: then it is a matter of moments."""
    p95 = numbers(endpoint.p95_ms_by_second)
    slow = p95[~np.isnan(p95)] > kinds.between_ms
    share = float(slow.mean()) if len(slow) else 0.0
    if not 0 < share < 0.9 or slow.sum() < 3:
        return False
    stretches = int(np.diff(slow.astype(np.int8), prepend=0).clip(min=0).sum())
    return stretches <= CHANCE_OF_SPELLS * len(slow) * share * (1 - share)


def heavy_tail(evidence: RunEvidence) -> Iterator[Found]:
    """Most requests are quick, and a few take many times as long."""
    for endpoint in evidence.slow:
        times = endpoint.response_time_ms
        if times is None or times.count < FEWEST_OF_TAIL or not _is_heavy(times):
            continue
        usual, most, worst = map(formats.milliseconds, (times.median, times.p90, times.p99))
        told = (
            f"Half were answered within {usual}, 90 of 100 within {most}; 1 in 100 took over "
            f"{worst}: {times.p99 / times.median:.0f} times as long."
        )
        yield Found(
            finding=f"A few requests to {endpoint.name} take many times as long as the rest",
            evidence=(told,),
            criteria=missed_by(evidence, endpoint),
            sure=Sure.MEDIUM,
            about=endpoint.name,
        )


def _is_heavy(times: Distribution) -> bool:
    return 0 < LONG * times.median <= times.p99 and times.p90 <= LONG / 2 * times.median


def _count(endpoint: Endpoint) -> int:
    return endpoint.response_time_ms.count if endpoint.response_time_ms else 0
