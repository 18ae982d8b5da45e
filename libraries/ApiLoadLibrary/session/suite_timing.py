"""Requests that a suite sends by itself, one at a time, as a load run that can be judged."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.measurement.outcomes import Failure, is_status
from ApiLoadLibrary.measurement.phases import Phase
from ApiLoadLibrary.measurement.recorder import REQUEST_ROW, Recorder
from ApiLoadLibrary.measurement.result import SUITE, EndpointResult, GeneratorHealth, RunResult
from ApiLoadLibrary.measurement.tally import NOTHING, Tally
from ApiLoadLibrary.workload.endpoint import check_name
from ApiLoadLibrary.workload.folding import folded

from .overhearing import Overheard

__all__ = ["SuiteTiming"]

NAME = "Requests of the suite itself"
OFFERED = "one at a time, when the suite came to it"
OTHER_PATHS = "(other paths)"
MOST_ENDPOINTS = 200
"""A suite that gets pages by their titles has no ids that could be folded away."""

NEVER_LATE = 2**63 - 1


@dataclass(slots=True)
class _Timed:
    """What is known of an endpoint."""

    method: str
    path: str
    group: str | None
    requests: list[tuple[Overheard, bool]] = field(default_factory=list)


class SuiteTiming:
    """Collects requests by session, method and path; see `folded`.

    Attributes:
        base_url: The origin of the first request; None before.
        retried: How many requests had been sent more than once when they were answered.
    """

    def __init__(self) -> None:
        self._endpoints: dict[str, _Timed] = {}
        self._id = str(uuid.uuid4())
        self._began = time.process_time(), time.monotonic()
        self.base_url: str | None = None
        self.retried = 0

    def add(self, request: Overheard, alias: str | None, as_expected: bool) -> None:
        """Count a request.

        Args:
            request: Which has ended.
            alias: The name of its session; None for one that has none.
            as_expected: Whether the keyword that sent it was content with its answer.
        """
        parts = urlsplit(request.url)
        self.base_url = self.base_url or f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"
        self.retried += request.tries > 1
        who = _who(alias, parts.hostname or "")
        path = folded(parts.path or "/")
        name = f"{who} {request.method} {path}"
        if name not in self._endpoints and len(self._endpoints) >= MOST_ENDPOINTS:
            path = OTHER_PATHS
            name = f"{who} {request.method} {path}"
        timed = self._endpoints.setdefault(name, _Timed(request.method, path, who))
        timed.requests.append((request, as_expected))

    def result(self, test: str) -> RunResult:
        """All requests until now, of which there must be one, as a load run.

        Args:
            test: The long name of the suite that sent them.
        """
        requests = [each for timed in self._endpoints.values() for each, _ in timed.requests]
        start_ns = min(each.sent_ns for each in requests)
        length_ns = max(1, max(each.done_ns for each in requests) - start_ns)
        began = datetime.now(UTC) - timedelta(microseconds=(time.monotonic_ns() - start_ns) // 1000)
        return RunResult(
            id=self._id,
            name=NAME,
            test=test,
            scenario=SUITE,
            started_at=began.astimezone().isoformat(timespec="milliseconds"),
            length_ns=length_ns,
            duration_s=length_ns / 1e9,
            endpoints=tuple(
                _endpoint(name, timed, start_ns, length_ns)
                for name, timed in self._endpoints.items()
            ),
            generator=self._health(),
        )

    def _health(self) -> GeneratorHealth:
        used_s, lasted_s = time.process_time() - self._began[0], time.monotonic() - self._began[1]
        return GeneratorHealth(
            shards=1,
            workers=1,
            peak_busy_workers=1,
            cpu_percent=100 * used_s / lasted_s,
            run_queue_wait_percent=None,
            transport="requests",
        )


def _who(alias: str | None, host: str) -> str:
    """The session's alias, where criteria can name it; else the server's host."""
    try:
        check_name(alias or "")
    except BadInput:
        return host
    return alias or host


def _endpoint(name: str, timed: _Timed, start_ns: int, length_ns: int) -> EndpointResult:
    tally = _tally(timed.requests, start_ns, length_ns)
    return EndpointResult(
        name=name,
        method=timed.method,
        path=timed.path,
        rate=None,
        offered=OFFERED,
        planned=tally.requests,
        length_ns=length_ns,
        threshold_ns=None,
        tally=tally,
        group=timed.group,
    )


def _tally(requests: list[tuple[Overheard, bool]], start_ns: int, length_ns: int) -> Tally:
    """What they came to.

    One status may be wanted by one test and unwelcome to another: there its answer counts as
    one that failed a check.
    """
    expected = frozenset(
        each.outcome for each, as_expected in requests if as_expected and is_status(each.outcome)
    )
    total = Tally(expected, NEVER_LATE)
    recorder = Recorder([total], [Phase.whole(length_ns)])
    recorder.start_ns = start_ns
    for arrival, (each, as_expected) in enumerate(requests):
        unwelcome = each.outcome in expected and not as_expected
        outcome = Failure.CHECK_FAILED if unwelcome else each.outcome
        times = (each.sent_ns, each.sent_ns, each.first_byte_ns, each.done_ns)
        sizes = (each.bytes_sent, each.bytes_received)
        recorder.rows[0] += REQUEST_ROW.pack(outcome, *times, NOTHING, arrival, *sizes)
    for part in recorder.take_all():
        total.merge(part.tally)
    return total
