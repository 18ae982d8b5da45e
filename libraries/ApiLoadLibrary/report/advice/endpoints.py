"""Rules on where it is slow: one endpoint, those that read, those that write, or all alike."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator, Sequence

from ApiLoadLibrary.report import formats
from ApiLoadLibrary.report.document import Endpoint

from .evidence import RunEvidence, is_read, is_write
from .rule import Found, Sure
from .wording import listed, missed_by

__all__ = ["all_alike", "big_answers", "one_endpoint", "slow_reads", "slow_writes"]

FEWEST_ENDPOINTS = 3
SLOWER = 2.0
ALIKE = 3.0
BIG_BYTES = 100_000
TRANSFER_SHARE = 0.3

READ = (
    "Start with this one. See which query takes the time, and whether an index serves it; if many "
    "ask for the same, keep the answer in a cache; if it returns long lists, return pages."
)
WRITE = (
    "Start with this one. See what it holds while it works (a transaction, a lock, a call to "
    "another service): make that short, and do afterwards what the customer need not wait for."
)


def one_endpoint(evidence: RunEvidence) -> Iterator[Found]:
    """One endpoint is slow, and the others are not."""
    others = [each for each in evidence.timed if each not in evidence.slow]
    if len(evidence.slow) != 1 or len(others) < FEWEST_ENDPOINTS - 1:
        return
    (slow,) = evidence.slow
    theirs = _p95(others)
    if slow.response_time_ms is None or _p95([slow]) < SLOWER * theirs:
        return
    told = (
        f"95 of 100 requests to it took up to {formats.milliseconds(_p95([slow]))}; of the "
        f"other {len(others)} endpoints, half stayed under {formats.milliseconds(theirs)}."
    )
    yield Found(
        finding=f"Only {slow.name} is slow",
        evidence=(told,),
        criteria=missed_by(evidence, slow),
        advice=READ if is_read(slow) else WRITE if is_write(slow) else "",
        about=slow.name,
    )


def slow_reads(evidence: RunEvidence) -> Iterator[Found]:
    """Several endpoints are slow; all of them only read, and those that write are quick."""
    yield from _slow_kind(evidence, is_read, is_write, ("read", "write"))


def slow_writes(evidence: RunEvidence) -> Iterator[Found]:
    """Several endpoints are slow; all of them write, and those that only read are quick."""
    yield from _slow_kind(evidence, is_write, is_read, ("write", "read"))


def _slow_kind(
    evidence: RunEvidence,
    kind: Callable[[Endpoint], bool],
    other: Callable[[Endpoint], bool],
    words: tuple[str, str],
) -> Iterator[Found]:
    slow = evidence.slow
    ours, theirs = list(filter(kind, evidence.timed)), list(filter(other, evidence.timed))
    if len(slow) < 2 or not theirs or not all(map(kind, slow)):
        return
    if 2 * len(slow) < len(ours) or _p95(slow) < SLOWER * _p95(theirs):
        return
    told = (
        f"95 of 100 took up to {formats.milliseconds(_p95(slow))} on "
        f"{listed([each.name for each in slow])}, {formats.milliseconds(_p95(theirs))} "
        f"where they {words[1]} (medians of endpoints)."
    )
    yield Found(
        finding=f"Requests that {words[0]} are slow, those that {words[1]} are not",
        evidence=(told,),
        criteria=missed_by(evidence, *slow),
        sure=Sure.MEDIUM,
    )


def all_alike(evidence: RunEvidence) -> Iterator[Found]:
    """Every endpoint is slow, the simplest too, and about as slow as the others."""
    slow = evidence.slow
    if len(slow) <= FEWEST_ENDPOINTS or len(slow) < len(evidence.timed):
        return
    medians = [each.response_time_ms.median for each in slow if each.response_time_ms]
    if max(medians) > ALIKE * min(medians):
        return
    told = (
        f"Half of the requests took between {formats.milliseconds(min(medians))} and "
        f"{formats.milliseconds(max(medians))}, on each of {len(slow)} endpoints."
    )
    yield Found(
        finding="Every endpoint is slow, and about as slow as the others",
        evidence=(told,),
        criteria=missed_by(evidence, *slow),
        sure=Sure.MEDIUM,
    )


def big_answers(evidence: RunEvidence) -> Iterator[Found]:
    """Answers are large, and a good part of the time goes into carrying them."""
    if not evidence.run.answered:
        return
    size = evidence.run.bytes_received / evidence.run.answered
    waiting = [each for each in evidence.slow if _transfer(each) >= TRANSFER_SHARE]
    if size < BIG_BYTES or not waiting:
        return
    worst = max(waiting, key=_transfer)
    assert worst.first_byte_ms is not None
    assert worst.service_time_ms is not None
    told = (
        f"Half of the answers of {worst.name} began within "
        f"{formats.milliseconds(worst.first_byte_ms.median)} and were complete within "
        f"{formats.milliseconds(worst.service_time_ms.median)}."
    )
    yield Found(
        finding="Answers are large, and carrying them takes much of the time",
        evidence=(f"An answer had {formats.size(size)} on average, over all endpoints.", told),
        criteria=missed_by(evidence, *waiting),
    )


def _transfer(endpoint: Endpoint) -> float:
    """What share of the time passes between an answer's first byte and its last, by medians."""
    first, whole = endpoint.first_byte_ms, endpoint.service_time_ms
    if first is None or whole is None or whole.median <= 0:
        return 0.0
    return 1 - first.median / whole.median


def _p95(endpoints: Sequence[Endpoint]) -> float:
    """The median of their 95th percentiles."""
    known = [each.response_time_ms.p95 for each in endpoints if each.response_time_ms]
    return statistics.median(known) if known else 0.0
