"""A server that says yes to whatever it is asked, and sends away whoever asks for `/away/…`.

It runs in a thread, and writes down the requests that came.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Signpost:
    """What it does, and what came.

    Attributes:
        address: Its own.
        away: Where it sends those who ask for `/away/0`, `/away/1` and so on.
        body: What it answers otherwise.
        came: Request line and headers of each request.
    """

    address: str = ""
    away: list[str] = field(default_factory=list)
    body: bytes = b"{}"
    came: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    @property
    def lines(self) -> list[str]:
        """The request lines."""
        return [line for line, _ in self.came]


@contextmanager
def signpost() -> Iterator[Signpost]:
    """A fresh one."""
    post = Signpost()

    class Handler(_Handler):
        signpost = post

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    post.address = f"http://127.0.0.1:{server.server_port}"
    try:
        yield post
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    signpost: Signpost

    def _answer(self) -> None:
        post = self.signpost
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        post.came.append((self.requestline, dict(self.headers.items())))
        number = self.path.partition("?")[0].removeprefix("/away/")
        led = number.isdigit()
        body = b"" if led else post.body
        self.send_response_only(302 if led else 200)
        if led:
            self.send_header("Location", post.away[int(number)])
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = do_DELETE = _answer  # noqa: N815 - the names that http.server looks for

    def log_message(self, *args: Any, **kwargs: Any) -> None:
        """Nothing on the console."""
