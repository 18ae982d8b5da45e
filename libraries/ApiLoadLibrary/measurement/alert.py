"""Something that went out of bounds while load ran."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Alert"]


@dataclass(frozen=True, slots=True)
class Alert:
    """One thing out of bounds, from its first second to its last.

    Attributes:
        what: Which figure: `cpu`, `memory`, `error rate` …
        where: The host, the process or the load.
        start_s: When it began, in seconds from the start of the run.
        end_s: When it ended; None when it had not by the run's end.
        peak: The worst value, in `unit`; None where there is none.
        unit: The unit of `peak`; empty where there is none.
        message: The whole of it as one plain sentence.
    """

    what: str
    where: str
    start_s: float
    end_s: float | None
    peak: float | None
    unit: str
    message: str
