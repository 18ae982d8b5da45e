"""A criterion on each window of a run, or on so many seconds running.

Every window is judged as a run of its own, by point estimate and with the same doubts: a
window in which the load generator was at fault fails nothing.  Percentiles come from the
merged histograms of a window's seconds, never from averages of percentiles.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace

from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.measurement.stretch import between
from ApiLoadLibrary.values import NS_PER_S

from .finding import Finding, unmeasured
from .when import Window

__all__ = ["badness", "judge_windows"]

Enough = Callable[[Finding, int], Finding]
"""The same finding, unless so many requests are too few for it."""
Judge = Callable[[RunResult], list[Finding]]
"""The findings on a run, one for each subject."""


def judge_windows(
    window: Window, run: RunResult, judge: Judge, enough: Enough, first_s: int
) -> list[Finding]:
    """One finding for each subject: of the worst window, or of the best seconds running.

    Args:
        window: What the run is cut into.
        run: The part of the run that is judged.
        judge: Judges one window by point estimate.
        enough: Makes a finding inconclusive that rests on too few requests.
        first_s: When that part of the run begins.
    """
    length = 1 if window.running else window.seconds
    starts = range(0, run.length_ns // NS_PER_S - length + 1, length)
    if not starts or (window.running and len(starts) < window.seconds):
        reason = f"too few seconds: it takes {window.seconds} of load"
        return [unmeasured(each.subject, each.limit, reason) for each in judge(run)]
    windows = [judge(between(run, start, start + length)) for start in starts]
    decisive = _of_best_stretch if window.running else _of_worst_window
    return [decisive(window, found, enough, first_s) for found in zip(*windows, strict=True)]


def badness(finding: Finding) -> tuple[int, float]:
    """Grows with the verdict's severity, then as the margin shrinks."""
    if finding.measured is None:
        return finding.verdict.severity, math.inf
    limit = finding.limit
    return finding.verdict.severity, -limit.distance(finding.measured) / (limit.value or 1)


def _of_worst_window(
    window: Window, found: Sequence[Finding], enough: Enough, first_s: int
) -> Finding:
    known = [enough(each, each.samples) for each in found]
    place = max(range(len(known)), key=lambda each: badness(known[each]))
    start = first_s + place * window.seconds
    words = f"from {start} s to {start + window.seconds} s"
    if len(known) > 1:
        words = f"the worst of {len(known):,} windows, {words}"
    return _told(known[place], words)


def _of_best_stretch(
    window: Window, found: Sequence[Finding], enough: Enough, first_s: int
) -> Finding:
    """Of the stretch whose worst second is best, that second."""
    stretches = [
        found[start : start + window.seconds] for start in range(len(found) - window.seconds + 1)
    ]
    worst = [
        enough(max(each, key=badness), sum(second.samples for second in each)) for each in stretches
    ]
    start = min(range(len(worst)), key=lambda each: badness(worst[each]))
    best = f"the best {window.seconds} s running, from {first_s + start} s"
    return _told(worst[start], f"the worst second of {best}")


def _told(finding: Finding, words: str) -> Finding:
    return replace(finding, basis=(*finding.basis, words))
