"""The server's process: what it opens, its log, and how it ends."""

import logging
import os
import re
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import uvicorn
from starlette.types import ASGIApp

from pos_api.app import build_app
from pos_api.credentials import DEFAULT_PASSWORD
from pos_api.faults import Faults
from pos_api.process import BACKLOG, AnnouncingServer, bound_socket, on_signals
from pos_api.provider_process import ProviderProcess
from pos_api.settings import Settings
from pos_api.storage import Database

_KEEP_ALIVE_S = 75
_SHUTDOWN_S = 1
_LARGEST_WEBSOCKET_MESSAGE = 64 * 1024
_PARENT_POLL_S = 1.0
_PARENT_GRACE_S = 5.0
# Rendering a QR code in a thread holds Python's lock; the event loop gets it back after this
# long, not after the default 5 ms.
_SWITCH_INTERVAL_S = 0.0005

_TOKEN = re.compile(r"eyJ[\w-]*\.[\w-]*\.[\w-]*|(?<=access_token=)[^\s&\"]+")


def serve(settings: Settings, provider: ProviderProcess, faults: Faults) -> None:
    """Serve until a signal, or the parent's end, and leave nothing behind.

    Raises:
        StartError: the address or the database cannot be used, or the provider did not start.
    """
    _start_logging(settings.log_level)
    on_signals(sys.exit)  # until there is a server to stop: what has been opened is closed
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    _allow_many_connections()
    with bound_socket(settings.host, settings.port) as listener, _database(settings) as path:
        app = build_app(settings, Database(path), provider.address(), faults)
        server = AnnouncingServer(_config(app), "pos_api")
        _warn_of_default_password(settings)
        on_signals(server.stop)
        if settings.stop_with_parent:
            _end_with_parent(server)
        server.run(sockets=[listener])


def _allow_many_connections() -> None:
    """Take as many open files as the system grants; often a quarter of it is the default."""
    if sys.platform != "win32":
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


@contextmanager
def _database(settings: Settings) -> Iterator[Path]:
    if settings.database is not None:
        yield settings.database
        return
    with tempfile.TemporaryDirectory(prefix="pos_api-") as folder:
        yield Path(folder) / "pos_api.sqlite3"


def _config(app: ASGIApp) -> uvicorn.Config:
    return uvicorn.Config(
        app,
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
        backlog=BACKLOG,
        timeout_keep_alive=_KEEP_ALIVE_S,
        timeout_graceful_shutdown=_SHUTDOWN_S,
    )


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
