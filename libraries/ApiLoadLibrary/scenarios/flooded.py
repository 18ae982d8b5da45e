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
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ApiLoadLibrary.measurement.outcomes import DONE, Blame, Failure, describe, is_status
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.measurement.sockets import CONNECTIONS, MESSAGES, End, SocketFindings, Stay
from ApiLoadLibrary.values import NS_PER_S

from .crowd import Crowd
from .flood import OPENED, RECONNECT, Flood

__all__ = ["Flooded", "end_rows", "refusal_rows", "tried"]

MS = 1_000_000
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


@dataclass(frozen=True, slots=True)
class Flooded:
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
    def of(cls, flood: Flood, run: RunResult, sockets: SocketFindings) -> Flooded:
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
        """How many connections were asked for; see `tried`."""
        return tried(self.outcomes)

    @property
    def drops(self) -> list[Stay]:
        """Those that ended although they were to be held."""
        return [each for each in self.first if each.how.is_drop]

    @property
    def sustained(self) -> int | None:
        """The fewest that were open at any moment of the hold; None if there was none."""
        start_ns = self.flood.ramp_ns + min(NS_PER_S, self.flood.hold.ns // 2)
        end_ns = min(self.flood.hold_end_ns, self.ended_ns)
        return self.crowd.least(start_ns, end_ns) if start_ns < end_ns else None

    @property
    def sent(self) -> int:
        """Messages that were sent, and answered or not, as they should be."""
        return self.messages[DONE] + self.lost

    @property
    def lost(self) -> int:
        """Messages that were sent, and not answered."""
        return sum(self.messages[each] for each in _LOST)

    @property
    def held_before(self) -> int:
        """How many were dropped on purpose."""
        return sum(each.how is End.STORM for each in self.first)

    @property
    def back_after_ms(self) -> float | None:
        """How long it took until as many were open as before; None if that never was."""
        back_ns = self.back.back_ns(self.held_before)
        return None if back_ns is None else (back_ns - self.flood.end_ns) / MS

    @property
    def asked_ms(self) -> float:
        """How long the generator took to ask for all of them again."""
        return max(0, self.sockets.all_asked_ns - self.flood.end_ns) / MS


def tried(outcomes: Counter[int]) -> int:
    """How many of these connections were asked for, but for those that the generator failed to."""
    return sum(count for code, count in outcomes.items() if _is_servers(code))


def _is_servers(outcome: int) -> bool:
    """Whether the generator did its part."""
    return is_status(outcome) or describe(outcome).blame is not Blame.GENERATOR


def refusal_rows(outcomes: Counter[int]) -> list[dict[str, Any]]:
    """Why connections could not be opened, and how many, the most frequent first."""
    refused = Counter({code: n for code, n in outcomes.items() if code != OPENED})
    return [
        {"what": f"status {code}" if is_status(code) else describe(code).words, "count": count}
        for code, count in refused.most_common()
        if count and _is_servers(code)
    ]


def end_rows(stays: Iterable[Stay]) -> list[dict[str, Any]]:
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
