"""From a plan to a load run, or to a picture of the plan: what all load sentences do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from robot.api import logger

from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.session.acceptance import AcceptanceSession
from ApiLoadLibrary.session.showing import plan_html, plan_lines, run_card
from ApiLoadLibrary.session.tester import LoadPlan

from .console import ConsoleProgress

__all__ = ["Sender"]


class Sender:
    """Sends what is planned, unless it is only to be shown."""

    def __init__(self, session: AcceptanceSession) -> None:
        self._session = session
        self._only_show = False

    @contextmanager
    def showing(self) -> Iterator[None]:
        """Within this nothing is sent: plans are shown."""
        self._only_show = True
        try:
            yield
        finally:
            self._only_show = False

    def send(self, make_plan: Callable[[], LoadPlan]) -> str:
        """Make the load run, and return its id."""
        return self._show(make_plan()) if self._only_show else self._run(make_plan)

    def _show(self, plan: LoadPlan) -> str:
        server = self._session.config.base_url or ""  # actions need none
        logger.info(plan_html(plan, server), html=True)
        logger.console("\n" + plan_lines(plan, server))
        return plan.run_id

    def _run(self, make_plan: Callable[[], LoadPlan]) -> str:
        plan = self._session.signed_in(make_plan)
        if self._session.token_runs_out(plan):
            logger.warn(
                f"{plan.name}: the token may run out before the last answer, new as it is; "
                "let the server give tokens that last longer, or send load for less time."
            )
        self._warn_of_the_ceiling(plan)
        console = ConsoleProgress()
        before = len(self._session.verdicts.runs)
        try:
            self._session.run(plan, console)
        finally:
            console.close()
            for run in self._session.verdicts.runs[before:]:
                _log_run(run)
        return plan.run_id

    def _warn_of_the_ceiling(self, plan: LoadPlan) -> None:
        ceiling = self._session.ceiling_per_s(plan.carried_by)
        peak = plan.peak_per_s
        if ceiling and peak and peak > ceiling:
            logger.warn(
                f"{plan.name}: {float(peak):,.0f} requests a second are planned, and this machine "
                f"can send {ceiling:,.0f}; lower the rate, or send from a larger machine."
            )


def _log_run(run: RunResult) -> None:
    logger.info(run_card(run), html=True)
    for reason in run.generator.reasons:
        logger.warn(f"{run.name}: {reason}.")
