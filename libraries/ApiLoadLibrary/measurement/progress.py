"""What a run tells while it goes on."""

from __future__ import annotations

from dataclasses import dataclass, field

from .histogram import Histogram
from .tally import Tally

__all__ = ["Part", "Progress"]


@dataclass(frozen=True, slots=True)
class Part:
    """What one endpoint's latest requests came to, in one phase.

    Attributes:
        phase, endpoint: Their places in the run.
        tally: Of those requests alone.
    """

    phase: int
    endpoint: int
    tally: Tally


@dataclass(slots=True)
class Progress:
    """Counts since the last look; those of shards merge.

    Attributes:
        requests: Ended, dropped ones included.
        errors: Those of them that failed.
        late: Those sent late.
        response: Response times that latency criteria use.
        busy: Workers busy at this moment.
    """

    requests: int = 0
    errors: int = 0
    late: int = 0
    response: Histogram = field(default_factory=Histogram)
    busy: int = 0

    def add(self, tally: Tally) -> None:
        """Add what more requests came to."""
        self.requests += tally.requests
        self.errors += tally.errors
        self.late += tally.late
        self.response.merge(tally.response.judged())

    def merge(self, other: Progress) -> None:
        """Add another's counts."""
        self.requests += other.requests
        self.errors += other.errors
        self.late += other.late
        self.response.merge(other.response)
        self.busy += other.busy
