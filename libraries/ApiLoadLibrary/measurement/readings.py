"""What a scenario has found besides times and counts, ready to be compared with a limit."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Reading"]


@dataclass(frozen=True, slots=True)
class Reading:
    """One figure of a scenario: of the run, or of an endpoint.

    Attributes:
        metric: Its name in the language of criteria: `recovery`, `rate limiting effectiveness`.
        value: In the metric's unit (ms, %, times, or a count); None where there is none.
        samples: How many requests, connections or messages it rests on.
        reason: Of no value: why there is none; of a value: what explains it, should it be on
            the bad side of a limit.  The tail of a sentence.
        never: Of no value: it is known that it never came to it, which fails whatever the limit;
            else it is unknown, which decides nothing.
        basis: What the value rests on, for a sentence's parentheses: `600 requests at 20/s`.
        endpoint: Whose it is; None of the whole run.
        counted: Whether it is right whatever the load generator did, as a count of what became of
            those requests that were sent; what is late takes nothing away from it.
        interval: Between which values the true one lies, where that is known.
    """

    metric: str
    value: float | None
    samples: int
    reason: str = ""
    never: bool = False
    basis: str = ""
    endpoint: str | None = None
    counted: bool = False
    interval: tuple[float, float] | None = None
