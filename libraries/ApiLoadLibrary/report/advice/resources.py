"""Rules on what the watched machines and processes had left."""

from __future__ import annotations

from collections.abc import Iterator

from ApiLoadLibrary.report import formats
from ApiLoadLibrary.report.document import Criterion

from .evidence import RunEvidence, ids
from .machines import Machine
from .rule import Found, Sure

__all__ = [
    "disk_full",
    "files_used_up",
    "full_processor",
    "held_back",
    "idle_while_slow",
    "memory_full",
    "one_processor",
    "started_anew",
    "stolen",
    "waits_for_disk",
]

BUSY_PERCENT = 85.0
IDLE_PERCENT = 50.0
FULL_PERCENT = 90.0
THROTTLED_PERCENT = 10.0
WAITING_PERCENT = 20.0
STOLEN_PERCENT = 10.0
ONE_PROCESSOR = (0.9, 1.2)
SHARED = "The load generator ran on the same machine and took its part."


def full_processor(evidence: RunEvidence) -> Iterator[Found]:
    """A limit was missed while there was hardly any of the processor left."""
    about_it = [each for each in evidence.missed if each.metric == "cpu"]
    missed = (*evidence.too_slow, *about_it)
    for each in evidence.machines:
        busy = each.average("cpu_percent")
        if missed and busy is not None and busy >= BUSY_PERCENT:
            while_slow = " while answers were slow" if evidence.too_slow else ""
            full = f"The processor of {each.name} was full"
            if each.is_process:
                full = f"{each.name} used up its processor time"
            yield Found(
                finding=f"{full}{while_slow}",
                evidence=(_busy(each), *_shared(each)),
                criteria=ids(missed),
                sure=Sure.LOW if each.is_shared else Sure.MEDIUM,
                about=each.name,
            )


def idle_while_slow(evidence: RunEvidence) -> Iterator[Found]:
    """A limit was missed although all that was watched had half of its processor to spare."""
    known = [each for each in evidence.machines if each.values("cpu_percent").size]
    is_idle = all(float(each.values("cpu_percent").mean()) <= IDLE_PERCENT for each in known)
    if evidence.too_slow and known and is_idle:
        yield Found(
            finding="Answers were slow although the processor had time to spare",
            evidence=tuple(map(_busy, known[:3])),
            criteria=ids(evidence.too_slow),
            sure=Sure.MEDIUM,
        )


def _busy(each: Machine) -> str:
    average, peak = map(formats.percent, (each.average("cpu_percent"), each.peak("cpu_percent")))
    if each.is_process:
        return f"{each.name} used {average} of what it may on average, {peak} at its peak."
    return f"The processor of {each.name} was {average} busy on average, {peak} at its peak."


def _shared(each: Machine) -> tuple[str, ...]:
    return (SHARED,) if each.is_shared else ()


def one_processor(evidence: RunEvidence) -> Iterator[Found]:
    """A limit was missed, and a process used one processor in full, of several that it may."""
    low, high = ONE_PROCESSOR
    for each in evidence.machines:
        used, peak = each.average("cpu_cores"), each.peak("cpu_cores")
        share = each.peak("cpu_percent")
        if used is None or peak is None or share is None or not each.is_process:
            continue
        is_one = low <= used and peak <= high and share < BUSY_PERCENT
        if evidence.too_slow and is_one:
            cores, most = (formats.number(number, 2) for number in (used, peak))
            told = f"It used {cores} processors on average, {most} at its peak"
            yield Found(
                finding=f"{each.name} works on one processor only, and that one is full",
                evidence=(f"{told}: {formats.percent(share)} of what it may.",),
                criteria=ids(evidence.too_slow),
                about=each.name,
            )


def held_back(evidence: RunEvidence) -> Iterator[Found]:
    """A limit was missed while a container was kept from the processor."""
    yield from _while_slow(
        evidence,
        "container_throttled_percent",
        THROTTLED_PERCENT,
        "The container of {name} was held back while answers were slow",
        "It had to pause in {value} of the time, because it had used what its limit allows.",
    )


def waits_for_disk(evidence: RunEvidence) -> Iterator[Found]:
    """A limit was missed while the processor had nothing to do but to wait for the disk."""
    yield from _while_slow(
        evidence,
        "cpu_iowait_percent",
        WAITING_PERCENT,
        "{name} waited for its disk while answers were slow",
        "Its processor waited for the disk {value} of the time, on average.",
    )


def stolen(evidence: RunEvidence) -> Iterator[Found]:
    """A limit was missed while other virtual machines had the processor."""
    yield from _while_slow(
        evidence,
        "cpu_steal_percent",
        STOLEN_PERCENT,
        "Other virtual machines took the processor from {name}",
        "It was theirs {value} of the time, on average.",
    )


def _while_slow(
    evidence: RunEvidence, figure: str, least: float, finding: str, told: str
) -> Iterator[Found]:
    for each in evidence.machines:
        value = each.average(figure)
        if evidence.too_slow and value is not None and value >= least:
            yield Found(
                finding=finding.replace("{name}", each.name),
                evidence=(told.replace("{value}", formats.percent(value)), *_shared(each)),
                criteria=ids(evidence.too_slow),
                sure=Sure.MEDIUM,
                about=each.name,
            )


def memory_full(evidence: RunEvidence) -> Iterator[Found]:
    """Memory was nearly used up."""
    for each in evidence.machines:
        used = each.peak("memory_percent")
        if used is not None and used >= FULL_PERCENT:
            size = each.peak("memory_used_bytes")
            told = f"{formats.percent(used)} of it was used at the peak"
            told += f": {formats.size(size)}." if size else "."
            yield Found(
                finding=f"The memory of {each.name} is nearly full",
                evidence=(told, *_shared(each)),
                criteria=ids(_about(evidence, "memory")),
                about=each.name,
            )


def disk_full(evidence: RunEvidence) -> Iterator[Found]:
    """A disk was nearly full."""
    for each in evidence.machines:
        used = each.peak("disk_percent")
        if used is not None and used >= FULL_PERCENT:
            yield Found(
                finding=f"The disk of {each.name} is nearly full",
                evidence=(f"{formats.percent(used)} of it was used.",),
                criteria=ids(_about(evidence, "disk")),
                about=each.name,
            )


def files_used_up(evidence: RunEvidence) -> Iterator[Found]:
    """A process had nearly all the files open that it may; a connection is one, too."""
    for each in evidence.machines:
        used = each.peak("open_files_percent")
        if used is not None and used >= FULL_PERCENT:
            yield Found(
                finding=f"{each.name} has nearly all files open that it may",
                evidence=(
                    f"{formats.percent(used)} of its limit; each connection is one of them.",
                ),
                criteria=ids(_about(evidence, "open files")),
                about=each.name,
            )


def started_anew(evidence: RunEvidence) -> Iterator[Found]:
    """Something that was watched went away, or was started anew, while load ran."""
    for alert in evidence.document.alerts:
        if alert.run == evidence.run.id and alert.what in ("gone", "restarted"):
            went = "went away" if alert.what == "gone" else "was started anew"
            yield Found(
                finding=f"{alert.where} {went} under load",
                evidence=(f"At {formats.clock(max(alert.start_s, 0.0))} of the load.",),
                criteria=ids(evidence.missed),
                about=alert.where,
            )


def _about(evidence: RunEvidence, metric: str) -> list[Criterion]:
    return [each for each in evidence.missed if each.metric == metric]
