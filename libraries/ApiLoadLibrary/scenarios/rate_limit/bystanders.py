"""Whether others notice that somebody is being limited: another endpoint, another token."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from ApiLoadLibrary.measurement.exchange import Exchange

__all__ = ["Bystander", "bystander"]

SLOWER = 3.0
"""Times the slowest before: more than that is a disturbance."""

UNNOTICED_NS = 100_000_000
"""So long an answer may always take."""


@dataclass(frozen=True, slots=True)
class Bystander:
    """One endpoint that was asked quietly all the while.

    Attributes:
        sent: Its requests while the limit was exceeded beside it.
        refused: Of these, those that were refused.
        failed: Those that failed otherwise.
        slow: Those that took several times as long as any before.
        slowest_before_ms, slowest_ms: Of what was answered; None of nothing.
    """

    name: str
    sent: int
    refused: int
    failed: int
    slow: int
    slowest_before_ms: float | None
    slowest_ms: float | None

    @property
    def disturbed(self) -> int:
        """How many were not served as before."""
        return self.refused + self.failed + self.slow

    def details(self) -> dict[str, Any]:
        """The same as JSON holds it."""
        return {
            "name": self.name,
            "sent": self.sent,
            "refused": self.refused,
            "failed": self.failed,
            "slow": self.slow,
            "slowest_before_ms": self.slowest_before_ms,
            "slowest_ms": self.slowest_ms,
        }


def bystander(
    name: str,
    requests: Sequence[Exchange],
    above_ns: tuple[int, int],
    expected: Collection[int],
    refused: int,
) -> Bystander:
    """What became of a bystander's requests.

    Args:
        above_ns: When the limit was exceeded beside it.
        expected: The statuses that it expects.
        refused: The status of refusals.
    """
    start, end = above_ns
    served = [each for each in requests if each.outcome in expected]
    before = [each.service_ns for each in served if each.scheduled_ns < start]
    during = [each for each in requests if start <= each.scheduled_ns < end]
    waits = [each.service_ns for each in during if each.outcome in expected]
    slow_ns = max(SLOWER * max(before, default=0), UNNOTICED_NS)
    turned_away = sum(each.outcome == refused for each in during)
    return Bystander(
        name,
        sent=len(during),
        refused=turned_away,
        failed=len(during) - len(waits) - turned_away,
        slow=sum(each > slow_ns for each in waits),
        slowest_before_ms=_ms(before),
        slowest_ms=_ms(waits),
    )


def _ms(times_ns: Sequence[int]) -> float | None:
    return max(times_ns) / 1e6 if times_ns else None
