"""What became of the checks of an endpoint's answers."""

from __future__ import annotations

from dataclasses import dataclass, replace

from .outcomes import Failure, FailureInfo, describe

__all__ = ["Checked"]


@dataclass(frozen=True, slots=True)
class Checked:
    """One check.

    Attributes:
        check: As the suite wrote it.
        sample_percent: The share of answers that were looked at.
        example: What was wrong with an answer that failed it; None where none did.
    """

    check: str
    sample_percent: float = 100
    example: str | None = None

    @property
    def failure(self) -> FailureInfo:
        """Its failures, in words."""
        return replace(describe(Failure.CHECK_FAILED), words=f"failed the check '{self.check}'")

    @property
    def told(self) -> FailureInfo:
        """The same with what it rests on, and an example."""
        looked_at = (
            "" if self.sample_percent == 100 else f" ({self.sample_percent:g} % were looked at)"
        )
        example = f", as where {self.example}" if self.example else ""
        return replace(self.failure, words=f"{self.failure.words}{looked_at}{example}")
