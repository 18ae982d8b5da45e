"""A load run's result, and a report, without the session's secrets: what others said may hold some.

A result is masked before it is judged, for sentences quote it; a report as a whole before it is
written, for suites may name tests, endpoints and paths as they like.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass, replace
from enum import Enum
from typing import Any

from ApiLoadLibrary.measurement.checked import Checked
from ApiLoadLibrary.measurement.result import EndpointResult, RunResult
from ApiLoadLibrary.report.document import Document

__all__ = ["masked", "masked_document"]

Mask = Callable[[str], str]

OUR_OWN = frozenset(
    {
        *("schema_version", "id", "run", "request_id", "judged_sha256", "file"),
        *("started_at", "finished_at", "date", "expiry", "histogram", "timeline", "status_codes"),
        *("method", "metric", "operator", "unit", "scenario", "transport", "confidence"),
    }
)
"""Fields of a report that hold our own words and figures: nothing of what a secret could be in,
and no harm is done to them where somebody's password is `pass`, or `ms`."""


def masked(run: RunResult, mask: Mask) -> RunResult:
    """The run with all masked that an action raised, and what checks saw in answers."""
    return replace(
        run,
        generator=replace(run.generator, reasons=tuple(map(mask, run.generator.reasons))),
        endpoints=_masked(run.endpoints, mask),
        journeys=_masked(run.journeys, mask),
        phases=tuple(
            replace(
                each,
                endpoints=_masked(each.endpoints, mask),
                journeys=_masked(each.journeys, mask),
            )
            for each in run.phases
        ),
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


def masked_document(document: Document, mask: Mask) -> Document:
    """The report with all masked that is not of our own making."""
    found: Document = _without(document, mask)
    return found


def _without(value: Any, mask: Mask) -> Any:
    """The same without secrets; the very same where there are none."""
    if isinstance(value, str) and not isinstance(value, Enum):
        return mask(value)
    if isinstance(value, dict):
        return {key: _without(each, mask) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return type(value)([_without(each, mask) for each in value])
    if not is_dataclass(value) or isinstance(value, type):
        return value
    names = [each.name for each in fields(value) if each.name not in OUR_OWN]
    pairs = [(name, getattr(value, name)) for name in names]
    cleaned = {name: _without(each, mask) for name, each in pairs}
    changed = {name: cleaned[name] for name, each in pairs if cleaned[name] != each}
    return replace(value, **changed) if changed else value
