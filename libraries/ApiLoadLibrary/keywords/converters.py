"""From what stands in a suite to values: Robot calls these before a keyword runs.

They run in `--dryrun` too, so that a slip in a suite is found without sending load.
A ValueError holds only the tail of the sentence: Robot puts the rest before it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from robot.api.types import Secret

from ApiLoadLibrary.errors import BadCheck, BadCriterion, BadInput
from ApiLoadLibrary.session.checking import check_criterion
from ApiLoadLibrary.session.flood import MessageRate
from ApiLoadLibrary.session.journeys import Think
from ApiLoadLibrary.values import (
    Amount,
    ByteRate,
    Count,
    Duration,
    Factor,
    Percent,
    Rate,
    Size,
    TimeUnit,
)
from ApiLoadLibrary.workload.check_grammar import parse_check
from ApiLoadLibrary.workload.imports.wanted import Methods

__all__ = [
    "CONVERTERS",
    "CheckText",
    "Confidence",
    "CountOrShare",
    "CriterionText",
    "LatencyMetric",
    "MemoryLimit",
    "unwrapped",
]

HIDDEN = str(Secret(""))

Written = str | int | float | timedelta


class LatencyMetric(str):
    """A statistic of response times: P50 to P99.99, Average, Median, Maximum, Minimum."""

    __slots__ = ()

    @classmethod
    def parse(cls, value: object) -> LatencyMetric:
        """The metric, if there is such a one.

        Raises:
            ValueError: It is no statistic of response times.
        """
        text = str(value).strip()
        try:
            check_criterion(f"{text} < 1 s")
        except BadCriterion as error:
            raise ValueError(error.problem) from None
        return cls(text)


class CriterionText(str):
    """A criterion of the language, such as `p95 of Products < 50 ms`."""

    __slots__ = ()

    @classmethod
    def parse(cls, value: object) -> CriterionText:
        """The criterion, if it can be read.

        Raises:
            ValueError: It cannot.
        """
        check_criterion(str(value))
        return cls(value)


class CheckText(str):
    """A check of answers, such as `$.items is not empty`."""

    __slots__ = ()

    @classmethod
    def parse(cls, value: object) -> CheckText:
        """The check, if it can be read.

        Raises:
            ValueError: It cannot.
        """
        try:
            parse_check(str(value))
        except BadCheck as error:
            raise ValueError(error.problem) from None
        return cls(value)


class CountOrShare(str):
    """A number of things, `4,900`, or a share of those asked for, `99 %`."""

    __slots__ = ()

    @classmethod
    def parse(cls, value: object) -> CountOrShare:
        """Either of them, as it is written in a criterion.

        Raises:
            ValueError: It is neither.
        """
        text = str(value).strip()
        if isinstance(value, CountOrShare):
            return value
        if text.endswith(("%", "percent")):
            return cls(Percent.parse(text))
        return cls(Count.parse(value))


class MemoryLimit(str):
    """A share of the memory, `90 %`, or a size, `500 MB`."""

    __slots__ = ()

    @classmethod
    def parse(cls, value: object) -> MemoryLimit:
        """The limit, if it can be one.

        Raises:
            ValueError: It is neither a percentage nor a size.
        """
        text = str(value).strip()
        try:
            check_criterion(f"memory < {text}")
        except BadCriterion as error:
            raise ValueError(error.problem) from None
        return cls(text)


class Confidence(str):
    """How sure a verdict must be: `95 %`, `99 %`, or `point estimate`."""

    __slots__ = ()

    @classmethod
    def parse(cls, value: object) -> Confidence:
        """The clause of the language that says so.

        Raises:
            ValueError: It is neither a percentage nor `point estimate`.
        """
        if isinstance(value, Confidence):
            return value
        text = str(value).strip()
        if text.casefold() == "point estimate":
            return cls("as point estimate")
        try:
            check_criterion(f"p95 < 1 s with {text} confidence")
        except BadCriterion as error:
            raise ValueError(f"{error.problem} Or write point estimate.") from None
        return cls(f"with {text} confidence")


def _converter(kind: Any) -> Callable[[Any], Any]:
    def convert(value: Written) -> Any:
        return kind.parse(value)

    # Robot reads the accepted types from here, and the documentation from the class.
    convert.__annotations__ = {"value": Written}
    convert.__doc__ = kind.__doc__
    return convert


CONVERTERS: dict[type, Any] = {
    kind: _converter(kind)
    for kind in (
        *(Amount, Confidence, Count, CriterionText, Duration, LatencyMetric, Percent, Rate),
        *(
            ByteRate,
            CheckText,
            CountOrShare,
            Factor,
            MemoryLimit,
            MessageRate,
            Methods,
            Size,
            Think,
            TimeUnit,
        ),
    )
}


def unwrapped(value: Any, found: Callable[[str], None]) -> Any:
    """The same data with the values of its `Secret`s; each is reported to `found`.

    Raises:
        BadInput: Robot has put the word for one into a text, instead of its value.
    """
    if isinstance(value, str) and HIDDEN in value:
        raise BadInput(
            f"A text holds '{HIDDEN}' where a Secret was to stand: make a Secret of the whole, as "
            "VAR    ${HEADER: Secret}    Bearer ${TOKEN}, or write ${TOKEN.value}."
        )
    if isinstance(value, Secret):
        found(str(value.value))
        return value.value
    if isinstance(value, dict):
        return {key: unwrapped(each, found) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [unwrapped(each, found) for each in value]
    return value
