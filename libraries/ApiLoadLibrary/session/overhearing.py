"""Requests that others send with Python's `requests`: how long each took, and how it ended."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from time import monotonic_ns
from typing import Any

import requests

from ApiLoadLibrary.engine.causes import failure_behind
from ApiLoadLibrary.measurement.outcomes import Failure

__all__ = ["Overheard", "Overhearing"]

_FIRST_LINE = len(" HTTP/1.1\r\n\r\n") + 1
_HEADER = len(": \r\n")


@dataclass(frozen=True, slots=True)
class Overheard:
    """One request, the redirects that it followed included.

    Attributes:
        method: Upper case.
        url: Where it went first.
        outcome: The status of its answer, or a `Failure`.
        sent_ns, done_ns: Moments of the monotonic clock.
        first_byte_ns: When the head of its answer was there; -1 if none came, or several did.
        bytes_sent, bytes_received: Heads and bodies, as far as they are known.
        tries: How often it was sent; a session may try again by itself.
    """

    method: str
    url: str
    outcome: int
    sent_ns: int
    done_ns: int
    first_byte_ns: int = -1
    bytes_sent: int = 0
    bytes_received: int = 0
    tries: int = 1


class Overhearing:
    """Hears of the requests of every `requests.Session`, from `start` to `stop`.

    Only what Robot's own thread sends is heard: what others send in the background, as agents
    of test management do, is no business of the suite.

    Args:
        told: Gets each request when it has ended, however it did.
    """

    def __init__(self, told: Callable[[Overheard], None]) -> None:
        self._told = told
        self._original: Callable[..., requests.Response] | None = None
        self._wrapper: Any = None
        self._busy = False

    def start(self) -> None:
        """Begin to listen."""
        original = self._original = requests.Session.send

        @wraps(original)
        def send(session: Any, request: Any, **settings: Any) -> requests.Response:
            if self._original is None or not self._is_wanted():
                return original(session, request, **settings)
            return self._timed(original, session, request, settings)

        self._wrapper = send
        requests.Session.send = self._wrapper  # type: ignore[method-assign]

    def stop(self) -> None:
        """Leave everything as it was; whoever has come between meanwhile stays there."""
        if self._original is not None and requests.Session.send is self._wrapper:
            requests.Session.send = self._original  # type: ignore[method-assign]
        self._original = None

    def _is_wanted(self) -> bool:
        """Each redirect comes by here again, while its first request is under way."""
        return not self._busy and threading.current_thread() is threading.main_thread()

    def _timed(
        self, original: Callable[..., requests.Response], session: Any, request: Any, settings: Any
    ) -> requests.Response:
        self._busy = True
        sent_ns = monotonic_ns()
        try:
            answer = original(session, request, **settings)
            done_ns = monotonic_ns()
        except BaseException as error:  # Robot's time-outs are none of `Exception`
            self._tell_failed(request, error, sent_ns, monotonic_ns())
            raise
        finally:
            self._busy = False
        self._told(_answered(request, answer, sent_ns, done_ns))
        return answer

    def _tell_failed(self, request: Any, error: BaseException, sent_ns: int, done_ns: int) -> None:
        failure = _failure(error)
        if failure is not None:
            self._told(
                Overheard(
                    request.method,
                    request.url,
                    failure,
                    sent_ns,
                    done_ns,
                    bytes_sent=_bytes_of(request),
                )
            )


def _failure(error: BaseException) -> Failure | None:
    """How the request ended; None when it never left."""
    if not isinstance(error, Exception):
        return Failure.ANSWER_TIMEOUT  # of the test that was waiting for it
    if isinstance(error, requests.TooManyRedirects):
        return Failure.TOO_MANY_REDIRECTS
    found = failure_behind(error)
    if found is None and not isinstance(error, requests.RequestException | ValueError):
        return Failure.STOPPED  # by Ctrl-C
    return found


def _answered(request: Any, answer: requests.Response, sent_ns: int, done_ns: int) -> Overheard:
    retries = getattr(answer.raw, "retries", None)
    first_byte_ns = sent_ns + int(answer.elapsed.total_seconds() * 1e9)
    return Overheard(
        request.method,
        request.url,
        answer.status_code,
        sent_ns,
        done_ns,
        first_byte_ns=-1 if answer.history else min(first_byte_ns, done_ns),
        bytes_sent=_bytes_of(request),
        bytes_received=_head(answer.headers) + _body_received(answer.raw),
        tries=1 + len(getattr(retries, "history", ())),
    )


def _bytes_of(request: Any) -> int:
    first_line = len(request.method) + len(request.path_url) + _FIRST_LINE
    body = request.body if isinstance(request.body, str | bytes) else b""
    return first_line + _head(request.headers) + len(body)


def _head(headers: Mapping[str, str | bytes]) -> int:
    return sum(len(name) + len(value) + _HEADER for name, value in headers.items())


def _body_received(raw: Any) -> int:
    """As it came, compressed or not; unknown of answers that no socket gave."""
    tell = getattr(raw, "tell", None)
    return int(tell()) if callable(tell) else 0
