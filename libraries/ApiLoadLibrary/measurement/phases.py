"""The phases of a load run: stretches of its timeline that are counted apart."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ONLY_PHASE", "Phase"]

ONLY_PHASE = "load"
"""The name of a run's phase that is the only one."""


@dataclass(frozen=True, slots=True)
class Phase:
    """One phase: the requests that are *due* in it, whenever they were sent or answered.

    Attributes:
        name: `load`, `warm-up` …
        start_ns: From the run's start.
        end_ns: From the run's start; the next phase starts there.
        judged: Whether criteria judge it unless they name another; one phase of a run is.
    """

    name: str
    start_ns: int
    end_ns: int
    judged: bool = True

    @classmethod
    def whole(cls, length_ns: int) -> Phase:
        """The only phase of a run that has no others."""
        return cls(ONLY_PHASE, 0, length_ns)

    @property
    def length_ns(self) -> int:
        """How long it lasts."""
        return self.end_ns - self.start_ns
