"""The acceptance session: it owns what outlives a load run."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import astuple, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import requests

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.report.document import Document
from ApiLoadLibrary.report.record import NotJudged, SessionRecord, SystemUnderTest
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
from .feeders import Feeders
from .identity import Identity
from .interim import Interim
from .journeys import Journeys
from .local import is_local
from .masked import masked, masked_document
from .masking import Masker
from .notes import Notes
from .place import Place
from .reaching import require_reachable
from .signin import SignIn, Token
from .stops import Stops
from .tester import Load, LoadTester, Watcher, longest_s
from .unverified import Unverified
from .verdicts import Verdicts
from .watching import Watching

__all__ = ["AcceptanceSession", "Conclude", "as_it_is"]

Conclude = Callable[[RunResult], RunResult]
"""Finds in a load run's result what only its scenario knows, as details and readings."""


def as_it_is(result: RunResult) -> RunResult:
    """Nothing is known of it but what every run knows."""
    return result


NOT_INHERITED = {"proxies": {}, "allow": (), "verify": True, "cert": ()}
"""Settings by which one server is trusted, or shown who asks: no business of the next one."""

NOT_ENDED = "the session had not ended yet when it was written"


class AcceptanceSession:
    """What is configured, which runs were made, what was judged.

    Attributes:
        config: The settings that hold now.
        endpoints: What can be sent.
        journeys: What users do, step by step.
        feeders: The files that requests take values from.
        place: Where the suite stands; whoever runs the suite keeps it up to date.
        identity: As whom requests are sent.
        mask: Takes the session's secrets out of a text.
        interim: Keeps the session's state on disk while it lasts.
        background: Load that goes on while the suite does something else.
        verdicts: Every load run so far, and what was judged on them.
        notes: What the report tells beside these: tests, and who lives with what.
        stops: What ends load runs before their time.
        watching: What is watched while load runs.
        desk: Where alerts wait to be told.
        fault_line: What stands between load and server, if anything.
    """

    def __init__(self) -> None:
        self.config = LoadTestConfig()
        self.endpoints = Endpoints()
        self.journeys = Journeys(self.endpoints)
        self.feeders: Feeders = {}
        self.place = Place()
        self.mask = Masker()
        self.desk = AlertDesk()
        self.interim = Interim(self._document, self.desk)
        self.background = BackgroundLoads()
        self.verdicts = Verdicts(lambda: self.place, self.background)
        self.notes = Notes(self.mask, self.verdicts)
        self.stops = Stops()
        self.watching = Watching()
        self.fault_line = FaultLine()
        self.title = "Acceptance report"
        self._about = About()
        self.identity = Identity(lambda: self.config, self.mask)
        self._started, self._began_s = datetime.now(UTC).astimezone(), time.monotonic()
        self._calibration: Calibration | None = None
        self._unverified = Unverified(self.desk)
        self.closed = False

    # Configuring.

    def use_server(self, base_url: str, about: About | None = None, **settings: Any) -> None:
        """Point at a server; it must accept a connection.

        At another origin than before nobody is signed in, nothing else is allowed, certificates
        are verified by this machine's store, and the client shows none of its own, unless the
        settings say so anew: what one server was trusted with is no business of the next.

        Args:
            base_url: Its address.
            about: What the report says of it; None for what it said before.
            settings: Of `LoadTestConfig`; None leaves one as it is.

        Raises:
            BadInput: A setting has a value that it may not have.
            ServerUnreachable: Nothing accepts a connection there, or TLS cannot be agreed on.
        """
        self.identity.learn_address(base_url)
        before = self.config.base_url
        elsewhere = before is not None and Origin.of(before) != Origin.of(base_url)
        if elsewhere:
            given = {name: value for name, value in settings.items() if value is not None}
            settings = {**NOT_INHERITED, **given}
        config = self.config.changed(base_url=base_url, **settings)
        require_reachable(
            Origin.of(config.server), config, through_requests=config.through_requests
        )
        self.config = config
        self._unverified.note(config)
        self._about = about or (About() if elsewhere else self._about)
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
        return LoadTester(
            *(self.config, self.identity),
            watching=self.watching,
            desk=self.desk,
            feeders=self.feeders,
        )

    def tester_with(self, workers: int | None) -> LoadTester:
        """One that only plans, with so many workers where that is said."""
        config = self.config.changed(workers=workers)
        return LoadTester(config, self.identity, feeders=self.feeders)

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
        """Find what the generator can send at most; load runs to come are compared with it.

        Raises:
            BadInput: There is no such endpoint, or only actions are named.
            EngineFailed: It could not be found.
        """
        config = self.config.changed(workers=workers)
        requests = [each for each in self.endpoints.named(names) if isinstance(each, Endpoint)]
        if not requests:
            raise BadInput(f"endpoints='{names}' names actions alone: their ceiling is their own.")
        self._calibration = calibrate(config, self.identity, requests, duration, self.feeders)
        return self._calibration

    def ceiling_per_s(self, carried_by: str) -> float | None:
        """Requests a second that can be sent to this server at most, where that was measured.

        Args:
            carried_by: What carries them; see `LoadPlan`.
        """
        if self._calibration is None:
            return None
        tls = Origin.of(self.config.server).tls
        return self._calibration.per_s(carried_by, tls=tls, cluster=self.config.cluster)

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
        keep, stop = self._keeping(conclude), self.stops.watch(plan, self.place)
        tester.run(plan, self.place.name, watch, keep, save=self.save, stop=stop)
        return self.verdicts.runs[-1]

    def begin(self, plan: LoadPlan, conclude: Conclude = as_it_is) -> BackgroundLoad:
        """Begin a load run that goes on while the suite does something else.

        Raises:
            ServerUnreachable: The server accepts no connection; nothing was sent.
            EngineFailed: The load generator could not start.
        """
        keep, stop = self._keeping(conclude), self.stops.watch(plan, self.place)
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

    def begin_test(self, place: Place) -> None:
        """A test begins."""
        self.place = place
        self.notes.add_test(place.name)

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
        from .handing_over import hand_over, hand_over_elsewhere

        document = self._document(self.record(versions))
        try:
            lines = hand_over(document, folder)
            self.interim.remove()
        except OSError as error:
            lines = hand_over_elsewhere(document, error)
        return "\n".join(lines)

    def _document(self, record: SessionRecord) -> Document:
        from ApiLoadLibrary.report.build import build_document

        return masked_document(build_document(record), self.mask)

    def record(self, versions: Mapping[str, str]) -> SessionRecord:
        """All that a report is made of."""
        # A clock that is set meanwhile makes no session longer.
        lasted = timedelta(seconds=time.monotonic() - self._began_s)
        return SessionRecord(
            title=self.title,
            started_at=self._started.isoformat(timespec="seconds"),
            finished_at=(self._started + lasted).isoformat(timespec="seconds"),
            system_under_test=SystemUnderTest(self.config.base_url or "", *astuple(self._about)),
            environment=environment(
                self.config, versions, self.identity.id, self._unverified.origins
            ),
            runs=tuple(self.verdicts.runs),
            criteria=tuple(self.verdicts.criteria),
            not_judged=(*self._runs_nobody_judged(), *self.notes.not_judged),
            failed_tests=tuple(self.notes.failed_tests),
            interrupted=self.notes.interrupted,
            suite=self.notes.suite,
            tests=tuple(self.notes.tests),
            left_out=self.notes.left_out,
            waivers=tuple(self.notes.waivers),
        )

    def _runs_nobody_judged(self) -> Sequence[NotJudged]:
        reason = "load was sent, but no requirement was judged on it"
        return [NotJudged(run.name, reason) for run in self.verdicts.runs_nobody_judged()]
