"""A forward proxy for plain HTTP, without CONNECT: it writes down what passes through it."""

from __future__ import annotations

import http.client
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

    do_GET = do_POST = _pass_on  # noqa: N815 - the names that http.server looks for

    def log_message(self, *args: Any, **kwargs: Any) -> None:
        """Nothing on the console."""
