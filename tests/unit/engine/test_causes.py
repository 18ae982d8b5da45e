"""Exceptions of others, and the failures that they stand for."""

import errno
import http.client
import socket
import ssl

import pytest
import requests
import urllib3

from ApiLoadLibrary.engine.causes import failure_behind
from ApiLoadLibrary.measurement.outcomes import Failure


def wrapped(outer: Exception, cause: BaseException) -> Exception:
    """As `raise outer from cause` leaves it."""
    outer.__cause__ = cause
    return outer


READ = wrapped(urllib3.exceptions.ReadTimeoutError(None, "/", "late"), TimeoutError())
CONNECT = wrapped(urllib3.exceptions.ConnectTimeoutError(None, "late"), TimeoutError())
CUT = urllib3.exceptions.ProtocolError("broken", http.client.IncompleteRead(b""))


@pytest.mark.parametrize(
    "error, failure",
    [
        (TimeoutError("late"), Failure.ANSWER_TIMEOUT),
        (TimeoutError(errno.ETIMEDOUT, "late"), Failure.CONNECT_TIMEOUT),
        (ConnectionRefusedError(), Failure.REFUSED),
        (ConnectionResetError(errno.ECONNRESET, "reset"), Failure.RESET),
        (BrokenPipeError(), Failure.RESET),
        (ConnectionError("no line"), Failure.UNREACHABLE),
        (OSError(errno.EHOSTUNREACH, "no route"), Failure.UNREACHABLE),
        (OSError(errno.EMFILE, "too many"), Failure.NO_DESCRIPTORS),
        (socket.gaierror(-2, "unknown"), Failure.NAME_NOT_FOUND),
        (ssl.SSLError("bad"), Failure.TLS_FAILED),
        (ssl.SSLCertVerificationError("bad"), Failure.NOT_TRUSTED),
        (http.client.RemoteDisconnected("gone"), Failure.CLOSED_EARLY),
        (http.client.BadStatusLine("what"), Failure.NOT_HTTP),
        (requests.ConnectionError(ConnectionResetError()), Failure.RESET),
        (requests.ReadTimeout(READ), Failure.ANSWER_TIMEOUT),
        (requests.ConnectTimeout(CONNECT), Failure.CONNECT_TIMEOUT),
        (requests.exceptions.ChunkedEncodingError(CUT), Failure.CLOSED_EARLY),
    ],
    ids=repr,
)
def test_what_happened_on_the_way_is_known(error, failure):
    assert failure_behind(error) is failure


@pytest.mark.parametrize(
    "error",
    [
        ValueError("x"),
        FileNotFoundError(errno.ENOENT, "no file"),
        PermissionError(errno.EACCES, "not yours"),
        requests.exceptions.InvalidURL("what"),
        wrapped(KeyError("token"), ConnectionResetError()),
        KeyboardInterrupt(),
    ],
    ids=repr,
)
def test_an_error_of_the_code_itself_is_nobodys_fault_on_the_way(error):
    assert failure_behind(error) is None
