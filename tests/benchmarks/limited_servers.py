"""Servers with a rate limiter each, as they are in the field: nginx, HAProxy, and small ones."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TESTS = Path(__file__).parents[1]
START_LIMIT_S = 10

NGINX = """
worker_processes 1;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 4000; }}
http {{
    access_log off;
    keepalive_requests 1000000;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    limit_req_zone $binary_remote_addr zone=partners:1m rate=10r/s;
    limit_req_status 429;
    server {{
        listen 127.0.0.1:{port};
        root {folder};
        location = / {{ limit_req zone=partners {options}; try_files /answer =404; }}
    }}
}}
"""
HAPROXY = """
global
    maxconn 4000
defaults
    mode http
    timeout client 60s
    timeout server 60s
    timeout connect 5s
frontend partners
    bind 127.0.0.1:{port}
    stick-table type ip size 10k expire 1m store http_req_rate(2s)
    {rules}
    http-request return status 200 content-type application/json string "{{}}"
"""
TRACK = "http-request track-sc0 src"
DENY_ALL = "http-request deny deny_status 429 if { sc_http_req_rate(0) gt 20 }"
DENY_BEFORE = "http-request deny deny_status 429 if { src_http_req_rate ge 20 }"


@dataclass(frozen=True)
class Truth:
    """One limiter, and what is known of it.

    Attributes:
        words: What it is.
        kinds: The names that an identification may give it.
        limit: Its contract: `20/2 s`.
        burst: Of a bucket, how many it lets through at once.
        server: `nginx`, `haproxy`, or the kind of the rig's server.
        options: Of that server.
    """

    words: str
    kinds: tuple[str, ...]
    limit: str
    burst: int | None
    server: str
    options: str = ""

    @property
    def is_here(self) -> bool:
        """Whether what it takes is installed."""
        return self.server not in ("nginx", "haproxy") or shutil.which(self.server) is not None


BUCKET, COUNTER = ("token_bucket",), ("sliding_counter", "sliding_counter_from_first_hit")
PENAL = tuple(f"penal_{each}" for each in COUNTER)
TRUTHS = (
    Truth("nginx limit_req", BUCKET, "10/s", 1, "nginx"),
    Truth("nginx limit_req, burst nodelay", BUCKET, "10/s", 20, "nginx", "burst=19 nodelay"),
    Truth("nginx limit_req, burst", ("delaying_bucket",), "10/s", 20, "nginx", "burst=19"),
    Truth("HAProxy, counting all", PENAL, "20/2 s", None, "haproxy", f"{TRACK}\n    {DENY_ALL}"),
    Truth(
        *("HAProxy, counting accepted", COUNTER, "20/2 s", None, "haproxy"),
        f"{DENY_BEFORE}\n    {TRACK}",
    ),
    Truth(
        *("limits, fixed window", ("fixed_window_from_first_hit",), "20/2 s", None, "limits-fixed")
    ),
    Truth("limits, moving window", ("sliding_log",), "20/2 s", None, "limits-moving"),
    Truth("limits, sliding counter", COUNTER, "20/2 s", None, "limits-counter"),
    Truth("token bucket", BUCKET, "10/s", 20, "token_bucket"),
    Truth(
        *("fixed window by the clock", ("fixed_window_by_clock",), "20/2 s", None),
        "fixed_window_by_clock",
    ),
)


@contextmanager
def serving(truth: Truth) -> Iterator[str]:
    """The address of a server with this limiter, which ends with the block."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)  # nginx reads it as another user
        start = {"nginx": _nginx, "haproxy": _haproxy}.get(truth.server, _rig)
        process, port = start(truth, folder)
        try:
            _wait_for(port)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait()
            if process.stdout is not None:
                process.stdout.close()


def _nginx(truth: Truth, folder: Path) -> tuple[subprocess.Popen[str], int]:
    port = _free_port()
    (folder / "answer").write_text("{}")
    configuration = NGINX.format(folder=folder, port=port, options=truth.options)
    (folder / "nginx.conf").write_text(configuration)
    command = ["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")]
    return subprocess.Popen([*command, "-e", str(folder / "error.log")], text=True), port


def _haproxy(truth: Truth, folder: Path) -> tuple[subprocess.Popen[str], int]:
    port = _free_port()
    (folder / "haproxy.cfg").write_text(HAPROXY.format(port=port, rules=truth.options))
    return subprocess.Popen(["haproxy", "-q", "-f", str(folder / "haproxy.cfg")], text=True), port


def _rig(truth: Truth, _folder: Path) -> tuple[subprocess.Popen[str], int]:
    count, _, window = truth.limit.partition("/")
    seconds = window.removesuffix("s").strip() or "1"
    size = [str(truth.burst)] if truth.burst else []
    process = subprocess.Popen(
        [sys.executable, "-m", "rig.limited", truth.server, count, seconds, *size],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(TESTS)},
    )
    assert process.stdout is not None
    return process, int(process.stdout.readline())


def _free_port() -> int:
    with socket.socket() as placeholder:
        placeholder.bind(("127.0.0.1", 0))
        port: int = placeholder.getsockname()[1]
        return port


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    sys.exit("A server did not start.")
