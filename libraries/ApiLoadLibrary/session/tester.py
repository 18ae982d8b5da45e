"""Makes load runs: plans them from endpoints and settings, and sees them through."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import psutil

from ApiLoadLibrary.engine.host import ShardHost
from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.measurement.sockets import CONNECTIONS
from ApiLoadLibrary.monitor.monitor import Monitor
from ApiLoadLibrary.monitor.probe import Probe
from ApiLoadLibrary.scenarios.flood import Flood, plan_flood
from ApiLoadLibrary.scenarios.journeys import JourneyLoad, plan_journeys
from ApiLoadLibrary.scenarios.load import (
    Load,
    as_fast_as_possible,
    burst,
    mixed,
    overload,
    ramped,
    stepped,
    sustained,
)
from ApiLoadLibrary.scenarios.plan import LoadPlan, Transport, plan_load
from ApiLoadLibrary.scenarios.run import LoadRun
from ApiLoadLibrary.workload.action import Action, Call
from ApiLoadLibrary.workload.endpoint import Endpoint
from ApiLoadLibrary.workload.feeder import Draws
from ApiLoadLibrary.workload.prepare import prepare
from ApiLoadLibrary.workload.request import RequestTemplate
from ApiLoadLibrary.workload.taken import Take
from ApiLoadLibrary.workload.template import seed_of

from .alarm import Alarm, AlertDesk
from .config import LoadTestConfig
from .feeders import Feeders, note_used
from .going import LoadGoing, Moment, Save, Stop, Watcher, longest_s
from .hosts import shard_host
from .identity import Identity
from .reaching import require_reachable
from .upkeep import Upkeep
from .watching import Watching

__all__ = [
    "Load",
    "LoadPlan",
    "LoadTester",
    "Moment",
    "Watcher",
    "as_fast_as_possible",
    "burst",
    "longest_s",
    "mixed",
    "overload",
    "ramped",
    "stepped",
    "sustained",
]


class LoadTester:
    """Plans and makes load runs with one set of settings.

    Args:
        config: Workers, time-outs, caps and allowed origins.
        identity: As whom requests are sent.
        host: Who runs the shards; whoever the settings name unless given.
        watching: What is watched meanwhile.
        desk: Where alerts are left.
        feeders: The files that requests take values from.
    """

    def __init__(
        self,
        config: LoadTestConfig,
        identity: Identity,
        host: ShardHost | None = None,
        watching: Watching | None = None,
        desk: AlertDesk | None = None,
        *,
        feeders: Feeders | None = None,
    ) -> None:
        self.config = config
        self._identity = identity
        self._host = host
        self._watching = watching or Watching()
        self._desk = desk or AlertDesk()
        self._feeders = {} if feeders is None else feeders

    def plan(
        self,
        endpoints: Sequence[Endpoint | Action],
        load: Load,
        name: str,
        traced: frozenset[str] | None = None,
    ) -> LoadPlan:
        """This load on each of these endpoints, with a run id of its own.

        Args:
            endpoints: What is sent.
            load: How fast, and for how long.
            name: How people call the run.
            traced: Names of headers that its trace holds; None for no trace.

        Raises:
            BadInput: A rate, a duration or a request that cannot be.
        """
        run_id = uuid.uuid4().hex
        requests = [
            (each, self._prepared(each, run_id, place)) for place, each in enumerate(endpoints)
        ]
        plan = plan_load(run_id, name, load, requests, self._transport(), traced=traced)
        self._require_somebody(plan)
        return plan

    def plan_flood(
        self, flood: Flood, connections: Endpoint, opened: Endpoint, name: str
    ) -> LoadPlan:
        """A flood of WebSocket connections, with a run id of its own.

        Args:
            flood: What is done with them.
            connections: The endpoint as it is told of.
            opened: The endpoint as it is opened, a token in its address included.
            name: How people call the run.

        Raises:
            BadInput: A rate, a duration or a request that cannot be.
        """
        run_id = uuid.uuid4().hex
        opening = self._ready(opened, run_id, CONNECTIONS)
        transport = replace(self._transport(), workers=flood.count)
        plan = plan_flood(run_id, name, flood, connections, opening, transport=transport)
        self._require_somebody(plan)
        return plan

    def plan_journeys(
        self, asked: JourneyLoad, takes: Mapping[str, Sequence[Take]], name: str
    ) -> LoadPlan:
        """A load of journeys, with a run id of its own.

        Args:
            asked: Which journeys, how many, and for how long.
            takes: What is taken from answers, by the endpoint's name in small letters.
            name: How people call the run.

        Raises:
            BadInput: A rate, a duration or a request that cannot be.
        """
        run_id = uuid.uuid4().hex

        draws: dict[int, Draws] = {}

        def ready(
            endpoint: Endpoint, place: int, first: int, taken: frozenset[str]
        ) -> RequestTemplate:
            # All steps of a journey draw the same row.
            shared = draws.setdefault(first, self._draws(run_id, first))
            return self._ready(endpoint, run_id, place, taken=taken, draws=shared)

        plan = plan_journeys(run_id, name, asked, takes, ready, transport=self._transport())
        self._require_somebody(plan)
        return plan

    def _prepared(
        self, endpoint: Endpoint | Action, run_id: str, place: int
    ) -> RequestTemplate | Call:
        if isinstance(endpoint, Action):
            return endpoint.call
        return self._ready(endpoint, run_id, place)

    def _ready(
        self,
        endpoint: Endpoint,
        run_id: str,
        place: int,
        *,
        taken: Collection[str] = (),
        draws: Draws | None = None,
    ) -> RequestTemplate:
        who = self._identity
        return prepare(
            *(endpoint, self.config.server, who.http, run_id, place),
            signature=who.signature,
            taken=taken,
            draws=draws or self._draws(run_id, place),
        )

    def _draws(self, run_id: str, place: int) -> Draws:
        """What the endpoint at this place, or all steps of a journey, may draw from feeders."""
        return Draws(self._feeders, seed_of(run_id, place))

    def _require_somebody(self, plan: LoadPlan) -> None:
        if plan.is_signed and self._identity.users is None:
            raise BadInput(
                "{{token}} stands for the token of whoever is signed in, and nobody is: `Sign In` "
                "first, or give a token with `Use Bearer Token`; users of a journey get theirs by "
                "`Take From Answer`."
            )

    def _transport(self) -> Transport:
        config = self.config
        return Transport(
            workers=config.workers,
            timeout=config.timeout,
            allowed=config.allowed,
            max_rate=config.max_rate,
            max_requests=config.max_requests,
            shards=config.shards,
            # By their whole paths: on a cluster, shards run in other folders.
            verify=_whole(config.verify) if isinstance(config.verify, str) else config.verify,
            cert=tuple(map(_whole, config.cert)),
            connect_timeout=config.connect_timeout,
            through_requests=config.through_requests or self._identity.digest is not None,
            # Digest and actions go through `requests` too, but nobody has asked for proxies then.
            proxies=config.proxies or (None if config.transport == "requests" else {}),
            digest=self._identity.digest,
            follow=config.redirects == "follow",
            cookies=config.cookies,
            detours=config.detours,
        )

    def start(self, plan: LoadPlan, test: str) -> LoadGoing:
        """Begin to send the load.

        Args:
            plan: What to send.
            test: The long name of the test that makes the run.

        Raises:
            ServerUnreachable: The server accepts no connection; nothing was sent.
            SignInFailed: A token was to be got again, and was not.
            EngineFailed: The load generator could not start; nothing was sent.
        """
        for origin in plan.origins:
            require_reachable(origin, self.config, through_requests=plan.blocking)
        users = self._identity.users if plan.is_signed else None
        if users is not None:
            users.sign_in()
            plan = replace(plan, tokens=users.values())
        run = LoadRun(plan, self._host or shard_host(self.config.cluster), test)
        monitor = Monitor(self._probes(run))
        upkeep = Upkeep(run, users, self._desk, self._identity.mask)
        going = LoadGoing(run, monitor, Alarm(plan, monitor, self._desk), upkeep)
        note_used(plan)
        return going

    def _probes(self, run: LoadRun) -> list[Probe]:
        """What watches meanwhile."""
        # What cannot be found out cannot be watched, and criteria on it are inconclusive.
        with contextlib.suppress(OSError, ValueError, psutil.Error):
            return self._watching.probes(self.config.base_url, run.pids)
        return []

    def run(
        self,
        plan: LoadPlan,
        test: str,
        watch: Watcher,
        keep: Callable[[RunResult], None],
        *,
        save: Save = lambda so_far: None,
        stop: Stop = lambda progress, elapsed_s: None,
    ) -> None:
        """Send the load and wait for its end.

        Args:
            plan: What to send.
            test: The long name of the test that makes the run.
            watch: Told of the progress.
            keep: Gets the result, also when the wait is broken off by a time-out or Ctrl-C.
            save: May ask, ten times a second, what was measured so far.
            stop: Asked ten times a second whether the run is to end before its time, and why.

        Raises:
            ServerUnreachable: The server accepts no connection; nothing was sent.
            EngineFailed: The load generator could not start; nothing was sent.
        """
        going = self.start(plan, test)
        try:
            going.wait(watch, save, stop)
        except BaseException as error:
            going.stop(str(error) or type(error).__name__)
            raise
        finally:
            going.seal(keep)


def _whole(file: str) -> str:
    return str(Path(file).absolute())
