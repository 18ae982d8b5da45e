"""What a probe of a rate limit has found."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ApiLoadLibrary.measurement.exchange import Exchange
from ApiLoadLibrary.measurement.histogram import nearest_rank
from ApiLoadLibrary.measurement.outcomes import is_status
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.values import NS_PER_S

from .account import Account, account, read_answers
from .admission import Admission, admission
from .bystanders import Bystander, bystander
from .contract import Contract
from .decisions import decisions
from .limit_found import Found, limit_found
from .probe import Probe
from .retry_after import RetryAfter, try_retry_after
from .shaping import Line, find_line

__all__ = ["Counts", "Outcome", "Terms", "outcome_of"]

SHAPES_BELOW = 0.01
"""Who refuses less than this share, and lets requests wait in line, only delays."""


@dataclass(frozen=True, slots=True)
class Terms:
    """What is what in the answers.

    Attributes:
        accepted: Statuses of what the limiter let through.
        refused: The status of what it did not.
        bystanders: Names of the endpoints that were asked quietly, and what they expect.
    """

    accepted: frozenset[int]
    refused: int
    bystanders: tuple[tuple[str, frozenset[int]], ...] = ()


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of the requests of one part of the probe.

    Attributes:
        wrong: Answered with another status, by status.
        failed: Not answered at all.
        length_ns: From the first to the last of them.
    """

    sent: int
    accepted: int
    refused: int
    wrong: dict[int, int]
    failed: int
    length_ns: int

    @property
    def turned_away(self) -> int:
        """Refused, with whatever status."""
        return self.refused + sum(self.wrong.values())

    def details(self) -> dict[str, Any]:
        """The same as JSON holds it."""
        return {
            "sent": self.sent,
            "accepted": self.accepted,
            "refused": self.refused,
            "other_statuses": [
                {"status": status, "answers": count} for status, count in self.wrong.items()
            ],
            "failed": self.failed,
            "length_s": self.length_ns / NS_PER_S,
        }


@dataclass(frozen=True, slots=True)
class Outcome:
    """All that a probe has found.

    Attributes:
        below, above: What became of the requests below the limit, and of those above it.
        allowed: What the contract allows over the time of those above it.
        refusal_p95_ms: Within which 95 of 100 refusals were answered.
        before_p95_ms, above_p95_ms: The same of what was accepted below and above the limit.
        found: The limit that explains what was decided; None where none does.
        line: Where requests wait in line, how.
    """

    contract: Contract
    refused_with: int
    below: Counts
    above: Counts
    allowed: float
    admission: Admission
    refusal_p95_ms: float | None
    before_p95_ms: float | None
    above_p95_ms: float | None
    found: Found | None
    line: Line | None
    retry_after: RetryAfter
    told: Account
    bystanders: tuple[Bystander, ...]

    @property
    def excess(self) -> int:
        """Requests beyond what the contract allows; one at least."""
        return max(1, round(self.above.sent - self.allowed))

    @property
    def effectiveness_percent(self) -> float | None:
        """How many of the requests beyond the contract were refused; None where none was sent."""
        if not self.above.sent:
            return None
        return min(100.0, 100 * self.above.refused / self.excess)

    @property
    def over_admission_percent(self) -> float:
        """What was accepted in a window at most, beyond what it may hold, as a share of that."""
        most = self.contract.most_in_window
        return max(0.0, 100 * (self.admission.most_in_window - most) / most)

    @property
    def limit_found(self) -> float | None:
        """How many a window lets through; where no limit explains it, the average."""
        return self.found.limit if self.found else self.admission.average

    @property
    def burst_found(self) -> float | None:
        """How many may come at once, of a bucket; the like of it, where that is not known."""
        return self.found.burst if self.found else self.admission.at_once

    @property
    def shaping(self) -> bool:
        """Whether the limiter only delays."""
        return self.line is not None and self.above.turned_away <= SHAPES_BELOW * self.above.sent

    def details(self) -> dict[str, Any]:
        """The same as JSON holds it, units in the names."""
        contract, found, line = self.contract, self.admission, self.line
        return {
            "kind": "probe",
            "contract": contract_details(contract),
            "refused_with": self.refused_with,
            "below": self.below.details(),
            "above": self.above.details(),
            "allowed": self.allowed,
            "excess": self.excess,
            "effectiveness_percent": self.effectiveness_percent,
            "over_admission_percent": self.over_admission_percent,
            "accepted_at_first": found.at_first,
            "most_in_window": found.most_in_window,
            "limit_found": self.limit_found,
            "burst_found": self.burst_found,
            "starved": found.starved,
            "refusal_p95_ms": self.refusal_p95_ms,
            "accepted_p95_ms": {"below": self.before_p95_ms, "above": self.above_p95_ms},
            "line": line and {"rate_per_s": line.rate_per_s, "longest_ms": 1_000 * line.longest_s},
            "shaping": self.shaping,
            "retry_after": self.retry_after.details(),
            "headers": self.told.details(),
            "bystanders": [each.details() for each in self.bystanders],
            "curve": found.curve.details(),
        }


def contract_details(contract: Contract) -> dict[str, Any]:
    """A contract as JSON holds it."""
    return {
        "words": str(contract),
        "limit": contract.limit,
        "window_s": contract.window_ns / NS_PER_S,
        "burst": contract.burst,
        "source": contract.source,
    }


def outcome_of(run: RunResult, probe: Probe, terms: Terms) -> Outcome:
    """What a probe has found.

    Args:
        run: Its traced run; the endpoint that is limited comes first, then the bystanders.
        probe: What was planned.
        terms: What is what in the answers.
    """
    contract, (start, end) = probe.contract, probe.above_ns
    requests = [each for each in run.trace if each.endpoint == 0]
    below = [each for each in requests if each.scheduled_ns < start]
    above = [each for each in requests if start <= each.scheduled_ns < end]
    answers = read_answers(requests, datetime.fromisoformat(run.started_at), contract.window_ns)
    seen = decisions(above, terms.accepted, terms.refused)
    counts = _counts(above, terms)
    return Outcome(
        contract=contract,
        refused_with=terms.refused,
        below=_counts(below, terms),
        above=counts,
        allowed=contract.allowed_in(counts.length_ns),
        admission=admission(seen, contract),
        refusal_p95_ms=_p95_ms(requests, {terms.refused}),
        before_p95_ms=_p95_ms(below, terms.accepted),
        above_p95_ms=_p95_ms(above, terms.accepted),
        found=limit_found(decisions((*below, *above), terms.accepted, terms.refused), contract),
        line=find_line(seen),
        retry_after=try_retry_after(requests, answers, terms.accepted, terms.refused, end),
        told=account(requests, answers, contract, terms.refused),
        bystanders=tuple(
            bystander(
                name,
                [each for each in run.trace if each.endpoint == place],
                *(probe.above_ns, expected, terms.refused),
            )
            for place, (name, expected) in enumerate(terms.bystanders, 1)
        ),
    )


def _counts(requests: Sequence[Exchange], terms: Terms) -> Counts:
    outcomes = Counter(each.outcome for each in requests)
    accepted = sum(outcomes[each] for each in terms.accepted)
    refused = outcomes[terms.refused]
    wrong = {
        status: count
        for status, count in sorted(outcomes.items())
        if is_status(status) and status not in terms.accepted and status != terms.refused
    }
    sent = [each.sent_ns for each in requests if each.sent_ns >= 0]
    return Counts(
        sent=len(requests),
        accepted=accepted,
        refused=refused,
        wrong=wrong,
        failed=len(requests) - accepted - refused - sum(wrong.values()),
        length_ns=max(sent) - min(sent) if sent else 0,
    )


def _p95_ms(requests: Sequence[Exchange], statuses: Collection[int]) -> float | None:
    took = sorted(each.service_ns for each in requests if each.outcome in statuses)
    return took[nearest_rank(0.95, len(took)) - 1] / 1e6 if took else None
