"""Charging cards through the payment provider: a real socket, a time-out, and counts."""

from typing import Any, NamedTuple

import aiohttp

from pos_api.errors import ApiError
from pos_api.provider import CHARGES_PATH, MODE_PATH

# Connections are kept for as long, so that a charge need not open one.
_KEEP_ALIVE_S = 60.0


class Charge(NamedTuple):
    """What the provider knows a charge by."""

    id: str
    client_secret: str
    created: int


class ProviderFailed(ApiError):
    """The provider did not do what was asked; it may have charged all the same."""


class KeyReused(Exception):
    """The key was used before, for something else. No failure of the provider's."""


class Charging:
    """The server's side of the connection to the provider.

    Args:
        address: the provider's.
        timeout_s: how long it may take to answer.
        at_once: connections at most; more charges than that are never under way.
    """

    def __init__(self, address: str, timeout_s: float, at_once: int) -> None:
        self._address = address
        self._timeout_s = timeout_s
        self._at_once = at_once
        self._session: aiohttp.ClientSession | None = None
        self._calls = self._succeeded = self._failed = self._timed_out = 0

    async def open(self) -> None:
        """Get ready, on the event loop that will be used."""
        connector = aiohttp.TCPConnector(limit=self._at_once, keepalive_timeout=_KEEP_ALIVE_S)
        timeout = aiohttp.ClientTimeout(total=self._timeout_s)
        self._session = aiohttp.ClientSession(
            self._address, connector=connector, timeout=timeout, raise_for_status=False
        )

    async def close(self) -> None:
        """Close all connections."""
        if self._session is not None:
            await self._session.close()

    async def charge(self, amount: int, currency: str, description: str | None, key: str) -> Charge:
        """Charge once for this key, however often it is asked for.

        Raises:
            ProviderFailed: 504 or 502, the provider was too slow, or is broken.
            KeyReused: the key was used for something else.
        """
        asked = {
            "amount": amount,
            "currency": currency,
            "description": description,
            "idempotency_key": key,
        }
        self._calls += 1
        try:
            status, answer = await self._send("POST", CHARGES_PATH, asked)
        except TimeoutError as error:
            self._timed_out += 1
            raise self._timeout() from error
        except aiohttp.ClientError as error:
            self._failed += 1
            raise _broken() from error
        if status == 200:
            self._succeeded += 1
            return Charge(**answer)
        if status == 409:
            self._succeeded += 1
            raise KeyReused
        self._failed += 1
        raise _broken()

    async def set_mode(self, mode: str, delay_ms: int) -> None:
        """Make the provider slow, broken or well.

        Raises:
            ProviderFailed: 502, it cannot be told.
        """
        try:
            status, _ = await self._send("PUT", MODE_PATH, {"mode": mode, "delay_ms": delay_ms})
        except (TimeoutError, aiohttp.ClientError) as error:
            raise _broken() from error
        if status != 200:
            raise _broken()

    def snapshot(self) -> dict[str, object]:
        """The part of ``/api/metrics``."""
        return {
            "calls": self._calls,
            "succeeded": self._succeeded,
            "failed": self._failed,
            "timed_out": self._timed_out,
        }

    async def _send(self, method: str, path: str, body: object) -> tuple[int, dict[str, Any]]:
        assert self._session is not None
        async with self._session.request(method, path, json=body) as answer:
            return answer.status, await answer.json()

    def _timeout(self) -> ProviderFailed:
        message = (
            f"The payment provider did not answer within {self._timeout_s * 1000:.0f} ms; it may "
            "have charged: repeat the request with the same Idempotency-Key."
        )
        return ProviderFailed(504, "provider_timeout", message)


def _broken() -> ProviderFailed:
    message = "The payment provider failed; repeat the request with the same Idempotency-Key."
    return ProviderFailed(502, "provider_failed", message)
