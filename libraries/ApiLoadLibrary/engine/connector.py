"""Opening sockets: the only place in the engine that does, and so the only way out."""

from __future__ import annotations

import errno
import socket
import ssl
import time
from collections.abc import Collection, Sequence
from typing import Any

from ApiLoadLibrary.errors import EngineFailed
from ApiLoadLibrary.measurement.outcomes import Failure
from ApiLoadLibrary.workload.origin import Origin, require_allowed

from .plan import ShardPlan

__all__ = ["Connector", "failure_of", "tls_context"]

_FAILURE_OF_ERRNO = {
    errno.ECONNREFUSED: Failure.REFUSED,
    errno.ECONNRESET: Failure.RESET,
    errno.ECONNABORTED: Failure.RESET,
    errno.EPIPE: Failure.RESET,
    errno.ENETUNREACH: Failure.UNREACHABLE,
    errno.EHOSTUNREACH: Failure.UNREACHABLE,
    errno.ETIMEDOUT: Failure.CONNECT_TIMEOUT,
    errno.EMFILE: Failure.NO_DESCRIPTORS,
    errno.ENFILE: Failure.NO_DESCRIPTORS,
    errno.EADDRNOTAVAIL: Failure.NO_PORTS,
}

TRIES, TRY_AGAIN_S = 3, 0.1
"""How often a name is looked up before it is given up."""

_IN_PROGRESS = (0, errno.EINPROGRESS, errno.EWOULDBLOCK)


def failure_of(error: OSError) -> Failure:
    """What an error of the operating system, or of TLS, means for a request."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return Failure.NOT_TRUSTED
    if isinstance(error, ssl.SSLError):
        return Failure.TLS_FAILED
    if isinstance(error, socket.gaierror):
        return Failure.NAME_NOT_FOUND
    return _FAILURE_OF_ERRNO.get(error.errno or 0, Failure.UNREACHABLE)


class Connector:
    """Opens connections to one origin.

    The name is looked up once, before the load.  Addresses that refuse, or do not answer,
    are passed over; the one that worked last is tried first from then on.  Over TLS a
    connection takes up the session of an earlier one, which spares it half of the handshake.

    Args:
        origin: Where to.
        allowed: Where one may go to.
        verify: Whether certificates are verified; or the file of a private CA.
        cert: The files of the client's certificate, if it has one.
        detour: A port of this machine by which one gets there; see `Detours`.

    Attributes:
        best: The place of that address among all.
    """

    def __init__(
        self,
        origin: Origin,
        allowed: Collection[Origin],
        verify: bool | str,
        cert: Sequence[str] = (),
        detour: int | None = None,
    ) -> None:
        require_allowed(origin, allowed)
        self.origin = origin
        self._where = (origin.host, origin.port) if detour is None else ("127.0.0.1", detour)
        self._addresses: list[tuple[int, tuple[Any, ...]]] = []
        self.best = 0
        self._tls = tls_context(verify, cert) if origin.tls else None
        self._session: ssl.SSLSession | None = None

    @classmethod
    def planned(cls, plan: ShardPlan, origin: Origin) -> Connector:
        """One that goes there as the plan says."""
        detour = dict(plan.detours).get(origin)
        return cls(origin, plan.allowed, plan.verify, plan.cert, detour)

    def look_up(self, *, needed: bool = True) -> None:
        """Find the addresses of the host.

        Args:
            needed: Whether the load is nothing without it; else connecting fails.  It was found a
                moment ago, before the shard was started, so it is tried again.

        Raises:
            EngineFailed: The name cannot be resolved.
        """
        for tries_left in reversed(range(TRIES if needed else 1)):
            try:
                found = socket.getaddrinfo(*self._where, type=socket.SOCK_STREAM)
                break
            except OSError as error:
                if tries_left:
                    time.sleep(TRY_AGAIN_S)
                elif needed:
                    raise EngineFailed(
                        f"{self.origin.host} could not be looked up ({error.strerror}), although "
                        "it could a moment ago: see to the name service, and begin again."
                    ) from None
        else:
            return
        self._addresses = list(dict.fromkeys((each[0], tuple(each[4])) for each in found))

    @property
    def address_count(self) -> int:
        """How many addresses there are to try."""
        return len(self._addresses)

    def open(self, address: int) -> socket.socket:
        """A socket whose connection is under way.

        Args:
            address: The place of the address to try; beyond the last, the first comes again.

        Raises:
            OSError: Not even that was possible.
        """
        if not self._addresses:
            raise socket.gaierror(f"{self.origin.host} is unknown")
        family, where = self._addresses[address % len(self._addresses)]
        opened = socket.socket(family, socket.SOCK_STREAM)
        try:
            opened.setblocking(False)
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            code = opened.connect_ex(where)
            if code not in _IN_PROGRESS:
                raise OSError(code, "connect")
        except OSError:
            opened.close()
            raise
        return opened

    def worked(self, address: int) -> None:
        """Remember that this address answered."""
        self.best = address % len(self._addresses)

    def wrap(self, plain: socket.socket) -> ssl.SSLSocket:
        """The socket with TLS about it, its handshake still to be done."""
        assert self._tls is not None
        return self._tls.wrap_socket(
            plain,
            server_hostname=self.origin.host,
            do_handshake_on_connect=False,
            session=self._session,
        )

    def keep_session(self, used: ssl.SSLSocket) -> None:
        """Let later connections take up this one's session; answers have come on it, and with
        them what the server gives out for that."""
        self._session = used.session or self._session


def tls_context(verify: bool | str, cert: Sequence[str]) -> ssl.SSLContext:
    """How TLS is spoken; `verify` and `cert` are those of `Connector`."""
    context = ssl.create_default_context(cafile=verify if isinstance(verify, str) else None)
    if verify is False:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if cert:
        context.load_cert_chain(cert[0], cert[-1])
    context.set_alpn_protocols(["http/1.1"])
    return context
