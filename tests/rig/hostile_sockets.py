"""A WebSocket server that breaks every rule, in a way that the connection's number names.

Run as a process of its own: `python -m rig.hostile_sockets CASE …` prints its port.  Of the
paths `/1`, `/2` …, the first gets the first of these cases, and so on in turns.
"""

from __future__ import annotations

import base64
import hashlib
import json
import struct
import sys
import time
from collections.abc import Callable, Iterator

from rig.hostile import Client, after, close, listen, reset, silent

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # of RFC 6455
MEGABYTE = b"x" * 2**20
PING, PONG, GOODBYE = 0x89, 0x8A, 0x88
TEXT, BINARY, REST = 0x81, 0x82, 0x80
FIRST_OF_TEXT, MORE = 0x01, 0x00


def frame(first: int, data: bytes = b"") -> bytes:
    """A frame, with a length of any size."""
    size = len(data)
    if size < 126:
        return bytes((first, size)) + data
    if size < 2**16:
        return bytes((first, 126)) + struct.pack("!H", size) + data
    return bytes((first, 127)) + struct.pack("!Q", size) + data


def goodbye(code: int, reason: bytes = b"") -> bytes:
    return frame(GOODBYE, struct.pack("!H", code) + reason)


def switching(key: bytes, *more: bytes, upgrade: bytes = b"Upgrade: websocket") -> bytes:
    """The answer that opens a connection, with another key or more headers if need be."""
    lines = (b"HTTP/1.1 101 Switching Protocols", upgrade, b"Connection: Upgrade")
    accept = base64.b64encode(hashlib.sha1(key + GUID).digest())
    return b"\r\n".join((*lines, b"Sec-WebSocket-Accept: " + accept, *more, b"", b""))


REFUSING: dict[str, Callable[[Client, bytes], None]] = {
    "wrong-key": lambda client, key: client.sendall(switching(key + b"x")),
    "no-key": lambda client, key: client.sendall(switching(key).replace(b"Accept", b"Forget")),
    "no-upgrade": lambda client, key: client.sendall(switching(key, upgrade=b"X-Up: no")),
    "another-upgrade": lambda client, key: client.sendall(switching(key, upgrade=b"Upgrade: h2c")),
    "unasked-subprotocol": lambda client, key: client.sendall(
        switching(key, b"Sec-WebSocket-Protocol: till.v9")
    ),
    "unasked-extension": lambda client, key: client.sendall(
        switching(key, b"Sec-WebSocket-Extensions: permessage-deflate")
    ),
    "status-200": lambda client, key: client.sendall(
        b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
    ),
    "upgrade-no-http": lambda client, key: client.sendall(b"\x00\x01 no HTTP\r\n\r\n"),
    "upgrade-headers-without-end": lambda client, key: client.sendall(
        switching(key)[:-2] + b"X-More: of them\r\n" * 10_000
    ),
    "upgrade-silent": lambda client, key: silent(client),
    "upgrade-closed": lambda client, key: close(client),
    "upgrade-reset": lambda client, key: reset(client),
    "upgrade-cut": lambda client, key: after(switching(key)[:40], close)(client),
}
"""What comes in the place of a good handshake."""

SAYING = {
    "mask": bytes((TEXT, 0x85)) + b"mask" + b"hello",
    "reserved-bits": frame(TEXT | 0x40, b"hello"),
    "unknown-opcode": frame(0x83, b"hello"),
    "frame-too-long": bytes((BINARY, 127)) + struct.pack("!Q", 2**40),
    "frame-below-zero": bytes((BINARY, 127)) + b"\xff" * 8,
    "message-too-long": frame(0x02, MEGABYTE) + frame(MORE, MEGABYTE) * 16,
    "end-of-nothing": frame(REST, b"hello"),
    "message-within-a-message": frame(FIRST_OF_TEXT, b"hel") + frame(TEXT, b"hello"),
    "control-too-long": frame(PING, b"x" * 126),
    "control-in-parts": frame(PING & 0x7F, b"x"),
    "text-not-utf-8": frame(TEXT, b"hell\xff"),
    "text-in-parts-not-utf-8": frame(FIRST_OF_TEXT, b"hell\xc3") + frame(REST, b"o"),
    "code-that-may-not-be": goodbye(1006),
    "code-below-all": goodbye(7),
    "half-a-code": frame(GOODBYE, b"\x03"),
    "reason-not-utf-8": goodbye(1000, b"\xff"),
    "code-of-its-own": goodbye(4321, b"as we like it"),
    "no-code": frame(GOODBYE),
}
"""What it says once the connection is open."""


def hear(client: Client, *, polite: bool = True) -> None:
    """Send messages back, and answer the goodbye."""
    for first, data in heard(client):
        if first == TEXT:
            client.sendall(frame(TEXT, data))
        elif first == GOODBYE and polite:
            client.sendall(frame(GOODBYE, data))
            close(client)


def heard(client: Client) -> Iterator[tuple[int, bytes]]:
    """The frames that come."""
    buffer = b""
    while data := client.recv(65_536):
        buffer += data
        while len(buffer) >= 6 and len(buffer) >= (end := 6 + (buffer[1] & 0x7F)):
            mask, masked = buffer[2:6], buffer[6:end]
            yield buffer[0], bytes(each ^ mask[at % 4] for at, each in enumerate(masked))
            buffer = buffer[end:]


def bit_by_bit(client: Client) -> None:
    for each in frame(TEXT, b"hello" * 10):
        client.sendall(bytes((each,)))
        time.sleep(0.002)
    hear(client)


def mixed(client: Client) -> None:
    """A message in parts, with pings between them."""
    client.sendall(frame(FIRST_OF_TEXT, "hellö".encode()[:5]) + frame(PING, b"1"))
    client.sendall(frame(MORE) + frame(PING, b"2") + frame(REST, "hellö".encode()[5:]))
    hear(client)


def flood(piece: bytes, beginning: bytes = b"") -> Callable[[Client], None]:
    """As fast as it is read, until nobody is there any more; nothing is read meanwhile."""

    def act(client: Client) -> None:
        client.sendall(beginning)
        while True:
            client.sendall(piece)

    return act


DOING: dict[str, Callable[[Client], None]] = {
    "cut-without-goodbye": close,
    "cut-in-a-frame": after(frame(TEXT, b"hello")[:4], close),
    "socket-reset": reset,
    "no-goodbye": lambda client: hear(client, polite=False),
    "byte-by-byte": bit_by_bit,
    "in-parts": mixed,
    "well": hear,
}
"""What it does once the connection is open."""

FLOODING: dict[str, Callable[[Client], None]] = {
    "pings-without-end": flood(frame(PING) * 4_096),
    "parts-without-end": flood(frame(MORE) * 4_096, frame(FIRST_OF_TEXT)),
    "reads-nothing": silent,
}
"""The same of what would fill memory, or hold up others."""


def serving(cases: list[str]) -> Callable[[Client], None]:
    """What serves each connection as its path says."""

    def serve(client: Client) -> None:
        with client:
            head = b""
            while b"\r\n\r\n" not in head:
                if not (data := client.recv(65_536)):
                    return
                head += data
            number = int(head.split(b" ", 2)[1].strip(b"/"))
            key = head.partition(b"Sec-WebSocket-Key: ")[2].partition(b"\r\n")[0]
            case = cases[(number - 1) % len(cases)]
            if case in REFUSING:
                REFUSING[case](client, key)
                return
            client.sendall(switching(key))
            if case in SAYING:
                client.sendall(SAYING[case])
                hear(client)
            else:
                (DOING | FLOODING)[case](client)

    return serve


def main() -> None:
    sys.stdout.write(json.dumps(listen(serving(sys.argv[1:]))) + "\n")
    sys.stdout.flush()
    sys.stdin.read()  # its end is the server's


if __name__ == "__main__":
    main()
