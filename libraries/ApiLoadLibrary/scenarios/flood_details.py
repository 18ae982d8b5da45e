"""What the report tells of a flood of WebSocket connections."""

from __future__ import annotations

from typing import Any

from ApiLoadLibrary.measurement.outcomes import DONE
from ApiLoadLibrary.measurement.sockets import SocketFindings
from ApiLoadLibrary.values import NS_PER_S

from .flood import OPENED, RECONNECT, Flood
from .flooded import Flooded, end_rows, refusal_rows, tried

__all__ = ["flood_details", "stretches"]

MS = 1_000_000
POINTS = 240  # of the picture, at most …
LEAST_STEP_NS = 100 * MS  # … and how far apart they are at least


def flood_details(found: Flooded) -> dict[str, Any]:
    """What JSON can hold of it."""
    flood, sockets = found.flood, found.sockets
    return {
        "connections": {
            "asked": flood.count,
            "opened": len(found.first),
            "refused": found.tried - found.outcomes[OPENED],
            "peak": found.crowd.peak,
            "sustained": found.sustained,
            "dropped": len(found.drops),
        },
        "refusals": refusal_rows(found.outcomes),
        "ends": end_rows(sockets.stays),
        "messages": _message_rows(found),
        "reconnect": _storm(found) if flood.reconnect else None,
        "memory": {
            "connections": sockets.held,
            "generator_bytes_per_connection": _bytes_per_connection(sockets),
        },
        "stretches": stretches(flood, found.length_ns),
        "timeline": _timeline(found),
    }


def _message_rows(found: Flooded) -> dict[str, Any] | None:
    if found.flood.rate is None:
        return None
    sockets, reply = found.sockets, found.flood.reply
    return {
        "sent": found.sent,
        "answered": found.messages[DONE] if reply else None,
        "lost": found.lost if reply else None,
        "never_sent": sum(found.messages.values()) - found.sent,
        "duplicated": sockets.duplicated,
        "reordered": sockets.reordered,
        "late_answers": sockets.late_answers,
        "others": sockets.others,
    }


def _storm(found: Flooded) -> dict[str, Any]:
    asked = tried(found.again)
    return {
        "dropped": found.held_before,
        "asked": asked,
        "opened": found.again[OPENED],
        "refused": asked - found.again[OPENED],
        "refusals": refusal_rows(found.again),
        "back_after_ms": found.back_after_ms,
        "asked_within_ms": found.asked_ms,
    }


def _bytes_per_connection(sockets: SocketFindings) -> int | None:
    if not sockets.held:
        return None
    return max(0, sockets.held_bytes - sockets.empty_bytes) // sockets.held


def stretches(flood: Flood, ended_ns: int) -> list[dict[str, Any]]:
    """What went on, one after the other."""
    ends = [("opening", flood.ramp_ns), ("held", flood.end_ns)]
    if flood.reconnect is not None:
        ends.append((RECONNECT, flood.length_ns))
    starts = [0, *(end for _, end in ends)]
    return [
        {"name": name, "start_s": start / NS_PER_S, "end_s": min(end, ended_ns) / NS_PER_S}
        for start, (name, end) in zip(starts, ends, strict=False)
        if start < ended_ns
    ]


def _timeline(found: Flooded) -> dict[str, Any]:
    """How many were open at the end of each step of time."""
    length_ns = found.length_ns
    step_ns = max(LEAST_STEP_NS, -(-length_ns // POINTS))
    moments = range(step_ns, length_ns + 1, step_ns)
    return {
        "step_s": step_ns / NS_PER_S,
        "open": [found.crowd.at(each - 1) + found.back.at(each - 1) for each in moments],
    }
