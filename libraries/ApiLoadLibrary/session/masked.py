"""A load run's result without the session's secrets: what others said may hold some."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ApiLoadLibrary.measurement.checked import Checked
from ApiLoadLibrary.measurement.result import EndpointResult, RunResult

__all__ = ["masked"]

Mask = Callable[[str], str]


def masked(run: RunResult, mask: Mask) -> RunResult:
    """The run with all masked that an action raised, and what checks saw in answers."""
    return replace(
        run,
        generator=replace(run.generator, reasons=tuple(map(mask, run.generator.reasons))),
        endpoints=_masked(run.endpoints, mask),
        phases=tuple(replace(each, endpoints=_masked(each.endpoints, mask)) for each in run.phases),
    )


def _masked(endpoints: tuple[EndpointResult, ...], mask: Mask) -> tuple[EndpointResult, ...]:
    return tuple(
        replace(
            each,
            checks={outcome: _masked_check(check, mask) for outcome, check in each.checks.items()},
        )
        for each in endpoints
    )


def _masked_check(check: Checked, mask: Mask) -> Checked:
    example = None if check.example is None else mask(check.example)
    return replace(check, check=mask(check.check), example=example)
