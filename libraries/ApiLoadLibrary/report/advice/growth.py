"""Rules on what grows although the load stays the same: memory, and the time that answers take."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ApiLoadLibrary.report import formats

from .arrays import Doubles
from .evidence import RunEvidence, ids
from .line import batches, rises
from .machines import Machine
from .resources import SHARED
from .rule import Found, Sure

__all__ = ["drift", "memory_grows"]

BATCH_S = 5
SHORTEST_DRIFT_S = 60
WORTH_TELLING = 0.25
"""Of the first third's median."""

SURE_DRIFT_S = 300
SHORTEST_GROWTH_S = 120
LEAST_GROWTH = 0.01
LEAST_GROWTH_BYTES = 16_000_000


def drift(evidence: RunEvidence) -> Iterator[Found]:
    """Answers take longer and longer, although the load stays the same."""
    skipped = evidence.run.settled_after_s or 0
    median = evidence.p50_ms[skipped:]
    if len(median) < SHORTEST_DRIFT_S or rises(batches(median, BATCH_S)) is None:
        return
    first, last = _ends(median)
    if last < (1 + WORTH_TELLING) * first:
        return
    told = (
        f"Half were answered within {formats.milliseconds(first)} in the first third of "
        f"{formats.duration(len(median))}, within {formats.milliseconds(last)} in the last, and "
        "it went on rising."
    )
    yield Found(
        finding="Answers take longer and longer under the same load",
        evidence=(told,),
        criteria=ids(evidence.too_slow),
        sure=Sure.MEDIUM if len(median) >= SURE_DRIFT_S else Sure.LOW,
    )


def _ends(values: Doubles) -> tuple[float, float]:
    first, _, last = np.array_split(values, 3)
    return float(np.nanmedian(first)), float(np.nanmedian(last))


def memory_grows(evidence: RunEvidence) -> Iterator[Found]:
    """Memory grew all the time under a load that stayed the same, and did not level off."""
    is_known = any(each.is_process for each in evidence.machines)
    for each in evidence.machines:
        if each.is_shared and is_known:
            continue  # what the load generator keeps is not the system's
        used = each.values("memory_used_bytes")
        if len(used) < SHORTEST_GROWTH_S:
            continue
        used = used[len(used) // 4 :]  # what is loaded at first is no leak
        found = rises(batches(used, BATCH_S))
        grown = 0.0 if found is None else found.slope / BATCH_S * len(used)
        if grown >= max(LEAST_GROWTH_BYTES, LEAST_GROWTH * float(used[0])):
            yield _memory_grows(each, grown / len(used))


def _memory_grows(each: Machine, per_s: float) -> Found:
    used = each.values("memory_used_bytes")
    pace, last = formats.size(60 * per_s), float(used[-1])
    span, size = formats.duration(len(used)), formats.size(last)
    told = [f"Under an even load it grew by {pace} a minute for {span}, to {size}."]
    percent = each.values("memory_percent")
    if len(percent) and 0 < percent[-1] < 100:
        left_s = last * (100 / float(percent[-1]) - 1) / per_s
        told.append(f"If that goes on, there is none left in about {_roughly(left_s)}.")
    told += [SHARED] * each.is_shared
    where = "by" if each.is_process else "on"
    return Found(
        finding=f"The memory in use {where} {each.name} grows and grows",
        evidence=tuple(told),
        sure=Sure.LOW if len(used) < 600 else Sure.MEDIUM if len(used) < 3_600 else Sure.HIGH,
        about=each.name,
    )


def _roughly(seconds: float) -> str:
    """A span that claims no more than it knows: `9 min`, `3 h`, `12 days`."""
    for below, unit, one in ((7_200, 60, "min"), (172_800, 3_600, "h")):
        if seconds < below:
            return f"{max(1, round(seconds / unit))} {one}"
    return f"{round(seconds / 86_400):,} days"
