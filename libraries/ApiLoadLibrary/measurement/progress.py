"""What a run tells while it goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from .generators import HostNow
from .histogram import Histogram
from .tally import Second, Tally

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
        seconds: What came in each second of the judged phase, by endpoint.
        hosts: How each machine that load comes from is at this moment, by its name, where it
            comes from a cluster.
    """

    requests: int = 0
    errors: int = 0
    late: int = 0
    response: Histogram = field(default_factory=Histogram)
    busy: int = 0
    seconds: dict[int, dict[int, Second]] = field(default_factory=dict)
    hosts: dict[str, HostNow] = field(default_factory=dict)

    def add(self, part: Part, *, judged: bool) -> None:
        """Add what more requests came to.

        Args:
            part: What a shard has told.
            judged: Whether its phase is the one that is judged.
        """
        tally = part.tally
        self.requests += tally.requests
        self.errors += tally.errors
        self.late += tally.late
        self.response.merge(tally.response.judged())
        if judged:
            self._add_seconds(part.endpoint, tally.seconds)

    def _add_seconds(self, endpoint: int, seconds: Mapping[int, Second]) -> None:
        mine = self.seconds.setdefault(endpoint, {})
        for number, second in seconds.items():
            mine.setdefault(number, Second()).merge(second)

    def merge(self, other: Progress) -> None:
        """Add another's counts."""
        self.requests += other.requests
        self.errors += other.errors
        self.late += other.late
        self.response.merge(other.response)
        self.busy += other.busy
        self.hosts |= other.hosts
        for endpoint, seconds in other.seconds.items():
            self._add_seconds(endpoint, seconds)
