"""What a flood of WebSocket connections came to: how many were refused, held, dropped, got back.

* A connection is **refused** when its handshake does not end with 101: by a status, or by no
  connection at all.
* It is **dropped** when it ends before the run closes it.
* **Sustained** is the lowest number that were open at any moment of the hold; its first second,
  or half of it where it is short, is left to those that are still being opened.
* A message is **lost** when its answer does not come in time, or its connection ends before.
  One that could not be sent because no connection was open is not lost, but failed.
* **Reconnect time** is how long it took, after all were dropped at once, until as many were open
  as before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ApiLoadLibrary.measurement.outcomes import DONE, Blame, Failure, describe, is_status
from ApiLoadLibrary.measurement.readings import Reading
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.measurement.sockets import (
    CONNECTIONS,
    MESSAGES,
    End,
    SocketFindings,
    Stay,
)
from ApiLoadLibrary.values import NS_PER_S

from .flood import OPENED, RECONNECT, Flood

__all__ = ["Crowd", "concluding", "stretches"]

MS = 1_000_000
POINTS = 240  # of the picture, at most …
LEAST_STEP_NS = 100 * MS  # … and how far apart they are at least
_LOST = (Failure.ANSWER_TIMEOUT, Failure.CLOSED_EARLY)
_WORDS = {
    End.GOODBYE: "closed at the end of the run, as agreed",
    End.UNANSWERED: "closed at the end of the run, without an answer",
    End.STORM: "dropped on purpose, to be opened again",
    End.CLOSED: "closed by the server",
    End.LOST: "broken off without a goodbye",
    End.BROKEN_RULES: "closed because the server broke the rules of WebSockets",
    End.SILENT: "closed because the server gave no sign of life",
}


class Crowd:
    """How many connections were open at each moment.

    Args:
        stays: Of the connections that are looked at.
    """

    def __init__(self, stays: Iterable[Stay]) -> None:
        held = list(stays)
        self._opened = np.sort(np.array([each.opened_ns for each in held], np.int64))
        self._ended = np.sort(np.array([each.ended_ns for each in held], np.int64))

    def at(self, moment_ns: int) -> int:
        """How many were open; at the moment of its end one is not."""
        opened = self._opened.searchsorted(moment_ns, side="right")
        return int(opened - self._ended.searchsorted(moment_ns, side="right"))

    @property
    def peak(self) -> int:
        """The most that were open at once."""
        ended = self._ended.searchsorted(self._opened, side="right")
        return int((np.arange(1, len(self._opened) + 1) - ended).max(initial=0))

    def least(self, start_ns: int, end_ns: int) -> int:
        """The fewest that were open at any moment from the start to before the end."""
        within = self._ended[(self._ended >= start_ns) & (self._ended < end_ns)]
        return min(map(self.at, (start_ns, *within.tolist())))

    def back_ns(self, count: int) -> int | None:
        """When so many had been opened; None if that never was."""
        return int(self._opened[count - 1]) if 0 < count <= len(self._opened) else None


def concluding(flood: Flood) -> Callable[[RunResult], RunResult]:
    """Finds in a result what became of the flood."""

    def conclude(run: RunResult) -> RunResult:
        if run.sockets is None:
            return run
        found = _Found.of(flood, run, run.sockets)
        readings = tuple(replace(each, counted=found.counted) for each in _readings(found))
        return replace(run, details=_details(found), readings=readings)

    return conclude


@dataclass(frozen=True, slots=True)
class _Found:
    """A flood and what came of it, from several sides.

    Attributes:
        outcomes: Of the openings; `again` of those after all had been dropped.
        messages: Of the messages.
        crowd: While they were held; `back` after all had been dropped.
        first: The stays of those that were not opened again.
        ended_ns: When the run said goodbye, which may be before its time.
        counted: Whether the load generator was there to see all of it; if some of it was late,
            that takes nothing away from what was counted.
    """

    flood: Flood
    sockets: SocketFindings
    outcomes: Counter[int]
    again: Counter[int]
    messages: Counter[int]
    first: list[Stay]
    crowd: Crowd
    back: Crowd
    ended_ns: int
    counted: bool

    @classmethod
    def of(cls, flood: Flood, run: RunResult, sockets: SocketFindings) -> _Found:
        first = [each for each in sockets.stays if not each.again]
        storm = next((each for each in run.phases if each.phase.name == RECONNECT), None)
        return cls(
            flood=flood,
            sockets=sockets,
            outcomes=run.endpoints[CONNECTIONS].tally.outcomes,
            again=storm.endpoints[CONNECTIONS].tally.outcomes if storm else Counter(),
            messages=run.endpoints[MESSAGES].tally.outcomes if flood.rate else Counter(),
            first=first,
            crowd=Crowd(first),
            back=Crowd(each for each in sockets.stays if each.again),
            ended_ns=round(run.duration_s * NS_PER_S),
            counted=run.stopped is None
            and not (run.generator.lost_shards or run.generator.overloaded),
        )

    @property
    def length_ns(self) -> int:
        """Of the picture."""
        return min(self.flood.length_ns, max(self.ended_ns, 1))

    @property
    def tried(self) -> int:
        """How many connections were asked for, but for those that the generator failed to."""
        return _tried(self.outcomes)

    @property
    def drops(self) -> list[Stay]:
        return [each for each in self.first if each.how.is_drop]

    @property
    def sustained(self) -> int | None:
        """None if there was no hold."""
        start_ns = self.flood.ramp_ns + min(NS_PER_S, self.flood.hold.ns // 2)
        end_ns = min(self.flood.hold_end_ns, self.ended_ns)
        return self.crowd.least(start_ns, end_ns) if start_ns < end_ns else None

    @property
    def sent(self) -> int:
        """Messages that were sent, and answered or not, as they should be."""
        return self.messages[DONE] + self.lost

    @property
    def lost(self) -> int:
        return sum(self.messages[each] for each in _LOST)

    @property
    def held_before(self) -> int:
        """How many were dropped on purpose."""
        return sum(each.how is End.STORM for each in self.first)

    @property
    def back_after_ms(self) -> float | None:
        back_ns = self.back.back_ns(self.held_before)
        return None if back_ns is None else (back_ns - self.flood.end_ns) / MS


def _tried(outcomes: Counter[int]) -> int:
    return sum(count for code, count in outcomes.items() if _is_servers(code))


def _is_servers(outcome: int) -> bool:
    """Whether the generator did its part."""
    return is_status(outcome) or describe(outcome).blame is not Blame.GENERATOR


# What criteria judge.


def _readings(found: _Found) -> Iterator[Reading]:
    yield _refused(found)
    yield _dropped(found)
    yield from _sustained(found)
    yield from _of_messages(found)
    if found.flood.reconnect is not None:
        yield _reconnected(found)


def _refused(found: _Found) -> Reading:
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
    return ", ".join(f"{row['count']:,} × {row['what']}" for row in _refusal_rows(outcomes)[:3])


def _dropped(found: _Found) -> Reading:
    opened, drops = len(found.first), found.drops
    if not opened:
        return Reading("dropped connections", None, 0, "no connection could be opened")
    return Reading(
        *("dropped connections", 100 * len(drops) / opened, opened, _ends(drops)),
        basis=f"{len(drops):,} of {opened:,} connections",
    )


def _ends(stays: Sequence[Stay]) -> str:
    rows = _end_rows(stays)[:3]
    return ", ".join(f"{row['count']:,} × {row['what']} (code {row['code']})" for row in rows)


def _sustained(found: _Found) -> Iterator[Reading]:
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


def _of_messages(found: _Found) -> Iterator[Reading]:
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


def _of_messages_sent(metric: str, count: int, reason: str, found: _Found) -> Reading:
    if found.flood.rate is None:
        return Reading(metric, None, 0, "no message was to be sent: write messages=")
    if not found.flood.reply:
        return Reading(metric, None, 0, "answers were not waited for (reply=False)")
    if not found.sent:
        return Reading(metric, None, 0, "no message could be sent")
    basis = f"{count:,} of {found.sent:,} messages"
    return Reading(metric, 100 * count / found.sent, found.sent, reason, basis=basis)


def _reconnected(found: _Found) -> Reading:
    before, back_ms = found.held_before, found.back_after_ms
    if not before:
        reason = "no connection was open that could have been dropped"
        return Reading("reconnect time", None, 0, reason)
    asked_ms = _asked_ms(found)
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


def _asked_ms(found: _Found) -> float:
    return max(0, found.sockets.all_asked_ns - found.flood.end_ns) / MS


# What the report tells.


def _details(found: _Found) -> dict[str, Any]:
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
        "refusals": _refusal_rows(found.outcomes),
        "ends": _end_rows(sockets.stays),
        "messages": _message_rows(found),
        "reconnect": _storm(found) if flood.reconnect else None,
        "memory": {
            "connections": sockets.held,
            "generator_bytes_per_connection": _bytes_per_connection(sockets),
        },
        "stretches": stretches(flood, found.length_ns),
        "timeline": _timeline(found),
    }


def _refusal_rows(outcomes: Counter[int]) -> list[dict[str, Any]]:
    refused = Counter({code: n for code, n in outcomes.items() if code != OPENED})
    return [
        {"what": f"status {code}" if is_status(code) else describe(code).words, "count": count}
        for code, count in refused.most_common()
        if count and _is_servers(code)
    ]


def _end_rows(stays: Iterable[Stay]) -> list[dict[str, Any]]:
    """How many ended in each way, the most frequent first."""
    ends = Counter((each.code, each.how) for each in stays)
    return [
        {
            "code": code,
            "what": _WORDS[how],
            "by": "load generator" if how.is_ours else "server",
            "dropped": how.is_drop,
            "count": count,
        }
        for (code, how), count in sorted(ends.items(), key=lambda each: (-each[1], each[0]))
    ]


def _message_rows(found: _Found) -> dict[str, Any] | None:
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


def _storm(found: _Found) -> dict[str, Any]:
    tried = _tried(found.again)
    return {
        "dropped": found.held_before,
        "asked": tried,
        "opened": found.again[OPENED],
        "refused": tried - found.again[OPENED],
        "refusals": _refusal_rows(found.again),
        "back_after_ms": found.back_after_ms,
        "asked_within_ms": _asked_ms(found),
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


def _timeline(found: _Found) -> dict[str, Any]:
    """How many were open at the end of each step of time."""
    length_ns = found.length_ns
    step_ns = max(LEAST_STEP_NS, -(-length_ns // POINTS))
    moments = range(step_ns, length_ns + 1, step_ns)
    return {
        "step_s": step_ns / NS_PER_S,
        "open": [found.crowd.at(each - 1) + found.back.at(each - 1) for each in moments],
    }
