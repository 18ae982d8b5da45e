"""What criteria judge of a flood of WebSocket connections."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from ApiLoadLibrary.measurement.outcomes import Failure
from ApiLoadLibrary.measurement.readings import Reading
from ApiLoadLibrary.measurement.sockets import Stay

from .flood import OPENED
from .flooded import Flooded, end_rows, refusal_rows

__all__ = ["flood_readings"]


def flood_readings(found: Flooded) -> Iterator[Reading]:
    """All figures of it."""
    yield _refused(found)
    yield _dropped(found)
    yield from _sustained(found)
    yield from _of_messages(found)
    if found.flood.reconnect is not None:
        yield _reconnected(found)


def _refused(found: Flooded) -> Reading:
    tried = found.tried
    if not tried:
        return Reading("refused connections", None, 0, "no connection was asked for")
    refused = tried - found.outcomes[OPENED]
    return Reading(
        *("refused connections", 100 * refused / tried, tried, _refusals(found.outcomes)),
        basis=f"{refused:,} of {tried:,} connections",
    )


def _refusals(outcomes: Counter[int]) -> str:
    """`12 × status 503, 3 × connection refused`, the most frequent first."""
    return ", ".join(f"{row['count']:,} × {row['what']}" for row in refusal_rows(outcomes)[:3])


def _dropped(found: Flooded) -> Reading:
    opened, drops = len(found.first), found.drops
    if not opened:
        return Reading("dropped connections", None, 0, "no connection could be opened")
    return Reading(
        *("dropped connections", 100 * len(drops) / opened, opened, _ends(drops)),
        basis=f"{len(drops):,} of {opened:,} connections",
    )


def _ends(stays: Sequence[Stay]) -> str:
    rows = end_rows(stays)[:3]
    return ", ".join(f"{row['count']:,} × {row['what']} (code {row['code']})" for row in rows)


def _sustained(found: Flooded) -> Iterator[Reading]:
    asked, held, hold = found.flood.count, found.sustained, found.flood.hold
    lacking = ""
    if found.tried < asked:
        lacking = f"the load generator asked for no more than {found.tried:,} of {asked:,}"
    elif held is None:
        lacking = "the run ended before all connections were to be held"
    if held is None or lacking:
        for name in ("sustained", "held"):
            yield Reading(f"{name} connections", None, found.tried, lacking)
        return
    reason = "; ".join(
        filter(
            None,
            [
                f"refused: {_refusals(found.outcomes)}" if _refusals(found.outcomes) else "",
                f"dropped: {_ends(found.drops)}" if found.drops else "",
            ],
        )
    )
    for name, value in (("sustained", 100 * held / asked), ("held", float(held))):
        basis = f"{held:,} of {asked:,} for {hold}"
        yield Reading(f"{name} connections", value, asked, reason, basis=basis)


def _of_messages(found: Flooded) -> Iterator[Reading]:
    sockets = found.sockets
    broken = found.messages[Failure.CLOSED_EARLY]
    late = found.messages[Failure.ANSWER_TIMEOUT]
    lost_why = ", ".join(
        filter(
            None,
            [
                f"{late:,} × no answer in time" if late else "",
                f"{broken:,} × the connection ended before" if broken else "",
                f"{sockets.late_answers:,} came too late" if sockets.late_answers else "",
            ],
        )
    )
    for metric, count, reason in (
        ("lost messages", found.lost, lost_why),
        ("duplicated messages", sockets.duplicated, ""),
        ("reordered messages", sockets.reordered, ""),
    ):
        yield _of_messages_sent(metric, count, reason, found)


def _of_messages_sent(metric: str, count: int, reason: str, found: Flooded) -> Reading:
    if found.flood.rate is None:
        return Reading(metric, None, 0, "no message was to be sent: write messages=")
    if not found.flood.reply:
        return Reading(metric, None, 0, "answers were not waited for (reply=False)")
    if not found.sent:
        return Reading(metric, None, 0, "no message could be sent")
    basis = f"{count:,} of {found.sent:,} messages"
    return Reading(metric, 100 * count / found.sent, found.sent, reason, basis=basis)


def _reconnected(found: Flooded) -> Reading:
    before, back_ms = found.held_before, found.back_after_ms
    if not before:
        reason = "no connection was open that could have been dropped"
        return Reading("reconnect time", None, 0, reason)
    asked_ms = found.asked_ms
    if back_ms is None:
        refused = _refusals(found.again)
        reason = f"{found.again[OPENED]:,} of {before:,} came back"
        reason += f"; {refused}" if refused else ""
        return Reading("reconnect time", None, before, reason, never=True)
    return Reading(
        *("reconnect time", back_ms, before),
        f"the load generator took {asked_ms:,.0f} ms of it to ask for them",
        basis=f"{before:,} connections",
        interval=(max(0.0, back_ms - asked_ms), back_ms),
    )
