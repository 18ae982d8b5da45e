"""Rate limits under test: planned from what the session knows, and concluded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.measurement.progress import Progress
from ApiLoadLibrary.measurement.result import RunResult
from ApiLoadLibrary.scenarios.load import Load
from ApiLoadLibrary.scenarios.plan import LoadPlan
from ApiLoadLibrary.scenarios.rate_limit.contract import Contract
from ApiLoadLibrary.scenarios.rate_limit.outcome import Terms
from ApiLoadLibrary.scenarios.rate_limit.runs import (
    TRACED,
    Identification,
    Probing,
    RateLimitRun,
)
from ApiLoadLibrary.scenarios.rate_limit.search import (
    NO_LIMIT,
    all_at_once,
    first_look,
    found,
    limit_told,
    rising,
    waiting,
)
from ApiLoadLibrary.values import NS_PER_S
from ApiLoadLibrary.workload.action import Action
from ApiLoadLibrary.workload.endpoint import Endpoint

from .acceptance import AcceptanceSession
from .going import Stop
from .tester import Watcher

__all__ = ["Contract", "Limited", "RateLimitTest"]

OTHER_TOKEN = "(other token)"  # noqa: S105 - how an endpoint is called


class Limited:
    """An endpoint that is limited, and who is asked beside it.

    Args:
        session: Whose endpoints these are.
        name: The endpoint that is limited.
        refused: The status of its refusals.
        bystanders: Other endpoints that are asked quietly meanwhile; see `Endpoints.named`.
        other_token: Of somebody else, who asks for the same endpoint quietly.

    Raises:
        UnknownName: There is no such endpoint.
        BadInput: An action is named, or more than one endpoint that is limited.
    """

    def __init__(
        self,
        session: AcceptanceSession,
        name: str,
        refused: int,
        bystanders: str | None = None,
        other_token: str | None = None,
    ) -> None:
        endpoints = session.endpoints.named(name)
        if len(endpoints) > 1:
            raise BadInput(f"'{name}' names several endpoints: probe one limit at a time.")
        endpoint = _asked(endpoints[0])
        if refused in endpoint.expected:
            raise BadInput(
                f"refused_with={refused} is what {endpoint.name} expects of a request that is "
                "accepted: write the status of a refusal, like 429."
            )
        beside = (
            [_asked(each) for each in session.endpoints.named(bystanders)] if bystanders else []
        )
        if endpoint.name in {each.name for each in beside}:
            raise BadInput(f"bystander='{bystanders}' names the endpoint that is limited itself.")
        if other_token is not None:
            beside.append(_with_token(endpoint, other_token))
        self.session = session
        self.endpoint = replace(endpoint, refused=frozenset({refused}))
        self.beside = beside
        self.terms = Terms(
            endpoint.expected, refused, tuple((each.name, each.expected) for each in beside)
        )

    def find_contract(self, watch: Watcher) -> Contract:
        """The limit, where nobody has stated it: from headers, or by running into it.

        The few requests that it takes are no load run, and nobody judges them.

        Args:
            watch: Told of the progress.
        """
        told = limit_told(self._sent(first_look(), watch, _never))
        if told is not None:
            return told
        refused = frozenset({self.terms.refused})
        rose = self._sent(rising(), watch, _when(refused))
        told = limit_told(rose)
        if told is not None or not any(each.outcome in refused for each in rose.trace):
            return told or NO_LIMIT
        roughly = self._run_into(rose, watch)
        if roughly is None:
            return NO_LIMIT
        at_once = all_at_once(roughly.window_ns / NS_PER_S)
        return self._run_into(self._sent(at_once, watch, _when(refused)), watch) or roughly

    def _run_into(self, rose: RunResult, watch: Watcher) -> Contract | None:
        """The limit that these requests have run into, as soon as it is known for how long."""
        accepted = self.terms.accepted
        waited = self._sent(waiting(), watch, _when(accepted))
        return found(rose, waited, accepted, self.terms.refused)

    def _sent(self, load: Load, watch: Watcher, stop: Stop) -> RunResult:
        kept: list[RunResult] = []
        session = self.session
        plan = session.plan_of(load, [self.endpoint], _title(load), None, TRACED)
        session.tester.run(plan, session.place.name, watch, kept.append, stop=stop)
        return kept[0]


class RateLimitTest:
    """A probe or an identification, ready to be sent.

    Args:
        limited: What is limited.
        run: What is sent, and what comes of it.
    """

    def __init__(self, limited: Limited, run: RateLimitRun) -> None:
        self._limited, self._run = limited, run

    @classmethod
    def probing(cls, limited: Limited, contract: Contract) -> RateLimitTest:
        """A probe."""
        return cls(limited, Probing.of(contract, limited.terms))

    @classmethod
    def identifying(cls, limited: Limited, contract: Contract) -> RateLimitTest:
        """An identification."""
        return cls(limited, Identification.of(contract, limited.terms))

    def plan(self, name: str | None, workers: int | None) -> LoadPlan:
        """What is sent, and by how many workers: enough, should all requests be delayed."""
        session, endpoint = self._limited.session, self._limited.endpoint
        needed = max(self._run.workers, session.config.workers)
        title = name or f"Rate limit of {endpoint.name}"
        endpoints = [endpoint, *self._limited.beside]
        return session.plan_of(self._run.load, endpoints, title, workers or needed, TRACED)

    def conclude(self, run: RunResult) -> RunResult:
        """With what was found."""
        return self._run.conclude(run)


def _asked(endpoint: Endpoint | Action) -> Endpoint:
    if isinstance(endpoint, Action):
        raise BadInput(f"{endpoint.name} is an action: only endpoints have a rate limit.")
    return endpoint


def _with_token(endpoint: Endpoint, token: str) -> Endpoint:
    headers = {
        name: value for name, value in endpoint.headers.items() if name.lower() != "authorization"
    }
    return replace(
        endpoint,
        name=f"{endpoint.name} {OTHER_TOKEN}",
        headers={**headers, "Authorization": f"Bearer {token}"},
    )


def _title(load: Load) -> str:
    return f"{load.words[0].upper()}{load.words[1:]}"


def _never(_progress: Progress, _elapsed_s: float) -> str | None:
    return None


def _when(statuses: frozenset[int]) -> Callable[[Progress, float], str | None]:
    """Ends a search as soon as an answer has one of these statuses."""

    def stop(progress: Progress, _elapsed_s: float) -> str | None:
        seconds = (second for each in progress.seconds.values() for second in each.values())
        seen = any(second.outcomes[status] for second in seconds for status in statuses)
        return "it has found what it looked for" if seen else None

    return stop
