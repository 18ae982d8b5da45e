"""Keywords about rate limits: what probes and identifies them, and what judges them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from robot.api import logger
from robot.api.deco import keyword
from robot.api.types import Secret

from ApiLoadLibrary.errors import BadInput
from ApiLoadLibrary.session.acceptance import AcceptanceSession
from ApiLoadLibrary.values import Duration, Factor, Percent, Rate

from .converters import unwrapped
from .judging import Judging, judging
from .sending import Sender

if TYPE_CHECKING:  # what probes and identifies is loaded late: few suites do
    from ApiLoadLibrary.session.rate_limits import Contract, Limited

__all__ = ["RateLimits"]

TOO_MANY_REQUESTS = 429


class RateLimits(Judging):
    """What probes a rate limit and finds out its kind, and what judges it.

    Args:
        session: Whose load it is.
        sender: Carries out the load sentences.
    """

    def __init__(self, session: AcceptanceSession, sender: Sender) -> None:
        super().__init__(session)
        self._sender = sender

    @keyword("Probe Rate Limit Of ${endpoint}", tags=["load"])
    def probe_rate_limit(
        self,
        endpoint: str,
        *,
        limit: Rate | None = None,
        burst: int | None = None,
        refused_with: int = TOO_MANY_REQUESTS,
        bystander: str | None = None,
        other_token: str | Secret | None = None,
        workers: int | None = None,
        name: str | None = None,
    ) -> str:
        """Sends more than a rate limit allows, and finds out what it refuses, and how.

        First it stays below the limit for a window, then it rests for one, and then it sends
        twice the limit for about three; in the end single requests try whether `Retry-After`
        keeps its word.  With the rests it takes about six windows.  Refused requests are
        *refused* and no errors; criteria judge the part above the limit, unless they say
        `during=below` or `during=after`.

        Without `limit` it is taken from the answers' headers, else it is found: more and more is
        sent, up to 320 requests a second for some seconds, until some are refused.

        Args:
            endpoint: The name of the endpoint that is limited.
            limit: What the contract says, and for what time: `600/min`, `50/5 s`.
            burst: How many may come at once, where the contract says so: of a token bucket its
                size; of nginx its `burst` and one more.
            refused_with: The status of a refusal; nginx says 503 unless it is told otherwise.
            bystander: Other endpoints that are asked quietly meanwhile, and must not notice.
            other_token: A token of somebody else, who asks for the same quietly meanwhile.
            workers: How many requests may be under way at once; enough, unless given.
            name: How criteria (`run=`) and the report call the run.

        Returns:
            The load run's id.

        Example:

        ```robotframework
        Probe Rate Limit Of Partner Products    limit=50/5 s    bystander=Products
        Verify Rate Limiting Effectiveness Above 95 %
        Verify No Request Below The Limit Was Refused
        Verify Retry After Is Honest
        Verify Bystanders Were Not Disturbed
        ```
        """
        token = None if other_token is None else str(unwrapped(other_token, self._session.mask.add))
        if token is not None:
            self._session.mask.add(token)
        from ApiLoadLibrary.session.rate_limits import Limited, RateLimitTest

        limited = Limited(self._session, endpoint, refused_with, bystander, token)
        test = RateLimitTest.probing(limited, self._contract(limited, limit, burst))
        return self._sender.send(lambda: test.plan(name, workers), test.conclude)

    @keyword("Identify Rate Limiter Of ${endpoint}", tags=["load"])
    def identify_rate_limiter(
        self,
        endpoint: str,
        *,
        limit: Rate | None = None,
        burst: int | None = None,
        refused_with: int = TOO_MANY_REQUESTS,
        workers: int | None = None,
        name: str | None = None,
    ) -> str:
        """Finds out which kind of limiter it is, and with which settings; it takes long.

        In bursts, rests and times above the limit it sends some 28 times the limit over about
        eighteen windows.  Then models decide on the same requests: a fixed window by the clock and
        from the first hit, a sliding log, a sliding counter, a token bucket, a leaky bucket that
        delays, and the log and the counter that count refused requests too.  The report names the
        one that explains most, the next best, their settings, and how many decisions they would
        have made otherwise; above 5 %, or where two explain it equally well, the limiter is
        *unclassified*.

        Args:
            endpoint: The name of the endpoint that is limited.
            limit: About what the limit is, and for what time; as in `Probe Rate Limit Of …` it is
                taken from headers or found unless given.
            burst: About how many may come at once, of a bucket.
            refused_with: The status of a refusal.
            workers: How many requests may be under way at once; enough, unless given.
            name: How the report calls the run.

        Returns:
            The load run's id.

        Example:

        ```robotframework
        Identify Rate Limiter Of Partner Products    limit=50/5 s
        ```
        """
        from ApiLoadLibrary.session.rate_limits import Limited, RateLimitTest

        limited = Limited(self._session, endpoint, refused_with)
        title = name or f"Kind of rate limiter of {limited.endpoint.name}"
        test = RateLimitTest.identifying(limited, self._contract(limited, limit, burst))
        return self._sender.send(lambda: test.plan(title, workers), test.conclude)

    @judging("Verify Rate Limiting Effectiveness Above ${percent}")
    def verify_effectiveness(self, percent: Percent) -> str:
        """Verifies that what exceeds a rate limit is refused.

        Effectiveness is the number of refused requests, divided by the number of those beyond what
        the contract allows over the time of the probe, its burst included; 100 % at most.

        Args:
            percent: The limit: `95 %`.

        Example:

        ```robotframework
        Probe Rate Limit Of Partner Products    limit=50/5 s
        Verify Rate Limiting Effectiveness Above 95 %
        ```
        """
        return f"rate limiting effectiveness > {percent}"

    @judging("Verify Over Admission Below ${percent}")
    def verify_over_admission(self, percent: Percent) -> str:
        """Verifies that no stretch of time as long as the limit's window held many more than that.

        A fixed window lets up to twice its limit through around its edge: 100 % too much.

        Args:
            percent: How much more than allowed may have been accepted: `10 %`.

        Example:

        ```robotframework
        Probe Rate Limit Of Partner Products    limit=50/5 s
        Verify Over Admission Below 10 %
        ```
        """
        return f"over-admission < {percent}"

    @judging()
    def verify_no_request_below_the_limit_was_refused(self) -> str:
        """Verifies that who kept to the rate limit was never refused.

        Example:

        ```robotframework
        Probe Rate Limit Of Partner Products    limit=50/5 s
        Verify No Request Below The Limit Was Refused
        ```
        """
        return "false refusals <= 0 %"

    @judging()
    def verify_every_refusal_had_the_right_status(self) -> str:
        """Verifies that requests above the limit were refused with 429, or `refused_with`, alone.

        Example:

        ```robotframework
        Probe Rate Limit Of Partner Products    limit=50/5 s
        Verify Every Refusal Had The Right Status
        ```
        """
        return "wrong refusals <= 0 %"

    @judging()
    def verify_retry_after_is_honest(self) -> str:
        """Verifies that every refusal had a `Retry-After`, and that it kept its word.

        Requests that came too early were refused again, one that came on time was accepted.

        Example:

        ```robotframework
        Probe Rate Limit Of Partner Products    limit=50/5 s
        Verify Retry After Is Honest
        ```
        """
        return "honest retry-after >= 100 %"

    @judging("Verify Refusals Within ${time}")
    def verify_refusal_time(self, time: Duration) -> str:
        """Verifies that 95 of 100 refusals were quick.

        Args:
            time: The limit: `50 ms`.

        Example:

        ```robotframework
        Probe Rate Limit Of Partner Products    limit=50/5 s
        Verify Refusals Within 50 ms
        ```
        """
        return f"refusal time <= {time}"

    @judging("Verify Slow-Down While Limited Below ${factor} Times")
    def verify_slow_down(self, factor: Factor) -> str:
        """Verifies that who was accepted above the limit was served as quickly as below it.

        Compared are the times within which 95 of 100 were answered; below 5 ms all are alike.

        Args:
            factor: How many times as long answers may take: `3`, `1.5`.

        Example:

        ```robotframework
        Probe Rate Limit Of Partner Products    limit=50/5 s
        Verify Slow-Down While Limited Below 3 Times
        ```
        """
        return f"slow-down while limited < {factor}"

    @judging()
    def verify_bystanders_were_not_disturbed(self) -> str:
        """Verifies that nobody else noticed: no request of theirs was refused, failed or was slow.

        It is about those whom `Probe Rate Limit Of …` was told of, by `bystander=` and
        `other_token=`.  Slow is what takes over three times as long as the slowest before, and
        over 100 ms.

        Example:

        ```robotframework
        Probe Rate Limit Of Partner Products    limit=50/5 s    bystander=Products
        Verify Bystanders Were Not Disturbed
        ```
        """
        return "disturbed bystanders <= 0 %"

    def _contract(self, limited: Limited, limit: Rate | None, burst: int | None) -> Contract:
        from ApiLoadLibrary.session.rate_limits import Contract

        if limit is not None:
            return Contract(limit, burst)
        if burst is not None:
            raise BadInput(f"burst={burst} needs the rate that goes with it: write limit=10/s.")
        if self._sender.only_shows:
            raise BadInput("Without limit= it is found by sending: to show a plan, write limit=.")
        with self._sender.logging() as watch:
            contract = limited.find_contract(watch)
        whence = {
            "headers": f"The limit is {contract}, as headers tell.",
            "found": f"The limit is about {contract}, as far as could be found.",
            "none": "No limit was found; it is probed with what has been sent in vain.",
        }
        logger.info(whence[contract.source])
        return contract
