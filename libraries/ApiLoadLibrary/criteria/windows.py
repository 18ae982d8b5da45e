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

Judge = Callable[[RunResult], list[Finding]]
"""The findings on a run, one for each subject."""


def judge_windows(window: Window, run: RunResult, judge: Judge) -> list[Finding]:
    """One finding for each subject: of the worst window, or of the best seconds running.

    Args:
        window: What the run is cut into.
        run: The part of the run that is judged.
        judge: Judges one window by point estimate.
    """
    length = 1 if window.running else window.seconds
    starts = range(0, run.length_ns // NS_PER_S - length + 1, length)
    if not starts or (window.running and len(starts) < window.seconds):
        reason = f"too few seconds: it takes {window.seconds} of load"
        return [unmeasured(each.subject, each.limit, reason) for each in judge(run)]
    windows = [judge(between(run, start, start + length)) for start in starts]
    decisive = _of_best_stretch if window.running else _of_worst_window
    return [decisive(window, found) for found in zip(*windows, strict=True)]


def badness(finding: Finding) -> tuple[int, float]:
    """Grows with the verdict's severity, then as the margin shrinks."""
    if finding.measured is None:
        return finding.verdict.severity, math.inf
    limit = finding.limit
    return finding.verdict.severity, -limit.distance(finding.measured) / (limit.value or 1)


def _of_worst_window(window: Window, found: Sequence[Finding]) -> Finding:
    place = max(range(len(found)), key=lambda each: badness(found[each]))
    start = place * window.seconds
    words = f"from {start} s to {start + window.seconds} s"
    if len(found) > 1:
        words = f"the worst of {len(found):,} windows, {words}"
    return _told(found[place], words)


def _of_best_stretch(window: Window, found: Sequence[Finding]) -> Finding:
    """Of the stretch whose worst second is best, that second."""
    stretches = [
        max(found[start : start + window.seconds], key=badness)
        for start in range(len(found) - window.seconds + 1)
    ]
    start = min(range(len(stretches)), key=lambda each: badness(stretches[each]))
    words = f"the worst second of the best {window.seconds} s running, from {start} s"
    return _told(stretches[start], words)


def _told(finding: Finding, words: str) -> Finding:
    return replace(finding, basis=(*finding.basis, words))
