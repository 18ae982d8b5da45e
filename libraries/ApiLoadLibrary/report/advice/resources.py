"""Rules on what the watched machines had left."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ApiLoadLibrary.report import formats
from ApiLoadLibrary.report.document import ResourceUse

from .evidence import RunEvidence, ids
from .line import batches, rises
from .rule import Found, Sure

__all__ = ["disk_full", "full_processor", "idle_while_slow", "memory_full", "memory_grows"]

BUSY_PERCENT = 85.0
IDLE_PERCENT = 50.0
FULL_PERCENT = 90.0
SHORTEST_GROWTH_S = 120
LEAST_GROWTH = 0.01
LEAST_GROWTH_BYTES = 16_000_000
BATCH_S = 5
SHARED = "The load generator ran on the same machine and took its part."


def full_processor(evidence: RunEvidence) -> Iterator[Found]:
    """A limit was missed while the system's processor had hardly anything left."""
    about_it = [each for each in evidence.missed if each.metric == "cpu"]
    missed = (*evidence.too_slow, *about_it)
    for use in evidence.hosts:
        if missed and use.cpu_percent.average >= BUSY_PERCENT:
            shared = evidence.shares_machine(use)
            while_slow = " while answers were slow" if evidence.too_slow else ""
            yield Found(
                finding=f"The processor of {use.host} was full{while_slow}",
                evidence=(_busy(use), SHARED) if shared else (_busy(use),),
                criteria=ids(missed),
                sure=Sure.LOW if shared else Sure.MEDIUM,
                about=use.host,
            )


def idle_while_slow(evidence: RunEvidence) -> Iterator[Found]:
    """A limit was missed although every watched processor had half of its time to spare."""
    if not evidence.too_slow or not evidence.hosts:
        return
    if all(each.cpu_percent.average <= IDLE_PERCENT for each in evidence.hosts):
        yield Found(
            finding="Answers were slow although the processor had time to spare",
            evidence=tuple(map(_busy, evidence.hosts[:3])),
            criteria=ids(evidence.too_slow),
            sure=Sure.MEDIUM,
        )


def _busy(use: ResourceUse) -> str:
    average, peak = map(formats.percent, (use.cpu_percent.average, use.cpu_percent.peak))
    return f"The processor of {use.host} was {average} busy on average, {peak} at its peak."


def memory_full(evidence: RunEvidence) -> Iterator[Found]:
    """A machine's memory was nearly used up."""
    for use in evidence.hosts:
        if use.memory_percent.peak >= FULL_PERCENT:
            used, size = use.memory_percent.peak, formats.size(use.memory_used_bytes.peak)
            told = f"{formats.percent(used)} of it was used at the peak: {size}."
            yield Found(
                finding=f"The memory of {use.host} is nearly full",
                evidence=(told, SHARED) if evidence.shares_machine(use) else (told,),
                criteria=ids([each for each in evidence.missed if each.metric == "memory"]),
                about=use.host,
            )


def memory_grows(evidence: RunEvidence) -> Iterator[Found]:
    """Memory grew all the time under a load that stayed the same, and did not level off."""
    for use in evidence.hosts:
        seconds = np.array([float(each.memory_used_bytes) for each in use.samples])
        used = seconds[len(seconds) // 4 :]  # what is loaded at first is no leak
        if len(seconds) < SHORTEST_GROWTH_S:
            continue
        found = rises(batches(used, BATCH_S))
        grown = 0.0 if found is None else found.slope / BATCH_S * len(used)
        if grown >= max(LEAST_GROWTH_BYTES, LEAST_GROWTH * float(used[0])):
            yield _memory_grows(evidence, use, grown / len(used))


def _memory_grows(evidence: RunEvidence, use: ResourceUse, per_s: float) -> Found:
    length = len(use.samples)
    last = use.samples[-1]
    pace, used = formats.size(60 * per_s), formats.size(last.memory_used_bytes)
    span = formats.duration(length)
    told = [f"Under an even load it grew by {pace} a minute for {span}, to {used}."]
    if 0 < last.memory_percent < 100:
        free = last.memory_used_bytes * (100 / last.memory_percent - 1)
        told.append(f"If that goes on, it is full in about {_roughly(free / per_s)}.")
    if evidence.shares_machine(use):
        told.append(SHARED)
    return Found(
        finding=f"The memory in use on {use.host} grows and grows",
        evidence=tuple(told),
        sure=Sure.LOW if length < 600 else Sure.MEDIUM if length < 3_600 else Sure.HIGH,
        about=use.host,
    )


def _roughly(seconds: float) -> str:
    """A span that claims no more than it knows: `9 min`, `3 h`, `12 days`."""
    for below, unit, one in ((7_200, 60, "min"), (172_800, 3_600, "h")):
        if seconds < below:
            return f"{max(1, round(seconds / unit))} {one}"
    return f"{round(seconds / 86_400):,} days"


def disk_full(evidence: RunEvidence) -> Iterator[Found]:
    """A machine's disk was nearly full."""
    for use in evidence.hosts:
        if use.disk_percent.peak >= FULL_PERCENT:
            yield Found(
                finding=f"The disk of {use.host} is nearly full",
                evidence=(f"{formats.percent(use.disk_percent.peak)} of it was used.",),
                criteria=ids([each for each in evidence.missed if each.metric == "disk"]),
                about=use.host,
            )
