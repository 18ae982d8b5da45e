"""Plans and runs as people see them on the console and in Robot's log."""

from __future__ import annotations

from ApiLoadLibrary.measurement.journeys import JOURNEY
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.report.formats import rate
from ApiLoadLibrary.scenarios.plan import LoadPlan
from ApiLoadLibrary.values import Duration
from ApiLoadLibrary.workload.endpoint import Endpoint
from ApiLoadLibrary.workload.imports.imported import Imported
from ApiLoadLibrary.workload.origin import address_of

__all__ = ["imported_html", "plan_html", "plan_lines", "run_html"]


def plan_html(plan: LoadPlan, server: str, cluster: str | None = None) -> str:
    """What would go where, how fast, how much: a table for the log.

    Args:
        plan: The load run.
        server: To which it goes.
        cluster: The scheduler's address, where the load comes from a cluster.
    """
    from ApiLoadLibrary.report.card import plan_card  # late: starting takes less

    transport = _carried_by(plan, cluster)
    return plan_card(_rows(plan, server), plan.transport.workers, transport, _slots(plan))


def run_html(run: RunResult) -> str:
    """What was sent, and what came back: a card for the log."""
    from ApiLoadLibrary.report.card import run_card  # late: starting takes less

    return run_card(run)


def imported_html(imported: Imported) -> str:
    """What an import has found: a card for the log."""
    from ApiLoadLibrary.report.card import imported_card  # late: starting takes less

    return imported_card(imported)


def _rows(plan: LoadPlan, server: str) -> list[tuple[str, str, str, str, int | None]]:
    """Name, method, URL, rate and number of requests of each endpoint."""
    return [
        (
            item.endpoint.name,
            item.endpoint.method,
            address_of(server, item.endpoint.path)
            if isinstance(item.endpoint, Endpoint)
            else item.endpoint.path,
            plan.load.words_of(place),
            None if item.schedule is None else item.schedule.count,
        )
        for place, item in enumerate(plan.items)
    ]


def plan_lines(plan: LoadPlan, server: str, cluster: str | None = None) -> str:
    """The same for the console, below a line about the whole."""
    whole = (
        f"  {plan.name}: {_extent(plan)}, {plan.transport.workers} {_slots(plan)}, "
        f"transport {_carried_by(plan, cluster)}; nothing is sent."
    )
    lines = [
        f"    {name}: {method} {url}, {rate}{_counted(method, count)}"
        for name, method, url, rate, count in _rows(plan, server)
    ]
    return "\n".join([whole, *lines])


def _carried_by(plan: LoadPlan, cluster: str | None) -> str:
    return f"{plan.carried_by} from the cluster at {cluster}" if cluster else plan.carried_by


def _counted(method: str, count: int | None) -> str:
    """`, 3,000 requests`; nothing where nobody knows."""
    noun = "journeys" if method == JOURNEY else "requests"
    return "" if count is None else f", {count:,} {noun}"


def _slots(plan: LoadPlan) -> str:
    """What so many of are open at once."""
    return "workers" if plan.sockets is None else "connections"


def _extent(plan: LoadPlan) -> str:
    length = _length(plan)
    if plan.planned is None:
        most = f", {plan.ends_at:,} at most" if plan.ends_at is not None else ""
        return f"as many requests as it takes in {length}{most}"
    if plan.peak_per_s is None:
        return f"{plan.planned:,} requests in {length}"
    peak = rate(float(plan.peak_per_s))
    if plan.journeys:
        return f"{plan.planned:,} journeys in {length}, up to {peak} requests"
    pace = f"{peak} over all"
    at = pace if plan.load.rate or plan.load.rates else f"up to {pace}"
    return f"{plan.planned:,} requests in {length}, {at}"


def _length(plan: LoadPlan) -> str:
    """`1 min`, or `1 min (warm-up 10 s, load 50 s)` where parts are counted apart."""
    phases = plan.load.phases
    parts = ", ".join(f"{each.name} {Duration(each.length_ns)}" for each in phases)
    return f"{plan.load.length} ({parts})" if len(phases) > 1 else f"{plan.load.length}"
