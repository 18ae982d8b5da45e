"""The words of a finding: every sentence about a criterion is built here."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence

from ApiLoadLibrary.figures import figure
from ApiLoadLibrary.measurement.outcomes import FailureInfo

from .confidence import Interval
from .judgement import Verdict
from .limits import Limit

__all__ = ["between", "counted_failures", "join", "quantity", "sentence", "span"]

KINDS_SHOWN = 3


def sentence(
    subject: str,
    measured: str | None,
    limit: Limit,
    *,
    basis: Sequence[str],
    verdict: Verdict,
    reason: str,
) -> str:
    """`P95 of Products was 612 ms; the limit is 500 ms (12,000 requests at 1,000/min)`.

    Args:
        subject: `P95 of Products`.
        measured: `612 ms`; None when nothing could be measured.
        limit: What it was compared with.
        basis: What the value rests on, for the parentheses.
        verdict: An inconclusive one stands before all else.
        reason: Why, behind all else; empty where there is nothing to explain.
    """
    prefix = "INCONCLUSIVE: " if verdict is Verdict.INCONCLUSIVE else ""
    value = "was not measured" if measured is None else f"was {measured}"
    parentheses = f" ({'; '.join(basis)})" if basis else ""
    tail = f": {reason}" if reason else ""
    return f"{prefix}{subject} {value}; {limit.phrase}{parentheses}{tail}"


def quantity(value: float, limit: Limit) -> str:
    """A measured value with its unit, never rounded onto or across its limit.

    Three significant digits, or as many more as it takes: 500.4 ms against a limit
    of 500 ms is not `500 ms`.
    """
    if limit.unit == "ms" and value >= 10_000:
        return f"{_digits(value / 1000, limit.value / 1000)} s"
    return f"{_digits(value, limit.value)}{'' if limit.unit == '/s' else ' '}{limit.unit}".strip()


def _digits(value: float, limit: float) -> str:
    for digits in range(3, 17):
        text = figure(value, digits)
        rounded = float(text.replace(",", ""))
        if (rounded < limit, rounded > limit) == (value < limit, value > limit):
            break
    return text


def between(interval: Interval, limit: Limit, confidence: float) -> str:
    """`between 44.1 ms and 57.3 ms (95 % confidence)`."""
    low, high = quantity(interval.low, limit), quantity(interval.high, limit)
    return f"between {low} and {high} ({100 * confidence:g} % confidence)"


def span(seconds: float) -> str:
    """A time to wait, rounded up to what one would say: `90 s`, `4 min`, `3 h`."""
    if seconds <= 120:
        return f"{max(1, math.ceil(seconds))} s"
    if seconds <= 7_200:
        return f"{math.ceil(seconds / 60)} min"
    return f"{math.ceil(seconds / 3600):,} h"


def join(names: Sequence[str]) -> str:
    """`A`, `A and B`, `A, B and 3 more`."""
    if len(names) > KINDS_SHOWN:
        return f"{', '.join(names[:2])} and {len(names) - 2} more"
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))


def counted_failures(failures: Counter[int], describe: Callable[[int], FailureInfo]) -> str:
    """The most frequent failures with their number, words and blame."""
    kinds = [(count, describe(outcome)) for outcome, count in failures.most_common(KINDS_SHOWN)]
    return ", ".join(f"{count:,} × {each.words} ({each.blame.value})" for count, each in kinds)
