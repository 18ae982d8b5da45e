"""Keywords that judge: each records a criterion, then fails if it was not met."""

from __future__ import annotations

from robot.api import ContinuableFailure, logger
from robot.api.deco import keyword

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.session.acceptance import AcceptanceSession
from ApiLoadLibrary.values import Duration, Percent

from .converters import LatencyMetric

__all__ = ["Verdicts"]


class Verdicts:
    """What judges.

    Each of these judges the latest load run of its own test, else of its suite's
    setup; `run=` names another.  A criterion that was not met fails the test, and
    the test goes on: the other criteria are judged too.  One that could not be
    decided fails it as well, with a message that starts `INCONCLUSIVE:`.
    """

    def __init__(self, session: AcceptanceSession) -> None:
        self._session = session

    @keyword("Verify ${metric} Below ${limit}", tags=["verify"])
    def verify_below(
        self, metric: LatencyMetric, limit: Duration, *, run: str | None = None
    ) -> None:
        """Verifies a statistic of the response times of every endpoint; the worst is named.

        Args:
            metric: P50 to P99.99, Average, Median, Maximum; `Response Time` may follow.
            limit: A time with its unit: `200 ms`, `1.5 s`.
            run: The name of another load run.

        Example:

        ```robotframework
        Verify P95 Below 200 ms
        Verify Average Response Time Below 10 ms
        ```
        """
        self._judge(f"{metric} < {limit}", run)

    @keyword("Verify ${metric} Of ${endpoint} Below ${limit}", tags=["verify"])
    def verify_of_endpoint_below(
        self, metric: LatencyMetric, endpoint: str, limit: Duration, *, run: str | None = None
    ) -> None:
        """Verifies a statistic of the response times of one endpoint.

        Args:
            metric: P50 to P99.99, Average, Median, Maximum; `Response Time` may follow.
            endpoint: The endpoint's name.
            limit: A time with its unit: `200 ms`, `1.5 s`.
            run: The name of another load run.

        Example:

        ```robotframework
        Verify P99 Of Create Order Below 500 ms
        ```
        """
        self._judge(f"{metric} of {endpoint} < {limit}", run)

    @keyword("Verify ${metric} Below Threshold", tags=["verify"])
    def verify_below_threshold(self, metric: LatencyMetric, *, run: str | None = None) -> None:
        """Verifies a statistic of every endpoint against the endpoint's own threshold.

        The threshold is that of `Define Endpoint`, else that of `Use Server`.

        Args:
            metric: P50 to P99.99, Average, Median, Maximum; `Response Time` may follow.
            run: The name of another load run.

        Example:

        ```robotframework
        Verify P95 Below Threshold
        ```
        """
        self._judge(f"{metric} < threshold", run)

    @keyword("Verify ${metric} Of ${endpoint} Below Threshold", tags=["verify"])
    def verify_of_endpoint_below_threshold(
        self, metric: LatencyMetric, endpoint: str, *, run: str | None = None
    ) -> None:
        """Verifies a statistic of one endpoint against its own threshold.

        Args:
            metric: P50 to P99.99, Average, Median, Maximum; `Response Time` may follow.
            endpoint: The endpoint's name.
            run: The name of another load run.

        Example:

        ```robotframework
        Verify P95 Of Products Below Threshold
        ```
        """
        self._judge(f"{metric} of {endpoint} < threshold", run)

    @keyword("Verify Error Rate Below ${percent}", tags=["verify"])
    def verify_error_rate(self, percent: Percent, *, run: str | None = None) -> None:
        """Verifies the share of requests that failed, over all endpoints.

        Timeouts and requests that could never be sent count as failed.

        Args:
            percent: The limit: `1 %`, `0.5 %`.
            run: The name of another load run.

        Example:

        ```robotframework
        Verify Error Rate Below 1 %
        ```
        """
        self._judge(f"error rate < {percent}", run)

    @keyword("Verify Error Rate Of ${endpoint} Below ${percent}", tags=["verify"])
    def verify_error_rate_of_endpoint(
        self, endpoint: str, percent: Percent, *, run: str | None = None
    ) -> None:
        """Verifies the share of one endpoint's requests that failed.

        Args:
            endpoint: The endpoint's name.
            percent: The limit: `1 %`, `0.5 %`.
            run: The name of another load run.

        Example:

        ```robotframework
        Verify Error Rate Of Create Order Below 0.5 %
        ```
        """
        self._judge(f"error rate of {endpoint} < {percent}", run)

    @keyword("Verify Achieved Rate At Least ${percent} Of Target", tags=["verify"])
    def verify_achieved_rate(self, percent: Percent, *, run: str | None = None) -> None:
        """Verifies that the load asked for was really sent, in time.

        Args:
            percent: The share of the offered rate that must have been reached: `98 %`.
            run: The name of another load run.

        Example:

        ```robotframework
        Verify Achieved Rate At Least 98 % Of Target
        ```
        """
        self._judge(f"achieved rate >= {percent} of target", run)

    @keyword("Verify CPU Below ${percent}", tags=["verify"])
    def verify_cpu(self, percent: Percent, *, run: str | None = None) -> None:
        """Verifies the processor use of the system under test's host, averaged over the run.

        The host is watched when it is this machine; of another it is inconclusive.

        Args:
            percent: The limit: `90 %`.
            run: The name of another load run.

        Example:

        ```robotframework
        Verify CPU Below 90 %
        ```
        """
        self._judge(f"cpu < {percent}", run)

    @keyword("Verify Memory Below ${percent}", tags=["verify"])
    def verify_memory(self, percent: Percent, *, run: str | None = None) -> None:
        """Verifies the memory use of the system under test's host, averaged over the run.

        The host is watched when it is this machine; of another it is inconclusive.

        Args:
            percent: The limit: `90 %`.
            run: The name of another load run.

        Example:

        ```robotframework
        Verify Memory Below 90 %
        ```
        """
        self._judge(f"memory < {percent}", run)

    @keyword(tags=["verify"])
    def verify_criterion(self, criterion: str, *, run: str | None = None) -> None:
        """Verifies a criterion of the language.

        `METRIC [of ENDPOINT] OPERATOR VALUE UNIT`, for example:

        | criterion | metric |
        | --- | --- |
        | `p95 of Products < 50 ms` | a percentile of one endpoint's response times |
        | `p99.9 < 200 ms` | of each endpoint; the worst decides |
        | `p95 service time < 40 ms` | from the actual start of a request |
        | `error rate of Create Order <= 0.5 %` | the share of its requests that failed |
        | `achieved rate >= 98 % of target` | what was sent in time, of what was asked for |
        | `cpu < 90 %` | the processor of the system under test's host |

        Args:
            criterion: The criterion.
            run: The name of another load run.

        Example:

        ```robotframework
        Verify Criterion    p95 of Products < 50 ms
        ```
        """
        self._judge(criterion, run)

    @keyword(tags=["verify"])
    def verify_criteria(self, *criteria: str, run: str | None = None) -> None:
        """Verifies several criteria; all are judged before the test fails.

        Args:
            criteria: The criteria, each as in `Verify Criterion`.
            run: The name of another load run.

        Example:

        ```robotframework
        Verify Criteria
        ...    p95 of Products < 50 ms
        ...    error rate < 1 %
        ```
        """
        if not criteria:
            raise BadInput("criteria= is empty: write for example p95 of Products < 50 ms.")
        self._judge_all(criteria, run)

    def _judge(self, text: str, run: str | None) -> None:
        self._judge_all((text,), run)

    def _judge_all(self, texts: tuple[str, ...], run: str | None) -> None:
        judged = [self._session.judge(text, run).judgement for text in texts]
        missed = [each.sentence for each in judged if not each.passed]
        for each in judged:
            if each.passed:
                logger.info(each.sentence)
        if missed:
            raise ContinuableFailure("\n".join(missed))
