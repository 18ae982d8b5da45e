"""What a run has done since one last looked."""

from __future__ import annotations

from dataclasses import dataclass, field

from .histogram import Histogram

__all__ = ["Progress"]


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

    def merge(self, other: Progress) -> None:
        """Add another's counts."""
        self.requests += other.requests
        self.errors += other.errors
        self.late += other.late
        self.response.merge(other.response)
        self.busy += other.busy
