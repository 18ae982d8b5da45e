"""Whether TLS can be agreed on with a server, and in plain words why not."""

from __future__ import annotations

import contextlib
import socket
import ssl
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from ApiLoadLibrary.engine.connector import tls_context
from ApiLoadLibrary.errors import ServerUnreachable
from ApiLoadLibrary.workload.origin import Origin

__all__ = ["require_tls"]

HANDSHAKE_S = 2.0

# As OpenSSL numbers and names what can be wrong (X509_V_ERR_… and SSL_R_…).
_NOT_YET_VALID, _EXPIRED = 9, 10
_SELF_SIGNED = 18
_UNKNOWN_ISSUER = (2, 19, 20, 21)
_OTHER_NAME = (62, 64)
_NO_TLS = ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE", "PACKET_LENGTH_TOO_LONG")
_TOO_OLD = ("TLSV1_ALERT_PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL")
_MAY_PASS = (ssl.SSLEOFError, ssl.SSLZeroReturnError, ssl.SSLSyscallError)

_NO_CHECK_TIME = 0x200000  # X509_V_FLAG_NO_CHECK_TIME, for which Python has no name


class _Trouble(NamedTuple):
    """What is wrong, and what to do about it."""

    what: str
    remedy: str


def require_tls(
    opened: socket.socket, origin: Origin, verify: bool | str, cert: Sequence[str]
) -> None:
    """Shake hands as the load would.

    Args:
        opened: A fresh connection to the origin; of no use afterwards.
        origin: Whose certificate it is to be.
        verify: Whether certificates are verified; or the file of a private CA.
        cert: The files of the client's certificate, if it has one.

    Raises:
        ServerUnreachable: It cannot be agreed on, and will not be later either.
    """
    try:
        _certificate_shown(opened, origin, tls_context(verify, cert))
    except ssl.SSLCertVerificationError as error:
        trouble = _distrust(error, origin, verify)
        raise ServerUnreachable(
            f"The server at {origin} cannot be trusted ({trouble.what}): {trouble.remedy}, or send "
            "load without verification (verify=False)."
        ) from None
    except _MAY_PASS:
        return
    except ssl.SSLError as error:
        trouble = _disagreement(error)
        raise ServerUnreachable(
            f"With the server at {origin} TLS cannot be agreed on ({trouble.what}): "
            f"{trouble.remedy}."
        ) from None
    except OSError:  # cut, or not answered in time
        return


def _certificate_shown(
    opened: socket.socket, origin: Origin, context: ssl.SSLContext
) -> dict[str, Any]:
    """What the server's certificate says; nothing where it is not verified."""
    opened.settimeout(HANDSHAKE_S)
    with context.wrap_socket(opened, server_hostname=origin.host) as secured:
        return dict(secured.getpeercert() or {})


def _distrust(error: ssl.SSLCertVerificationError, origin: Origin, verify: bool | str) -> _Trouble:
    code = error.verify_code
    if code in (_EXPIRED, _NOT_YET_VALID):
        shown = _looked_at_again(origin, verify)
        expired = code == _EXPIRED
        when = shown.get("notAfter" if expired else "notBefore")
        return _Trouble(
            f"its certificate {'expired on' if expired else 'is not valid before'} {_day(when)}",
            "renew it" if expired else "correct the clock here or there, or renew it",
        )
    if code in _OTHER_NAME:
        names = [name for _, name in _looked_at_again(origin, verify).get("subjectAltName", ())]
        return _Trouble(
            f"its certificate is for {', '.join(names) or 'another name'}, not for {origin.host}",
            "correct the address in `Use Server`, or have the certificate made out to it",
        )
    if code == _SELF_SIGNED or code in _UNKNOWN_ISSUER:
        by = "itself alone" if code == _SELF_SIGNED else "nobody who is trusted here"
        return _Trouble(
            f"its certificate is signed by {by}",
            "name the file of the CA that vouches for it (verify=ca.pem in `Use Server`)",
        )
    return _Trouble(f"its certificate: {error.verify_message}", "renew it")


def _looked_at_again(origin: Origin, verify: bool | str) -> dict[str, Any]:
    """What a certificate says that is signed well, but out of date or of another name.

    Python tells nothing of a certificate that it does not trust, so it is asked to mind less.
    """
    context = tls_context(verify, ())
    context.check_hostname = False
    context.verify_flags |= _NO_CHECK_TIME
    with contextlib.suppress(OSError):
        again = socket.create_connection((origin.host, origin.port), HANDSHAKE_S)
        with again:
            return _certificate_shown(again, origin, context)
    return {}


def _day(written: str | None) -> str:
    """The day of a moment as certificates have it."""
    if written is None:
        return "a day that it does not tell"
    return f"{datetime.fromtimestamp(ssl.cert_time_to_seconds(written), UTC):%Y-%m-%d}"


def _disagreement(error: ssl.SSLError) -> _Trouble:
    reason = error.reason or str(error)
    if reason in _NO_TLS:
        return _Trouble(
            "it does not speak TLS", "write http:// in its address, or correct its port"
        )
    if reason in _TOO_OLD:
        return _Trouble(
            "it speaks only versions that are no longer safe", "let it speak TLS 1.2 or 1.3"
        )
    return _Trouble(reason.replace("_", " ").lower(), "see to its TLS settings and `cert=`")
