"""What an exception says of a request that was sent by code other than ours."""

from __future__ import annotations

import errno
import http.client
from collections.abc import Iterator

from ApiLoadLibrary.measurement.outcomes import Failure

from .connector import failure_of

__all__ = ["failure_behind"]

_WRAPPERS = ("requests", "urllib3")
"""Their errors carry the one that tells what happened."""

_OF_KIND: tuple[tuple[type[BaseException], Failure], ...] = (
    (http.client.RemoteDisconnected, Failure.CLOSED_EARLY),
    (http.client.IncompleteRead, Failure.CLOSED_EARLY),
    (http.client.HTTPException, Failure.NOT_HTTP),
    (ConnectionRefusedError, Failure.REFUSED),
    (ConnectionResetError, Failure.RESET),
    (ConnectionAbortedError, Failure.RESET),
    (BrokenPipeError, Failure.RESET),
    (TimeoutError, Failure.ANSWER_TIMEOUT),
    (ConnectionError, Failure.UNREACHABLE),
)
_NOT_HTTP = ("InvalidHeader",)
"""Of the wrappers' own errors, those that are about the answer itself."""
_UNREACHABLE = (errno.ENETUNREACH, errno.EHOSTUNREACH)


def failure_behind(error: BaseException) -> Failure | None:
    """The failure that an exception stands for; None when it tells of nothing on the way.

    A missing file is an `OSError` too, and no fault of network or server.
    """
    for each in _told_by(error):
        if isinstance(each, OSError):
            found = failure_of(each)
            if found is not Failure.UNREACHABLE or each.errno in _UNREACHABLE:
                return found
        if type(each).__name__ in _NOT_HTTP and _is_wrapper(each):
            return Failure.NOT_HTTP
        for kind, failure in _OF_KIND:
            if isinstance(each, kind):
                connecting = failure is Failure.ANSWER_TIMEOUT and _was_connecting(error)
                return Failure.CONNECT_TIMEOUT if connecting else failure
    return None


def _told_by(error: BaseException) -> Iterator[BaseException]:
    """The exception, after those that it carries where it wraps others."""
    if _is_wrapper(error):
        for each in (*error.args, getattr(error, "reason", None), error.__cause__):
            if isinstance(each, BaseException):
                yield from _told_by(each)
    yield error


def _is_wrapper(error: BaseException) -> bool:
    return type(error).__module__.partition(".")[0] in _WRAPPERS


def _was_connecting(error: BaseException) -> bool:
    return type(error).__name__ in {"ConnectTimeout", "ConnectTimeoutError"}
