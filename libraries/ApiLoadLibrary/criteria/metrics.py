"""What a criterion can be about: each metric's name, its dimension, and what it is judged on."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum

from ApiLoadLibrary.measurement.histogram import Cells, Histogram
from ApiLoadLibrary.measurement.outcomes import DONE, FailureKind, describe, is_status
from ApiLoadLibrary.measurement.result import merged
from ApiLoadLibrary.measurement.tally import Second, Tally

from .figure import Dimension, Figure
from .observed import OBSERVED

__all__ = [
    "ERROR_RATE",
    "FIGURES",
    "FINISHED",
    "METRIC_NAMES",
    "SHARES",
    "Clock",
    "Dimension",
    "Figure",
    "Latency",
    "Metric",
    "Share",
    "find_metric",
]

NS_PER_MS = 1_000_000


class Clock(Enum):
    """What time is measured; the value is its name in the language."""

    RESPONSE = "response time"
    SERVICE = "service time"
    DELAY = "schedule delay"
    CONNECT = "connect time"
    TLS = "tls time"
    FIRST_BYTE = "first byte time"

    @property
    def by_fate(self) -> bool:
        """Whether it is known apart for successes and for failures."""
        return self in (Clock.RESPONSE, Clock.SERVICE)

    def histogram(self, tally: Tally, *, all_answers: bool) -> Histogram:
        """The durations of this kind that were measured."""
        if self.by_fate:
            answers = tally.response if self is Clock.RESPONSE else tally.service
            return answers.all() if all_answers else answers.judged()
        if self is Clock.FIRST_BYTE:
            # Who waited in vain has waited for the first byte too.
            return merged((tally.first_byte, tally.service.waited))
        return {
            Clock.DELAY: tally.schedule_delay,
            Clock.CONNECT: tally.connect,
            Clock.TLS: tally.tls,
        }[self]


@dataclass(frozen=True, slots=True)
class Latency:
    """A statistic of times; judged endpoint by endpoint unless the scope says otherwise.

    Attributes:
        statistic: `p95`, `average`, `median`, `min` or `max`.
        clock: Of which times.
        all_answers: Include fast refusals and other failures, which criteria leave out.
    """

    statistic: str
    clock: Clock = Clock.RESPONSE
    all_answers: bool = False

    dimension = Dimension.TIME
    by_endpoint = True
    has_endpoints = True

    @property
    def by_second(self) -> bool:
        """Whether it is kept second by second, so that windows can be judged."""
        return self.clock.by_fate and not self.all_answers

    @property
    def name(self) -> str:
        """As the language writes it: `p95 service time of all answers`."""
        clock = "" if self.clock is Clock.RESPONSE else f" {self.clock.value}"
        return f"{self.statistic}{clock}{' of all answers' if self.all_answers else ''}"

    @property
    def title(self) -> str:
        """As a sentence begins: `P95`, `Average response time`."""
        word = _TITLES.get(self.statistic, self.statistic.upper())
        if self.clock is not Clock.RESPONSE or self.statistic in _TITLES:
            word += f" {self.clock.value.replace('tls', 'TLS')}"
        return word + (" of all answers" if self.all_answers else "")

    @property
    def share(self) -> float | None:
        """The quantile as a share of one; None for the average and the extremes."""
        if self.statistic == "median":
            return 0.5
        return float(self.statistic[1:]) / 100 if self.statistic.startswith("p") else None

    @property
    def has_interval(self) -> bool:
        """Whether samples can bound it; the extremes are what they are."""
        return self.statistic not in {"min", "max"}

    def of_service(self) -> Latency:
        """The same statistic of service times."""
        return Latency(self.statistic, Clock.SERVICE, self.all_answers)

    def histogram(self, tally: Tally) -> Histogram:
        """The durations that it is a statistic of."""
        return self.clock.histogram(tally, all_answers=self.all_answers)

    def cells(self, second: Second) -> Cells:
        """The same of one second, where it is kept by second."""
        return second.judged if self.clock is Clock.RESPONSE else second.served

    def sum_ns(self, second: Second) -> int:
        """Their exact sum."""
        return second.judged_sum_ns if self.clock is Clock.RESPONSE else second.served_sum_ns

    def value_ms(self, histogram: Histogram) -> float | None:
        """The statistic in milliseconds; None of nothing."""
        if self.share is not None:
            value: float | None = histogram.quantile(self.share)
        else:
            value = {
                "average": histogram.mean_ns,
                "min": histogram.min_ns,
                "max": histogram.max_ns,
            }[self.statistic]
        return None if value is None else value / NS_PER_MS


@dataclass(frozen=True, slots=True)
class Share:
    """The share of requests that ended in a certain way: of the run, unless a scope is named.

    Attributes:
        name: As the language writes it.
        title: As a sentence begins.
        holds: Whether a request that ended so is counted.
        failures_only: Whether it is counted only if its endpoint does not expect that.
        of_journeys: Whether journeys are counted, and not requests.
    """

    name: str
    title: str
    holds: Callable[[int], bool] = field(repr=False, compare=False)
    failures_only: bool = False
    of_journeys: bool = False

    dimension = Dimension.SHARE
    by_endpoint = False
    has_endpoints = True
    by_second = True

    def hits(self, part: Tally | Second) -> int:
        """How many of these requests are counted."""
        if self.failures_only:
            return part.errors  # who expects what is known there
        return sum(count for outcome, count in part.outcomes.items() if self.holds(outcome))


Metric = Latency | Share | Figure

FINISHED = "finished journeys"
ERROR_RATE = Share("error rate", "Error rate", lambda _: True, failures_only=True)
_FIGURES: tuple[Share | Figure, ...] = (
    ERROR_RATE,
    Share(
        *(FINISHED, "Share of finished journeys", lambda outcome: outcome == DONE),
        of_journeys=True,
    ),
    Figure("achieved rate", "Achieved rate", Dimension.RATE),
    Figure("throughput", "Throughput", Dimension.THROUGHPUT),
    Figure("cpu", "CPU", Dimension.RESOURCE, has_endpoints=False, watched=True),
    Figure("memory", "Memory", Dimension.MEMORY, has_endpoints=False, watched=True),
    Figure("disk", "Disk", Dimension.RESOURCE, has_endpoints=False, watched=True),
    Figure("network", "Network", Dimension.TRAFFIC, has_endpoints=False, watched=True),
    Figure("swap", "Swap", Dimension.RESOURCE, has_endpoints=False, watched=True),
    Figure("open files", "Open files", Dimension.COUNT, has_endpoints=False, watched=True),
    Figure("gauge", "Gauge", Dimension.COUNT, has_endpoints=False, watched=True),
    Figure(
        *("generator cpu", "Generator CPU", Dimension.RESOURCE),
        has_endpoints=False,
        by_second=False,
    ),
    *OBSERVED.values(),
)
FIGURES = {each.name: each for each in _FIGURES}
SHARES = {
    "timeouts": FailureKind.TIMEOUT,
    "connection failures": FailureKind.CONNECTION,
    "tls failures": FailureKind.TLS,
    "protocol failures": FailureKind.PROTOCOL,
    "failed checks": FailureKind.CHECK,
    "dropped requests": FailureKind.DROPPED,
}
"""Kinds of failures by their names behind `share of`."""

_SHARE_OF = "share of "
_TITLES = {"average": "Average", "median": "Median", "min": "Minimum", "max": "Maximum"}
_STATISTICS = {word: word for word in _TITLES} | {
    "mean": "average",
    "minimum": "min",
    "maximum": "max",
}
_ALL_ANSWERS = " of all answers"
METRIC_NAMES = (*_TITLES, *(each for each in FIGURES if each not in (FINISHED, *OBSERVED)))
"""Every metric but the percentiles, the shares of what is named, and what only some loads show."""

_PERCENTILE = re.compile(r"p(\d{1,2})(?:\.(\d{1,2}))?", re.ASCII)
_STATUS = re.compile(r"[1-9][0-9]{2}", re.ASCII)
_STATUS_CLASS = re.compile(r"[1-9]xx", re.ASCII)


def find_metric(words: str) -> Metric | None:
    """The metric of these words, in whatever case; None when there is none.

    `of all answers` and what stands behind `share of` belong to the words.
    """
    text = " ".join(words.lower().split())
    if text in FIGURES:
        return FIGURES[text]
    if text.startswith(_SHARE_OF):
        return _share(text.removeprefix(_SHARE_OF))
    return _latency(text)


def _latency(text: str) -> Latency | None:
    rest = text.removesuffix(_ALL_ANSWERS)
    word, clock = rest, Clock.RESPONSE
    for each in Clock:
        if rest.endswith(f" {each.value}"):
            word, clock = rest.removesuffix(f" {each.value}"), each
    statistic = _STATISTICS.get(word) or _percentile(word)
    all_answers = text != rest
    if statistic is None or (all_answers and not clock.by_fate):
        return None
    return Latency(statistic, clock, all_answers)


def _percentile(word: str) -> str | None:
    """`p99.90` as `p99.9`; None unless it lies between p0 and p100."""
    written = _PERCENTILE.fullmatch(word)
    if not written:
        return None
    whole, decimals = int(written[1]), (written[2] or "").rstrip("0")
    if not whole and not decimals:
        return None
    return f"p{whole}.{decimals}" if decimals else f"p{whole}"


def _share(what: str) -> Share | None:
    """The share of `429`, of `5xx`, or of a kind of failure."""
    name = f"{_SHARE_OF}{what}"
    if _STATUS.fullmatch(what):
        status = int(what)
        return Share(name, f"Share of status {what}", lambda outcome: outcome == status)
    if _STATUS_CLASS.fullmatch(what):
        first = int(what[0])
        return Share(name, f"Share of status {what}", lambda outcome: outcome // 100 == first)
    kind = SHARES.get(what)
    if kind is None:
        return None
    return Share(
        name,
        f"Share of {what.replace('tls', 'TLS')}",
        lambda outcome: not is_status(outcome) and describe(outcome).kind is kind,
    )
