"""Keywords that send load."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from robot.api import logger
from robot.api.deco import keyword
from robot.api.types import KeywordArgument, KeywordName
from robot.libraries.BuiltIn import BuiltIn

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.session.acceptance import AcceptanceSession
from ApiLoadLibrary.session.showing import plan_html, plan_lines, run_card
from ApiLoadLibrary.session.tester import LoadPlan
from ApiLoadLibrary.values import Count, Duration, Rate, TimeUnit

from .console import ConsoleProgress

__all__ = ["Loads"]

_LOAD_SENTENCE = re.compile(r"(?:(?:given|when|then|and|but)\s+)?sustain\s", re.IGNORECASE)


class Loads:
    """What sends load, and what only shows it."""

    def __init__(self, session: AcceptanceSession) -> None:
        self._session = session
        self._only_show = False

    @keyword("Sustain ${rate} Requests Per ${unit} On ${endpoints}", tags=["load"])
    def sustain(
        self,
        rate: Count,
        unit: TimeUnit,
        endpoints: str,
        *,
        duration: Duration | None = None,
        workers: int | None = None,
        name: str | None = None,
    ) -> str:
        """Sends a constant rate to each of the endpoints, and waits for the end.

        Requests start when the schedule says, whether or not earlier ones have been
        answered; the endpoints take even turns.  Slow or failed answers do not fail this
        keyword: `Verify …` judges them.

        Args:
            rate: How many requests, for each endpoint: `1000`, `1,000`.
            unit: Per what: Second, Minute or Hour.
            endpoints: A name, several with commas, or `Each Endpoint`.
            duration: How long; as `Use Server` says unless given.
            workers: How many requests may be under way at once, in this run.
            name: How criteria (`run=`) and the report call the run.

        Returns:
            The load run's id.

        Example:

        ```robotframework
        Sustain 1000 Requests Per Minute On Each Endpoint    duration=5 min
        Sustain 20 Requests Per Second On Products, Create Order    duration=30 s
        ```
        """
        return self._send(
            lambda: self._session.plan_sustained(
                endpoints, Rate(rate.value, unit.duration), duration, name, workers
            )
        )

    @keyword(tags=["load", "plan"])
    def show_load_plan(self, sentence: KeywordName, *arguments: KeywordArgument) -> None:
        """Shows what a load sentence would send, where, how fast and how much; sends nothing.

        Args:
            sentence: A load sentence.
            arguments: Its arguments.

        Example:

        ```robotframework
        Show Load Plan    Sustain 1000 Requests Per Minute On Products    duration=1 min
        ```
        """
        if not _LOAD_SENTENCE.match(sentence):
            raise BadInput(
                f"sentence='{sentence}' sends no load: write a load sentence, "
                "like Sustain 1000 Requests Per Minute On Products."
            )
        with self._showing():
            BuiltIn().run_keyword(sentence, *arguments)

    @contextmanager
    def _showing(self) -> Iterator[None]:
        self._only_show = True
        try:
            yield
        finally:
            self._only_show = False

    def _send(self, make_plan: Callable[[], LoadPlan]) -> str:
        return self._show(make_plan()) if self._only_show else self._run(make_plan)

    def _show(self, plan: LoadPlan) -> str:
        server = self._session.config.server
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
        console = ConsoleProgress()
        before = len(self._session.runs)
        try:
            self._session.run(plan, console)
        finally:
            console.close()
            for run in self._session.runs[before:]:
                _log_run(run)
        return plan.run_id


def _log_run(run: RunResult) -> None:
    logger.info(run_card(run), html=True)
    for reason in run.generator.reasons:
        logger.warn(f"{run.name}: {reason}.")
