"""A forward proxy, with CONNECT for TLS: it writes down what passes through it."""

from __future__ import annotations

import contextlib
import http.client
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit


@contextmanager
def forward_proxy() -> Iterator[tuple[str, list[str]]]:
    """Its address, and the request lines that have passed so far."""
    passed: list[str] = []

    class Handler(_Handler):
        lines = passed

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", passed
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    lines: list[str]

    def _pass_on(self) -> None:
        self.lines.append(self.requestline)
        target = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        server = http.client.HTTPConnection(target.netloc, timeout=10)
        server.request(self.command, target.path, body, dict(self.headers.items()))
        answer = server.getresponse()
        data = answer.read()
        server.close()
        self.send_response(answer.status)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def _tunnel(self) -> None:
        self.lines.append(self.requestline)
        host, _, port = self.path.partition(":")
        with socket.create_connection((host, int(port)), timeout=10) as server:
            self.send_response(200)
            self.end_headers()
            up = threading.Thread(target=_copy, args=(self.connection, server))
            up.start()
            _copy(server, self.connection)
            up.join()
        self.close_connection = True

    do_CONNECT = _tunnel  # noqa: N815 - the names that http.server looks for
    do_GET = do_POST = _pass_on  # noqa: N815

    def log_message(self, *args: Any, **kwargs: Any) -> None:
        """Nothing on the console."""


def _copy(source: socket.socket, target: socket.socket) -> None:
    """Until one of them has ended."""
    with contextlib.suppress(OSError):
        while data := source.recv(65_536):
            target.sendall(data)
    for each in (source, target):
        with contextlib.suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
