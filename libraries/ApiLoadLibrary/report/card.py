"""Small cards for Robot's log.html: they travel without a style sheet, on light and dark."""

from __future__ import annotations

from collections.abc import Sequence

from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.workload.imports.imported import Imported, MadeUp
from ApiLoadLibrary.workload.imports.signing import how_to_sign

from .build_run import build_run
from .document import Run
from .figures import response_chart
from .html import environment
from .view_run import view_run_alone

__all__ = ["card", "imported_card", "plan_card", "run_card"]


def card(run: Run) -> str:
    """A load run's figures, one chart and a link to the report, as a piece of HTML."""
    template = environment().get_template("card.html")
    chart = response_chart(run)
    return template.render(view=view_run_alone(run), chart=chart if chart.length_s else None)


def run_card(result: RunResult) -> str:
    """The same, straight from a result."""
    return card(build_run(result))


def plan_card(
    rows: Sequence[tuple[str, str, str, str, int | None]],
    workers: int,
    transport: str,
    slots: str = "workers",
) -> str:
    """What would be sent, as a table.

    Args:
        rows: Name, method, URL, rate and number of requests of each endpoint; None where it
            takes what it gets.
        workers: How many requests may be under way at once.
        transport: What would carry them.
        slots: What workers are called here: `connections`, of WebSockets.
    """
    template = environment().get_template("plan_card.html")
    return template.render(rows=rows, workers=workers, transport=transport, slots=slots)


def imported_card(imported: Imported) -> str:
    """What an import has found, as tables: endpoints, what signs them, and what was left out."""
    return (
        environment()
        .get_template("imported_card.html")
        .render(
            endpoints=[(each.name, f"{each.method} {each.path}") for each in imported.endpoints],
            credentials=[(each.name, how_to_sign(each)) for each in imported.credentials],
            made_up=[(each.parameter, _about(each)) for each in imported.made_up],
            left_out=[(each.operation, each.reason) for each in imported.left_out],
        )
    )


def _about(made_up: MadeUp) -> str:
    """What was made up, and what would be better."""
    lists = f", one of those that {made_up.listed_by} lists" if made_up.listed_by else ""
    return f"{made_up.value} was made up; give one that exists in values={lists}"
