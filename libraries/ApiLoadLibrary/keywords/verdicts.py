"""Keywords that judge: each records a criterion, then fails if it was not met."""

from __future__ import annotations

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.session.criteria_file import Requirement, read_criteria
from ApiLoadLibrary.values import Duration, Percent, Rate

from .converters import CriterionText, LatencyMetric
from .judging import Judging, judging

__all__ = ["Verdicts"]


class Verdicts(Judging):
    """What judges.

    Each of these judges the latest load run of its own test, else of its suite's
    setup; `run=` names another.  A criterion that was not met fails the test, and
    the test goes on: the other criteria are judged too.  One that could not be
    decided fails it as well, with a message that starts `INCONCLUSIVE:`.
    """

    @judging("Verify ${metric} Below ${limit}")
    def verify_below(self, metric: LatencyMetric, limit: Duration) -> str:
        """Verifies a statistic of the response times of every endpoint; the worst is named.

        Args:
            metric: P50 to P99.99, Average, Median, Maximum; `Response Time`, `Service Time`
                and other times may follow.
            limit: A time with its unit: `200 ms`, `1.5 s`.

        Example:

        ```robotframework
        Verify P95 Below 200 ms
        Verify Average Response Time Below 10 ms
        Verify P90 Below 300 ms    in_every=10 s
        ```
        """
        return f"{metric} < {limit}"

    @judging("Verify ${metric} Of ${endpoint} Below ${limit}")
    def verify_of_endpoint_below(
        self, metric: LatencyMetric, endpoint: str, limit: Duration
    ) -> str:
        """Verifies a statistic of the response times of one endpoint, or of each of a group.

        Args:
            metric: P50 to P99.99, Average, Median, Maximum; `Response Time` may follow.
            endpoint: The name of an endpoint or a group; `The Run` takes all as one.
            limit: A time with its unit: `200 ms`, `1.5 s`.

        Example:

        ```robotframework
        Verify P99 Of Create Order Below 500 ms
        ```
        """
        return f"{metric} of {endpoint} < {limit}"

    @judging("Verify ${metric} Below Threshold")
    def verify_below_threshold(self, metric: LatencyMetric) -> str:
        """Verifies a statistic of every endpoint against the endpoint's own threshold.

        The threshold is that of `Define Endpoint`, else that of `Use Server`.

        Args:
            metric: P50 to P99.99, Average, Median, Maximum; `Response Time` may follow.

        Example:

        ```robotframework
        Verify P95 Below Threshold
        ```
        """
        return f"{metric} < threshold"

    @judging("Verify ${metric} Of ${endpoint} Below Threshold")
    def verify_of_endpoint_below_threshold(self, metric: LatencyMetric, endpoint: str) -> str:
        """Verifies a statistic of one endpoint against its own threshold.

        Args:
            metric: P50 to P99.99, Average, Median, Maximum; `Response Time` may follow.
            endpoint: The name of an endpoint, or of a group.

        Example:

        ```robotframework
        Verify P95 Of Products Below Threshold
        ```
        """
        return f"{metric} of {endpoint} < threshold"

    @judging()
    def verify_each_endpoint_meets_its_threshold(self) -> str:
        """Verifies that 95 of 100 requests to each endpoint are answered within its threshold.

        The threshold is that of `Define Endpoint`, else that of `Use Server`.

        Example:

        ```robotframework
        Verify Each Endpoint Meets Its Threshold
        ```
        """
        return "p95 of each endpoint < threshold"

    @judging("Verify Error Rate Below ${percent}")
    def verify_error_rate(self, percent: Percent) -> str:
        """Verifies the share of requests that failed, over all endpoints.

        Timeouts and requests that could never be sent count as failed.

        Args:
            percent: The limit: `1 %`, `0.5 %`.

        Example:

        ```robotframework
        Verify Error Rate Below 1 %
        ```
        """
        return f"error rate < {percent}"

    @judging("Verify Error Rate Of ${endpoint} Below ${percent}")
    def verify_error_rate_of_endpoint(self, endpoint: str, percent: Percent) -> str:
        """Verifies the share of requests to one endpoint, or to a group, that failed.

        Args:
            endpoint: The name of an endpoint or a group.
            percent: The limit: `1 %`, `0.5 %`.

        Example:

        ```robotframework
        Verify Error Rate Of Create Order Below 0.5 %
        ```
        """
        return f"error rate of {endpoint} < {percent}"

    @judging("Verify Share Of ${ending} Below ${percent}")
    def verify_share(self, ending: str, percent: Percent) -> str:
        """Verifies the share of requests that ended in a certain way.

        Args:
            ending: A status like `429` or `5xx`, `Timeouts`, `Connection Failures`, `TLS Failures`,
                `Protocol Failures`, `Failed Checks` or `Dropped Requests`; `Of` and the name
                of an endpoint or a group may follow.
            percent: The limit: `1 %`, `0.5 %`.

        Example:

        ```robotframework
        Verify Share Of Timeouts Below 0.1 %
        Verify Share Of 429 Of Products Below 5 %
        ```
        """
        return f"share of {ending} < {percent}"

    @judging()
    def verify_no_errors(self) -> str:
        """Verifies that not one request failed.

        Example:

        ```robotframework
        Verify No Errors
        ```
        """
        return "error rate <= 0 %"

    @judging()
    def verify_no_server_errors(self) -> str:
        """Verifies that not one answer has a status from 500 to 599.

        Example:

        ```robotframework
        Verify No Server Errors
        ```
        """
        return "share of 5xx <= 0 %"

    @judging("Verify Achieved Rate At Least ${percent} Of Target")
    def verify_achieved_rate(self, percent: Percent) -> str:
        """Verifies that the load asked for was really sent, in time.

        Args:
            percent: The share of the offered rate that must have been reached: `98 %`.

        Example:

        ```robotframework
        Verify Achieved Rate At Least 98 % Of Target
        ```
        """
        return f"achieved rate >= {percent} of target"

    @judging("Verify Throughput At Least ${throughput}")
    def verify_throughput(self, throughput: Rate) -> str:
        """Verifies how many requests were answered in a time, whatever their status.

        Args:
            throughput: Over all endpoints together: `1,000/min`, `50/s`.

        Example:

        ```robotframework
        Verify Throughput At Least 900/min
        ```
        """
        return f"throughput >= {throughput}"

    @judging("Verify CPU Below ${percent}")
    def verify_cpu(self, percent: Percent) -> str:
        """Verifies the processor use of the system under test's host, averaged over the run.

        The host is watched when it is this machine, or when `Monitor Host` was told of it; else it
        is inconclusive.

        Args:
            percent: The limit: `90 %`.

        Example:

        ```robotframework
        Verify CPU Below 90 %
        ```
        """
        return f"cpu < {percent}"

    @judging("Verify Memory Below ${percent}")
    def verify_memory(self, percent: Percent) -> str:
        """Verifies the memory use of the system under test's host, averaged over the run.

        The host is watched when it is this machine, or when `Monitor Host` was told of it; else it
        is inconclusive.

        Args:
            percent: The limit: `90 %`.

        Example:

        ```robotframework
        Verify Memory Below 90 %
        ```
        """
        return f"memory < {percent}"

    @judging("Verify Disk Below ${percent}")
    def verify_disk(self, percent: Percent) -> str:
        """Verifies how full the disk of the system under test's host is, averaged over the run.

        The host is watched when it is this machine, or when `Monitor Host` was told of it; else it
        is inconclusive.

        Args:
            percent: The limit: `90 %`.

        Example:

        ```robotframework
        Verify Disk Below 90 %
        ```
        """
        return f"disk < {percent}"

    @judging()
    def verify_criterion(self, criterion: CriterionText) -> str:
        """Verifies a criterion of the language.

        `METRIC [of SCOPE] OPERATOR LIMIT [CLAUSES]`, for example:

        | criterion | is about |
        | --- | --- |
        | `p95 of Products < 50 ms` | a percentile of one endpoint's response times |
        | `p99.9 < 200 ms` | the same of each endpoint; the worst decides |
        | `p95 of the run < 100 ms` | all endpoints of the run as one |
        | `p95 service time < 40 ms` | from the actual start of a request |
        | `error rate of Create Order <= 0.5 %` | the share of its requests that failed |
        | `share of 429 < 5 %` | the share of answers with a status; `5xx`, `timeouts` … too |
        | `achieved rate >= 98 % of target` | what was sent in time, of what was asked for |
        | `throughput >= 900/min` | answers in a time |
        | `cpu < 90 %` | the system under test's host; `memory`, `disk`, `network < 10 MB/s` too |
        | `memory of pos-1 < 500 MB` | a host or a process that is monitored; `cpu`, `swap` … too |
        | `gauge of pool < 18` | a gauge that `Monitor Host` was told |
        | `p90 < 300 ms in every 10 s` | each window of ten seconds |
        | `error rate < 1 % for 10 s` | ten seconds running, each of them |
        | `p95 < 50 ms after the first 30 s` | without the start of the run |
        | `error rate < 5 % during warm-up` | another phase of the run |
        | `p99 < 80 ms with 99 % confidence` | surer than 95 % |
        | `p99 < 80 ms as point estimate` | the measured value alone decides |
        | `error rate of everything < 1 %` | all load runs of the session together |

        Args:
            criterion: The criterion.

        Example:

        ```robotframework
        Verify Criterion    p95 of Products < 50 ms
        Verify Criterion    error rate < 1 % in every 10 s
        ```
        """
        return criterion

    @judging()
    def verify_criteria(self, *criteria: CriterionText) -> tuple[str, ...]:
        """Verifies several criteria; all are judged before the test fails.

        Args:
            criteria: The criteria, each as in `Verify Criterion`.

        Example:

        ```robotframework
        Verify Criteria
        ...    p95 of Products < 50 ms
        ...    error rate < 1 %
        ```
        """
        if not criteria:
            raise BadInput("criteria= is empty: write for example p95 of Products < 50 ms.")
        return criteria

    @judging()
    def verify_criteria_from(self, file: str) -> list[Requirement]:
        """Verifies the criteria of a file that their owner keeps; all, before the test fails.

        The file is TOML or YAML, with a list named `criteria`.  An entry is a criterion as in
        `Verify Criterion`, or has it as `criterion`, beside an `id`, a `requirement`, an
        `owner` and a `clause` for the report, each as wanted:

        ```yaml
        criteria:
          - error rate < 1 %
          - criterion: p95 of Products < 50 ms
            id: PERF-1
            requirement: Browsing feels instant
            owner: Retail Operations
            clause: Contract 4.2
        ```

        Args:
            file: Its path, from where robot was started.

        Example:

        ```robotframework
        Verify Criteria From    requirements/black_friday.yaml
        ```
        """
        return read_criteria(file)
