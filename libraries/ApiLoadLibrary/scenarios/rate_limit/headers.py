"""What an answer's headers tell of a rate limit, in all the forms that there have been.

| form | looks like |
| --- | --- |
| `RateLimit` of the current draft | `"all";r=50;t=30`, `RateLimit-Policy: "all";q=100;w=60` |
| `RateLimit` of draft 07 | `limit=100, remaining=50, reset=5`, `RateLimit-Policy: 100;w=60` |
| `RateLimit-*` | `RateLimit-Limit: 100, 100;w=60`, `RateLimit-Remaining`, `RateLimit-Reset: 5` |
| `X-RateLimit-*` | the same; the reset in seconds or ms left, as an epoch in s or ms, as a date |
| `X-RateLimit-*-Minute` | one for each window: `-Second`, `-Minute`, `-Hour`, `-Day` |

The drafts are those of draft-ietf-httpapi-ratelimit-headers.  As they demand, what is malformed
is ignored; it is said all the same.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import http_sf

from ApiLoadLibrary.values import NS_PER_S

__all__ = ["TRACED", "Answer", "Told", "read_headers"]

_UNITS_S = {"second": 1, "minute": 60, "hour": 3_600, "day": 86_400}
_PREFIXES = ("ratelimit", "x-ratelimit", "x-rate-limit")
_SUFFIXES = ("limit", "remaining", "reset")
TRACED = frozenset(
    {"retry-after", "date", "ratelimit", "ratelimit-policy", "x-ratelimit-reset-after"}
    | {f"{prefix}-{suffix}" for prefix in _PREFIXES for suffix in _SUFFIXES}
    | {
        f"{prefix}-{suffix}-{unit}"
        for prefix in _PREFIXES[:2]
        for suffix in _SUFFIXES[:2]
        for unit in _UNITS_S
    }
)
"""The headers that a probe's trace holds."""

EPOCH_S, EPOCH_MS = 10**9, 10**11
"""From here on a number is no time that is left, but a moment in seconds, or in ms."""
LONGEST_WAIT_S = 86_400


@dataclass(frozen=True, slots=True)
class Told:
    """What one group of headers tells of one policy; None of what it does not tell.

    Attributes:
        form: Which headers told it: `RateLimit`, `RateLimit of draft 07`, `X-RateLimit-*` ….
        policy: Its name, where it has one.
        limit: Requests in a window.
        window_ns: The window.
        remaining: Requests that are left.
        reset_ns: Until there are more, from the answer on.
        reset_as: How the reset was written: `seconds`, `ms`, `epoch`, `epoch in ms`, `date`.
    """

    form: str
    policy: str | None = None
    limit: int | None = None
    window_ns: int | None = None
    remaining: int | None = None
    reset_ns: int | None = None
    reset_as: str | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """What the headers of one answer tell.

    Attributes:
        told: Of limits; a group of headers each, and a policy each.
        retry_after_ns: How long to wait, from the answer on.
        malformed: Fields that could not be read, as they were.
        has_retry_after: Whether there is such a field, readable or not.
    """

    told: tuple[Told, ...] = ()
    retry_after_ns: int | None = None
    malformed: tuple[str, ...] = ()
    has_retry_after: bool = False


def read_headers(headers: Mapping[str, str], now: datetime, window_ns: int | None = None) -> Answer:
    """What these headers tell.

    Args:
        headers: By name, in small letters.
        now: When the answer came; the server's own `Date` counts where there is one.
        window_ns: Of the contract: it tells seconds that are left from milliseconds.
    """
    reader = _Reader(headers, _date(headers.get("date")) or now, window_ns)
    told = [
        each
        for read in (reader.current, reader.draft_07, reader.plain, reader.by_unit)
        for each in read()
    ]
    retry_after = headers.get("retry-after")
    wait_ns = None if retry_after is None else reader.retry_after(retry_after)
    return Answer(tuple(told), wait_ns, tuple(reader.malformed), retry_after is not None)


class _Reader:
    """One answer's headers, and what could not be read of them."""

    def __init__(self, headers: Mapping[str, str], now: datetime, window_ns: int | None) -> None:
        self._headers = headers
        self._now = now
        self._window_ns = window_ns
        self.malformed: list[str] = []

    def current(self) -> Iterator[Told]:
        """`RateLimit: "default";r=50;t=30` and its policies."""
        policies = self._policies()
        state = self._headers.get("ratelimit")
        items = [] if state is None else self._structured("list", state, quiet=True) or []
        if state is not None and not items and self._as_draft_07(state) is None:
            self._reject("RateLimit", state)
        named = {name: rest for name, rest in items if isinstance(name, str) and "r" in rest}
        for name in dict.fromkeys((*named, *(each for each in policies if each is not None))):
            limit, window_ns = policies.get(name, (None, None))
            rest = named.get(name, {})
            yield Told(
                *("RateLimit", str(name), limit, window_ns),
                remaining=_whole(rest.get("r")),
                reset_ns=_seconds_ns(rest.get("t")),
                reset_as="seconds" if _whole(rest.get("t")) is not None else None,
            )

    def draft_07(self) -> Iterator[Told]:
        """`RateLimit: limit=100, remaining=50, reset=5`."""
        found = self._as_draft_07(self._headers.get("ratelimit", ""))
        if found is None:
            return
        limit, remaining, reset = (_whole(found[each][0]) for each in _SUFFIXES)
        window_ns = next(
            (window for name, (q, window) in self._policies().items() if name is None), None
        )
        yield Told(
            *("RateLimit of draft 07", None, limit, window_ns),
            remaining=remaining,
            reset_ns=_seconds_ns(reset),
            reset_as="seconds",
        )

    def plain(self) -> Iterator[Told]:
        """`RateLimit-Limit`, `X-RateLimit-Limit`, `X-Rate-Limit-Limit` and their like."""
        for prefix in _PREFIXES:
            form = f"{_title(prefix)}-*"
            limit, window_ns = self._limit(prefix)
            remaining = self._number(f"{prefix}-remaining")
            after = "x-ratelimit-reset-after" if prefix == "x-ratelimit" else ""
            reset_ns, reset_as = self._reset(f"{prefix}-reset", after)
            if (limit, remaining, reset_ns) != (None, None, None):
                yield Told(form, None, limit, window_ns, remaining, reset_ns, reset_as)

    def by_unit(self) -> Iterator[Told]:
        """`X-RateLimit-Limit-Minute` and its like, as gateways send them."""
        for prefix in _PREFIXES[:2]:
            for unit, seconds in _UNITS_S.items():
                limit = self._number(f"{prefix}-limit-{unit}")
                remaining = self._number(f"{prefix}-remaining-{unit}")
                if (limit, remaining) != (None, None):
                    form = f"{_title(prefix)}-*-{unit.capitalize()}"
                    yield Told(form, unit, limit, seconds * NS_PER_S, remaining)

    def retry_after(self, text: str) -> int | None:
        """Seconds, or an HTTP date."""
        if re.fullmatch(r"[0-9]{1,10}", text.strip()):
            return int(text.strip()) * NS_PER_S
        moment = _date(text)
        if moment is None:
            self._reject("Retry-After", text)
            return None
        return self._until(moment)

    def _policies(self) -> dict[str | None, tuple[int | None, int | None]]:
        """Limit and window by the policy's name; None is that of an unnamed one."""
        text = self._headers.get("ratelimit-policy")
        if text is None:
            return {}
        items = self._structured("list", text, "RateLimit-Policy")
        found: dict[str | None, tuple[int | None, int | None]] = {}
        for name, rest in items or []:
            window_ns = _seconds_ns(rest.get("w"))
            if isinstance(name, str):
                found[name] = (_whole(rest.get("q")), window_ns)
            elif isinstance(name, int):
                found.setdefault(None, (name, window_ns))
        return found

    def _as_draft_07(self, text: str) -> Any:
        found = self._structured("dictionary", text, quiet=True) or {}
        told = all(each in found and _whole(found[each][0]) is not None for each in _SUFFIXES)
        return found if told else None

    def _limit(self, prefix: str) -> tuple[int | None, int | None]:
        """`100`, or `100, 100;w=60` with the window that goes with it."""
        name = f"{prefix}-limit"
        text = self._headers.get(name)
        if text is None:
            return None, None
        items = self._structured("list", text, _title(name)) or [(None, {})]
        limit = _whole(items[0][0])
        windows = [_seconds_ns(rest.get("w")) for value, rest in items if value == limit]
        return limit, next((each for each in windows if each), None)

    def _number(self, name: str) -> int | None:
        text = self._headers.get(name)
        if text is None:
            return None
        if re.fullmatch(r"[0-9]{1,15}", text.strip()):
            return int(text.strip())
        self._reject(_title(name), text)
        return None

    def _reset(self, name: str, after: str) -> tuple[int | None, str | None]:
        """When there is more, from the answer on, and how that was written."""
        text = self._headers.get(name)
        left = self._headers.get(after)
        if text is None and left is not None and _decimal(left) is not None:
            return round((_decimal(left) or 0) * NS_PER_S), "seconds"
        if text is None:
            return None, None
        number, moment = _decimal(text), _date(text)
        if number is not None:
            return self._numbered_reset(number)
        if moment is not None:
            return self._until(moment), "date"
        self._reject(_title(name), text)
        return None, None

    def _numbered_reset(self, number: float) -> tuple[int, str]:
        if number >= EPOCH_S:
            in_ms = number >= EPOCH_MS
            moment = datetime.fromtimestamp(number / (1_000 if in_ms else 1), UTC)
            return self._until(moment), "epoch in ms" if in_ms else "epoch"
        window_s = LONGEST_WAIT_S if self._window_ns is None else self._window_ns / NS_PER_S
        # Nobody tells to wait for longer than two windows: such a number counts milliseconds.
        if number > 2 * window_s and number / 1_000 <= 2 * window_s:
            return round(number * 10**6), "ms"
        return round(number * NS_PER_S), "seconds"

    def _until(self, moment: datetime) -> int:
        return max(0, round((moment - self._now).total_seconds() * NS_PER_S))

    def _structured(self, kind: str, text: str, name: str = "", *, quiet: bool = False) -> Any:
        try:
            return http_sf.parse(text.encode("latin-1", "replace"), tltype=kind)
        except ValueError:
            if not quiet:
                self._reject(name, text)
            return None

    def _reject(self, name: str, text: str) -> None:
        self.malformed.append(f"{name}: {text}")


def _title(name: str) -> str:
    """`x-ratelimit-limit` as it is usually written."""
    words = {"ratelimit": "RateLimit"}
    return "-".join(words.get(each, each.capitalize()) for each in name.split("-"))


def _whole(value: object) -> int | None:
    """A whole number of 0 or more."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _seconds_ns(value: object) -> int | None:
    whole = _whole(value)
    return None if whole is None else whole * NS_PER_S


def _decimal(text: str) -> float | None:
    number = text.strip()
    return float(number) if re.fullmatch(r"[0-9]{1,13}(?:\.[0-9]{1,9})?", number) else None


def _date(text: str | None) -> datetime | None:
    """An HTTP date, or one of ISO 8601; without an offset it is UTC."""
    readers: tuple[Callable[[str], datetime], ...] = (
        parsedate_to_datetime,
        datetime.fromisoformat,
    )
    for read in readers if text else ():
        try:
            found = read(str(text).strip())
        except (ValueError, TypeError, OverflowError):
            continue
        return found if found.tzinfo else found.replace(tzinfo=UTC)
    return None
