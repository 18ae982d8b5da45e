"""Plans and runs as people see them on the console and in Robot's log."""

from __future__ import annotations

from ApiLoadLibrary.report.card import plan_card, run_card
from ApiLoadLibrary.scenarios.plan import LoadPlan
from ApiLoadLibrary.workload.origin import address_of

__all__ = ["plan_html", "plan_lines", "run_card"]


def plan_html(plan: LoadPlan, server: str) -> str:
    """What would go where, how fast, how much: a table for the log."""
    return plan_card(_rows(plan, server))


def _rows(plan: LoadPlan, server: str) -> list[tuple[str, str, str, str, int | None]]:
    """Name, method, URL, rate and number of requests of each endpoint."""
    return [
        (
            item.endpoint.name,
            item.endpoint.method,
            address_of(server, item.endpoint.path),
            "as fast as possible" if item.rate is None else str(item.rate),
            None if item.schedule is None else item.schedule.count,
        )
        for item in plan.items
    ]


def plan_lines(plan: LoadPlan, server: str) -> str:
    """The same for the console, below a line about the whole."""
    whole = f"  {plan.name}: {_extent(plan)}, {plan.transport.workers} workers; nothing is sent."
    lines = [
        f"    {name}: {method} {url}, {rate}{'' if count is None else f', {count:,} requests'}"
        for name, method, url, rate, count in _rows(plan, server)
    ]
    return "\n".join([whole, *lines])


def _extent(plan: LoadPlan) -> str:
    if plan.planned is None or plan.rate_per_s is None:
        return f"as many requests as it takes in {plan.length}"
    return (
        f"{plan.planned:,} requests in {plan.length}, "
        f"{float(plan.rate_per_s):,.1f} a second over all"
    )
