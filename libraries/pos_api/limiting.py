"""The partner API's rate limiter: one policy, and a quota of it for each token.

The counting is done by two libraries: limits for windows, throttled-py for the bucket. Here are
the answers: 429 with an honest ``Retry-After``, and the ``RateLimit`` fields of
draft-ietf-httpapi-ratelimit-headers-11 on whatever is answered.
"""

import math
import time
from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple, Protocol

from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import (
    FixedWindowRateLimiter,
    MovingWindowRateLimiter,
    SlidingWindowCounterRateLimiter,
)
from limits.strategies import RateLimiter as WindowCounter
from starlette.requests import Request
from starlette.responses import Response
from throttled import MemoryStore, RateLimiterType, Throttled, per_duration

from pos_api.errors import ApiError
from pos_api.faults import Faults
from pos_api.operation import Action
from pos_api.quota import Quota

POLICY = "partner"
_STRATEGIES: dict[str, Callable[[MemoryStorage], WindowCounter]] = {
    "fixed": FixedWindowRateLimiter,
    "moving": MovingWindowRateLimiter,
    "sliding": SlidingWindowCounterRateLimiter,
}
LIMITERS = ("off", *_STRATEGIES, "bucket")

_PROBLEM = "https://iana.org/assignments/http-problem-types#quota-exceeded"
_PROBLEM_TITLE = "Request cannot be satisfied as assigned quota has been exceeded"
_MOST_BUCKETS = 10_000


class Standing(NamedTuple):
    """How a token stands after a request: what is left, and seconds until there is more."""

    admitted: bool
    remaining: int
    more_in_s: float


class Limiter(Protocol):
    """Counts requests by key and decides on each."""

    def hit(self, key: str) -> Standing:
        """Count one request and say whether it is admitted."""


class WindowLimiter:
    """One of the windows of the library limits, by its wall clock."""

    def __init__(self, kind: str, quota: Quota) -> None:
        self._item = RateLimitItemPerSecond(quota.amount, quota.window_s)
        self._limiter = _STRATEGIES[kind](MemoryStorage())

    def hit(self, key: str) -> Standing:
        """Count one request and say whether it is admitted."""
        admitted = self._limiter.hit(self._item, key)
        stats = self._limiter.get_window_stats(self._item, key)
        remaining = stats.remaining if admitted else 0
        return Standing(admitted, remaining, max(0.0, stats.reset_time - time.time()))


class BucketLimiter:
    """A bucket of tokens that fills steadily.

    The library's class of that name counts whole seconds, which fills the bucket in lumps. Its
    GCRA is the same bucket seen from the time at which it will be full, and exact.
    """

    def __init__(self, quota: Quota, burst: int) -> None:
        self._burst = burst
        self._interval_s = quota.window_s / quota.amount
        self._throttled = Throttled(
            using=RateLimiterType.GCRA.value,
            quota=per_duration(timedelta(seconds=quota.window_s), quota.amount, burst),
            store=MemoryStore(options={"MAX_SIZE": _MOST_BUCKETS}),
        )

    def hit(self, key: str) -> Standing:
        """Count one request and say whether it is admitted."""
        result = self._throttled.limit(key)
        state = result.state
        if result.limited:
            return Standing(False, 0, state.retry_after)
        missing = self._burst - state.remaining
        until_next_s = state.reset_after - (missing - 1) * self._interval_s
        return Standing(True, state.remaining, max(0.0, until_next_s))


def make_limiter(kind: str, quota: Quota, burst: int | None) -> Limiter | None:
    """The limiter of that kind; None where it is off."""
    if kind == "off":
        return None
    if kind == "bucket":
        return BucketLimiter(quota, burst or quota.amount)
    return WindowLimiter(kind, quota)


class RateLimiter:
    """The policy as the API keeps it: it stands before actions and counts what it decides."""

    def __init__(self, kind: str, quota: Quota, burst: int | None, faults: Faults) -> None:
        self._kind = kind
        self._quota = quota
        self._burst = (burst or quota.amount) if kind == "bucket" else None
        self._limiter = make_limiter(kind, quota, burst)
        self._faults = faults
        self._admitted = 0
        self._refused = 0
        size = "" if self._burst is None else f";burst={self._burst}"
        self._policy = f'"{POLICY}";q={quota.amount};w={quota.window_s}{size}'

    def limited(self, action: Action) -> Action:
        """The action behind the limiter."""

        async def answer(request: Request) -> Response:
            if self._limiter is None or self._faults.limiter == "off":
                self._admitted += 1
                return await action(request)
            fields = self._admit(self._limiter.hit(request.scope["token_id"]))
            try:
                response = await action(request)
            except ApiError as error:
                error.headers = {**(error.headers or {}), **fields}
                raise
            return _with_headers(response, fields)

        return answer

    def snapshot(self) -> dict[str, object]:
        """The part of ``/api/metrics``."""
        return {
            "policy": POLICY,
            "kind": "off" if self._faults.limiter == "off" else self._kind,
            "quota": self._quota.amount,
            "window_s": self._quota.window_s,
            "burst": self._burst,
            "admitted": self._admitted,
            "refused": self._refused,
        }

    def _admit(self, standing: Standing) -> dict[str, str]:
        """The fields for the answer to an admitted request.

        Raises:
            ApiError: 429, it is not admitted.
        """
        seconds = math.ceil(standing.more_in_s)
        if standing.admitted:
            self._admitted += 1
            return self._fields(standing.remaining, seconds)
        self._refused += 1
        # Rounded up, so that whoever waits as long is admitted; 0 would mean "at once".
        raise self._refusal(max(1, seconds))

    def _fields(self, remaining: int, seconds: int) -> dict[str, str]:
        state = f'"{POLICY}";r={remaining};t={seconds}'
        return {"RateLimit-Policy": self._policy, "RateLimit": state}

    def _refusal(self, seconds: int) -> ApiError:
        message = (
            f"Only {self._quota.amount} requests in {self._quota.window_s} s are allowed for each "
            f"token; the next is accepted in {seconds} s."
        )
        problem = {
            "type": _PROBLEM,
            "title": _PROBLEM_TITLE,
            "status": 429,
            "violated-policies": [POLICY],
        }
        headers = {"Retry-After": str(seconds), **self._fields(0, seconds)}
        return ApiError(429, "quota_exceeded", message, headers=headers, problem=problem)


def _with_headers(response: Response, fields: dict[str, str]) -> Response:
    """A copy with further headers: answers are kept and shared, as those of products are."""
    copy = Response(response.body, response.status_code)
    copy.raw_headers = list(response.raw_headers)
    copy.headers.update(fields)
    return copy
