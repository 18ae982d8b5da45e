"""`Get Metric`: a measured value, and an assertion in the manner of AssertionEngine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from assertionengine import AssertionOperator, verify_assertion
from assertionengine.assertion_engine import NumericalOperators
from robot.api import logger
from robot.api.deco import keyword

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.session.acceptance import AcceptanceSession
from ApiLoadLibrary.values import Amount, ByteRate, Duration, Factor, Percent, Rate

__all__ = ["Metrics"]

_WHOLE_RUN = frozenset({"", "run", "each endpoint"})
_IN_UNIT: dict[str, Callable[[str], float]] = {
    "ms": lambda text: Duration.parse(text).ms,
    "%": lambda text: Percent.parse(text).value,
    "/s": lambda text: float(Rate.parse(text).per_second),
    "times": lambda text: float(Factor.parse(text).value),
    "": lambda text: float(Amount.parse(text).value),
    "MB/s": lambda text: ByteRate.parse(text).mb_per_s,
}
_OF_TEXT = {AssertionOperator[each] for each in ("*=", "not contains", "^=", "$=", "matches")}


class Metrics:
    """What returns measured values."""

    def __init__(self, session: AcceptanceSession) -> None:
        self._session = session

    @keyword(tags=["metric"])
    def get_metric(
        self,
        metric: str,
        endpoint: str | None = None,
        assertion_operator: AssertionOperator | None = None,
        assertion_expected: Any = None,
        message: str | None = None,
        *,
        run: str | None = None,
    ) -> float:
        """Returns a measured value, and asserts it if asked to.

        A quick check: it is not recorded as a requirement, has no interval, and is not in
        the report.  `Verify …` does all that.

        Args:
            metric: `p95`, `average`, `error rate`, `share of 429`, `throughput`, `cpu` ….
            endpoint: The name of an endpoint or a group; `Run` for a value of the whole run.
            assertion_operator: An operator of AssertionEngine, like `<` or `==`; those of text,
                like `contains`, see the number with six digits.
            assertion_expected: What to compare with: a number, or a value with its unit;
                for `validate` and `then` an expression of the number `value`.
            message: The message of a failed assertion.
            run: The name of another load run.

        Returns:
            The value in ms, %, /s or MB/s; the achieved rate is in percent of its target.

        Example:

        ```robotframework
        ${p95} =    Get Metric    p95    Products
        Get Metric    p95    Products    <    50 ms
        Get Metric    error rate    Run    <    1 %
        Get Metric    p95    Products    validate    10 < value < 50
        ```
        """
        scope = None if endpoint is None or endpoint.casefold() in _WHOLE_RUN else endpoint
        measured = self._session.verdicts.measure(metric, scope, run)
        logger.info(f"{metric} of {endpoint or 'the run'}: {measured.value:,.6g} {measured.unit}")
        if assertion_operator is not None and assertion_expected is None:
            raise BadInput("assertion_expected is missing: write what to compare with, like 50 ms.")
        expected, value = assertion_expected, measured.value
        assert value is not None  # else measuring has refused
        if assertion_operator in NumericalOperators:
            expected = _in_unit(expected, measured.unit)
        subject = f"{metric} of {endpoint or 'the run'} in {measured.unit}:"
        if assertion_operator in _OF_TEXT:
            verify_assertion(f"{value:.6g}", assertion_operator, str(expected), subject, message)
            return value
        result: float = verify_assertion(value, assertion_operator, expected, subject, message)
        return result


def _in_unit(expected: Any, unit: str) -> Any:
    """`50 ms` as a number in the metric's unit; a plain number as it is."""
    if not isinstance(expected, str):
        return expected
    try:
        return float(expected)
    except ValueError:
        return _IN_UNIT[unit](expected)
