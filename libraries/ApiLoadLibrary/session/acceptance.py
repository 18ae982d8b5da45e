"""The acceptance session: it owns what outlives a load run."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import astuple, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import requests

from ApiLoadLibrary.criteria.grammar import parse
from ApiLoadLibrary.criteria.stop_watch import Loaded, StopWatch
from ApiLoadLibrary.criteria.stopping import StopCondition, parse_stop
from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.report.record import (
    LEFT_OUT,
    FailedTest,
    NotJudged,
    SessionRecord,
    SystemUnderTest,
    Waiver,
)
from ApiLoadLibrary.scenarios.plan import LoadPlan
from ApiLoadLibrary.values import Duration
from ApiLoadLibrary.workload.action import Action
from ApiLoadLibrary.workload.endpoint import Endpoint
from ApiLoadLibrary.workload.origin import Origin

from .about import environment
from .alarm import AlertDesk
from .background import BackgroundLoad, BackgroundLoads
from .calibration import Calibration, calibrate
from .config import About, LoadTestConfig
from .endpoints import Endpoints
from .fault_line import FaultLine
from .http import require_reachable
from .identity import Identity
from .interim import Interim
from .journeys import Journeys
from .local import is_local
from .masked import masked
from .masking import Masker
from .outcome import Outcome, outcome
from .place import Place
from .signin import SignIn, Token
from .tester import Load, LoadTester, Watcher, longest_s
from .verdicts import Verdicts
from .watching import Watching

__all__ = ["AcceptanceSession", "Conclude", "as_it_is", "check_condition", "check_criterion"]

Conclude = Callable[[RunResult], RunResult]
"""Finds in a load run's result what only its scenario knows, as details and readings."""


def as_it_is(result: RunResult) -> RunResult:
    """Nothing is known of it but what every run knows."""
    return result


INTERRUPTED = "Execution terminated by signal"
NOT_ENDED = "the session had not ended yet when it was written"


class AcceptanceSession:
    """What is configured, which runs were made, what was judged.

    Attributes:
        config: The settings that hold now.
        endpoints: What can be sent.
        journeys: What users do, step by step.
        place: Where the suite stands; whoever runs the suite keeps it up to date.
        identity: As whom requests are sent.
        mask: Takes the session's secrets out of a text.
        interim: Keeps the session's state on disk while it lasts.
        background: Load that goes on while the suite does something else.
        verdicts: Every load run so far, and what was judged on them.
        suite: What is being run, by its name.
        watching: What is watched while load runs.
        desk: Where alerts wait to be told.
        fault_line: What stands between load and server, if anything.
    """

    def __init__(self) -> None:
        self.config = LoadTestConfig()
        self.endpoints = Endpoints()
        self.journeys = Journeys(self.endpoints)
        self.place = Place()
        self.mask = Masker()
        self.interim = Interim()
        self.background = BackgroundLoads()
        self.verdicts = Verdicts(lambda: self.place, self.background)
        self.watching = Watching()
        self.desk = AlertDesk()
        self.fault_line = FaultLine()
        self.title = "Acceptance report"
        self._about = About()
        self.identity = Identity(lambda: self.config, self.mask)
        self._started, self._began_s = datetime.now(UTC).astimezone(), time.monotonic()
        self._stops: list[tuple[str, StopCondition]] = []
        self._unjudged: list[NotJudged] = []
        self._failed_tests: list[FailedTest] = []
        self._waivers: list[Waiver] = []
        self._calibration: Calibration | None = None
        self.interrupted: str | None = None
        self.suite = ""
        self._tests: list[str] = []
        self._left_out: int | None = None
        self.closed = False

    # Configuring.

    def use_server(self, base_url: str, about: About | None = None, **settings: Any) -> None:
        """Point at a server; it must accept a connection.

        At another origin than before nobody is signed in, and nothing else is allowed:
        what one server was trusted with is no business of the next.

        Args:
            base_url: Its address.
            about: What the report says of it.
            settings: Of `LoadTestConfig`; None leaves one as it is.

        Raises:
            BadInput: A setting has a value that it may not have.
            ServerUnreachable: Nothing accepts a connection there.
        """
        before = self.config.base_url
        elsewhere = before is not None and Origin.of(before) != Origin.of(base_url)
        if elsewhere:
            settings = {"proxies": {}, **settings}
            if settings.get("allow") is None:
                settings["allow"] = ()
        config = self.config.changed(base_url=base_url, **settings)
        require_reachable(Origin.of(config.server), config.proxies_on_the_way)
        self.config = config
        self._about = about or About()
        if elsewhere:
            self.identity.forget()
            self.stop_fault_proxy()

    def start_fault_proxy(self, server: str | None) -> int:
        """Put a fault proxy before a server, the session's own unless named; returns its port.

        Raises:
            OriginNotAllowed: The server is none that load may go to.
            BadInput: There is no server, or a proxy already.
            EngineFailed: It could not be started.
        """
        origin = Origin.of(server or self.config.server)
        detours = self.fault_line.start(origin, self.config.allowed, self.place.name)
        self.config = self.config.changed(detours=detours)
        return detours[0][1]

    def stop_fault_proxy(self, owner: str | None = None) -> None:
        """Take the fault proxy away, if there is one, of this owner or of anybody."""
        if owner in (None, self.fault_line.owner):
            self.fault_line.stop()
            self.config = self.config.changed(detours=())

    def configure(self, **settings: Any) -> None:
        """Change settings for the load runs to come."""
        self.config = self.config.changed(**settings)

    @property
    def host_is_watched(self) -> bool:
        """Whether the server's host is this machine, so that load runs watch it.

        Raises:
            BadInput: No server is known yet.
        """
        return is_local(Origin.of(self.config.server))

    # Signing in.

    def sign_in(self, sign_in: SignIn, *, use: bool = True) -> Token:
        """Get a token.

        Args:
            use: Whether it is sent from now on, and got again before it runs out.

        Raises:
            ServerUnreachable: No answer came.
            SignInFailed: The answer holds no token.
        """
        return self.identity.sign_in(sign_in, use=use)

    @property
    def token(self) -> Token | None:
        """What requests are signed with: the first user's, if there are several."""
        return self.identity.token

    def use_token(self, token: Token) -> None:
        """Send this bearer token with every request."""
        self.identity.use_token(token)

    def ask(self, method: str, path: str) -> requests.Response:
        """Send one request as whoever is signed in.

        Raises:
            ServerUnreachable: No answer came.
        """
        return self.identity.ask(method, path)

    # Running.

    @property
    def scopes(self) -> list[str]:
        """All names that a criterion may have as its scope, those of earlier runs included."""
        runs = self.verdicts.runs
        of_runs = (each.name for run in runs for each in (*run.endpoints, *run.journeys))
        return list(dict.fromkeys((*self.endpoints.scopes, *self.journeys.names, *of_runs)))

    @property
    def tester(self) -> LoadTester:
        """Makes load runs with the settings of this moment."""
        return LoadTester(self.config, self.identity, watching=self.watching, desk=self.desk)

    def tester_with(self, workers: int | None) -> LoadTester:
        """One that only plans, with so many workers where that is said."""
        return LoadTester(self.config.changed(workers=workers), self.identity)

    def plan(
        self, load: Load, names: str, name: str | None = None, workers: int | None = None
    ) -> LoadPlan:
        """A load on each of the named endpoints; see `plan_of`."""
        title = name or f"{load.words[0].upper()}{load.words[1:]} on {names.strip()}"
        return self.plan_of(load, self.endpoints.named(names), title, workers)

    def plan_of(
        self,
        load: Load,
        endpoints: Sequence[Endpoint | Action],
        name: str,
        workers: int | None = None,
        traced: frozenset[str] | None = None,
    ) -> LoadPlan:
        """A load on each of these endpoints; see `LoadTester.plan`."""
        with_thresholds = [
            each if each.threshold else replace(each, threshold=self.config.threshold)
            for each in endpoints
        ]
        return self.tester_with(workers).plan(with_thresholds, load, name, traced)

    def token_runs_out(self, plan: LoadPlan) -> bool:
        """Whether a token that nobody can get again runs out before the last request has ended."""
        users = self.identity.users
        if users is None or users.renewable or not plan.is_signed:
            return False
        return users.first.expires_within(longest_s(plan))

    def calibrate(self, names: str, duration: Duration, workers: int | None = None) -> Calibration:
        """Find what this machine can send at most; load runs to come are compared with it.

        Raises:
            BadInput: There is no such endpoint, or only actions are named.
            EngineFailed: It could not be found.
        """
        config = self.config.changed(workers=workers)
        requests = [each for each in self.endpoints.named(names) if isinstance(each, Endpoint)]
        if not requests:
            raise BadInput(f"endpoints='{names}' names actions alone: their ceiling is their own.")
        self._calibration = calibrate(config, self.identity, requests, duration)
        return self._calibration

    def ceiling_per_s(self, carried_by: str) -> float | None:
        """Requests a second that can be sent to this server at most, where that was measured.

        Args:
            carried_by: What carries them; see `LoadPlan`.
        """
        found = self._calibration
        if found is None or found.transport != carried_by:
            return None
        return found.rate_per_s if found.tls == Origin.of(self.config.server).tls else None

    def stop_when(self, text: str) -> None:
        """End load runs to come, here and in what is within here, when this goes on.

        Raises:
            BadCriterion: It cannot be read, or cannot end a load.
        """
        condition = parse_stop(text, self.endpoints.scopes)
        self._stops.append((self.place.name, condition))

    def stop_watch(self, plan: LoadPlan) -> StopWatch:
        """Says when a load run is to end before its time."""
        here = {self.place.name, *self.place.outwards()}
        return StopWatch(
            [condition for place, condition in self._stops if place in here],
            [
                Loaded(each.endpoint.name, each.endpoint.group, each.planned_in(plan.load.judged))
                for each in plan.requested
            ],
            plan.due_in,
            plan.transport.timeout.seconds,
            plan.transport.workers,
        )

    def run(self, plan: LoadPlan, watch: Watcher, conclude: Conclude = as_it_is) -> RunResult:
        """Make the load run; what it measured is kept, also when it is broken off.

        Args:
            plan: What to send.
            watch: Told of the progress.
            conclude: Finds in a result what only its scenario knows.

        Raises:
            ServerUnreachable: The server accepts no connection; nothing was sent.
            EngineFailed: The load generator could not start.
        """
        tester = self.tester
        keep, stop = self._keeping(conclude), self.stop_watch(plan)
        tester.run(plan, self.place.name, watch, keep, save=self.save, stop=stop)
        return self.verdicts.runs[-1]

    def begin(self, plan: LoadPlan, conclude: Conclude = as_it_is) -> BackgroundLoad:
        """Begin a load run that goes on while the suite does something else.

        Raises:
            ServerUnreachable: The server accepts no connection; nothing was sent.
            EngineFailed: The load generator could not start.
        """
        keep, stop = self._keeping(conclude), self.stop_watch(plan)
        going = self.tester.start(plan, self.place.name)
        return self.background.look_after(going, self.place.name, keep, self.save, stop)

    def _keeping(self, conclude: Conclude) -> Callable[[RunResult], None]:
        def keep(result: RunResult) -> None:
            concluded = result
            try:
                concluded = conclude(result)
            finally:  # whatever becomes of that, what was measured is kept
                self.keep(replace(concluded, trace=(), sockets=None, journey_findings=None))

        return keep

    def keep(self, run: RunResult) -> None:
        """A load run has ended."""
        ceiling = self.ceiling_per_s(run.generator.transport)
        measured = replace(run, generator=replace(run.generator, ceiling_per_s=ceiling))
        self.verdicts.runs.append(masked(measured, self.mask))
        self.interim.write(self._unfinished, at_once=True)

    def keep_run(self, run: RunResult, server: str | None) -> None:
        """Keep a run that the session has not made: requests that somebody else sent, to a server
        that is the system under test unless the suite has named one.
        """
        if self.config.base_url is None:
            self.configure(base_url=server, transport="requests", workers=1)
        self.keep(run)

    def save(self, so_far: Callable[[], RunResult]) -> None:
        """A load run goes on: the interim report holds it, as soon as it is time."""
        self.interim.write(lambda: self._unfinished(so_far()))

    def _unfinished(self, *going_on: RunResult) -> SessionRecord:
        record = self.record({})
        going_on = (*going_on, *self.background.so_far({each.id for each in going_on}))
        return replace(record, runs=(*record.runs, *going_on), interrupted=NOT_ENDED)

    # Closing.

    def note_failure(self, test: str, message: str) -> None:
        """A test failed: was there another reason than its criteria?"""
        sentences = [
            self.mask(each.judgement.sentence)
            for each in self.verdicts.criteria
            if each.test == test
        ]
        other = _without(message, sentences)
        failed = FailedTest(test, self.mask(other))
        if other and failed not in self._failed_tests:
            self._failed_tests.append(failed)
        if INTERRUPTED in message:
            self.interrupted = "the run was interrupted"

    def waive(self, requirement: str, owner: str, reason: str, until: date) -> None:
        """Somebody has decided to live with a requirement unmet; no verdict changes for it.

        Raises:
            BadInput: Nobody is named, or nothing said.
        """
        for name, value in (("requirement", requirement), ("owner", owner), ("reason", reason)):
            if not value.strip():
                raise BadInput(f"{name}= is empty: a waiver says what, who and why.")
        self._waivers.append(Waiver(requirement, owner, self.mask(reason), until.isoformat()))

    def note_not_judged(self, what: str, reason: str) -> None:
        """Something was left out, and why."""
        self._unjudged.append(NotJudged(what, self.mask(reason)))

    def outcome_of(self, place: str) -> Outcome | None:
        """What a test, or a suite and all below it, came to; None where nothing was judged."""
        failed = [each.name for each in self._failed_tests]
        return outcome(place, self.verdicts.criteria, failed)

    def begin_test(self, place: Place) -> None:
        """A test begins."""
        self.place = place
        if place.name not in self._tests:
            self._tests.append(place.name)

    def note_left_out(self, tests: Collection[str]) -> None:
        """These tests of the suite were no part of this session; empty where all were."""
        self._left_out = len(tests)
        for name in tests:
            self.note_not_judged(name, LEFT_OUT)

    def close(self, folder: Path, versions: Mapping[str, str]) -> str:
        """Write the reports.

        Args:
            folder: Where to.
            versions: Of what ran the session, by name.

        Returns:
            The verdict and where the reports are, a line each.
        """
        self.background.end_all_of()
        self.fault_line.stop()
        self.closed = True
        # What only the end needs is imported then, so that starting takes less.
        from ApiLoadLibrary.report.build import build_document
        from ApiLoadLibrary.report.words import headline

        from .handing_over import hand_over

        document = build_document(self.record(versions))
        try:
            lines = hand_over(document, folder)
            self.interim.remove()
        except OSError as error:
            lines = [headline(document), f"The report could not be written: {error}."]
        return "\n".join(lines)

    def record(self, versions: Mapping[str, str]) -> SessionRecord:
        """All that a report is made of."""
        # A clock that is set meanwhile makes no session longer.
        lasted = timedelta(seconds=time.monotonic() - self._began_s)
        return SessionRecord(
            title=self.title,
            started_at=self._started.isoformat(timespec="seconds"),
            finished_at=(self._started + lasted).isoformat(timespec="seconds"),
            system_under_test=SystemUnderTest(self.config.base_url or "", *astuple(self._about)),
            environment=environment(self.config, versions),
            runs=tuple(self.verdicts.runs),
            criteria=tuple(self.verdicts.criteria),
            not_judged=(*self._runs_nobody_judged(), *self._unjudged),
            failed_tests=tuple(self._failed_tests),
            interrupted=self.interrupted,
            suite=self.suite,
            tests=tuple(self._tests),
            left_out=self._left_out,
            waivers=tuple(self._waivers),
        )

    def _runs_nobody_judged(self) -> Sequence[NotJudged]:
        reason = "load was sent, but no requirement was judged on it"
        return [NotJudged(run.name, reason) for run in self.verdicts.runs_nobody_judged()]


def check_criterion(text: str, scopes: Collection[str] | None = None) -> None:
    """See whether a criterion can be read, as far as that is known before a run.

    Args:
        scopes: The names of endpoints and groups that there will be; None where that is open.

    Raises:
        BadCriterion: It cannot.
    """
    parse(text, scopes)


def check_condition(text: str, scopes: Collection[str] | None) -> None:
    """The same of a condition that is to end a load."""
    parse_stop(text, scopes)


def _without(message: str, sentences: Sequence[str]) -> str:
    """What is left of a test's message without these sentences and Robot's frame around them."""
    for sentence in sorted(sentences, key=len, reverse=True):
        message = message.replace(sentence, "")
    lines = message.replace("Several failures occurred:", "").splitlines()
    kept = [line.strip() for line in lines if not re.fullmatch(r"\s*(\d+\))?\s*", line)]
    return " ".join(kept)
