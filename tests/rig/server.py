"""A server that behaves, or misbehaves, as the path asks, and counts exactly.

Run as a process of its own: `python -m rig.server` prints its port.  With `--certificate FILE`
it speaks TLS, with `--newest-tls 1.2` no newer version, and with `--clients-ca FILE` it asks
clients for a certificate.  It listens on 127.0.0.1, or on another `--host`.

| path            | what it does                                                       |
| --------------- | ------------------------------------------------------------------ |
| /ok             | 200 with a short body                                              |
| /status/NNN     | that status                                                        |
| /delay/MS       | 200 after so many milliseconds                                     |
| /silent         | never answers                                                      |
| /reset          | resets the connection instead of answering                         |
| /close-early    | closes in the middle of the headers                                |
| /short-body     | closes in the middle of the body                                   |
| /garbage        | answers with something that is not HTTP                            |
| /twice          | answers twice                                                      |
| /last           | 200 with `Connection: close`                                       |
| /idle-close/MS  | 200, then closes the idle connection after so many milliseconds    |
| /until-close    | 200 without a length; the body ends with the connection            |
| /chunked        | 200 in chunks, with a trailer                                      |
| /informed       | 100 and 103 before the 200                                         |
| /large          | 200 with 2 MB                                                      |
| /gzip           | 200 with a body that says it is gzip, and is not                   |
| /json/N         | 200 with JSON, packed where that is asked for; each N-th is an error   |
|                 | all the same, and counted as `wrong`                               |
| /old            | 200 as HTTP/1.0 has it, then closes                                |
| /old-kept       | 200 as HTTP/1.0 has it, and keeps the connection                   |
| /slow-body/MS   | 200, the second half of its body after so many milliseconds        |
| /redirect?URL   | 302 to that URL                                                    |
| /moved/NNN      | that status, to /ok                                                |
| /hops/N         | 302 to one hop less, until none is left: then 200                  |
| /visit          | 200; sets a cookie for visitors who have none                      |
| /refuse-early   | 413 before the body has come, then closes                          |
| /reset-second   | 200, then works 200 ms on a connection's second request and resets |
| /breaks/MS      | 200 until so many milliseconds after the first of them, then 500    |
| /sometimes/MS   | the first of ten takes so many milliseconds                        |
| /counts         | what was received and answered so far, as JSON; not counted itself |
"""

from __future__ import annotations

import argparse
import asyncio
import gzip
import json
import socket
import ssl
import struct
import sys
import time
from collections import Counter

from rig.listening import HOST

received: Counter[str] = Counter()
arrived_ns: list[int] = []
first_ns: dict[str, int] = {}
answered: Counter[str] = Counter()
handshakes: Counter[str] = Counter()
bodies: list[str] = []
names: Counter[str] = Counter()

KEPT_BODIES = 5_000
LARGE = b"x" * 2_000_000
GZIP = "Content-Encoding: gzip\r\n", b"\x1f\x8b and no more of it"


class Rig(asyncio.Protocol):
    """One connection."""

    def __init__(self) -> None:
        self.buffer = b""
        self.method = ""
        self.requests = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.peer = transport.get_extra_info("peername")[0]
        tls = transport.get_extra_info("ssl_object")
        if tls is not None:
            handshakes["resumed" if tls.session_reused else "full"] += 1

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while (end := self.buffer.find(b"\r\n\r\n")) >= 0:
            head = self.buffer[:end].decode("latin-1")
            length = _length(head)
            if " /refuse-early " in head:
                self.transport.write(b"HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n")
                self.transport.close()
                return
            if len(self.buffer) < end + 4 + length:
                return
            body = self.buffer[end + 4 : end + 4 + length]
            self.buffer = self.buffer[end + 4 + length :]
            self.request(head, body)

    def request(self, head: str, body: bytes) -> None:
        self.method, target, _ = head.split("\r\n", 1)[0].split(" ", 2)
        path, _, query = target.partition("?")
        if path == "/counts":
            self.answer(json.dumps(_counts()).encode(), counted=None)
            return
        self.path, self.head = path, head
        received[f"{self.method} {path}"] += 1
        arrived_ns.append(time.monotonic_ns())
        first_ns.setdefault(self.peer, arrived_ns[-1])
        self.requests += 1
        if len(bodies) < KEPT_BODIES:
            bodies.append(f"{target}\n{head}\n\n{body.decode()}")
        name, _, argument = path.strip("/").partition("/")
        handler = getattr(self, "on_" + name.replace("-", "_"))
        handler(argument or query)

    def answer(
        self, body: bytes = b"hello", status: int = 200, headers: str = "", counted: str | None = ""
    ) -> None:
        if counted is not None:
            answered[f"{self.method} {self.path} {status}"] += 1
        head = f"HTTP/1.1 {status} Whatever\r\nContent-Length: {len(body)}\r\n{headers}\r\n"
        self.transport.write(head.encode() + (b"" if self.method == "HEAD" else body))

    def on_ok(self, _: str) -> None:
        self.answer()

    def on_status(self, status: str) -> None:
        self.answer(b"" if status in {"204", "304"} else b"no", int(status))

    def on_json(self, every: str) -> None:
        number = received[f"{self.method} {self.path}"]
        wrong = number % int(every) == 0
        answered["wrong"] += wrong
        items = [{"id": each, "price": each + 0.5} for each in range(1, 4)]
        content = {"error": "out of stock"} if wrong else {"items": items, "number": number}
        body, headers = json.dumps(content).encode(), "Content-Type: application/json\r\n"
        if "gzip" in self.head:
            body, headers = gzip.compress(body, 1), headers + "Content-Encoding: gzip\r\n"
        self.answer(body, headers=headers)

    def on_delay(self, ms: str) -> None:
        asyncio.get_running_loop().call_later(int(ms) / 1000, self.answer)

    def on_silent(self, _: str) -> None:
        pass

    def on_reset(self, _: str) -> None:
        raw = self.transport.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.transport.abort()

    def on_reset_second(self, _: str) -> None:
        if self.requests == 1:
            self.answer()
        else:
            asyncio.get_running_loop().call_later(0.2, self.on_reset, "")

    def on_breaks(self, ms: str) -> None:
        broken = arrived_ns[-1] - arrived_ns[0] >= int(ms) * 1_000_000
        self.answer(status=500 if broken else 200)

    def on_sometimes(self, ms: str) -> None:
        if received.total() % 10 != 1:
            self.answer()
        else:
            self.on_delay(ms)

    def on_close_early(self, _: str) -> None:
        self.transport.write(b"HTTP/1.1 200 OK\r\nContent-")
        self.transport.close()

    def on_short_body(self, _: str) -> None:
        self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
        self.transport.close()

    def on_garbage(self, _: str) -> None:
        self.transport.write(b"\x00\x01\x02 not HTTP at all\r\n\r\n")

    def on_twice(self, _: str) -> None:
        self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n" * 2)

    def on_last(self, _: str) -> None:
        self.answer(headers="Connection: close\r\n")
        self.transport.close()

    def on_idle_close(self, ms: str) -> None:
        self.answer()
        asyncio.get_running_loop().call_later(int(ms) / 1000, self.transport.close)

    def on_until_close(self, _: str) -> None:
        answered[f"{self.method} {self.path} 200"] += 1
        self.transport.write(b"HTTP/1.1 200 OK\r\n\r\nhello")
        self.transport.close()

    def on_chunked(self, _: str) -> None:
        answered[f"{self.method} {self.path} 200"] += 1
        self.transport.write(
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n"
            b"5\r\nhello\r\n6;ext=1\r\n world\r\n0\r\nX-Sum: 1\r\n\r\n"
        )

    def on_informed(self, _: str) -> None:
        self.transport.write(
            b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"
        )
        self.answer()

    def on_gzip(self, _: str) -> None:
        self.answer(GZIP[1], headers=GZIP[0])

    def on_old(self, _: str) -> None:
        self.answer_in_old_style()
        self.transport.close()

    def on_old_kept(self, _: str) -> None:
        self.answer_in_old_style("Connection: keep-alive\r\nContent-Length: 5\r\n")

    def answer_in_old_style(self, headers: str = "") -> None:
        answered[f"{self.method} {self.path} 200"] += 1
        self.transport.write(f"HTTP/1.0 200 OK\r\n{headers}\r\nhello".encode())

    def on_slow_body(self, ms: str) -> None:
        answered[f"{self.method} {self.path} 200"] += 1
        self.transport.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello")
        asyncio.get_running_loop().call_later(int(ms) / 1000, self.transport.write, b"world")

    def on_large(self, _: str) -> None:
        self.answer(LARGE)

    def on_redirect(self, url: str) -> None:
        self.answer(b"", 302, f"Location: {url}\r\n")

    def on_moved(self, status: str) -> None:
        self.answer(b"gone", int(status), "Location: /ok\r\n")

    def on_hops(self, left: str) -> None:
        if left == "0":
            self.answer()
        else:
            self.on_redirect(f"{int(left) - 1}")

    def on_visit(self, _: str) -> None:
        if "visitor=" in self.head:
            self.answer()
        else:
            number = received["GET /visit"]
            self.answer(headers=f"Set-Cookie: visitor={number}; Path=/; HttpOnly\r\n")

    def on_login(self, _: str) -> None:
        self.answer(b'{"access_token": "rig-token"}', headers="Content-Type: application/json\r\n")


def _length(head: str) -> int:
    for line in head.split("\r\n"):
        name, _, value = line.partition(":")
        if name.lower() == "content-length":
            return int(value)
    return 0


def _counts() -> dict[str, object]:
    return {
        "received": received,
        "answered": answered,
        "bodies": bodies,
        "arrived_ns": arrived_ns,
        "first_ns": first_ns,
        "handshakes": handshakes,
        "names": names,
    }


def _context(options: argparse.Namespace) -> ssl.SSLContext | None:
    if options.certificate is None:
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(options.certificate)
    context.sni_callback = lambda _, name, __: names.update([str(name)])
    if options.newest_tls == "1.2":
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    if options.clients_ca:
        context.load_verify_locations(options.clients_ca)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


async def serve(host: str, context: ssl.SSLContext | None) -> None:
    """Serve until the process is ended."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Rig, host, 0, ssl=context, backlog=2048)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--certificate")
    parser.add_argument("--newest-tls", choices=["1.2", "1.3"])
    parser.add_argument("--clients-ca")
    parser.add_argument("--host", default=HOST)
    options = parser.parse_args()
    asyncio.run(serve(options.host, _context(options)))
