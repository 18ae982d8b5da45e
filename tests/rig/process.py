"""Starts a rig server, or the reference API, as a process of its own, and ends that one."""

from __future__ import annotations

import contextlib
import json
import os
import ssl
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil

ROOT = Path(__file__).resolve().parents[2]
END_WITHIN_S = 10


@contextmanager
def rig_server(*arguments: str) -> Iterator[str]:
    """The address of a fresh rig server."""
    scheme = "https" if "--certificate" in arguments else "http"
    with _process("rig.server", *arguments) as line:
        yield f"{scheme}://127.0.0.1:{line.strip()}"


@contextmanager
def socket_server(*arguments: str) -> Iterator[str]:
    """The address of a fresh WebSocket server."""
    scheme = "https" if "--certificate" in arguments else "http"
    with _process("rig.sockets", *arguments) as line:
        yield f"{scheme}://127.0.0.1:{line.strip()}"


@contextmanager
def truthful_server() -> Iterator[str]:
    """The address of a fresh server that records how long it takes."""
    with _process("rig.truthful") as line:
        yield f"http://127.0.0.1:{line.strip()}"


@contextmanager
def recovering_server() -> Iterator[str]:
    """The address of a fresh server that can be brought into trouble."""
    with _process("rig.recovering") as line:
        yield f"http://127.0.0.1:{line.strip()}"


@contextmanager
def queueing_server(servers: int, service_ms: float) -> Iterator[str]:
    """The address of a fresh server that carries so much and no more."""
    with _process("rig.queueing", str(servers), str(service_ms)) as line:
        yield f"http://127.0.0.1:{line.strip()}"


@contextmanager
def coffee_shop(*arguments: str) -> Iterator[str]:
    """The address of a fresh shop that knows its customers."""
    with _process("rig.coffee_shop", *arguments) as line:
        yield f"http://127.0.0.1:{line.strip()}"


@contextmanager
def limited_server(kind: str, limit: int, window_s: float, *arguments: str) -> Iterator[str]:
    """The address of a fresh server with a rate limiter of this kind."""
    with _process("rig.limited", kind, str(limit), str(window_s), *arguments) as line:
        yield f"http://127.0.0.1:{line.strip()}"


@contextmanager
def doors(*arguments: str) -> Iterator[str]:
    """The address of a fresh server that lets in who shows what it asks for."""
    with _process("rig.doors", *arguments) as line:
        yield f"http://127.0.0.1:{line.strip()}"


@contextmanager
def reference_api(*arguments: str) -> Iterator[str]:
    """The address of a fresh reference API."""
    with _process("pos_api", "--port", "0", "--log-level", "warning", *arguments) as line:
        yield line.rsplit(" ", 1)[1].strip()


@contextmanager
def hostile_server() -> Iterator[tuple[str, dict[str, str]]]:
    """The address of a fresh server that breaks every rule, and those of ports that do by name."""
    with _told("rig.hostile") as (port, ports):
        at = "http://127.0.0.1:"
        yield f"{at}{port}", {name: f"{at}{each}" for name, each in ports.items()}


@contextmanager
def hostile_tls(folder: Path) -> Iterator[dict[str, int]]:
    """Ports that break TLS, by name; the folder gets the `ca.pem` that would be good."""
    with _told("rig.hostile_tls", str(folder)) as ports:
        yield ports


@contextmanager
def hostile_sockets(*cases: str) -> Iterator[str]:
    """The address of a fresh WebSocket server that breaks rules in these ways, in turns."""
    with _told("rig.hostile_sockets", *cases) as port:
        yield f"http://127.0.0.1:{port}"


@contextmanager
def _told(module: str, *arguments: str) -> Iterator[Any]:
    """What a process says first, as JSON; it ends with its input."""
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT / "tests",
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.wait(END_WITHIN_S)
        process.stdin.close()
        process.stdout.close()


@contextmanager
def _process(module: str, *arguments: str) -> Iterator[str]:
    path = os.pathsep.join([str(ROOT / "libraries"), str(ROOT / "tests")])
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": path},
    )
    assert process.stdout is not None
    try:
        yield read_line(process, module)
    finally:
        process.terminate()
        process.wait(END_WITHIN_S)
        process.stdout.close()


def read_line(process: subprocess.Popen[str], module: str) -> str:
    """What a server says when it has started."""
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, f"{module} did not start"
    return line


def children_that_run(module: str, of: int | None = None) -> list[psutil.Process]:
    """Children of a process, else of this one, that run a module; what has ended runs nothing."""
    found = []
    for child in psutil.Process(of).children():
        with contextlib.suppress(psutil.NoSuchProcess):  # a zombie is none either
            if module in child.cmdline():
                found.append(child)
    return found


def took_ns(address: str) -> list[int]:
    """How long each answer took a truthful server, in the order of answering."""
    with urllib.request.urlopen(f"{address}/took", timeout=10) as answer:
        found: list[int] = json.load(answer)
        return found


def truth(address: str) -> Any:
    """What a server that keeps account says of itself: whom it has let in, how long it took."""
    with urllib.request.urlopen(f"{address}/truth", timeout=10) as answer:
        return json.load(answer)


def counts(address: str, ca: str | None = None) -> Any:
    """What a rig server has received and answered."""
    context = ssl.create_default_context(cafile=ca) if ca else None
    with urllib.request.urlopen(f"{address}/counts", timeout=10, context=context) as answer:
        return json.load(answer)


def die(address: str) -> None:
    """Have a WebSocket server end at once, as if it were killed."""
    with contextlib.suppress(OSError):
        urllib.request.urlopen(f"{address}/die", timeout=10)


class KnownLoad:
    """A process that does what it is told; see `rig.known_load`."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "rig.known_load"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT / "tests",
        )

    @property
    def pid(self) -> int:
        """Its id."""
        return self._process.pid

    def tell(self, command: str) -> str:
        """Have something done, and return what it answers when it is done."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{command}\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().strip()

    def end(self) -> None:
        """End it, as it is."""
        self._process.kill()
        self._process.wait(END_WITHIN_S)
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()


@contextmanager
def known_load() -> Iterator[KnownLoad]:
    """A fresh process that does what it is told."""
    process = KnownLoad()
    try:
        yield process
    finally:
        process.end()
