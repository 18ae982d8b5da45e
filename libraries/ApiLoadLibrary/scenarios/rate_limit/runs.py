"""A probe and an identification as load runs: what is sent, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from ApiLoadLibrary.engine.listed import Listed
from ApiLoadLibrary.measurement.phases import Phase
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.scenarios.load import Load
from ApiLoadLibrary.values import NS_PER_S, Rate

from .account import account, read_answers
from .admission import arrival_curve
from .contract import Contract
from .decisions import decisions
from .fitting import Hint
from .headers import TRACED
from .identify import identify
from .identify_plan import ABOVE, identifying_offsets
from .outcome import Terms, contract_details, outcome_of
from .probe import SCENARIO, Probe, probe_of
from .readings import readings_of

__all__ = ["TRACED", "Identification", "Probing", "RateLimitRun"]

MOST_WORKERS = 1_000


@dataclass(frozen=True, slots=True)
class Probing:
    """A probe of a limit.

    Attributes:
        terms: What is what in the answers.
        probe: What is sent when.
    """

    terms: Terms
    probe: Probe

    @classmethod
    def of(cls, contract: Contract, terms: Terms) -> Probing:
        """The probe of this limit."""
        return cls(terms, probe_of(contract))

    @property
    def load(self) -> Load:
        """What is sent."""
        return self.probe.load(len(self.terms.bystanders))

    @property
    def workers(self) -> int:
        """How many requests may be under way at once, should none be refused but all delayed."""
        start, end = self.probe.above_ns
        above = sum(start <= each < end for each in self.probe.offsets)
        return min(MOST_WORKERS, above + len(self.terms.bystanders))

    def conclude(self, run: RunResult) -> RunResult:
        """The run with what it has found."""
        found = outcome_of(run, self.probe, self.terms)
        return replace(run, details=found.details(), readings=readings_of(found))


@dataclass(frozen=True, slots=True)
class Identification:
    """A run that finds out which kind of limiter it is.

    Attributes:
        contract: What is known of its limit.
        terms: What is what in the answers.
        offsets: When requests are sent, in ns.
    """

    contract: Contract
    terms: Terms
    offsets: tuple[int, ...]

    @classmethod
    def of(cls, contract: Contract, terms: Terms) -> Identification:
        """The identification of what keeps this limit, more or less."""
        span_s = contract.span_ns / NS_PER_S
        limit = contract.limit * contract.span_ns / contract.window_ns
        return cls(contract, terms, identifying_offsets(limit, span_s))

    @property
    def load(self) -> Load:
        """What is sent."""
        length_ns = self.offsets[-1] + NS_PER_S // 2
        words = f"bursts and rests around a limit of {self.contract}"
        rate = self.contract.rate
        return Load(
            SCENARIO,
            words,
            (Phase.whole(length_ns),),
            rates=(Rate(rate.count * ABOVE, rate.per),),
            schedules=(Listed(self.offsets, length_ns),),
            late_after_ns=self.contract.late_after_ns,
            one_source=True,
        )

    @property
    def workers(self) -> int:
        """How many requests may be under way at once."""
        return min(MOST_WORKERS, len(self.offsets))

    def conclude(self, run: RunResult) -> RunResult:
        """The run with what it has found."""
        requests = [each for each in run.trace if each.endpoint == 0]
        seen = decisions(requests, self.terms.accepted, self.terms.refused)
        span_s = self.contract.span_ns / NS_PER_S
        limit = self.contract.limit * self.contract.span_ns / self.contract.window_ns
        found = identify(seen, Hint(limit, span_s))
        started = datetime.fromisoformat(run.started_at)
        answers = read_answers(requests, started, self.contract.window_ns)
        details = {
            "kind": "identification",
            "contract": contract_details(self.contract),
            "refused_with": self.terms.refused,
            "sent": len(requests),
            "accepted": len(seen) - seen.refused,
            "refused": seen.refused,
            "identity": found.details(),
            "headers": account(requests, answers, self.contract, self.terms.refused).details(),
            "curve": arrival_curve(seen, self.contract).details(),
        }
        return replace(run, details=details)


RateLimitRun = Probing | Identification
