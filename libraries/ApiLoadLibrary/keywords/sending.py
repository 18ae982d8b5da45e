"""From a plan to a load run, or to a picture of the plan: what all load sentences do."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from robot.api import logger

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.session.acceptance import AcceptanceSession, Conclude, as_it_is
from ApiLoadLibrary.session.showing import plan_html, plan_lines, run_html
from ApiLoadLibrary.session.tester import Load, LoadPlan, Moment
from ApiLoadLibrary.values import Arrivals

from .alerting import tell_alerts
from .console import ConsoleProgress

__all__ = ["Sender", "require_load_sentence", "spaced"]

_LOAD_SENTENCE = re.compile(
    r"(?:(?:given|when|then|and|but)\s+)?"
    r"(?:sustain|burst\s+to|ramp\s+from|step\s+from|overload|send\s+(?:as\s+fast|strangers)"
    r"|start\s+\S+\s+journeys|find\s+highest\s+rate"
    r"|probe\s+rate\s+limit|identify\s+rate\s+limiter|open\s+\S+\s+websocket)\s",
    re.IGNORECASE,
)


def require_load_sentence(sentence: str) -> None:
    """Let only pass what sends load.

    Raises:
        BadInput: It does not.
    """
    if not _LOAD_SENTENCE.match(sentence):
        raise BadInput(
            f"sentence='{sentence}' sends no load: write a load sentence, "
            "like Sustain 1000 Requests Per Minute On Products."
        )


def spaced(load: Load, arrivals: Arrivals) -> Load:
    """The load with its arrivals spaced as asked."""
    return load.randomly() if arrivals is Arrivals.RANDOM else load


class Watch:
    """Shows progress and alerts.

    Args:
        session: Whose load it is.

    Attributes:
        console: Where progress is shown.
    """

    def __init__(self, session: AcceptanceSession) -> None:
        self._session = session
        self.console = ConsoleProgress(session.mask)

    def __call__(self, moment: Moment) -> None:
        """Told of a run's progress."""
        self.console(moment)
        tell_alerts(self._session, self.console.close)

    def say(self, sentence: str) -> None:
        """Tell what has been found meanwhile, on the console and in Robot's log."""
        self.console.say(sentence)
        logger.info(self._session.mask(sentence))


class Sender:
    """Sends what is planned, unless it is only to be shown.

    Attributes:
        only_shows: Whether plans are shown now, and nothing is sent.
        only_begins: Whether nobody waits now for the end of a load.
    """

    def __init__(self, session: AcceptanceSession) -> None:
        self._session = session
        self.only_shows = self.only_begins = False

    @contextmanager
    def showing(self) -> Iterator[None]:
        """Within this nothing is sent: plans are shown."""
        before, self.only_shows = self.only_shows, True
        try:
            yield
        finally:
            self.only_shows = before

    @contextmanager
    def beginning(self) -> Iterator[None]:
        """Within this nobody waits for the end of a load: it goes on in the background."""
        before, self.only_begins = self.only_begins, True
        try:
            yield
        finally:
            self.only_begins = before

    def send(self, make_plan: Callable[[], LoadPlan], conclude: Conclude = as_it_is) -> str:
        """Make the load run, and return its id.

        Args:
            make_plan: Plans it.
            conclude: Finds in its result what only its scenario knows.
        """
        if self.only_shows:
            return self.show(make_plan())
        plan = self.ready(make_plan())
        if self.only_begins:
            return self._session.begin(plan, conclude).run_id
        with self.logging() as watch:
            self._session.run(plan, watch, conclude)
        return plan.run_id

    def show(self, plan: LoadPlan) -> str:
        """Show what would be sent, and return the id that it would have."""
        config = self._session.config
        where = (config.base_url or "", config.cluster)  # actions need no server
        logger.info(plan_html(plan, *where), html=True)
        logger.console(self._session.mask("\n" + plan_lines(plan, *where)))
        return plan.run_id

    def ready(self, plan: LoadPlan) -> LoadPlan:
        """The plan, to be sent at once; what speaks against it is said."""
        if self._session.token_runs_out(plan):
            name = self._session.mask(plan.name)
            logger.warn(
                f"{name}: the token may run out before the last answer, and nobody can get "
                "it again; write `Sign In`, which does, or send load for less time."
            )
        self._warn_of_the_ceiling(plan)
        return plan

    @contextmanager
    def logging(self) -> Iterator[Watch]:
        """Within this progress and alerts are shown; the runs that are made are logged."""
        watch = Watch(self._session)
        before = len(self._session.verdicts.runs)
        try:
            yield watch
        finally:
            watch.console.close()
            tell_alerts(self._session)
            for run in self._session.verdicts.runs[before:]:
                _log_run(run, self._session.mask)

    def _warn_of_the_ceiling(self, plan: LoadPlan) -> None:
        ceiling = self._session.ceiling_per_s(plan.carried_by)
        peak = plan.peak_per_s
        if ceiling and peak and peak > ceiling:
            logger.warn(
                f"{plan.name}: {float(peak):,.0f} requests a second are planned, and the load "
                f"generator can send {ceiling:,.0f}; lower the rate, or send from a larger "
                "machine, or from more of them."
            )


def _log_run(run: RunResult, mask: Callable[[str], str]) -> None:
    logger.info(run_html(run), html=True)
    for reason in run.generator.reasons:
        logger.warn(mask(f"{run.name}: {reason}."))
