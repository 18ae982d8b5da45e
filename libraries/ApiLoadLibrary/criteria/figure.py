"""A metric that has one value, and what kinds of values metrics have."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

__all__ = ["Dimension", "Figure"]


class Dimension(Enum):
    """What kind of value a metric has; the value says what its limit is written as."""

    TIME = "a time like 200 ms, or the word threshold"
    SHARE = "a percentage like 1 %"
    RATE = "98 % of target, or a rate like 1,000/min"
    THROUGHPUT = "a rate like 1,000/min"
    RESOURCE = "a percentage like 90 %"
    MEMORY = "a percentage like 90 %, or a size like 500 MB"
    TRAFFIC = "a rate of bytes like 10 MB/s"
    SPAN = "a time like 10 s"
    FACTOR = "a factor like 3 times"
    COUNT = "a number like 5"


@dataclass(frozen=True, slots=True)
class Figure:
    """A metric that has one value: of the run, of an endpoint, or of a host.

    Attributes:
        name: As the language writes it.
        title: As a sentence begins.
        has_endpoints: Whether an endpoint has this figure too.
        by_second: Whether it is kept second by second.
        watched: Whether it is one of a host, a process or a gauge that is watched; a scope names
            which.
    """

    name: str
    title: str
    dimension: Dimension
    has_endpoints: bool = True
    by_second: bool = True
    by_endpoint: bool = False
    watched: bool = False
