"""The servers: nginx, or the rig's truthful one, on a free port of the loopback address and on a
core of its own."""

from __future__ import annotations

import json
import re
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import trustme

SERVER_CORE, GENERATOR_CORE = 0, 1
START_LIMIT_S = 10
RIG = Path(__file__).parents[1] / "rig"

CONFIGURATION = """
worker_processes 1;
worker_rlimit_nofile 65535;
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 30000; }}
http {{
    access_log off;
    keepalive_requests 1000000000;
    keepalive_timeout 600s;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    server {{
        listen 127.0.0.1:{port} {tls} backlog=8192;
        {certificate}
        default_type application/json;
        location / {{ return 200 '{{"status":"ok"}}'; }}
        location = /counted {{ stub_status; }}
    }}
}}
"""


@dataclass(frozen=True)
class Server:
    """One that answers at once.

    Attributes:
        url: Its address.
        authority: The file of the CA that vouches for it, where it speaks TLS.
    """

    url: str
    authority: str | None

    def counted(self) -> int:
        """How many requests it has seen, this one included."""
        context = ssl.create_default_context(cafile=self.authority) if self.authority else None
        with urllib.request.urlopen(f"{self.url}counted", context=context) as answer:
            return int(re.findall(r"\d+", answer.read().decode())[3])


@contextmanager
def nginx(*, tls: bool = False) -> Iterator[Server]:
    """An nginx with one worker, which ends with the block."""
    with tempfile.TemporaryDirectory() as name, socket.socket() as placeholder:
        folder = Path(name)
        placeholder.bind(("127.0.0.1", 0))
        port = placeholder.getsockname()[1]
        placeholder.close()
        certificate, authority = _certificate(folder) if tls else ("", None)
        (folder / "nginx.conf").write_text(
            CONFIGURATION.format(
                folder=folder, port=port, tls="ssl" if tls else "", certificate=certificate
            )
        )
        command = ["nginx", "-p", name, "-c", f"{name}/nginx.conf", "-e", f"{name}/error.log"]
        process = subprocess.Popen(pinned(SERVER_CORE, command))
        try:
            _wait_for(port)
            yield Server(f"http{'s' * tls}://127.0.0.1:{port}/", authority)
        finally:
            process.terminate()
            process.wait()


@dataclass(frozen=True)
class Truthful(Server):
    """One that records how long it takes."""

    def took_ns(self) -> list[int]:
        """How long each answer took, from the request's arrival."""
        with urllib.request.urlopen(f"{self.url}took") as answer:
            found: list[int] = json.load(answer)
            return found


@contextmanager
def truthful() -> Iterator[Truthful]:
    """A server that records how long it takes, which ends with the block."""
    command = pinned(SERVER_CORE, [sys.executable, str(RIG / "truthful.py")])
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield Truthful(f"http://127.0.0.1:{int(process.stdout.readline())}/", None)
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


def pinned(core: int, command: list[str]) -> list[str]:
    """The command on one core alone, with all that it starts."""
    return ["taskset", "-c", str(core), *command]


def _certificate(folder: Path) -> tuple[str, str]:
    ca = trustme.CA()
    ca.cert_pem.write_to_path(folder / "ca.pem")
    ca.issue_cert("127.0.0.1").private_key_and_cert_chain_pem.write_to_path(folder / "own.pem")
    lines = f"ssl_certificate {folder}/own.pem; ssl_certificate_key {folder}/own.pem;"
    return lines, str(folder / "ca.pem")


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    sys.exit("nginx did not start.")
