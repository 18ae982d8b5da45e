"""How much more the system can carry, as far as it was seen."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Headroom", "Hold"]


@dataclass(frozen=True, slots=True)
class Hold:
    """Up to which rate a requirement or a resource holds; rates are requests per second.

    Attributes:
        what: Which, in plain words.
        host: Whose resource it is; null of a requirement.
        held_up_to_per_s: The highest rate below which it never broke; null if it broke at the
            lowest.
        broken_from_per_s: The lowest rate from which on it always was broken; null if it held at
            the highest.
        expected_from_per_s: The lowest rate at which it may break, if it grows evenly with the
            rate; null where that is not known.
        expected_until_per_s: The highest such rate; null where nothing bounds it.
        sentence: The whole of it as plain sentences.
    """

    what: str
    host: str | None
    held_up_to_per_s: float | None
    broken_from_per_s: float | None
    expected_from_per_s: float | None
    expected_until_per_s: float | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Headroom:
    """What load runs on the same endpoints tell together.

    Attributes:
        runs: Their ids.
        lowest_rate_per_s: The lowest rate that was tried, over all endpoints.
        highest_rate_per_s: The highest.
        sentence: What it comes to.
        holds: Requirements and resources; those that give out first come first.
    """

    runs: tuple[str, ...]
    lowest_rate_per_s: float
    highest_rate_per_s: float
    sentence: str
    holds: tuple[Hold, ...]
