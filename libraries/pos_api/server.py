"""The process: its socket, its one line of output, its log, and how it ends."""

import errno
import logging
import os
import re
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import uvicorn

from pos_api.app import build_app
from pos_api.credentials import DEFAULT_PASSWORD
from pos_api.errors import StartError
from pos_api.settings import Settings
from pos_api.storage import Database

_BACKLOG = 2048
_KEEP_ALIVE_S = 75
_SHUTDOWN_S = 1
_LARGEST_WEBSOCKET_MESSAGE = 64 * 1024
_PARENT_POLL_S = 1.0
_PARENT_GRACE_S = 5.0
# Rendering a QR code in a thread holds Python's lock; the event loop gets it back after this
# long, not after the default 5 ms.
_SWITCH_INTERVAL_S = 0.0005

_TOKEN = re.compile(r"eyJ[\w-]*\.[\w-]*\.[\w-]*|(?<=access_token=)[^\s&\"]+")


def serve(settings: Settings) -> None:
    """Serve until a signal, or the parent's end, and leave nothing behind.

    Raises:
        StartError: the address or the database cannot be used.
    """
    _start_logging(settings.log_level)
    _on_signals(sys.exit)  # until there is a server to stop: what has been opened is closed
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    with bound_socket(settings.host, settings.port) as listener, _database(settings) as path:
        server = AnnouncingServer(_config(settings, Database(path)))
        _warn_of_default_password(settings)
        _on_signals(server.stop)
        if settings.stop_with_parent:
            _end_with_parent(server)
        server.run(sockets=[listener])


class AnnouncingServer(uvicorn.Server):
    """A server that prints its address, once and only when it accepts connections."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start as uvicorn does, then tell whoever started us."""
        await super().startup(sockets)
        assert sockets
        host, port = sockets[0].getsockname()[:2]
        host = f"[{host}]" if ":" in host else host
        sys.stdout.write(f"pos_api listening on http://{host}:{port}\n")
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
            listener.listen(_BACKLOG)
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


@contextmanager
def _database(settings: Settings) -> Iterator[Path]:
    if settings.database is not None:
        yield settings.database
        return
    with tempfile.TemporaryDirectory(prefix="pos_api-") as folder:
        yield Path(folder) / "pos_api.sqlite3"


def _config(settings: Settings, database: Database) -> uvicorn.Config:
    return uvicorn.Config(
        build_app(settings, database),
        http="httptools",
        ws="websockets-sansio",
        ws_max_size=_LARGEST_WEBSOCKET_MESSAGE,
        # Compressing small messages costs the server's core more than it saves the wire.
        ws_per_message_deflate=False,
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        backlog=_BACKLOG,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_SHUTDOWN_S,
    )


def _on_signals(stop: Callable[[], object]) -> None:
    """Make SIGTERM and Ctrl-C an ordinary end, with exit code 0.

    uvicorn puts its own handlers in place while it runs, then raises each signal it caught again:
    ours are what it meets then.
    """

    def handle(number: int, frame: object) -> None:
        stop()

    signal.signal(signal.SIGTERM, handle)
    signal.signal(signal.SIGINT, handle)


def _end_with_parent(server: AnnouncingServer) -> None:
    """Watch the parent from a thread, which works though the event loop be busy.

    On POSIX an orphan gets another parent at once. Windows keeps the old number: there psutil
    tells whether the process of that number is still the same one.
    """
    parent = psutil.Process().parent()
    if parent is None:
        logging.getLogger("pos_api").warning("--stop-with-parent: there is no parent to watch.")
        return

    def watch() -> None:
        while os.getppid() == parent.pid and parent.is_running():
            time.sleep(_PARENT_POLL_S)
        server.stop()
        time.sleep(_PARENT_GRACE_S)
        os._exit(1)

    threading.Thread(target=watch, name="parent", daemon=True).start()


class MaskingFormatter(logging.Formatter):
    """Hides tokens: uvicorn and websockets log paths with queries, and headers at debug level."""

    def format(self, record: logging.LogRecord) -> str:
        return _TOKEN.sub("***", super().format(record))


def _start_logging(level: str) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(MaskingFormatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level.upper(), handlers=[handler])


def _warn_of_default_password(settings: Settings) -> None:
    """A password that --help prints protects nothing on a network."""
    if settings.password == DEFAULT_PASSWORD and settings.host not in ("127.0.0.1", "::1"):
        message = "--host %s with the default password: set POS_API_PASSWORD."
        logging.getLogger("pos_api").warning(message, settings.host)
