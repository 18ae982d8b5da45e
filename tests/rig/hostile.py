"""A server that breaks every rule, in a way that the path names; and ports that do so before it.

Run as a process of its own: `python -m rig.hostile` prints, as JSON, the port of the server, and by
name the ports that misbehave without having read a request.  It counts what it was asked, by path,
and tells it at `/counts`.
"""

from __future__ import annotations

import contextlib
import json
import socket
import struct
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable

Client = socket.socket

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
HEAD = b"HTTP/1.1 200 OK\r\n"
AT_ONCE = struct.pack("ii", 1, 0)
PATIENCE_S = 5
"""Whatever goes on for ever does so for no longer than this."""

asked: Counter[str] = Counter()
ANSWERS = {
    # Lengths
    "longer-than-said": HEAD + b"Content-Length: 5\r\n\r\nhello and more of it",
    "two-lengths": HEAD + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    "length-and-chunks": HEAD + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello",
    "length-without-end": HEAD + b"Content-Length: 99999999999999999999\r\n\r\nhello",
    "length-below-zero": HEAD + b"Content-Length: -5\r\n\r\nhello",
    "chunk-of-no-number": HEAD + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\nhello\r\n",
    "chunk-without-end": HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\nhello, world\r\n0\r\n\r\n",
    # More than was asked for
    "twice": OK * 2,
    "a-hundred-thousand": OK * 100_000,
    "switched": b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: upgrade\r\n\r\n",
    # No status, or a strange one
    "status-of-letters": b"HTTP/1.1 abc OK\r\n\r\n",
    "status-of-two-digits": b"HTTP/1.1 20 OK\r\n\r\n",
    "status-of-four-digits": b"HTTP/1.1 2000 OK\r\n\r\n",
    "another-protocol": b"ICY 200 OK\r\n\r\n",
    "a-newer-protocol": b"HTTP/3.0 200 OK\r\n\r\n",
    "no-http-at-all": b"\x00\x01\x02 220 mail.example ESMTP\r\n",
    "without-a-reason": b"HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nhello",
    # Headers
    "header-not-utf-8": HEAD + b"X-Name: \xff\xfe\r\nContent-Length: 5\r\n\r\nhello",
    "header-with-a-null": HEAD + b"X-Name: a\x00b\r\nContent-Length: 5\r\n\r\nhello",
    "header-without-colon": HEAD + b"X-Name\r\nContent-Length: 5\r\n\r\nhello",
    "one-huge-header": HEAD + b"X-Name: " + b"x" * 400_000 + b"\r\nContent-Length: 0\r\n\r\n",
    "body-where-none-may-be": b"HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello",
    "gzip-bomb": HEAD + b"Content-Encoding: gzip\r\nContent-Length: 6\r\n\r\n\x1f\x8b\x08bomb"[:-1],
}


def serve(client: Client) -> None:
    """Read one request after another, and answer each as its path says."""
    with client, contextlib.suppress(OSError):
        buffer = b""
        while data := client.recv(65_536):
            buffer += data
            while b"\r\n\r\n" in buffer:
                head, _, buffer = buffer.partition(b"\r\n\r\n")
                path = head.split(b" ", 2)[1].decode().strip("/")
                if path == "counts":
                    body = json.dumps(asked).encode()
                    client.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)
                    continue
                asked[path] += 1
                if path in ANSWERS:
                    client.sendall(ANSWERS[path])
                else:
                    SCRIPTS[path](client)


def ok(client: Client) -> None:
    client.sendall(OK)


def silent(client: Client) -> None:
    time.sleep(PATIENCE_S)


def close(client: Client) -> None:
    client.shutdown(socket.SHUT_RDWR)


def reset(client: Client) -> None:
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE)
    client.close()


def after(beginning: bytes, end: Callable[[Client], None]) -> Callable[[Client], None]:
    """What sends the beginning of an answer, and then ends it that way."""

    def script(client: Client) -> None:
        client.sendall(beginning)
        time.sleep(0.02)  # a reset would overtake what was sent just before
        end(client)

    return script


def for_ever(piece: bytes, pause_s: float, beginning: bytes = b"") -> Callable[[Client], None]:
    """What goes on and on, as fast as it is read or with pauses."""

    def script(client: Client) -> None:
        client.sendall(beginning)
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            client.sendall(piece)
            time.sleep(pause_s)

    return script


SOME_OF_STATUS, SOME_OF_HEADERS = HEAD[:12], HEAD + b"Content-Le"
SOME_OF_BODY = HEAD + b"Content-Length: 10\r\n\r\nhello"

SCRIPTS: dict[str, Callable[[Client], None]] = {
    "ok": ok,
    "silent": silent,
    "close": close,
    "reset": reset,
    "close-in-status": after(SOME_OF_STATUS, close),
    "close-in-headers": after(SOME_OF_HEADERS, close),
    "close-in-body": after(SOME_OF_BODY, close),
    "reset-in-status": after(SOME_OF_STATUS, reset),
    "reset-in-headers": after(SOME_OF_HEADERS, reset),
    "reset-in-body": after(SOME_OF_BODY, reset),
    "silent-in-headers": after(SOME_OF_HEADERS, silent),
    "shorter-than-said": after(SOME_OF_BODY, silent),
    "trickle": for_ever(b"h", 1, HEAD + b"Content-Length: 100\r\n\r\n"),
    "headers-without-end": for_ever(b"X-More: of them\r\n" * 1_000, 0.001, HEAD),
    "body-without-end": for_ever(b"x" * 100_000, 0.005, HEAD + b"\r\n"),
    "informed-without-end": for_ever(b"HTTP/1.1 100 Continue\r\n\r\n" * 1_000, 0.001),
    "hints-without-end": for_ever(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 500, 0.001),
    "circle": lambda client: client.sendall(
        b"HTTP/1.1 302 Found\r\nLocation: /circle\r\nContent-Length: 0\r\n\r\n"
    ),
    "away": lambda client: client.sendall(
        b"HTTP/1.1 302 Found\r\nLocation: http://elsewhere.invalid/\r\nContent-Length: 0\r\n\r\n"
    ),
}


def eager(client: Client) -> None:
    """Answers before it was asked, then serves."""
    client.sendall(OK)
    serve(client)


def deaf(client: Client) -> None:
    """Reads nothing and says nothing."""
    with client:
        time.sleep(PATIENCE_S)


def half_closed(client: Client) -> None:
    """Says that nothing will come before it was asked for anything."""
    client.shutdown(socket.SHUT_WR)
    with client:
        while client.recv(65_536):
            pass


PORTS: dict[str, Callable[[Client], None]] = {
    "eager": eager,
    "deaf": deaf,
    "closes-at-once": half_closed,
    "resets-at-once": reset,
    "speaks-ssh": after(b"SSH-2.0-OpenSSH_9.2\r\n", silent),
}


def listen(act: Callable[[Client], None]) -> int:
    """The port at which each connection is treated like this."""
    server = socket.create_server(("127.0.0.1", 0), backlog=1_024)

    def accept() -> None:
        while True:
            client, _ = server.accept()
            threading.Thread(target=quietly, args=(act, client), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    port: int = server.getsockname()[1]
    return port


def quietly(act: Callable[[Client], None], client: Client) -> None:
    with contextlib.suppress(OSError):
        act(client)


def let_one_in(then: Callable[[socket.socket], None]) -> int:
    """The port that takes the connection of who looks whether it is there, and then ends so."""
    server = socket.socket()
    server.bind(("127.0.0.1", 0))
    server.listen(0)

    def accept() -> None:
        server.accept()[0].close()
        then(server)

    threading.Thread(target=accept, daemon=True).start()
    port: int = server.getsockname()[1]
    return port


def fill(server: socket.socket) -> None:
    """Nobody accepts, and the queue is full."""
    waiting = [socket.socket() for _ in range(4)]
    for each in waiting:
        each.setblocking(False)
        each.connect_ex(server.getsockname())
    kept.extend((server, *waiting))


kept: list[socket.socket] = []
ENDING: dict[str, Callable[[socket.socket], None]] = {
    "refuses": socket.socket.close,
    "full": fill,
}


def main() -> None:
    ports = {name: listen(act) for name, act in PORTS.items()}
    ports |= {name: let_one_in(then) for name, then in ENDING.items()}
    sys.stdout.write(json.dumps([listen(serve), ports]) + "\n")
    sys.stdout.flush()
    sys.stdin.read()  # its end is the server's


if __name__ == "__main__":
    main()
