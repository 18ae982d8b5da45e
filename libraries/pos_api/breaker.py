"""A circuit breaker around the payment provider: when it fails, nobody waits for it any more.

States and counting are purgatory's. Among the kept libraries it is the one whose outcomes are
judged by the state in which they arrive: calls that began before it opened, and fail after, do
not keep it open for longer, and those that succeed do not close it. (pybreaker lets them do both,
and has no asyncio.) Half-open it lets every caller through, as pybreaker does: so here is a gate
that lets one probe pass and turns the others away until the probe has returned.
"""

import math
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import TypeVar

from purgatory import AsyncCircuitBreakerFactory
from purgatory.domain.model import OpenedState

from pos_api.charging import KeyReused
from pos_api.errors import ApiError
from pos_api.faults import Faults

Result = TypeVar("Result")

_NAMES = {"closed": "closed", "opened": "open", "half-opened": "half_open"}
_MOST_TRANSITIONS = 1000


class Breaker:
    """Lets calls through while they succeed.

    Args:
        on: without it every call passes.
        failures: so many in a row open it.
        open_s: how long it stays open before a call may probe.
        faults: may switch it off.
    """

    def __init__(self, *, on: bool, failures: int, open_s: float, faults: Faults) -> None:
        self._on = on
        self._faults = faults
        self._open_s = open_s
        self._factory = AsyncCircuitBreakerFactory(failures, open_s, exclude=[KeyReused])
        self._state, self._failures, self._opened_at = "closed", 0, 0.0
        self._transitions: deque[dict[str, object]] = deque(maxlen=_MOST_TRANSITIONS)
        self._probing = False
        self._opened = self._refused = self._probes = 0

    async def call(self, work: Callable[[], Awaitable[Result]]) -> Result:
        """Do the work, unless it would only fail.

        Raises:
            ApiError: 503, the breaker is open, or a probe is under way.
        """
        if not self._on or self._faults.breaker == "off":
            return await work()
        if self._probing:
            raise self._refusal()
        breaker = await self._factory.get_breaker("provider")
        try:
            async with breaker:
                self._note(breaker.context.state)
                return await self._probe(work) if self._state == "half_open" else await work()
        except OpenedState as error:
            raise self._refusal() from error
        finally:
            self._failures = breaker.context.failure_count or 0
            self._note(breaker.context.state)

    def snapshot(self) -> dict[str, object]:
        """The part of ``/api/metrics``."""
        return {
            "on": self._on and self._faults.breaker == "on",
            "state": self._state,
            "failures": self._failures,
            "opened": self._opened,
            "refused": self._refused,
            "probes": self._probes,
            "transitions": list(self._transitions),
        }

    async def _probe(self, work: Callable[[], Awaitable[Result]]) -> Result:
        self._probing = True
        self._probes += 1
        try:
            return await work()
        finally:
            self._probing = False

    def _note(self, name: str) -> None:
        """Remember a change of state, with its time on the clock that nobody sets."""
        state = _NAMES[name]
        if state == self._state:
            return
        now = time.monotonic()
        self._transitions.append({"from": self._state, "to": state, "monotonic_s": now})
        self._state = state
        if state == "open":
            self._opened += 1
            self._opened_at = now

    def _refusal(self) -> ApiError:
        self._refused += 1
        remaining_s = self._opened_at + self._open_s - time.monotonic()
        headers = {"Retry-After": str(max(1, math.ceil(remaining_s)))}
        message = "Card payments are not possible at the moment: the payment provider fails."
        return ApiError(503, "payments_unavailable", message, headers=headers)
