"""Figures that only one kind of load can show, and by which sentence it is sent."""

from __future__ import annotations

from dataclasses import dataclass

from .figure import Dimension, Figure

__all__ = ["OBSERVED", "Observed"]


@dataclass(frozen=True, slots=True)
class Observed(Figure):
    """A figure that only one kind of load can show.

    Attributes:
        found_by: The sentence that sends this load.
    """

    found_by: str = ""

    @property
    def of_burst(self) -> bool:
        """Whether it is seen in the phases of a burst; else its scenario leaves a reading."""
        return self.found_by == BURST


BURST = "Burst To …"
_FOUND_BY = {
    BURST: {"degradation": Dimension.FACTOR, "return to normal": Dimension.SPAN},
    "Probe Rate Limit Of …": {
        "rate limiting effectiveness": Dimension.SHARE,
        "over-admission": Dimension.SHARE,
        "false refusals": Dimension.SHARE,
        "wrong refusals": Dimension.SHARE,
        "honest retry-after": Dimension.SHARE,
        "refusal time": Dimension.SPAN,
        "disturbed bystanders": Dimension.SHARE,
        "slow-down while limited": Dimension.FACTOR,
    },
    "Overload … or Start Measuring Recovery Of …": {
        "recovery": Dimension.SPAN,
        "detection": Dimension.SPAN,
        "failures before opening": Dimension.COUNT,
        "fast failure time": Dimension.SPAN,
        "open time": Dimension.SPAN,
        "residual errors": Dimension.SHARE,
        "errors under overload": Dimension.SHARE,
        "overshoot": Dimension.FACTOR,
    },
    "Open … WebSocket Connections To …": {
        "refused connections": Dimension.SHARE,
        "dropped connections": Dimension.SHARE,
        "lost messages": Dimension.SHARE,
        "duplicated messages": Dimension.SHARE,
        "reordered messages": Dimension.SHARE,
        "sustained connections": Dimension.SHARE,
        "held connections": Dimension.COUNT,
        "reconnect time": Dimension.SPAN,
    },
    "Send Strangers To …": {"admitted strangers": Dimension.SHARE},
    "Count What Was Stored Of …": {"unaccounted writes": Dimension.COUNT},
    "Find Highest Rate …": {"highest rate": Dimension.THROUGHPUT},
}

_TITLES = {
    "refused connections": "Share of refused connections",
    "dropped connections": "Share of dropped connections",
    "lost messages": "Share of lost messages",
    "duplicated messages": "Share of messages that were answered twice",
    "reordered messages": "Share of messages that were answered out of order",
    "sustained connections": "Share of sustained connections",
    "held connections": "Number of sustained connections",
}
"""Where a sentence does not begin with the name itself."""

OBSERVED = {
    name: Observed(
        name,
        _TITLES.get(name, f"{name[0].upper()}{name[1:]}"),
        dimension,
        by_second=False,
        by_endpoint=sentence == BURST,
        found_by=sentence,
    )
    for sentence, figures in _FOUND_BY.items()
    for name, dimension in figures.items()
}
