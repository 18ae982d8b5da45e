"""Finds in a load run's result what became of a flood of WebSocket connections."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ApiLoadLibrary.measurement.result import RunResult

from .flood import Flood
from .flood_details import flood_details
from .flood_readings import flood_readings
from .flooded import Flooded

__all__ = ["concluding"]


def concluding(flood: Flood) -> Callable[[RunResult], RunResult]:
    """Finds in a result what became of this flood, as details and readings."""

    def conclude(run: RunResult) -> RunResult:
        if run.sockets is None:
            return run
        found = Flooded.of(flood, run, run.sockets)
        readings = tuple(replace(each, counted=found.counted) for each in flood_readings(found))
        return replace(run, details=flood_details(found), readings=readings)

    return conclude
