"""Rules on connections: opened again and again, costly to encrypt, or simply far away."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ApiLoadLibrary.measurement.outcomes import FailureKind
from ApiLoadLibrary.report import formats
from ApiLoadLibrary.report.document import Distribution, Endpoint

from .evidence import RunEvidence
from .rule import Found, Sure
from .wording import missed_by

__all__ = ["costly_encryption", "far_away", "not_reused"]

WASTED_SHARE = 0.1
FEWEST_WASTED = 20
COSTLY_SHARE = 0.2
FAR_MS = 5.0
FAR_SHARE = 0.5
FEWEST = 5
ENDS_CONNECTION = (FailureKind.TIMEOUT, FailureKind.CONNECTION, FailureKind.PROTOCOL)


def not_reused(evidence: RunEvidence) -> Iterator[Found]:
    """Connections were opened again and again, where few would have done."""
    opened, wasted = _opened(evidence), _wasted(evidence)
    if wasted < max(FEWEST_WASTED, WASTED_SHARE * evidence.run.requests):
        return
    closed_idle = sum(each.reconnects for each in evidence.run.endpoints)
    requests = formats.plural(evidence.run.requests, "request")
    few = f"{_enough(evidence):,} would have done"
    told = [f"{opened:,} connections were opened for {requests}; {few}."]
    told += [f"{closed_idle:,} times the server had closed an idle one."] * bool(closed_idle)
    share = _opening_share(evidence)
    if share is not None:
        told.append(f"Opening them was {formats.percent(100 * share)} of all time spent waiting.")
    yield Found("The service does not keep connections open", tuple(told))


def _opened(evidence: RunEvidence) -> int:
    return sum(each.connect_ms.count for each in evidence.run.endpoints if each.connect_ms)


def _wasted(evidence: RunEvidence) -> int:
    """Connections more than are enough, and than one after each that a failure had ended."""
    broken = sum(
        failure.count
        for endpoint in evidence.run.endpoints
        for failure in endpoint.failures
        if failure.kind in ENDS_CONNECTION
    )
    return _opened(evidence) - _enough(evidence) - broken


def _enough(evidence: RunEvidence) -> int:
    """One for each worker; each user who begins a journey has one of its own."""
    journeys = evidence.run.details.get("journeys")
    if journeys:
        return sum(each["begun"] for each in journeys)
    return evidence.run.generator.workers


def _opening_share(evidence: RunEvidence) -> float | None:
    """What share of the time that requests were served went into connecting and TLS."""
    endpoints = evidence.run.endpoints
    whole = sum(_total(each.service_time_ms) for each in endpoints)
    opening = sum(_total(each.connect_ms) + _total(each.tls_ms) for each in endpoints)
    return min(opening / whole, 1.0) if whole > 0 else None


def _total(times: Distribution | None) -> float:
    return times.mean * times.count if times else 0.0


def costly_encryption(evidence: RunEvidence) -> Iterator[Found]:
    """Agreeing on encryption takes a good part of the time, and far longer than connecting."""
    endpoints = evidence.run.endpoints
    whole = sum(_total(each.service_time_ms) for each in endpoints)
    tls = sum(_total(each.tls_ms) for each in endpoints)
    if not evidence.slow or whole <= 0 or tls < COSTLY_SHARE * whole:
        return
    handshakes = sum(each.tls_ms.count for each in endpoints if each.tls_ms)
    told = (
        f"{formats.plural(handshakes, 'handshake')} took "
        f"{formats.milliseconds(tls / max(handshakes, 1))} on average: "
        f"{formats.percent(min(100 * tls / whole, 100))} of all time spent waiting."
    )
    yield Found(
        finding="Agreeing on encryption takes a good part of the time",
        evidence=(told,),
        criteria=missed_by(evidence, *evidence.slow),
    )


def far_away(evidence: RunEvidence) -> Iterator[Found]:
    """The way there and back takes most of the time: opening a connection is one such way."""
    found = [(each, way) for each in evidence.slow if (way := _way_ms(each)) is not None]
    if not found or len(found) < len(evidence.slow):
        return
    way = float(np.median([each for _, each in found]))
    waits = [each.first_byte_ms.median for each, _ in found if each.first_byte_ms]
    told = (
        f"Opening a connection, which is once there and back, took "
        f"{formats.milliseconds(way)}; half of the answers began within "
        f"{formats.milliseconds(float(np.median(waits)))}."
    )
    yield Found(
        finding="Much of the waiting is the way to the service and back",
        evidence=(told,),
        criteria=missed_by(evidence, *(each for each, _ in found)),
        sure=Sure.MEDIUM,
    )


def _way_ms(endpoint: Endpoint) -> float | None:
    """How long the way there and back takes, where it is most of the time; else None."""
    connect, first = endpoint.connect_ms, endpoint.first_byte_ms
    if connect is None or first is None or connect.count < FEWEST:
        return None
    is_far = connect.median >= max(FAR_MS, FAR_SHARE * first.median)
    return connect.median if is_far else None
