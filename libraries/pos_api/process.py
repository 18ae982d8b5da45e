"""What both processes share, the server and the payment provider: socket, signals, address."""

import errno
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from pos_api.errors import StartError

BACKLOG = 2048


class AnnouncingServer(uvicorn.Server):
    """A server that prints its address, once and only when it accepts connections."""

    def __init__(self, config: uvicorn.Config, name: str) -> None:
        super().__init__(config)
        self._name = name

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start as uvicorn does, then tell whoever started us."""
        await super().startup(sockets)
        assert sockets
        host, port = sockets[0].getsockname()[:2]
        host = f"[{host}]" if ":" in host else host
        sys.stdout.write(f"{self._name} listening on http://{host}:{port}\n")
        sys.stdout.flush()

    def stop(self) -> None:
        """End soon, with what is being answered answered."""
        self.should_exit = True


@contextmanager
def bound_socket(host: str, port: int) -> Iterator[socket.socket]:
    """A listening socket, closed at the end.

    Raises:
        StartError: the address is unknown, not allowed, or in use.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except (OSError, UnicodeError) as error:
        raise StartError(f"--host {host!r} is not a known address; 127.0.0.1 always is.") from error
    with socket.socket(family, kind, protocol) as listener:
        try:
            # On Windows the option means something else: to share a port that is in use.
            if sys.platform != "win32":
                listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listener.bind(address)
            listener.listen(BACKLOG)
        except OSError as error:
            raise StartError(_why_not_bound(host, port, error)) from error
        yield listener


def _why_not_bound(host: str, port: int, error: OSError) -> str:
    if error.errno == errno.EADDRINUSE:
        remedy = "stop the process that holds it, or give --port 0 for any free port"
        return f"--port {port} is already in use on {host}; {remedy}."
    if error.errno == errno.EADDRNOTAVAIL:
        return f"--host {host!r} is not an address of this machine; 127.0.0.1 always is."
    return f"--port {port} cannot be used on {host} ({error.strerror}); give --port 0 or another."


def on_signals(stop: Callable[[], object]) -> None:
    """Make SIGTERM and Ctrl-C an ordinary end, with exit code 0.

    uvicorn puts its own handlers in place while it runs, then raises each signal it caught again:
    ours are what it meets then.
    """

    def handle(number: int, frame: object) -> None:
        stop()

    signal.signal(signal.SIGTERM, handle)
    signal.signal(signal.SIGINT, handle)
