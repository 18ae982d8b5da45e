"""Caps on what a load run sends: on its rate, and on the number of its requests.

A plan that goes beyond one is refused before anything is sent.  Where nobody knows beforehand how
many requests there will be, the shards share the number out, and the run ends when it is used up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ApiLoadLibrary.engine.plan import PlannedJourney
from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.figures import figure

if TYPE_CHECKING:
    from .plan import LoadPlan

__all__ = ["most_requests", "require_within_caps"]


def most_requests(plan: LoadPlan) -> int | None:
    """The most that can be sent by a plan, those of WebSocket connections and all messages on
    them included; None in the closed model, unless it has a number, and where Python code takes
    the steps of journeys, as often as it likes."""
    if plan.load.closed:
        return plan.load.total
    if any(isinstance(each.request, PlannedJourney) and each.request.call for each in plan.items):
        return None
    return sum(
        each.schedule.count * (len(each.places) or 1)
        for each in plan.items
        if each.schedule is not None
    )


def require_within_caps(plan: LoadPlan) -> None:
    """Let pass only what stays within `max_rate` and `max_requests`.

    Raises:
        BadInput: It would not.
    """
    cap, peak = plan.transport.max_rate, plan.peak_per_s
    if cap is not None and peak is not None and peak > cap.per_second:
        raise BadInput(_too_fast(plan, float(peak)))
    limit, most = plan.transport.max_requests, most_requests(plan)
    if limit is not None and most is not None and most > limit:
        raise BadInput(
            f"{plan.load.words}{_on_endpoints(plan)} for {plan.load.length} can be {most:,} "
            f"requests, more than max_requests={limit:,} allows: send less, or raise "
            "max_requests in `Configure Load`."
        )


def _too_fast(plan: LoadPlan, peak: float) -> str:
    cap = plan.transport.max_rate
    if plan.journeys:
        return (
            f"{plan.load.words} are up to {figure(peak, 4)} requests a second, more than "
            f"max_rate={cap} allows: let fewer begin, or raise max_rate in `Configure Load`."
        )
    each = plan.load.peak if plan.load.pieces else plan.load.words
    return (
        f"{each}{_on_endpoints(plan)} is more than max_rate={cap} allows: "
        "lower the rate, or raise max_rate in `Configure Load`."
    )


def _on_endpoints(plan: LoadPlan) -> str:
    """`, on 2 endpoints`; nothing where the words say all."""
    if plan.journeys or plan.sockets is not None:
        return ""
    count = len(plan.items)
    return f" on {count} endpoint{'s' * (count > 1)}"
