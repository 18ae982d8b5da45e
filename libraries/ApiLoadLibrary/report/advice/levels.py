"""What happened at which rate: load runs cut into stretches of about the same rate.

A constant rate is one level; steps are levels as they stand; a ramp is cut into a score of
windows.  Runs on the same endpoints in the same proportions belong together.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from .arrays import Doubles, numbers
from .evidence import RunEvidence
from .level import Level
from .searched import capacity_levels

__all__ = ["Level", "groups", "levels_of"]

WINDOWS = 20
SHORTEST_WINDOW_S = 3
Places = NDArray[np.int64]

STEP = 0.1
"""A second belongs to the next step when its rate differs by more than a tenth, and by more
than random arrivals make of one rate."""

BEYOND_NOISE = 4.0
"""Times the usual difference from one second to the next: four standard errors and more."""


def groups(runs: Iterable[RunEvidence]) -> list[list[RunEvidence]]:
    """Open-model runs that can be compared: the same endpoints in the same proportions."""
    found: dict[tuple[tuple[str, float], ...], list[RunEvidence]] = {}
    for run in runs:
        total = run.run.offered_rate_per_s
        if run.trusted and run.ordinary and run.run.scenario != "closed" and total > 0:
            mix = tuple(
                sorted(
                    (each.name, round(each.offered_rate_per_s / total, 1))
                    for each in run.run.endpoints
                )
            )
            found.setdefault(mix, []).append(run)
    return list(found.values())


def levels_of(evidence: RunEvidence) -> list[Level]:
    """The levels of a run, in the order they came; none of a ramp that falls."""
    if evidence.run.scenario == "capacity":
        return capacity_levels(evidence)
    seconds = _whole_seconds(evidence)
    offered = evidence.offered[:seconds]
    if not float(offered.sum()) > 0:
        return []
    if evidence.run.scenario == "steps":
        parts = _steps(offered)
    elif evidence.run.scenario == "ramp":
        parts = np.array_split(np.arange(seconds), _windows(seconds))
    else:
        parts = [np.arange(seconds)]
    levels = [_level(evidence, part) for part in parts if float(offered[part].sum()) > 0]
    return levels if levels[0].rate <= levels[-1].rate * (1 + STEP) else []


def _whole_seconds(evidence: RunEvidence) -> int:
    """The last second of a run may be a part of one."""
    return min(len(evidence.run.timeline), max(int(evidence.run.length_s + 1e-6), 1))


def _windows(seconds: int) -> int:
    return max(1, min(WINDOWS, seconds // SHORTEST_WINDOW_S))


def _steps(offered: Doubles) -> list[Places]:
    """The numbers of the seconds of each step."""
    # Half of the differences from second to second are noise, however many steps there are.
    noise = float(np.median(np.abs(np.diff(offered)))) if len(offered) > 1 else 0.0
    starts = [0]
    for second, rate in enumerate(offered.tolist()):
        usual = float(np.median(offered[starts[-1] : second + 1]))
        if abs(rate - usual) > max(STEP * usual, BEYOND_NOISE * noise, 1.0):
            starts.append(second)
    return np.split(np.arange(len(offered)), starts[1:])


def _level(evidence: RunEvidence, part: Places) -> Level:
    timeline = [evidence.run.timeline[each] for each in part.tolist()]
    offered = sum(each.offered for each in timeline)
    start, end = int(part[0]), int(part[-1]) + 1
    return Level(
        rate=offered / len(timeline),
        requests=offered,
        unsent=max(offered - sum(each.achieved for each in timeline), 0),
        errors=min(sum(each.errors for each in timeline), offered),
        p50_ms=_usual(evidence.p50_ms[start:end]),
        p95_ms=_usual(evidence.p95_ms[start:end]),
        p99_ms=_usual(numbers([each.p99_ms for each in timeline])),
        p95_of={
            each.name: _usual(numbers(each.p95_ms_by_second[start:end]))
            for each in evidence.run.endpoints
        },
        cpu_percent={
            each.name: _usual(each.between("cpu_percent", start, end))
            for each in evidence.machines
            if not each.is_shared
        },
    )


def _usual(values: Doubles) -> float:
    known = values[~np.isnan(values)]
    return float(np.median(known)) if len(known) else float("nan")
