"""What a search for the highest rate tells of headroom: its steps, and where it ended."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from .bounds import Bound, Reach
from .evidence import RunEvidence
from .level import Level

__all__ = ["capacity_levels", "searched"]

DECIDED = ("held", "broke", "undecided")
"""Where the load generator was at fault nothing is known of the server."""


def capacity_levels(evidence: RunEvidence) -> list[Level]:
    """Each whole step of the search in which the load generator did its part, by its rate."""
    details = evidence.run.details
    hosts = [each.name for each in evidence.machines if not each.is_shared and not each.is_process]
    return sorted(
        (
            _level(each, details["endpoints"], hosts[:1])
            for each in details.get("steps", ())
            if each["standing"] in DECIDED and 0 < each["planned"] <= each["requests"]
        ),
        key=lambda each: each.rate,
    )


def _level(step: dict[str, Any], times: int, hosts: Sequence[str]) -> Level:
    return Level(
        rate=step["rate_per_s"] * times,
        requests=step["planned"],
        unsent=max(step["planned"] - step["in_time"], 0),
        errors=min(step["errors"], step["planned"]),
        p50_ms=_known(step["p50_ms"]),
        p95_ms=_known(step["p95_ms"]),
        p99_ms=_known(step["p99_ms"]),
        p95_of={name: _known(value) for name, value in step["p95_ms_of"].items()},
        cpu_percent={name: _known(step["cpu_percent"]) for name in hosts},
    )


def _known(value: float | None) -> float:
    return math.nan if value is None else value


def searched(runs: Sequence[RunEvidence]) -> Iterator[Reach]:
    """How far all that was asked of a search was seen to hold."""
    for each in runs:
        details = each.run.details
        if each.run.scenario != "capacity" or not capacity_levels(each):
            continue
        times = details["endpoints"]
        rates = [step["rate_per_s"] * times for step in details["steps"]]
        held = details["held_per_s"] if details["confirmed"] else None
        broke = details["broke_per_s"]
        if held is None and broke is None:
            continue  # broken off before anything was decided
        bound = Bound(" and ".join(details["criteria"]), lambda level: math.nan, 0.0)
        yield Reach(
            bound,
            (min(rates), max(rates)),
            None if held is None else held * times,
            None if broke is None else broke * times,
        )
