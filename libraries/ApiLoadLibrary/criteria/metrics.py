"""What a criterion can be about: each metric's name, its dimension, and what it is judged on."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from ApiLoadLibrary.measurement.histogram import Histogram
from ApiLoadLibrary.measurement.tally import Tally

__all__ = ["FIGURES", "METRIC_NAMES", "Dimension", "Figure", "Latency", "Metric", "find_metric"]

NS_PER_MS = 1_000_000


class Dimension(Enum):
    """What kind of value a metric has; the value says what its limit is written as."""

    TIME = "a time like 200 ms, or the word threshold"
    SHARE = "a percentage like 1 %"
    RATE = "98 % of target, or a rate like 1,000/min"
    RESOURCE = "a percentage like 90 %"


@dataclass(frozen=True, slots=True)
class Latency:
    """A statistic of response times, or of service times; always judged endpoint by endpoint.

    Attributes:
        statistic: `p95`, `average`, `median`, `min` or `max`.
        service: Count from the actual send, instead of from the scheduled start.
        all_answers: Include fast refusals and other failures, which criteria leave out.
    """

    statistic: str
    service: bool = False
    all_answers: bool = False

    dimension = Dimension.TIME
    by_endpoint = True

    @property
    def name(self) -> str:
        """As the language writes it: `p95 service time of all answers`."""
        clock = " service time" if self.service else ""
        return f"{self.statistic}{clock}{' of all answers' if self.all_answers else ''}"

    @property
    def title(self) -> str:
        """As a sentence begins: `P95`, `Average response time`."""
        word = _TITLES.get(self.statistic, self.statistic.upper())
        if self.service:
            word += " service time"
        elif self.statistic in _TITLES:
            word += " response time"
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
        return Latency(self.statistic, service=True, all_answers=self.all_answers)

    def histogram(self, tally: Tally) -> Histogram:
        """The durations that it is a statistic of."""
        answers = tally.service if self.service else tally.response
        return answers.all() if self.all_answers else answers.judged()

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
class Figure:
    """A metric with a value of its own: of the run, unless an endpoint is named.

    Attributes:
        name: As the language writes it.
        title: As a sentence begins.
        has_endpoints: Whether an endpoint has this figure too.
    """

    name: str
    title: str
    dimension: Dimension
    has_endpoints: bool = True

    by_endpoint = False


Metric = Latency | Figure

FIGURES = {
    figure.name: figure
    for figure in (
        Figure("error rate", "Error rate", Dimension.SHARE),
        Figure("achieved rate", "Achieved rate", Dimension.RATE),
        Figure("cpu", "CPU", Dimension.RESOURCE, has_endpoints=False),
        Figure("memory", "Memory", Dimension.RESOURCE, has_endpoints=False),
    )
}
_TITLES = {"average": "Average", "median": "Median", "min": "Minimum", "max": "Maximum"}
_STATISTICS = {word: word for word in _TITLES} | {
    "mean": "average",
    "minimum": "min",
    "maximum": "max",
}
METRIC_NAMES = (*_TITLES, *FIGURES)
"""Every metric but the percentiles."""

_PERCENTILE = re.compile(r"p(\d{1,2})(?:\.(\d{1,2}))?", re.ASCII)


def find_metric(words: str) -> Metric | None:
    """The metric of these words, in whatever case; None when there is none.

    `of all answers` belongs to the words.
    """
    text = " ".join(words.lower().split())
    if text in FIGURES:
        return FIGURES[text]
    rest = text.removesuffix(" of all answers")
    word = rest.removesuffix(" response time").removesuffix(" service time")
    statistic = _STATISTICS.get(word) or _percentile(word)
    known_clock = rest in (word, f"{word} response time", f"{word} service time")
    if statistic is None or not known_clock:
        return None
    return Latency(statistic, rest.endswith(" service time"), text != rest)


def _percentile(word: str) -> str | None:
    """`p99.90` as `p99.9`; None unless it lies between p0 and p100."""
    written = _PERCENTILE.fullmatch(word)
    if not written:
        return None
    whole, decimals = int(written[1]), (written[2] or "").rstrip("0")
    if not whole and not decimals:
        return None
    return f"p{whole}.{decimals}" if decimals else f"p{whole}"
