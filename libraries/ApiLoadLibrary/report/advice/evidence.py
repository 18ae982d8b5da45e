"""What rules look at: a session's document, load run by load run, with the sums already done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from ApiLoadLibrary.measurement.histogram import Histogram
from ApiLoadLibrary.report.document import Criterion, Document, Endpoint, Run, Verdict
from ApiLoadLibrary.report.provoked import PROVOKED
from ApiLoadLibrary.report.requirement import has_own_limits, share_words
from ApiLoadLibrary.report.requirement_words import OBSERVED_WORDS

from .arrays import Doubles, numbers
from .machines import Machine, machines_of

__all__ = [
    "NOTICED_MS",
    "RunEvidence",
    "SessionEvidence",
    "ids",
    "is_read",
    "is_write",
]

EVEN_LOAD = ("sustained", "closed", "burst")
"""Of a burst, what is judged is the burst itself."""

NOTICED_MS = 1_000.0
"""Where nobody set a limit: what a customer notices as waiting."""

FEWEST = 20
"""Requests; the percentiles of fewer say nothing."""

_FIELDS = {"average": "mean", "median": "median", "p50": "median", "max": "max"}
_FIELDS |= {name: name.replace(".", "_") for name in ("p90", "p95", "p99", "p99.9")}


def is_read(endpoint: Endpoint) -> bool:
    """Whether it only asks."""
    return endpoint.method.upper() in ("GET", "HEAD")


def is_write(endpoint: Endpoint) -> bool:
    """Whether it changes something."""
    return endpoint.method.upper() in ("POST", "PUT", "PATCH", "DELETE")


def ids(criteria: Sequence[Criterion]) -> tuple[str, ...]:
    """Their ids, each once."""
    return tuple(dict.fromkeys(each.id for each in criteria))


@dataclass(frozen=True)
class SessionEvidence:
    """A document, and its runs."""

    document: Document

    @cached_property
    def runs(self) -> tuple[RunEvidence, ...]:
        """Those that sent something, in the order they were made."""
        return tuple(RunEvidence(self.document, run) for run in self.document.runs if run.requests)


@dataclass(frozen=True)
class RunEvidence:
    """One load run of a document."""

    document: Document
    run: Run

    @property
    def trusted(self) -> bool:
        """Whether the load generator did its part."""
        return self.run.generator.healthy

    @property
    def ordinary(self) -> bool:
        """Whether nothing is provoked in it."""
        return self.run.scenario not in PROVOKED

    @property
    def even(self) -> bool:
        """Whether the load is the same all the time."""
        return self.run.scenario in EVEN_LOAD

    @cached_property
    def criteria(self) -> tuple[Criterion, ...]:
        """What was judged on it."""
        return tuple(each for each in self.document.criteria if each.run == self.run.id)

    @cached_property
    def missed(self) -> tuple[Criterion, ...]:
        """What was not met."""
        return tuple(each for each in self.criteria if each.verdict is Verdict.FAIL)

    @cached_property
    def too_slow(self) -> tuple[Criterion, ...]:
        """The limits to answering that were not met."""
        return tuple(each for each in self.missed if is_ceiling_of_time(each))

    @cached_property
    def too_many_errors(self) -> tuple[Criterion, ...]:
        """The limits to failures that were not met."""
        return tuple(each for each in self.missed if is_ceiling_of_errors(each))

    @cached_property
    def timed(self) -> tuple[Endpoint, ...]:
        """Endpoints whose response times say something."""
        return tuple(
            each
            for each in self.run.endpoints
            if each.response_time_ms and each.response_time_ms.count >= FEWEST
        )

    @cached_property
    def slow(self) -> tuple[Endpoint, ...]:
        """Endpoints that broke a limit, or without one made customers notice."""
        if any(map(is_ceiling_of_time, self.criteria)):
            return tuple(
                each
                for each in self.timed
                if any(_breaks(each, criterion) for criterion in self.too_slow)
            )
        return tuple(each for each in self.timed if _p95(each) > (each.threshold_ms or NOTICED_MS))

    def limit_ms(self, endpoint: Endpoint | None = None) -> float:
        """The strictest limit to a response time, of this endpoint or of all; else one second."""
        limits = [
            each.target
            for each in filter(is_ceiling_of_time, self.criteria)
            if not has_own_limits(each) and (endpoint is None or _is_about(each, endpoint))
        ]
        thresholds = [each.threshold_ms for each in self.run.endpoints if endpoint in (None, each)]
        limits += [each for each in thresholds if each]
        return min((each for each in limits if each > 0), default=NOTICED_MS)

    @cached_property
    def machines(self) -> tuple[Machine, ...]:
        """What was watched of the system meanwhile."""
        return machines_of(self.document, self.run)

    @cached_property
    def p95_ms(self) -> Doubles:
        """The 95th percentile of each second; nan where there was no answer."""
        return numbers([each.p95_ms for each in self.run.timeline])

    @cached_property
    def p50_ms(self) -> Doubles:
        """The median of each second; nan where there was no answer."""
        return numbers([each.p50_ms for each in self.run.timeline])

    @cached_property
    def offered(self) -> Doubles:
        """Requests due in each second."""
        return numbers([float(each.offered) for each in self.run.timeline])

    @cached_property
    def errors(self) -> Doubles:
        """Failures of each second."""
        return numbers([float(each.errors) for each in self.run.timeline])

    @cached_property
    def at_once(self) -> float | None:
        """How many requests were being served at a time, on average: by Little's law, their
        rate times how long each takes."""
        times = self.run.service_time_ms
        if times is None or not self.run.duration_s:
            return None
        return times.count / self.run.duration_s * times.mean / 1_000

    def histogram(self, endpoint: Endpoint) -> Histogram:
        """The response times of an endpoint."""
        return Histogram.decode(endpoint.histogram) if endpoint.histogram else Histogram()


def is_ceiling_of_time(criterion: Criterion) -> bool:
    """Whether it limits how long answers may take."""
    return (
        criterion.unit == "ms"
        and criterion.operator.startswith("<")
        and _statistic(criterion) is not None
        and criterion.metric not in OBSERVED_WORDS
    )


def is_ceiling_of_errors(criterion: Criterion) -> bool:
    """Whether it limits how many requests may fail."""
    of_failures = criterion.metric == "error rate" or criterion.metric.startswith("share of ")
    return of_failures and criterion.operator.startswith("<")


def _statistic(criterion: Criterion) -> str | None:
    """`p95`, `average`, of response or service times; None of others, such as connecting."""
    name = criterion.metric.casefold().removesuffix(" of all answers")
    name = name.removesuffix(" response time").removesuffix(" service time")
    return name if name in _FIELDS or share_words(name) else None


def _breaks(endpoint: Endpoint, criterion: Criterion) -> bool:
    """Whether an endpoint is above a limit that was not met."""
    if criterion.endpoint == endpoint.name:
        return True
    field = _FIELDS.get(_statistic(criterion) or "")
    served = " service time" in criterion.metric
    times = endpoint.service_time_ms if served else endpoint.response_time_ms
    limit = endpoint.threshold_ms if has_own_limits(criterion) else criterion.target
    if not _is_about(criterion, endpoint) or field is None or times is None or limit is None:
        return False
    return bool(getattr(times, field) > limit)


def _is_about(criterion: Criterion, endpoint: Endpoint) -> bool:
    """Whether it holds for an endpoint, be it among all."""
    of_all = (criterion.scope or "each endpoint").casefold() in ("each endpoint", "the run")
    return of_all or endpoint.name in (criterion.endpoint, criterion.scope)


def _p95(endpoint: Endpoint) -> float:
    return endpoint.response_time_ms.p95 if endpoint.response_time_ms else 0.0
