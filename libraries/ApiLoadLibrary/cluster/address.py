"""The address of a scheduler: whether it is one, and why nobody answers there."""

from __future__ import annotations

import dask.config
from distributed.comm.addressing import parse_address, parse_host_port
from distributed.comm.registry import get_backend
from distributed.security import Security

from ApiLoadLibrary.errors import BadInput

__all__ = ["require_address", "why_unreachable"]

ENCRYPTS = "distributed.comm.require-encryption"


def require_address(address: str) -> None:
    """See, before anybody is asked, whether a scheduler could be there.

    Raises:
        BadInput: That is no address, or there is no certificate to show, or one is called for.
    """
    try:
        scheme, where = parse_address(address)
        get_backend(scheme)
        parse_host_port(where)
    except ValueError as error:
        raise BadInput(
            f"cluster='{address}' is no address of a scheduler ({error}): write for example "
            "tcp://scheduler:8786."
        ) from None
    if scheme == "tls":
        _require_certificates(address)
    elif dask.config.get(ENCRYPTS, False):
        raise BadInput(
            f"cluster='{address}' is not encrypted, and Dask's configuration asks for it "
            f"({ENCRYPTS}): write tls://{where}."
        )


def _require_certificates(address: str) -> None:
    """See whether there is something to show to a scheduler that asks for it."""
    why = "names none here"
    try:
        if Security().get_connection_args("client")["ssl_context"] is not None:
            return
    except (OSError, ValueError) as error:
        why = f"names some that cannot be used ({error})"
    raise BadInput(
        f"cluster='{address}' needs a certificate, and Dask's configuration {why}: write "
        "ca-file, client.cert and client.key under distributed.comm.tls in "
        "~/.config/dask/tls.yaml."
    )


SILENT = "it does not answer: start it, or correct cluster="
MEANT = {
    "Connection refused": "nobody listens there: start it, or correct cluster=",
    "reset by peer": "it hung up, as one does that asks for certificates: write tls:// then",
    "WRONG_VERSION_NUMBER": "it speaks no TLS: start it with --protocol tls, or write tcp://",
    "CERTIFICATE_VERIFY_FAILED": "its certificate is not of the authority in ca-file here: give "
    "all parts certificates of the same one",
    "UNKNOWN_CA": "the authority of client.cert here is not that of its ca-file: give all parts "
    "certificates of the same one",
    "Unable to allocate": "somebody else listens there: correct cluster=",  # a greeting as a size
    "Timed out": SILENT,
    "TimeoutError": SILENT,
}
"""By a word of what sockets, TLS and Dask say: what it means here, and what to do; the last two
only where nothing else is known."""


def why_unreachable(error: BaseException) -> str:
    """What was the matter, and what to do about it, as the tail of a sentence."""
    first = str(error) or type(error).__name__
    said, cause = first, error.__cause__
    while cause is not None:
        said, cause = f"{said} {cause}", cause.__cause__
    meant = (tail for word, tail in MEANT.items() if word in said)
    return next(meant, f"{first}: start it, or correct cluster=")
